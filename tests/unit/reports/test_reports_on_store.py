"""Reports from a real store: whatever was seen, what came and went explains the stock."""

import random
from pathlib import Path

import pytest
from facts_builder import assert_shape
from store_helpers import START, Recorder, day, feed, listing

from reports.building.weekly import build_weekly
from reports.document.weekly import WeeklyReport
from storage.weeks import WEEK, week_end, week_of

pytestmark = pytest.mark.usefixtures("each_engine")

ZONE = "Asia/Shanghai"


def fill(recorder: Recorder, rng: random.Random, multi: bool) -> float:
    """Record 25 looks at a listing that changes, fails, shrinks or widens; return the last day."""
    listed, numbers, scope, at = {f"p{i}" for i in range(12)}, iter(range(12, 999)), "all", 0.0
    for _ in range(25):
        at += rng.choice([1, 3, 7, 7, 10])
        listed |= {f"p{next(numbers)}" for _ in range(rng.randint(0, 2))}
        listed -= set(rng.sample(sorted(listed), min(len(listed), rng.randint(0, 2))))
        if rng.random() < 0.2:
            listed.add(f"p{rng.randrange(12)}")
        if rng.random() < 0.06:
            scope = rng.choice(["all", "narrow", "wide"])
        state = rng.choice(["complete"] * 6 + ["partial", "failed"])
        shown = [] if state == "failed" else sorted(listed)[: None if rng.random() < 0.9 else 2]
        if multi:
            employers = {e: [i for i in shown if int(i[1:]) % 3 == n] for n, e in enumerate("abc")}
            recorder.record(feed(day(at), employers, state=state, scope=scope))
        else:
            recorder.record(listing(day(at), shown, state=state, scope=scope))
    return at


@pytest.mark.parametrize("seed", range(6))
def test_what_came_and_went_explains_the_stock(seed: int, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    last = week_of(day(fill(recorder, random.Random(seed), multi=seed % 2 == 1)), ZONE)
    first = week_of(START, ZONE)
    pairs = 0
    for week in (first + WEEK * 6, last):
        report = build_weekly(recorder.store.facts(first_week=first, until=week_end(week, ZONE)), week)
        assert_shape(report, WeeklyReport)
        for row in report["movement"]["rows"]:
            if row["before"] is not None and row["after"] is not None:
                came = (row["births"] or 0) + (row["reposts"] or 0) + (row["entered"] or 0)
                went = (row["closures"] or 0) + (row["pending"] or 0) + (row["left"] or 0)
                assert row["after"] - row["before"] == came - went, row
                pairs += row["pairs"]
    recorder.store.close()
    assert pairs > 0
