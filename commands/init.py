"""`pmtrend init`: a configuration to fill in, and an empty database."""

import click

from commands.context import Context, pass_context
from scraper.config import DATABASE, write_template
from scraper.errors import ConfigError
from scraper.printing import echo


@click.command()
@pass_context
def init(context: Context) -> None:
    """Write pmtrend.toml and create the database beside it. Here, or the file that --config names.

    A database that --db or PMTREND_DATABASE_URL names stands in the file, unless its URL holds a password.
    """
    path = context.file
    try:
        write_template(path, context.named or DATABASE)
    except FileExistsError:
        raise ConfigError(f"{path} exists already; nothing was changed") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    try:
        with context.store() as store:
            echo(f"wrote {path} and created {store.engine.url.database}")
    except BaseException:
        path.unlink()  # else a second try would find it there
        raise
    echo("next: set `operator` in it, then run `pmtrend weekly`")
