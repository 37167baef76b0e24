"""The weekly counts that are kept for SQL: what the report counts, and what the rows say one by one."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from databases import folder, holds
from histories import FILLING, looks
from hypothesis import settings
from store_helpers import Recorder, day, listing, posting

from reports.building.rollup import catch_up, count_weeks, refresh, verify
from storage.reading.weekly_counts import COLUMNS
from storage.records import Listing
from storage.store import Store
from storage.weeks import WEEK, label

pytestmark = pytest.mark.usefixtures("each_engine")

FLOWS = COLUMNS[4:]
CAME, WENT = ("births", "reposts", "entered"), ("closures", "pending", "censored")


def stored(store: Store) -> dict[tuple[date, int, str], dict[str, int | None]]:
    """The rows by week, unit and role."""
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT {', '.join(COLUMNS)} FROM weekly_counts").all()
    return {
        (date.fromisoformat(str(week)), unit, role): dict(zip(COLUMNS[3:], counts, strict=True))
        for week, unit, role, *counts in rows
    }


@contextmanager
def recording(path: Path) -> Iterator[Recorder]:
    recorder = Recorder(path)
    yield recorder
    recorder.store.close()


# ------------------------------------------------------------------ what is counted


@holds(settings(FILLING, max_examples=15), looks())
def test_what_is_listed_and_flows_is_what_the_spells_say(history: list[Listing]) -> None:
    with folder() as path, recording(path) as recorder:
        for look in history:
            recorder.record(look)
            catch_up(recorder.store)
        found = stored(recorder.store)
        facts = recorder.store.facts(first_week=day(-7).date(), until=day(900))
        in_order = sorted(facts.cells, key=lambda cell: cell.observed_at)
        seen_at = {(cell.week, cell.unit): cell.observed_at for cell in in_order if cell.usable}
        listed = Counter(
            (week, unit, "aigc_pm")
            for (week, unit), at in seen_at.items()
            for spell in facts.spells
            if spell.unit == unit and spell.opened_at <= at <= spell.last_seen_at
        )
        assert {key: row["listed"] for key, row in found.items() if row["listed"]} == listed
        for (week, unit, role), row in found.items():
            if row["births"] is not None:
                came, went = (sum(row[name] or 0 for name in names) for names in (CAME, WENT))
                assert row["listed"] == listed[week - WEEK, unit, role] + came - went
                assert (week - WEEK, unit) in seen_at
        comparison = verify(recorder.store)
        assert comparison is not None and not comparison.wrong and not any(comparison.lacking)


def test_an_example_by_hand(recorder: Recorder) -> None:
    recorder.record(
        listing(day(0), ["a", "b"]), listing(day(7), ["a", "c", "d"]), listing(day(14), ["c", "d"])
    )
    recorder.record(listing(day(28), ["c", "e"], key="acme"))
    catch_up(recorder.store)
    nothing = dict.fromkeys(FLOWS, 0)
    rows = {(label(week), role): row for (week, _, role), row in stored(recorder.store).items()}
    assert rows == {
        ("2026-W37", "aigc_pm"): {"listed": 2} | dict.fromkeys(FLOWS),
        ("2026-W38", "aigc_pm"): {"listed": 3} | nothing | {"births": 2, "closures": 1},
        ("2026-W39", "aigc_pm"): {"listed": 2} | nothing | {"closures": 1},
        ("2026-W41", "aigc_pm"): {"listed": 2} | dict.fromkeys(FLOWS),
    }


# ------------------------------------------------------------------ kept up to date, held against the rows


def test_only_what_differs_is_written_and_older_knowledge_is_not(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(1), ["x"], key="other"))
    older = count_weeks(recorder.store)
    assert (refresh(recorder.store), refresh(recorder.store)) == (2, 0)
    recorder.record(listing(day(7), ["a", "b", "c"]))
    assert refresh(recorder.store) == 1
    assert recorder.store.write_weekly_counts(older) == 0
    assert len(stored(recorder.store)) == 3


def test_who_counts_at_the_same_time_waits_and_agrees(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(7), ["a"]))
    counts = count_weeks(recorder.store)
    with ThreadPoolExecutor(4) as several:
        changed = sorted(several.map(recorder.store.write_weekly_counts, [counts] * 4))
    assert changed == [0, 0, 0, 2]


def test_a_role_that_changes_changes_the_past(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(7), ["a", "b"]))
    catch_up(recorder.store)
    now_ai = replace(
        listing(day(14), ["a", "b"]), postings=(posting("a", text="RAG!", role="ai_pm"), posting("b"))
    )
    recorder.record(now_ai)
    catch_up(recorder.store)
    assert {role: row["listed"] for (_, _, role), row in stored(recorder.store).items()} == {
        "ai_pm": 1,
        "aigc_pm": 1,
    }
    assert len(stored(recorder.store)) == 6


def test_what_is_wrong_is_named_and_mended(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(7), ["a"]))
    assert verify(recorder.store) is None
    refresh(recorder.store)
    with recorder.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE weekly_counts SET listed = 5 WHERE pending = 1")
    found = verify(recorder.store)
    assert found is not None
    assert found.wrong == ("2026-W38, unit 1, aigc_pm: listed 5, by the rows 1",)
    assert refresh(recorder.store) == 2
    again = verify(recorder.store)
    assert again is not None and (again.rows, again.wrong) == (2, ())


def test_counts_that_do_not_know_all_yet_are_not_called_wrong(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]))
    refresh(recorder.store)
    recorder.record(listing(day(0.5), ["a"]))
    found = verify(recorder.store)
    assert found is not None and (found.lacking, found.wrong) == ((1, 0), ())


def test_an_empty_store_has_none(recorder: Recorder) -> None:
    assert refresh(recorder.store) == 0
    found = verify(recorder.store)
    assert found is not None and (found.rows, found.wrong) == (0, ())
