"""`pmtrend archive`: the replies that were kept."""

from datetime import timedelta

import click

from commands.context import Context, pass_context
from commands.telling import echo_lines, warn
from scraper.options.times import read_days
from scraper.printing import echo

YEAR = timedelta(days=365)
"""How old months are that `compact` takes if nobody says so."""


@click.group(invoke_without_command=True)
@click.pass_context
def archive(context: click.Context) -> None:
    """The archive of replies: what it holds, making it smaller. Without a command: `list`."""
    if context.invoked_subcommand is None:
        context.invoke(list_years)


@archive.command("list")
@pass_context
def list_years(context: Context) -> None:
    """List what the archive holds. Year by year: months, files, size (tab-separated)."""
    from scraper.fetching.compacting import lines

    echo_lines(lines(context.settings.archive, context.clock().date(), YEAR))


@archive.command()
@click.option(
    "--older",
    default=f"{YEAR.days}d",
    show_default=True,
    metavar="DAYS",
    help="Months that ended so long ago.",
)
@pass_context
def compact(context: Context, older: str) -> int:
    """Make old months smaller. One file each, in which every body stands once; a replay tells the same."""
    from scraper.fetching.compacting import compact as run
    from scraper.fetching.compacting import megabytes, waiting

    folder, problems, saved = context.settings.archive, 0, 0
    wanted = waiting(folder, context.clock().date(), read_days("--older", older))
    if not wanted:
        echo("nothing to do")
        return 0
    with context.writing():
        for done in run(folder, wanted):
            problems += not done.files
            saved += done.before - done.after
            if done.files:
                sizes = f"{megabytes(done.before)} to {megabytes(done.after)}"
                echo(f"{done.month.first:%Y-%m}\t{done.files} files\t{sizes}")
            if done.problem:
                warn(done.problem)
    echo(f"saved {megabytes(saved)}")
    return 1 if problems else 0
