"""How storing a look talks to the database: by few statements, however many postings the look brings."""

from dataclasses import replace

import pytest
from sqlalchemy import event
from store_helpers import Recorder, day, feed, listing

from storage.recording.tagging_rows import TAG_COLUMNS, TAGGING_COLUMNS
from storage.records import Listing
from storage.tables import Tag, Tagging

pytestmark = pytest.mark.usefixtures("each_engine")


def statements(recorder: Recorder, look: Listing) -> int:
    """Record a look; return how many statements that took."""
    told: list[str] = []

    def tell(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    event.listen(recorder.store.engine, "before_cursor_execute", tell)
    try:
        recorder.record(short(look))
    finally:
        event.remove(recorder.store.engine, "before_cursor_execute", tell)
    return len(told)


def short(look: Listing) -> Listing:
    """The look with a digest of a usual length: PostgreSQL's index takes no long ones."""
    return replace(look, digest=str(look.observed_at))


def ids(count: int, first: int = 0) -> list[str]:
    return [f"p{number}" for number in range(first, first + count)]


def employers(count: int, prefix: str) -> dict[str, list[str]]:
    return {f"{prefix}{number}": [f"{prefix}{number} {n}" for n in range(3)] for number in range(count)}


def test_a_first_look_takes_as_many_statements_for_a_hundred_postings_as_for_two(recorder: Recorder) -> None:
    few = statements(recorder, listing(day(0), ids(2), key="few"))
    assert statements(recorder, listing(day(0), ids(100, first=2), key="many")) == few


def test_a_later_look_does_so_too_whatever_it_brings(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ids(80)))
    some = statements(recorder, listing(day(7), ids(82)))
    assert statements(recorder, listing(day(14), ids(140))) == some


def test_a_look_at_many_employers_does_so_too(recorder: Recorder) -> None:
    first = statements(recorder, feed(day(0), employers(2, "a")))
    assert statements(recorder, feed(day(7), employers(2, "a") | employers(5, "b"))) > first, "it has a past"
    known = employers(2, "a") | employers(5, "b")
    some = statements(recorder, feed(day(14), known | employers(1, "c")))
    assert statements(recorder, feed(day(21), known | employers(1, "c") | employers(4, "d"))) == some


def test_rows_are_laid_out_as_their_tables_are() -> None:
    assert Tagging.__table__.columns.keys() == [
        *("id", "version_id", "taxonomy_id"),
        *TAGGING_COLUMNS,
        "tagged_at",
    ]
    assert Tag.__table__.columns.keys() == ["tagging_id", *TAG_COLUMNS]


def test_postings_are_found_again_however_many_and_whatever_their_ids(recorder: Recorder) -> None:
    many = [*ids(1200), "quote ' and \\", "上海/产品 🙂", "[1, 2]"]
    recorder.record(short(listing(day(0), many)))
    (again,) = recorder.record(short(listing(day(7), many[1:])))
    assert (again.created, again.closed) == (0, 0)
    (closed,) = recorder.record(short(listing(day(14), many[1:])))
    assert closed.closed == 1
