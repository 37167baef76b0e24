"""Progress bars: on stderr, and only where that is a terminal."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm

    from scraper.runs.summary import Looked

LOG = logging.getLogger("pmtrend")


def progress_bar(unit: str, total: float | None = None, what: str | None = None) -> "tqdm[Any]":
    """Return a bar that counts `unit` (a plural) up to `total`, None if that is not known yet."""
    from tqdm import tqdm

    return tqdm(desc=what, total=total, unit=f" {unit}", disable=not sys.stderr.isatty(), file=sys.stderr)


@contextmanager
def looks_bar(unit: str, total: int) -> Iterator[Callable[["Looked"], None]]:
    """A bar over the looks of a run, which logs each of them: what the run is to call after one."""
    from storage.monitoring.status import FAILED

    counts = {"new": 0, "failed": 0}
    with progress_bar(unit, total) as bar:

        def on_look(looked: "Looked") -> None:
            done = looked.recorded
            LOG.info(
                "%s: %s, %d new, %d closed %s",
                looked.board,
                done.state,
                done.created,
                done.closed,
                done.reason,
            )
            counts["new"] += done.created
            counts["failed"] += done.state in FAILED
            bar.set_postfix(counts, refresh=False)
            bar.update()

        yield on_look
