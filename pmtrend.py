"""The door: what stands before every verb, the verbs, and how they end.

stdout is the result, stderr the log and the progress. Exit codes: 0 ok, 1 usage or configuration,
2 every board failed, 3 some boards failed (or a message was not taken, a text not tagged), 4 another run
holds the lock.
"""

from commands import loading  # before all others, for what it does

# isort: split

import errno
import os
import sys
from pathlib import Path
from typing import Any

import click

from commands.archive import archive
from commands.boards import boards
from commands.choose import choose
from commands.collect import collect
from commands.context import DATABASE_URL, Context
from commands.db import db
from commands.deliver import deliver
from commands.export import export
from commands.find import find
from commands.import_ import import_
from commands.init import init
from commands.live import own_keys
from commands.replay import replay
from commands.report import report
from commands.retag import retag
from commands.rollup import rollup
from commands.schedule import schedule
from commands.status import status
from commands.tag import tag
from commands.taxonomy import taxonomy
from commands.telling import warn
from commands.weekly import weekly
from reports.errors import ReportError
from scraper.clock import utcnow
from scraper.config import FILE_NAME, Settings, absolute_database, database_of, load_settings
from scraper.errors import ConfigError, PmtrendError
from scraper.log import set_up
from scraper.printing import escape_what_is_not_encoded
from storage.errors import LockHeld, StorageError
from storage.version import __version__

VERBS = (
    archive,
    boards,
    choose,
    collect,
    db,
    deliver,
    export,
    find,
    import_,
    init,
    replay,
    report,
    retag,
    rollup,
    schedule,
    status,
    tag,
    taxonomy,
    weekly,
)

_BESIDE_PASSWORDS = frozenset("@?&")
"""One of these stands beside every password in a URL: only where one does SQLAlchemy is loaded to look."""


class _Door(click.Group):
    """The verbs; a reader of our output that left (`pmtrend … | head`) ends any of them, and is no failure.

    Told here, since click itself would end with 1.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Call the verb that was asked for and return what it returns."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _drop_output()
            return 0


@click.group(cls=_Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pmtrend")
@click.option(
    "--db",
    "database",
    metavar="URL",
    help="Database: sqlite:///pmtrend.db or postgresql+psycopg://USER@HOST/NAME (env PMTREND_DATABASE_URL).",
)
@click.option("--config", type=click.Path(path_type=Path), help=f"Configuration (default: ./{FILE_NAME}).")
@click.option("-v", "--verbose", is_flag=True, help="Tell of every board on stderr.")
@click.pass_context
def cli(context: click.Context, database: str | None, config: Path | None, verbose: bool) -> None:
    """Follow public product-manager postings and report what AI PM and AIGC PM roles ask for."""
    set_up(verbose)
    here = _working_folder()
    if context.invoked_subcommand != "init":
        settings = load_settings(config)
    elif config is None:
        settings = Settings()
    else:
        settings = Settings(home=config.resolve().parent, source="file")
    if settings.keys:
        own_keys(settings)  # a slip is told by every verb, not only by those that ask
    named = database or os.environ.get(DATABASE_URL)
    options = ["--config", str(config.resolve())] if config else []
    openly = ""
    if named:
        if _holds_password(named):
            os.environ[DATABASE_URL] = named  # for what is run later: everybody sees its command line
        else:
            openly = absolute_database(named, here)
            options += ["--db", openly]
    file = config or Path(FILE_NAME)
    context.obj = Context(settings, named or database_of(settings), utcnow, tuple(options), file, openly)


for _verb in VERBS:
    cli.add_command(_verb)
loading.over()


def _holds_password(database: str) -> bool:
    """Tell whether a database URL must not be shown as it is."""
    if _BESIDE_PASSWORDS.isdisjoint(database):
        return False
    from storage.engines.opening import holds_password

    return holds_password(database)


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise ConfigError("the folder in which pmtrend was started does not exist any more") from None


def main() -> None:
    """Entry point of the console script."""
    try:
        _complete_streams()
        code = cli.main(prog_name="pmtrend", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        code = 1
    except click.exceptions.Exit as error:
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        warn("interrupted")
        code = 1
    except click.ClickException as error:
        warn(error.format_message())
        code = 1
    except LockHeld as error:
        warn(error)
        code = 4
    except (PmtrendError, ReportError, StorageError) as error:
        warn(error)
        code = 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        _drop_output()
        warn(f"the output cannot be written: {error.strerror}")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _complete_streams() -> None:
    """Let what was started without a standard stream find an empty one, and let no character be unprintable.

    Else the next file that is opened, a database even, would be what libraries and programs that are started
    take for that stream. What the encoding of a terminal lacks is printed as its escape.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            free = os.open(os.devnull, os.O_RDWR)
            if free != number:
                os.dup2(free, number)
                os.close(free)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        escape_what_is_not_encoded(stream)


def _drop_output() -> None:
    """Nothing more goes to stdout, not even what Python still holds of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
