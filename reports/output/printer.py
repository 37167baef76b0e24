"""Who prints a report: a fork that has loaded what draws while the store was opened, or this process.

What draws takes as long to load as a small report to compute, and 90 MB. Nothing of it is loaded here, nor
what is needed for words.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from storage.forking import asked, forked

if TYPE_CHECKING:
    from reports.document.weekly import WeeklyReport
    from reports.rendering.markdown import Images
    from reports.wording.words import Lang

T = TypeVar("T")
U = TypeVar("U")


class Printer:
    """Prints a report, in a fork if it is given one."""

    def __init__(self, fork: Connection | None = None):
        self._fork = fork

    def get_ready(self) -> None:
        """Let a fork load all that it needs: a core is free for it, since the store is read."""
        if self._fork is not None:
            with contextlib.suppress(OSError):  # it is gone, and what it would print is printed here
                self._fork.send(None)

    def files(
        self, report: "WeeklyReport", langs: "Sequence[Lang]", images: "Images", meanwhile: Callable[[], T]
    ) -> tuple[dict[str, bytes], T]:
        """Return what `printing.printed_files` does, and what is made `meanwhile`."""
        return self._made(_printed, (report, langs, images), meanwhile)

    def overview(self, out_dir: Path, base_url: str) -> tuple[dict[str, str | None], list[str]]:
        """Return what `overview.overview` does."""
        return self._made(_overview, (out_dir, base_url), lambda: None)[0]

    def _made(self, make: Callable[..., U], of: tuple[Any, ...], meanwhile: Callable[[], T]) -> tuple[U, T]:
        made, told = asked(self._fork, (make, of), meanwhile)
        return told[0] if told else make(*of), made


@contextlib.contextmanager
def printer() -> Iterator[Printer]:
    """Yield who prints: as long as the block runs a fork draws, where there is another core."""
    import numpy.ma  # noqa: F401  # what computes and what draws both need it: so it is loaded once

    with forked(_print_when_asked) as fork:
        yield Printer(fork)


def _print_when_asked(pipe: Connection) -> None:
    import reports.charts.pictures  # noqa: F401

    while True:
        question = pipe.recv()
        if question is None:
            # Until now two processes may have read, on all the cores that there are.
            from reports.output.printing import get_ready

            get_ready()
        else:
            make, of = question
            pipe.send([make(*of)])


def _printed(report: "WeeklyReport", langs: "Sequence[Lang]", images: "Images") -> dict[str, bytes]:
    from reports.output.printing import printed_files

    return printed_files(report, langs, images)


def _overview(out_dir: Path, base_url: str) -> tuple[dict[str, str | None], list[str]]:
    from reports.output.overview import overview

    return overview(out_dir, base_url)
