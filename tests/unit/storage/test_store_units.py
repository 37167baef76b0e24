"""What the employers of a board are judged by: their last looks, however long the board's history is."""

from datetime import timedelta
from pathlib import Path

from databases import fresh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from store_helpers import START, TAXONOMY

from storage.recording import lifecycle
from storage.recording.units import DOUBTED, UnitNow, read_pasts
from storage.store import open_store
from storage.tables import Board, Cell, Company, Fetch, Unit

STATES = ("complete", DOUBTED, "suspect", "accepted", "failed", "absent")
UNITS = (1, 2, 3)


def tell(connection: Connection, looks: list[list[str]], broken: int) -> None:
    """Store a board with three employers and what each look made of them."""
    connection.execute(
        insert(Board).values(id=1, family="feed", key="all", name="All", market="en", multi_employer=True)
    )
    connection.execute(insert(Company), [{"id": n, "key": f"e{n}", "name": f"E{n}"} for n in UNITS])
    epochs = [1 if n == 1 and broken < len(looks) else 0 for n in UNITS]
    units = [
        {"id": n, "board_id": 1, "company_id": n, "epoch": e} for n, e in zip(UNITS, epochs, strict=True)
    ]
    connection.execute(insert(Unit), units)
    for number, states in enumerate(looks, start=1):
        at = START + timedelta(days=number)
        shown = [state for state in states if state not in ("failed", "absent")]
        listing = "failed" if "failed" in states else "suspect" if "suspect" in states else "complete"
        values = {"run_id": 1, "board_id": 1, "observed_at": at, "week": at.date(), "state": listing}
        connection.execute(insert(Fetch).values(id=number, digest=str(number), **values))
        if listing == "failed" or not shown:
            continue
        for unit, state in zip(UNITS, states, strict=True):
            if state != "absent":
                connection.execute(
                    insert(Cell).values(
                        fetch_id=number,
                        unit_id=unit,
                        epoch=int(unit == 1 and number > broken),
                        state="suspect" if state == "accepted" else state,
                        accepted_at=at if state == "accepted" else None,
                        listed=number,
                    )
                )


def expected(looks: list[list[str]], unit: int, broken: int) -> tuple[list[int], int | None, int | None]:
    """Counts of the last usable looks of the epoch, the last of them, the last look if it was doubted."""
    epoch = int(unit == 1 and broken < len(looks))
    counts, doubted = [], None
    for number, states in enumerate(looks, start=1):
        state = states[unit - 1]
        if "failed" in states or state == "absent" or int(unit == 1 and number > broken) != epoch:
            continue
        doubted = number if state == DOUBTED else None
        if state in ("complete", "accepted"):
            counts.append(number)
    return counts[-lifecycle.HISTORY :], counts[-1] if counts else None, doubted


@given(
    st.lists(st.lists(st.sampled_from(STATES), min_size=3, max_size=3), max_size=30),
    st.integers(0, 40),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_last_looks_tell_what_the_whole_history_does(
    tmp_path: Path, looks: list[list[str]], broken: int
) -> None:
    store = open_store(fresh(tmp_path / "store.db"))
    try:
        store.begin_run("collect", TAXONOMY, now=START, observed_from=START)
        with store.engine.connect() as connection, connection.begin() as begun:
            tell(connection, looks, broken)
            epochs = connection.execute(select(Unit.id, Unit.epoch))
            units = {id: UnitNow(id, epoch) for id, epoch in epochs}
            read_pasts(connection, 1, units)
            begun.rollback()
    finally:
        store.close()
    for number, unit in units.items():
        counts, last, doubted = expected(looks, number, broken)
        assert unit.counts[-lifecycle.HISTORY :] == counts
        assert unit.last_usable_at == (None if last is None else START + timedelta(days=last))
        assert unit.doubted_at == (None if doubted is None else START + timedelta(days=doubted))
