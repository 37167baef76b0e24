"""What becomes of a store or report whose process is killed: `killed_run.py run|upgrade|retag|report FOLDER`.

Imports the program once, then forks a child per checkpoint (a statement or a commit), which kills itself
there. After each the parent checks what is left, repeats the work undisturbed and compares. Prints one JSON
object: how many checkpoints there were, and what was wrong after which.
"""

import itertools
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from toys import START, Days, Toys, job, learned, opened, page

from scraper import collecting, retagging
from scraper.model import Board, Reply, Request
from scraper.sources import FAMILIES
from storage import upgrading
from storage.engine import open_engine

Work = Callable[[Path], None]


class KillAt:
    """Kills the process at the `number`-th statement or commit on any engine; counts them if it is 0."""

    def __init__(self, number: int):
        self.number, self.seen = number, 0
        event.listen(Engine, "before_cursor_execute", self._step)
        event.listen(Engine, "commit", self._step)

    def _step(self, *_: Any) -> None:
        self.seen += 1
        if self.seen == self.number:
            os.kill(os.getpid(), signal.SIGKILL)


class Answers:
    """A fetcher that answers from memory."""

    def __init__(self, clock: Days, *answers: tuple[str, bytes]):
        self.clock, self.answers = clock, dict(answers)

    def fetch(self, request: Request, *, published: bool) -> Reply:
        return Reply(request.url, self.answers[request.url.rpartition("/")[2]], self.clock())


TEXTS = ("Own RAG.", "Own agents.", "Own the checkout.")
ACME = [
    page(*(job(f"a{n}", text=text) for n, text in enumerate(TEXTS))),
    page(job("a0"), job("a9", text="New.")),
]
BOLT = [page(job("b1"))] * 2
BOARDS = [Board("toy", "a.test/acme", "Acme"), Board("toy", "a.test/bolt", "Bolt")]


def two_looks(path: Path) -> None:
    """A first look at two boards, then one at which one has changed and the other has not."""
    clock = Days()
    with opened(path) as store:
        for acme, bolt in zip(ACME, BOLT, strict=True):
            known = store.outlooks()
            missing = [
                board
                for board in BOARDS
                if (board.family, board.key) not in known
                or known[board.family, board.key].last_look_at < clock.now
            ]
            collecting.collect(store, missing, Answers(clock, ("acme", acme), ("bolt", bolt)), clock=clock)
            clock.now += timedelta(days=7)


def one_upgrade(path: Path) -> None:
    engine = open_engine(f"sqlite:///{path}")
    upgrading.upgrade(engine)
    engine.dispose()


def one_retag(path: Path) -> None:
    retagging.BATCH = 2
    with opened(path) as store:
        for _ in retagging.Retagging(store, START, jobs=1).batches():
            pass


def untagged(path: Path) -> None:
    """A store in which the current taxonomy has tagged nothing."""
    two_looks(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE taxonomies SET sha256 = 'earlier'")


def forked(work: Work, path: Path, number: int) -> int:
    """Do the work in a child that is killed at checkpoint `number`. Returns the signal, 0 if none came."""
    child = os.fork()
    if child == 0:
        KillAt(number)
        work(path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def comparable(path: Path) -> dict[str, Any]:
    """What the work must leave, however often it was begun."""
    found: dict[str, Any] = learned(path) if has_tables(path) else {}
    return {table: sorted(map(repr, rows)) for table, rows in found.items()}


def has_tables(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as database:
        return bool(
            database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'fetches'").fetchone()[0]
        )


def integrity(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        found = [row[0] for row in database.execute("PRAGMA integrity_check")]
        found += [f"foreign key of {row[0]}" for row in database.execute("PRAGMA foreign_key_check")]
    return [problem for problem in found if problem != "ok"]


def disturbed(work: Work, folder: Path, start: Path, step: int) -> tuple[int, list[str]]:
    """Kill at the first checkpoint and at every `step`-th after it; return how many, and what was wrong."""
    undisturbed = folder / "undisturbed.db"
    shutil.copy(start, undisturbed)
    work(undisturbed)
    expected = comparable(undisturbed)
    problems: list[str] = []
    for count, number in enumerate(itertools.count(1, step)):
        path = folder / f"{number}.db"
        shutil.copy(start, path)
        if not forked(work, path, number):
            return count, problems
        problems += [f"{number}: {problem}" for problem in integrity(path)]
        work(path)
        problems += [f"{number}: {problem}" for problem in integrity(path)]
        found = comparable(path)
        problems += [f"{number}: {name} differs" for name in expected if expected[name] != found.get(name)]
    raise AssertionError("the work ends")


def report(folder: Path) -> tuple[int, list[str]]:
    """Kill the writing of another state of a report at every flush and every renaming."""
    sys.path.append(str(Path(__file__).parents[1] / "unit"))
    from report_market import report_of_kind

    from reports import writing

    old = report_of_kind("regular")
    new: Any = {**old, "notices": ["another state of that week"]}
    contents = [writing.report_files(state, ["en"]) for state in (old, new)]
    # Drawn once; only the writing is tried.
    writing.report_files = lambda state, _, images: contents[state is new]
    problems: list[str] = []
    for count in itertools.count():
        out = folder / str(count)
        writing.write_report(old, out, ["en"])
        child = os.fork()
        if child == 0:
            left = iter(range(count, -1, -1))

            def step(really: Callable[..., Any], left: Any = left) -> Callable[..., Any]:
                return lambda *args: really(*args) if next(left) else os.kill(os.getpid(), signal.SIGKILL)

            os.fsync, os.replace = step(os.fsync), step(os.replace)
            writing.write_report(new, out, ["en"])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        week = out / old["week"]
        for name, told in contents[0].items():
            if (week / name).read_bytes() not in (told, contents[1].get(name)):
                problems.append(f"{count}: {name} is neither the old nor the new file")
        writing.write_report(new, out, ["en"])
        for name, told in contents[1].items():
            if (week / name).read_bytes() != told:
                problems.append(f"{count}: {name} is not the new file after writing again")
        if not os.WIFSIGNALED(status):
            return count, problems
    raise AssertionError("the writing ends")


def main(what: str, folder: Path) -> None:
    start = folder / "start.db"
    if what == "report":
        checkpoints, problems = report(folder)
    elif what == "run":
        FAMILIES.update(Toys(1).families)
        with opened(start):
            pass
        checkpoints, problems = disturbed(two_looks, folder, start, step=7)
    elif what == "retag":
        FAMILIES.update(Toys(1).families)
        untagged(start)
        checkpoints, problems = disturbed(one_retag, folder, start, step=1)
    else:
        older(start)
        checkpoints, problems = disturbed(one_upgrade, folder, start, step=2)
    print(json.dumps({"checkpoints": checkpoints, "problems": problems}))


def older(path: Path) -> None:
    """A database of the first schema."""
    from storage.migrating import migrate

    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0001")
    engine.dispose()


if __name__ == "__main__":
    arguments: Sequence[str] = sys.argv[1:]
    main(arguments[0], Path(arguments[1]))
