"""Reports from a real store: whatever was seen, what came and went explains the stock."""

import random
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from docs_pages import blocks
from facts_builder import assert_shape
from store_helpers import START, Recorder, day, feed, listing

from reports.building.rollup import count_weeks
from reports.building.weekly import build_weekly
from reports.document.weekly import WeeklyReport
from storage.reading.posting_columns import ROLE_CLASSES
from storage.reading.weekly_counts import COLUMNS
from storage.weeks import WEEK, label, week_end, week_of

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


@pytest.mark.parametrize("seed", [0, 1])
def test_weekly_counts_add_up_to_the_movement_of_the_report(seed: int, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    last = week_of(day(fill(recorder, random.Random(seed), multi=seed == 1)), ZONE)
    first = week_of(START, ZONE)
    sums: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for week, _, role, *counts in count_weeks(recorder.store).rows.tolist():
        told = dict(zip(COLUMNS[3:], counts, strict=True))
        sums[label(date.fromordinal(week)), ROLE_CLASSES[role]].update(
            {name: max(count, 0) for name, count in told.items()}
        )
    report = build_weekly(recorder.store.facts(first_week=first, until=week_end(last, ZONE)), last)
    recorder.store.write_weekly_counts(count_weeks(recorder.store))
    ((_, _, statement),) = (one for one in blocks("docs/DATA.md") if "FROM weekly_counts" in one.text)
    with recorder.store.engine.connect() as connection:
        compared = [tuple(row) for row in connection.exec_driver_sql(statement)]
    recorder.store.close()
    assert [(label(date.fromisoformat(str(week))), *counts) for week, *counts in compared] == [
        (row["week"], row["stock"], row["after"], row["before"])
        for row in report["movement"]["rows"]
        if row["role"] == "aigc_pm" and row["stock"]
    ]
    names = {"listed": "stock", "censored": "left"} | {name: name for name in COLUMNS[4:9]}
    events = 0
    for row in report["movement"]["rows"]:
        if row["role"] != "all":
            found = sums[row["week"], row["role"]]
            assert {name: found[name] for name in names} == {
                name: row[key] or 0 for name, key in names.items()
            }
            events += found["births"] + found["closures"]
    assert events > 5
