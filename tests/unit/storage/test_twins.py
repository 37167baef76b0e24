"""Two processes read the same state of a store, or there is one."""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from store_helpers import Recorder, day, listing

from storage import forking
from storage.reading import packing, twins
from storage.reading.twins import readers
from storage.store import open_store


@pytest.fixture(autouse=True)
def worthwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "has_another_core", lambda: True)
    monkeypatch.setattr(twins, "_LARGE", 0)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    recorder = Recorder(tmp_path)
    recorder.record(listing(day(0), ["a", "b", "c"]))
    return recorder.store.engine


def reading(engine: Engine) -> Callable[[], AbstractContextManager[Connection]]:
    @contextmanager
    def read():  # type: ignore[no-untyped-def]
        with engine.connect().execution_options(readonly=True) as connection, connection.begin():
            yield connection

    return read


def process(_connection: Connection) -> int:
    return os.getpid()


def count(connection: Connection) -> Any:
    return connection.exec_driver_sql("SELECT count(*) FROM postings").scalar()


def empty(engine: Engine) -> None:
    with sqlite3.connect(str(engine.url.database)) as writer:
        writer.execute("DELETE FROM postings")


def test_a_twin_reads_what_the_first_reads(engine: Engine) -> None:
    with readers(engine, reading(engine)) as both:
        here, there = both.both(process, process)
        assert here == os.getpid() != there
        empty(engine)
        assert both.both(count, count) == (3, 3)
    with readers(engine, reading(engine)) as later:
        assert later.both(count, count) == (0, 0)


def pages(connection: Connection) -> Any:
    return connection.exec_driver_sql("PRAGMA cache_size").scalar()


def test_both_hold_few_pages_meanwhile(engine: Engine) -> None:
    with engine.connect() as connection:
        usual = pages(connection)
    with readers(engine, reading(engine)) as both:
        here, there = both.both(pages, pages)
    assert here == there != usual
    with engine.connect() as connection:
        assert pages(connection) == usual


@pytest.mark.parametrize("moment", [1, 2])
def test_where_somebody_writes_as_they_begin_there_is_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """`moment` 1: before any of the two has begun; 2: when one may have."""
    asked, real = [], twins._data_version

    def version(connection: Connection) -> Any:
        asked.append(connection)
        if len(asked) == 2 and moment == 2:
            empty(engine)
        found = real(connection)
        if len(asked) == 1 and moment == 1:
            empty(engine)
        return found

    monkeypatch.setattr(twins, "_data_version", version)
    with readers(engine, reading(engine)) as alone:
        assert alone.both(process, process) == (os.getpid(), os.getpid())


def test_where_this_process_has_the_file_open_there_is_one(engine: Engine) -> None:
    """A fork would take the locks of that connection for its own."""
    other = sqlite3.connect(str(engine.url.database))
    with readers(engine, reading(engine)) as alone:
        assert alone.both(process, process) == (os.getpid(), os.getpid())
    other.close()
    with readers(engine, reading(engine)) as both:
        assert both.both(process, process)[1] != os.getpid()
    with reading(engine)(), readers(engine, reading(engine)) as alone:
        assert alone.both(process, process) == (os.getpid(), os.getpid())


@pytest.mark.parametrize("why", ["one core", "a small file"])
def test_where_it_is_not_worthwhile_there_is_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "one core":
        monkeypatch.setattr(forking, "has_another_core", lambda: False)
    else:
        monkeypatch.setattr(twins, "_LARGE", 2**30)
    with readers(engine, reading(engine)) as alone:
        assert alone.both(process, process) == (os.getpid(), os.getpid())


def end(parent: int, connection: Connection) -> Any:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return count(connection)


def fail(parent: int, connection: Connection) -> Any:
    if os.getpid() != parent:
        raise ValueError("only there")
    return count(connection)


@pytest.mark.parametrize("what", [end, fail])
def test_what_a_twin_does_not_bring_is_read_here(engine: Engine, what: Callable[..., Any]) -> None:
    with readers(engine, reading(engine)) as both:
        assert both.both(count, partial(what, os.getpid())) == (3, 3)
        assert both.both(count, process) == (3, os.getpid())  # nor is it asked again


def damaged(_connection: Connection) -> Any:
    raise ValueError("no instant")


def test_what_both_raise_is_raised(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no instant"), readers(engine, reading(engine)) as both:
        both.both(count, damaged)


def test_facts_are_the_same_whoever_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of three spells, so that both have several; values come in another order in each half."""
    monkeypatch.setattr(packing, "_STEP", 3)
    recorder, ids = Recorder(tmp_path), [f"p{number}" for number in range(20)]
    for week in range(5):
        look = listing(day(7 * week), ids[week : 20 - week])
        said = (replace(one, places=(f"city {number % 7 % 4}",)) for number, one in enumerate(look.postings))
        recorder.record(replace(look, postings=tuple(said)))
    recorder.store.close()
    asked = {"first_week": day(-7).date(), "until": day(35), "details_from": day(14).date()}

    def facts() -> Any:
        store = open_store(str(recorder.store.engine.url))
        found = store.facts(**asked)  # type: ignore[arg-type]
        told = {id: repr(found.postings[id]) for id in found.postings}
        store.close()
        return list(found.spells), list(found.cells), found.fetches, told, found.postings

    together = facts()
    monkeypatch.setattr(forking, "has_another_core", lambda: False)
    alone = facts()
    assert together[:4] == alone[:4]
    assert len(alone[0]) == 20 and len(alone[3]) > 10
    for name, column in alone[4].details.coded.items():
        same = together[4].details.coded[name]
        assert same.codes.tolist() == column.codes.tolist() and list(same.values) == list(column.values), name
