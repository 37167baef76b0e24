"""kill -9 at every checkpoint of every verb that writes, and at any moment: nothing is lost."""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from killing import TORN, Point
from scenes import LIVE, VERBS, Scenes, archived, done, files, lost, market, rows, unsound, wrong

pytestmark = pytest.mark.usefixtures("blank_charts")

EVERY = 10_000
RANDOM = {"collect": 20, "import": 15, "replay": 15, "retag": 15, "upgrade": 10, "backup": 5, "report": 15}
RANDOM["compact"] = 100 - sum(RANDOM.values())
"""Moments at which each verb is killed besides, a hundred in all."""
LOOK = {
    f"statement INSERT {table}"
    for table in ("fetches", "cells", "spells", "gaps", "postings", "versions", "weekly_counts")
}
MUST = {
    "collect": {
        *(
            "take the lock",
            "open archive",
            "append to archive",
            f"{TORN}: archive",
            "fsync archive",
            "commit",
        ),
        *("open archive/latest-bodies.json.new", "rename to archive/latest-bodies.json"),
        *("statement UPDATE spells", "statement UPDATE runs"),
        *LOOK,
    },
    "import": {"take the lock", "commit", "statement INSERT boards", *LOOK},
    "replay": {"take the lock", f"connect to {LIVE}", "commit", "statement CREATE fetches", *LOOK},
    "retag": {"take the lock", "commit", "statement INSERT taggings", "statement INSERT tags"},
    "upgrade": {
        *(f"connect to {LIVE}.N.bak.part", f"rename to {LIVE}.N.bak", "statement ALTER taggings"),
        *("statement UPDATE alembic_version", "commit"),
    },
    "backup": {"connect to copy.db.part", "rename to copy.db"},
    "compact": {
        *("take the lock", "open archive/N/09/pmtrend-N.warc.gz.part", "rename to archive", "remove archive"),
        "fsync archive/N/09/pmtrend-N.warc.gz.part",
    },
    "report": {
        *("open temporary file", "fsync temporary file", "rename to report *.csv", "rename to report *.json"),
        *("rename to report *.html", "rename to report *.md", "statement INSERT vintages", "commit"),
    },
}
"""Points that must be among those that are tried."""


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    with market() as made:
        yield Scenes(tmp_path_factory.mktemp("kills"), made)


@dataclass
class Trial:
    """A verb undisturbed: its points, how long it takes, what it leaves."""

    verb: str
    scenes: Scenes
    points: list[Point] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.before = rows(self.scenes.start(self.verb) / LIVE)
        self.old = files(self.scenes.start(self.verb))
        home = self.scenes.fresh(self.verb)
        ended = self.scenes.run(home, self.verb)
        done(ended, 0, 3)
        self.points, self.seconds = ended.points, ended.seconds
        self.after, self.new = rows(home / LIVE), files(home)
        assert self.problems_of(home) == []

    def named(self) -> list[Point]:
        """The first, the middle and the last point of each name."""
        last = {point.what: point.number for point in self.points}
        return sorted({Point(what, n) for what, most in last.items() for n in (1, (most + 1) // 2, most)})

    def killed(self, kill: Point | float) -> tuple[bool, list[str], list[str]]:
        """Kill it; return whether it was, what was left beside the store, and what was wrong."""
        home = self.scenes.fresh(self.verb)
        ended = self.scenes.run(home, self.verb, kill)
        left = sorted(set(files(home)) - set(self.old))
        problems = unsound(home, self.scenes.market.boards) + lost(home, self.before, ended)
        problems += self._mixed(home)
        again = 0
        if self.verb != "backup" or not (home / "copy.db").exists():
            again = self.scenes.run(home, self.verb).code
        # 2: nothing is left to do but what one board that is down would have answered.
        fine = (0, 2, 3) if self.verb in ("collect", "replay") else (0, 3)
        problems += [f"when repeated it ends with {again}"] * (again not in fine)
        problems += self.problems_of(home)
        shutil.rmtree(home)
        return ended.code < 0, left, problems

    def problems_of(self, home: Path) -> list[str]:
        """What is wrong in the end."""
        problems = unsound(home, self.scenes.market.boards) + wrong(home)
        found = rows(home / LIVE)
        problems += [
            f"{table} differs: {_difference(found.get(table, {}), known)}"
            for table, known in self.after.items()
            if found.get(table, {}) != known
        ]
        if self.verb == "backup":
            problems += ["the copy differs"] * (rows(home / "copy.db") != self.after)
        if self.verb == "compact":
            problems += ["the archive differs"] * (archived(home) != archived(self.scenes.start("compact")))
            problems += [f"{name} is left over" for name in files(home / "archive") if name.endswith(".part")]
        if self.verb == "report":
            told, wanted = _reports(files(home)), _reports(self.new)
            problems += [f"{name} differs" for name in wanted if told.get(name) != wanted[name]]
            problems += [
                f"{name} is left over" for name in told if name not in wanted and not _is_temporary(name)
            ]
        return problems

    def _mixed(self, home: Path) -> list[str]:
        """Files of a report that are neither the old nor the new ones."""
        told, old, new = _reports(files(home)), _reports(self.old), _reports(self.new)
        return [
            f"{name} is neither old nor new"
            for name, content in told.items()
            if not _is_temporary(name) and content not in (old.get(name), new.get(name))
        ]


def _is_temporary(name: str) -> bool:
    """A file whose writing was cut off; a report of the next hour takes it away (test_reports_writing.py)."""
    return Path(name).name.startswith(".pmtrend-")


def _reports(found: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if name.startswith("pmtrend-reports/")}


def _difference(found: dict[str, str], known: dict[str, str]) -> str:
    changed = sorted(key for key in {*found, *known} if found.get(key) != known.get(key))
    return f"{len(changed)} rows, {found.get(changed[0])} for {known.get(changed[0])}"


@pytest.mark.parametrize("verb", VERBS)
def test_a_kill_at_any_point_loses_nothing_that_doing_it_again_does_not_bring(
    verb: str, scenes: Scenes, rounds: Callable[[int, int], int], tell: Callable[[str, object], None]
) -> None:
    trial = Trial(verb, scenes)
    named = trial.named()
    assert {point.what for point in named} >= MUST[verb]
    rng = random.Random(len(verb))
    chosen = rng.sample(named, min(len(named), rounds(1 if verb == "report" else 3, EVERY)))
    moments = [rng.uniform(0, trial.seconds) for _ in range(rounds(1, RANDOM[verb]))]
    problems: list[Any] = []
    for kill in (*chosen, *moments):
        killed, left, wrong = trial.killed(kill)
        label = kill if isinstance(kill, Point) else f"after {kill:.3f} s"
        assert killed or not isinstance(kill, Point), f"{label} was not reached"
        problems += [f"{label}: {one}" for one in wrong]
        tell(f"{verb}: {label}", f"left {', '.join(left) or 'nothing'}; {len(wrong)} wrong")
    assert problems == []


def test_a_report_after_a_kill_is_that_of_an_undisturbed_run(
    scenes: Scenes, rounds: Callable[[int, int], int]
) -> None:
    """The numbers of rows are others by then, and a run more has been begun: neither shows."""
    told = []
    for what in (None, *["append to archive", "statement INSERT spells", "commit"][: rounds(1, 3)]):
        home = scenes.fresh("collect")
        if what:
            assert scenes.run(home, "collect", Point(what, 4 if what == "commit" else 1)).code < 0
        done(scenes.run(home, "collect"), 0, 3)
        done(scenes.run(home, "report"), 0)
        told.append(_reports(files(home)))
    assert len(told[0]) > 20 and all(one == told[0] for one in told)


def test_the_points_are_many() -> None:
    assert sum(map(len, MUST.values())) >= 40
    assert sum(RANDOM.values()) == 100
