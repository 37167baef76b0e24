"""Published numbers are kept, once each and for good; what was known before a report stays the same."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from databases import folder, holds
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from store_helpers import TAXONOMY, Recorder, day, listing

from storage.history import Edition, Learned, Number
from storage.reading import vintages
from storage.reading.learning import learned
from storage.records import Listing
from storage.tables import Publication

pytestmark = pytest.mark.usefixtures("each_engine")

WEEK = date(2026, 9, 7)  # START's
NOW = datetime.fromisoformat("2026-12-01T00:00:00+00:00")


def edition(week: int = 0, as_of: float = 6, **others: object) -> Edition:
    """The report of a week (0 is START's) made with what was known `as_of` days after START."""
    monday = WEEK + timedelta(weeks=week)
    return replace(Edition(monday, "", day(as_of), day(as_of), "sha-1", "0.1.0", 1), **others)  # type: ignore[arg-type]


def number(value: float, week: int = 0, metric: str = "stock", role: str = "all") -> Number:
    return Number(metric, WEEK + timedelta(weeks=week), role, "", value, n=3)


def publish(recorder: Recorder, one: Edition, *numbers: Number) -> bool:
    return recorder.store.publish(one, numbers, NOW)


def earlier(engine: Engine, one: Edition) -> list[tuple[date, float]]:
    """(week, first value) of each earlier publication that a report is told of."""
    with engine.connect().execution_options(readonly=True) as connection, connection.begin():
        return [(of.week, numbers[0].value) for of, numbers in vintages.earlier(connection, one)]


# ------------------------------------------------------------------ what is kept


def test_the_same_report_again_adds_nothing_and_another_number_adds_a_vintage(recorder: Recorder) -> None:
    assert publish(recorder, edition(), number(7), number(2, role="ai_pm")) is True
    assert publish(recorder, edition(), number(2, role="ai_pm"), number(7)) is False
    assert publish(recorder, edition(), number(8)) is True
    with recorder.store.engine.connect() as connection:
        kept = connection.execute(text("SELECT publication_id, role, value, n FROM vintages")).all()
    assert sorted(kept) == [(1, "ai_pm", 2.0, 3), (1, "all", 7.0, 3), (2, "all", 8.0, 3)]


def test_a_report_without_numbers_is_a_publication_too(recorder: Recorder) -> None:
    assert publish(recorder, edition()) is True
    assert publish(recorder, edition()) is False


@pytest.mark.parametrize(
    "other", [{"view": "market=zh"}, {"code_version": "9.9"}, {"taxonomy": None}, {"as_of": day(7)}]
)
def test_another_view_program_vocabulary_or_knowledge_is_another_publication(
    recorder: Recorder, other: dict[str, object]
) -> None:
    publish(recorder, edition(), number(7))
    assert publish(recorder, replace(edition(), **other), number(7)) is True
    with recorder.store.engine.connect() as connection:
        stored = connection.execute(select(Publication)).all()
    assert len(stored) == 2
    assert stored[0].published_at == NOW


# ------------------------------------------------------------------ what was published before


def test_only_what_knew_less_is_earlier(recorder: Recorder) -> None:
    publish(recorder, edition(0, 6), number(7))
    publish(recorder, edition(0, 13), number(8))
    found = [earlier(recorder.store.engine, edition(1, as_of)) for as_of in (6, 7, 13, 13.5)]
    assert found == [[], [(WEEK, 7.0)], [(WEEK, 7.0)], [(WEEK, 8.0)]]


def test_a_view_is_compared_with_itself_alone(recorder: Recorder) -> None:
    publish(recorder, edition(0, 6), number(7))
    assert earlier(recorder.store.engine, edition(1, 13, view="market=zh")) == []


def test_each_week_is_looked_up_where_it_was_stated_last(recorder: Recorder) -> None:
    """Week 0 was told anew after week 1: for week 0 that counts, for week 1 its own report."""
    publish(recorder, edition(0, 6), number(1))
    publish(recorder, edition(1, 13), number(2))
    publish(recorder, edition(0, 15), number(3))
    monday = WEEK + timedelta(weeks=1)
    assert earlier(recorder.store.engine, edition(2, 20)) == [(WEEK, 3.0), (monday, 2.0)]
    assert earlier(recorder.store.engine, edition(1, 20)) == [(WEEK, 3.0), (monday, 2.0)]
    assert earlier(recorder.store.engine, edition(0, 20)) == [(WEEK, 3.0)]


def test_a_later_week_reaches_back_to_an_earlier_one(recorder: Recorder) -> None:
    publish(recorder, edition(0, 6), number(1))
    publish(recorder, edition(3, 27), number(2))
    found = earlier(recorder.store.engine, edition(0, 28))
    assert found == [(WEEK + timedelta(weeks=3), 2.0), (WEEK, 1.0)]


def test_what_was_published_after_a_report_is_not_before_it(recorder: Recorder) -> None:
    """Made again, a report sees what it saw when it was first made, whatever was added in between."""
    publish(recorder, edition(1, 13), number(2))
    assert earlier(recorder.store.engine, edition(1, 13)) == []
    publish(recorder, edition(0, 6), number(1))  # knows less, but came later
    assert earlier(recorder.store.engine, edition(1, 13)) == []
    assert earlier(recorder.store.engine, edition(1, 13, code_version="0.2.0")) == [(WEEK, 1.0)]


@holds(
    settings(max_examples=25),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8),
)
def test_publishing_is_idempotent_in_any_order(made: list[tuple[int, int]]) -> None:
    """Every report finds the same earlier ones each time it is made, and adds a publication only once."""
    with folder() as path:
        _publish_all(path, made)


def _publish_all(path: Path, made: list[tuple[int, int]]) -> None:
    recorder = Recorder(path)
    seen: dict[tuple[int, int], list[tuple[date, float]]] = {}
    for week, later in [*made, *made]:
        one = edition(week, 7 * week + 6 + later)
        found = earlier(recorder.store.engine, one)
        new = (week, later) not in seen
        assert seen.setdefault((week, later), found) == found
        assert publish(recorder, one, number(100 * week + later, week)) is new
    recorder.store.close()
    assert len(seen) == len(set(made))


# ------------------------------------------------------------------ what was learned since


def since(recorder: Recorder, before: Edition, cut: datetime) -> dict[str, list[Learned]]:
    with recorder.store.engine.connect() as connection:
        run = vintages.newest_run(connection, cut)
        found: dict[str, list[Learned]] = {}
        for one in learned(connection, "Asia/Shanghai", before, run, cut):
            found.setdefault(one.kind, []).append(one)
        return found


def test_a_closure_is_confirmed_in_the_week_of_its_first_miss(recorder: Recorder) -> None:
    recorder.record(
        listing(day(0), ["a", "b", "c"]), listing(day(7), ["a", "b"]), listing(day(14), ["a", "b"])
    )
    monday = WEEK + timedelta(weeks=1)
    found = since(recorder, edition(1, 7), day(14))
    assert found["confirmed"] == [Learned("confirmed", monday, monday, 1)]
    assert set(found) == {"confirmed", "later_look"}
    assert "confirmed" not in since(recorder, edition(1, 14), day(14))
    assert "confirmed" not in since(recorder, edition(0, 0), day(7)), "not known yet"


def test_a_posting_that_came_back_concerns_the_weeks_of_its_absence(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(7), ["a"]), listing(day(14), ["a", "b"]))
    weeks = [WEEK + timedelta(weeks=week) for week in (1, 2)]
    assert since(recorder, edition(1, 7), day(14))["returned"] == [Learned("returned", *weeks, 1)]


def test_an_edit_concerns_all_weeks_of_its_posting_and_says_if_the_class_changed(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a", "b"]), listing(day(8), ["a", "b"], texts={"a": "RAG, and agents"}))
    found = since(recorder, edition(0, 0), day(8))
    assert found["edited"] == [Learned("edited", WEEK, WEEK + timedelta(weeks=1), 1)]
    assert "reclassed" not in found
    recorder.record(replace_role(listing(day(15), ["a", "b"], texts={"b": "RAG no more"}), "ai_pm"))
    found = since(recorder, edition(1, 8), day(15))
    assert found["reclassed"] == [Learned("reclassed", WEEK, WEEK + timedelta(weeks=2), 1)]


def replace_role(look: Listing, role: str) -> Listing:
    """The look with posting b in another class."""
    postings = [
        replace(one, tagging=replace(one.tagging, role=role if one.native_id == "b" else one.tagging.role))
        for one in look.postings
        if one.tagging is not None
    ]
    return replace(look, postings=tuple(postings))


def test_looks_of_a_later_run_at_known_dates_are_late(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"]), listing(day(14), ["a"]))
    before = edition(2, 14)
    recorder.run = recorder.store.begin_run("import", TAXONOMY, now=NOW, observed_from=day(3))
    recorder.record(listing(day(3), ["a", "x"]))
    found = since(recorder, before, day(14))
    assert found["late"] == [Learned("late", WEEK, WEEK + timedelta(weeks=2), 1)]
    assert "later_look" not in found


def test_a_change_of_scope_concerns_the_weeks_from_it_on(recorder: Recorder) -> None:
    recorder.record(
        listing(day(0), ["a"]),
        listing(day(7), ["a"], scope="narrow"),
        listing(day(21), ["a"], scope="narrow"),
    )
    weeks = WEEK + timedelta(weeks=1), WEEK + timedelta(weeks=3)
    assert since(recorder, edition(0, 0), day(21))["break"] == [Learned("break", *weeks, 1)]


def test_a_suspect_look_that_the_next_one_confirms_is_accepted(recorder: Recorder) -> None:
    many = [f"p{n}" for n in range(40)]
    recorder.record(listing(day(0), many), listing(day(7), many[:3]), listing(day(14), many[:3]))
    monday = WEEK + timedelta(weeks=1)
    assert since(recorder, edition(1, 7), day(14))["accepted"] == [Learned("accepted", monday, monday, 1)]


def test_nothing_learned_is_nothing(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"]))
    assert since(recorder, edition(0, 0), day(0)) == {}
