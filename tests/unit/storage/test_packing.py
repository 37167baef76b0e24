"""Columns that come as texts are those that come as rows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Date, Engine, Select, case, func, insert, select

from storage.engines.opening import open_engine
from storage.reading.columns import NEVER, microseconds
from storage.reading.packing import _STEP, _instants, columns_in_parts, packed_columns
from storage.reading.selecting import columns
from storage.reading.twins import Readers
from storage.tables import Base, Spell

BEGIN = datetime(2026, 1, 1, 8, 30, 0, 7, tzinfo=UTC)
STATEMENT: Select[tuple[object, ...]] = select(
    Spell.id.label("spell"),
    Spell.posting_id,
    case({"new": 1}, value=Spell.kind).label("code"),
    Spell.opened_at,
    Spell.missed_at,
    Spell.reason,
    func.date(Spell.opened_at, type_=Date).label("day"),
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A file with spells 1 to 50, the last of the first part, the first of the second, and two far on."""
    found = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    Base.metadata.create_all(found, [Spell.__table__])  # type: ignore[list-item]
    numbers = [*range(1, 51), _STEP - 1, _STEP, 5 * _STEP + 3, 6 * _STEP]
    with found.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    rows = [
        {
            "id": n,
            "posting_id": 7 * n,
            "kind": "new" if n % 2 else "backlog",
            "opened_at": BEGIN + timedelta(hours=n, microseconds=n),
            "last_seen_at": BEGIN,
            "missed_at": BEGIN + timedelta(days=n) if n % 3 else None,
            "reason": "gone" if n % 3 else "",
        }
        for n in numbers
    ]
    with found.connect() as connection:
        dbapi = connection.connection.dbapi_connection
        assert dbapi is not None
        dbapi.cursor().execute("PRAGMA foreign_keys=OFF")  # there are no postings
        with connection.begin():
            connection.execute(insert(Spell), rows)
    return found


def reading(engine: Engine):  # type: ignore[no-untyped-def]
    return engine.connect().execution_options(readonly=True)


def test_a_packed_column_is_the_column(engine: Engine) -> None:
    statement = STATEMENT.where(Spell.id != 4)
    with reading(engine) as one:
        rows = columns(one, statement.order_by(Spell.id))
        packed = packed_columns(Readers(one), lambda: statement)
        in_parts = columns_in_parts(one, statement)
    assert list(rows) == list(packed) == list(in_parts)
    for name, column in rows.items():
        assert packed[name].dtype == in_parts[name].dtype == column.dtype
        assert packed[name].tolist() == in_parts[name].tolist() == column.tolist(), name
    assert len(rows["spell"]) == 53
    assert NEVER in packed["missed_at"].tolist()  # some are NULL
    # A word that the CASE does not know: of the even numbers to 50 all but 4, _STEP and 6 of it.
    assert packed["code"].tolist().count(-1) == 26


def test_nothing_is_empty_columns(engine: Engine) -> None:
    with reading(engine) as one:
        packed = packed_columns(Readers(one), lambda: STATEMENT.where(Spell.id < 0))
    assert {name: len(column) for name, column in packed.items()} == dict.fromkeys(packed, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        "yesterday",
        "2026-13-01 00:00:00.000000",
        "2026-00-01 00:00:00.000000",
        "2026-02-29 00:00:00.000000",
        "2026-02-00 00:00:00.000000",
        "2026-01-01T00:00:00.000000",
        "2026-01-0x 00:00:00.000000",
        "2026-01-01",
    ],
)
def test_what_is_no_instant_is_told(engine: Engine, wrong: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE spells SET opened_at = ? WHERE id = 9", (wrong,))
    with reading(engine) as one, pytest.raises(ValueError, match=r"."):
        packed_columns(Readers(one), lambda: STATEMENT)


def test_a_word_that_holds_what_separates_is_told(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE spells SET reason = 'a,b' WHERE id = 9")
    with reading(engine) as one, pytest.raises(ValueError, match="a value of a column is none of its type"):
        packed_columns(Readers(one), lambda: STATEMENT)


@given(st.lists(st.datetimes(timezones=st.just(UTC)).filter(lambda one: one.year >= 1000), min_size=1))
def test_instants_are_read_to_the_microsecond(instants: list[datetime]) -> None:
    text = ",".join(f"{one:%Y-%m-%d %H:%M:%S.%f}" for one in instants)
    assert _instants(text).tolist() == [microseconds(one) for one in instants]


def test_never_is_the_microsecond_before_1970() -> None:
    assert _instants("1969-12-31 23:59:59.999999").tolist() == [NEVER]
