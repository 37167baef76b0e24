"""What `pmtrend status` tells: coverage, flow, quarantine, drift, and when it calls for help."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from store_helpers import START, TAXONOMY, Recorder, day, feed, listing, posting

from storage.monitoring.status import Coverage, Flow, Status
from storage.recording.tagging_rows import tagging_rows
from storage.records import FetchState, Listing, Tagging
from storage.store import Store

pytestmark = pytest.mark.usefixtures("each_engine")


# ------------------------------------------------------------------ coverage


def test_covered_is_what_was_read_completely_within_eight_days(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"], key="one"), listing(day(0), ["b"], key="two"))
    recorder.record(listing(day(7), ["a"], key="one"), listing(day(7), [], key="two", state="failed"))
    assert recorder.store.status(day(7.5)).coverage == {"en": Coverage(2, 2)}
    assert recorder.store.status(day(8.5)).coverage == {"en": Coverage(2, 1)}
    assert recorder.store.status(day(30)).coverage == {"en": Coverage(2, 0)}


def test_markets_are_told_apart_and_imports_left_out(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"]), replace(listing(day(0), ["b"], key="zh"), market="zh"))
    recorder.record(feed(day(0), {"x": ["c"]}))
    found = recorder.store.status(day(1))
    assert found.coverage == {"en": Coverage(1, 1), "zh": Coverage(1, 1)}
    assert found.as_json()["coverage"] == {
        "days": 8,
        "boards": 2,
        "usable": 2,
        "by_market": {"en": {"boards": 1, "usable": 1}, "zh": {"boards": 1, "usable": 1}},
    }


# ------------------------------------------------------------------ flow


def test_what_came_and_went_in_the_last_run_and_in_a_week(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b", "c"]), listing(day(6), ["a", "b", "new"]))
    assert recorder.store.status(day(6)).flow_last_run == Flow(new=1, backlog=3)
    run = recorder.store.begin_run("collect", TAXONOMY, now=day(9), observed_from=day(9))
    recorder.store.record(run, listing(day(9), ["a", "b", "new", "newest"]))
    found = recorder.store.status(day(9))
    assert found.flow_last_run == Flow(new=1, closed=1)
    assert found.flow_recent == Flow(new=2, closed=1)
    assert recorder.store.status(day(30)).flow_recent == Flow()


def test_a_posting_that_only_left_the_scope_did_not_close(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(7), ["a"], scope="narrow"))
    assert recorder.store.status(day(7)).flow_recent.closed == 0


# ------------------------------------------------------------------ roles


def with_role(at: datetime, roles: dict[str, str]) -> Listing:
    look = listing(at, roles)
    return replace(
        look, postings=tuple(posting(name, text=f"RAG {at}", role=role) for name, role in roles.items())
    )


def test_a_posting_counts_by_the_role_of_its_latest_text(recorder: Recorder) -> None:
    recorder.record(with_role(day(7), {"a": "ai_pm", "b": "not_pm"}))
    recorder.record(with_role(day(8), {"a": "both", "b": "other_pm"}))
    recorder.record(with_role(day(0), {"a": "aigc_pm", "b": "ai_pm"}))  # stored last, and the earliest
    found = recorder.store.status(day(9))
    assert {role: count for role, count in found.by_role.items() if count} == {"both": 1, "other_pm": 1}
    assert (found.total, found.open, found.not_pm) == (2, 2, 0)


def test_a_text_that_nothing_has_tagged_counts_for_no_role(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]))
    with recorder.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tags WHERE tagging_id = 1")
        connection.exec_driver_sql("DELETE FROM taggings WHERE id = 1")
    found = recorder.store.status(day(1))
    assert (found.total, found.open, found.not_pm) == (1, 1, 0)


def test_of_several_vocabularies_the_one_that_tagged_last_counts(recorder: Recorder) -> None:
    recorder.record(with_role(day(0), {"a": "ai_pm"}))
    other = replace(TAXONOMY, version="t2", sha256="2" * 64)
    rows = tagging_rows(Tagging("t2", "en", "not_pm", 0.0, 0.0))
    recorder.store.add_taggings(other, [(1, rows)], day(1))
    found = recorder.store.status(day(1))
    assert (found.total, found.open, found.not_pm) == (0, 0, 1)


@pytest.mark.file
def test_no_role_is_found_by_going_through_all_texts(recorder: Recorder) -> None:
    """While a store of a million is tagged again, its status must not take a core away for seconds."""
    asked: list[tuple[str, Any]] = []

    @event.listens_for(recorder.store.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "taggings.role" in statement:
            asked.append((statement, parameters))

    recorder.record(listing(day(0), ["a"]))
    recorder.store.status(day(1))
    with closing(sqlite3.connect(recorder.store.engine.url.database or "")) as database:
        plans = [
            [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked
        ]
    scanned = [step for plan in plans for step in plan if step.startswith("SCAN")]
    assert len(plans) == 5 and scanned
    assert not [step for step in scanned if "versions" in step or "taggings" in step]


# ------------------------------------------------------------------ quarantine


def failures(recorder: Recorder, *states: FetchState) -> Status:
    recorder.record(*(listing(day(n), [], state=state) for n, state in enumerate(states)))
    return recorder.store.status(day(len(states)))


@pytest.mark.parametrize(
    ("states", "failed", "waits"),
    [
        (("failed", "failed"), None, None),
        (("failed", "missing", "refused"), 3, 2),
        (("complete", "failed", "failed", "failed", "failed"), 4, 4),
        (("failed",) * 8, 8, 28),
        (("failed",) * 11, 11, 28),
        (("failed", "failed", "failed", "partial"), None, None),
    ],
)
def test_boards_in_quarantine_are_told_with_their_next_time(
    recorder: Recorder, states: tuple[FetchState, ...], failed: int | None, waits: int | None
) -> None:
    found = failures(recorder, *states).as_json()["quarantined"]
    assert [one["failures"] for one in found] == ([failed] if failed else [])
    for one in found:
        again = day(len(states) - 1) + timedelta(days=waits or 0)
        assert (one["board"], one["state"]) == ("ashby:acme", states[-1])
        assert one["not_before"] == f"{again:%Y-%m-%dT%H:%M:%SZ}"


# ------------------------------------------------------------------ the exit code


def collected(store: Store, at: float) -> None:
    run = store.begin_run("collect", TAXONOMY, now=day(at), observed_from=day(at))
    store.record(run, listing(day(at), ["a"]))


@pytest.mark.parametrize(("later", "code"), [(7.9, 0), (8.1, 3), (400, 3)])
def test_a_collect_that_is_overdue_calls_for_help(recorder: Recorder, later: float, code: int) -> None:
    collected(recorder.store, 0)
    found = recorder.store.status(day(later))
    assert (found.exit_code, found.overdue) == (code, code == 3)
    assert any(line.startswith("OVERDUE") for line in found.lines()) == found.overdue


def test_a_store_that_only_replays_and_imports_is_never_overdue(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"]))
    assert recorder.store.status(day(400)).exit_code == 0


def test_all_boards_failed_is_told_even_when_overdue(recorder: Recorder) -> None:
    collected(recorder.store, 0)
    recorder.record(listing(day(1), [], state="refused"))
    assert recorder.store.status(day(400)).exit_code == 2


def test_drift_is_told_and_changes_no_exit_code(recorder: Recorder) -> None:
    for number, share in enumerate((0.98, 0.12)):
        look = listing(day(number * 7), ["a"], others=[f"o{i}" for i in range(40)])
        recorder.record(replace(look, fills={"description": share}))
    found = recorder.store.status(day(8))
    assert found.exit_code == 0
    assert "  ashby:acme: 12 % of the postings have a text, usually 98 %" in found.lines()
    assert found.as_json()["drift"] == [
        {"board": "ashby:acme", "field": "description", "share": 0.12, "usual": 0.98}
    ]


# ------------------------------------------------------------------ what is printed


def test_the_next_run_is_the_callers_to_know(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"]))
    found = recorder.store.status(day(0), day(5))
    assert found.lines()[0].endswith("next due 2026-09-12T02:00:00Z")
    assert found.as_json()["next_due"] == "2026-09-12T02:00:00Z"
    assert "next due" not in recorder.store.status(day(0)).lines()[0]


def test_what_waits_for_retag_is_told(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(1), ["a", "b"], texts={"a": "another text"}))
    other = replace(TAXONOMY, version="t2", sha256="2" * 64)
    found = recorder.store.status(day(1), taxonomy=other)
    assert found.as_json()["postings"]["untagged"] == 2, "postings, not their texts"
    assert any(line.startswith("vocabulary 2 postings wait for `pmtrend retag`") for line in found.lines())
    for taxonomy, count in ((TAXONOMY, 0), (None, None)):
        found = recorder.store.status(day(1), taxonomy=taxonomy)
        assert found.as_json()["postings"]["untagged"] == count
        assert "retag" not in "".join(found.lines())


def test_many_troubles_are_told_in_few_lines(recorder: Recorder) -> None:
    recorder.record(*(listing(START, [], state="failed", key=f"b{i:02d}") for i in range(50)))
    lines = recorder.store.status(day(1)).lines()
    assert len(lines) < 32
    assert "  … and 30 more" in lines
