"""`pmtrend init`: a configuration to fill in, and an empty database."""

import click

from commands.context import Context, pass_context
from scraper.config import write_template
from scraper.errors import ConfigError
from scraper.printing import echo


@click.command()
@pass_context
def init(context: Context) -> None:
    """Write pmtrend.toml here, or the file that --config names, and create the database beside it."""
    path = context.file
    try:
        write_template(path)
    except FileExistsError:
        raise ConfigError(f"{path} exists already; nothing was changed") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    with context.store() as store:
        echo(f"wrote {path} and created {store.engine.url.database}")
    echo("next: set `operator` in it, then run `pmtrend weekly`")
