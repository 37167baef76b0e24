"""`pmtrend collect`: a live run over the boards that are due."""

import click

from commands.context import Context, pass_context
from commands.live import askable_boards, own_keys
from commands.progress import looks_bar
from commands.telling import tell_summary
from scraper.config import operator_of
from scraper.options.times import read_budget

BUDGET = "50m"


@click.command()
@click.option("--family", "families", multiple=True, help="Only boards of this family (repeatable).")
@click.option("--board", "keys", multiple=True, help="Only this board, KEY or FAMILY:KEY (repeatable), now.")
@click.option(
    "--budget", default=BUDGET, show_default=True, help="Begin no board after this time (24h at most)."
)
@pass_context
def collect(context: Context, families: tuple[str, ...], keys: tuple[str, ...], budget: str) -> int:
    """Look at the followed boards now and store what they list.

    On PostgreSQL several may be at work at once: they share the boards.
    """
    return look_at_boards(context, families, keys, budget)


def look_at_boards(
    context: Context, families: tuple[str, ...] = (), keys: tuple[str, ...] = (), budget: str = BUDGET
) -> int:
    """Make a live run and say what it did; return its exit code."""
    from scraper.fetching.archive import WarcArchive
    from scraper.fetching.client import HttpFetcher
    from scraper.looking.planning import gaps
    from scraper.runs.collecting import collect as run

    settings, clock = context.settings, context.clock
    operator = operator_of(settings)
    boards = askable_boards(settings, families, keys)
    until = clock() + read_budget(budget)
    with (
        context.writing(shared=True) as store,
        WarcArchive(settings.archive, clock, operator=operator) as archive,
        HttpFetcher(
            operator, archive=archive, clock=clock, keys=own_keys(settings), gaps=gaps(boards)
        ) as fetcher,
        looks_bar("boards", len(boards)) as on_look,
    ):
        summary = run(
            store,
            boards,
            fetcher,
            clock=clock,
            until=until,
            on_look=on_look,
            all_due=bool(keys),
            pause=fetcher.pause,
        )
    tell_summary(summary)
    return summary.exit_code
