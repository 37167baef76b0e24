"""`pmtrend retag`: the whole store with the taxonomy of this release."""

import click

from commands.context import Context, pass_context
from commands.progress import progress_bar
from commands.telling import tell_if_empty, warn
from scraper.printing import echo


@click.command()
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Processes that tag (default and at most: one a core).",
)
@pass_context
def retag(context: Context, jobs: int | None) -> int:
    """Tag the whole store again with this release's taxonomy. May be interrupted and repeated."""
    from scraper.runs.retagging import Retagging
    from scraper.workers.processes import cores

    with context.writing() as store:
        work = Retagging(store, context.clock(), min(jobs or cores(), cores()))
        if not work.total:
            tell_if_empty(store)
        try:
            with progress_bar("texts", work.total) as bar:
                for done in work.batches():
                    bar.update(done)
        finally:
            echo(work.line())
            for problem in work.problems():
                warn(problem)
    return work.exit_code
