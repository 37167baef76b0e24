"""`pmtrend replay`: the pipeline on archived replies."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.context import Context, pass_context
from commands.live import known_boards
from commands.progress import looks_bar
from commands.telling import tell_summary, warn
from scraper.errors import ConfigError, InputError

if TYPE_CHECKING:
    from scraper.workers.fleet import Fleet


@click.command()
@click.argument("warc", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Worker processes that read and tag.")
@click.option("--scheduler", metavar="URL", help="Workers of a Dask cluster do that: tcp://HOST:8786.")
@pass_context
def replay(context: Context, warc: tuple[Path, ...], jobs: int | None, scheduler: str | None) -> int:
    """Run the pipeline on archived replies (WARC files). Each counts at the time it was archived.

    With --jobs or --scheduler workers read and tag ahead; one process stores. What is stored is the same.
    """
    from scraper.fetching.replay import ReplayArchive
    from scraper.runs.replaying import replay as run
    from scraper.runs.replaying import visits

    archive = ReplayArchive(list(warc))
    boards = known_boards(context.settings)
    looks = len(visits(archive, boards))
    if not looks:
        raise InputError(
            f"{', '.join(map(str, warc))}: no reply of a known board is archived there; "
            "pages of a web crawl are for `pmtrend import`"
        )
    with (
        _workers(jobs, scheduler) as fleet,
        context.writing() as store,
        looks_bar("looks", looks) as on_look,
    ):
        summary = run(store, archive, boards, clock=context.clock, on_look=on_look, fleet=fleet)
    for problem in archive.problems:
        warn(problem)
    tell_summary(summary)
    return summary.exit_code


def _workers(jobs: int | None, scheduler: str | None) -> "AbstractContextManager[Fleet | None]":
    """Workers if they are asked for; they cost seconds to start."""
    if jobs is None and scheduler is None:
        return nullcontext()
    if jobs is not None and scheduler is not None:
        raise ConfigError("--jobs starts workers here, --scheduler uses those of a cluster; give one of them")
    from scraper.workers.fleet import fleet

    return fleet(jobs, scheduler)
