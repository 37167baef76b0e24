"""A store on a PostgreSQL server: who waits for whom, what a reader sees, every failure as one sentence."""

import builtins
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import databases
import pytest
from own_server import GUARDED, Server
from psycopg import errors, sql
from sqlalchemy import insert, select, text
from store_helpers import START, TAXONOMY, Recorder, day, listing
from typed import Outcome, typed

from storage.engines import postgresql
from storage.engines.opening import holds_password, open_engine, without_password
from storage.errors import LockHeld, StorageError
from storage.recording.new_rows import NewRows
from storage.store import Store, open_store
from storage.tables import Company

SECRET = "s3cret"


@pytest.fixture(scope="module", autouse=True)
def on_server(databases: Any) -> Iterator[None]:
    from databases import on

    with on(databases), databases.borrowed():
        yield


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(databases.url(tmp_path / "x"))) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path, store: Store) -> Iterator[Store]:
    """The same database, as another process sees it."""
    with closing(open_store(databases.url(tmp_path / "x"))) as opened:
        yield opened


def refused(work: Callable[[], object]) -> str:
    """Return the one sentence that something is refused with."""
    with pytest.raises(StorageError) as found:
        work()
    sentence = str(found.value)
    assert "\n" not in sentence and SECRET not in sentence
    return sentence


# ------------------------------------------------------------------ turns


def names(connection: Any) -> list[str]:
    return list(connection.scalars(select(Company.name).order_by(Company.id)))


def add(store: Store, name: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(insert(Company).values(key=name, name=name))


def test_a_reader_sees_one_state_from_first_to_last(store: Store, other: Store) -> None:
    add(store, "before")
    with store.engine.connect().execution_options(readonly=True) as reader, reader.begin():
        assert names(reader) == ["before"]
        add(other, "after")
        assert names(reader) == ["before"], "and the writer did not wait for the reader"
    with store.engine.connect().execution_options(readonly=True) as reader, reader.begin():
        assert names(reader) == ["before", "after"]


def test_a_reader_cannot_write(store: Store) -> None:
    with store.engine.connect().execution_options(readonly=True) as reader, reader.begin():
        said = refused(lambda: _explained(store, lambda: reader.execute(text("DELETE FROM companies"))))
    assert "is read-only" in said


def _explained(store: Store, work: Callable[[], object]) -> None:
    from storage.engines.opening import explained

    with explained(store.engine):
        work()


def test_an_interrupt_that_left_a_connection_at_work_is_still_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C may come between a question and its answer: nothing can be done with the connection then."""

    def ask(dbapi: Any, statement: str) -> None:
        dbapi.autocommit = True
        try:
            dbapi.pgconn.send_query(b"SELECT pg_sleep(60)")
            raise KeyboardInterrupt
        finally:
            dbapi.autocommit = False

    store.engine.dispose()
    monkeypatch.setattr(postgresql, "_outside", ask)
    with pytest.raises(KeyboardInterrupt):
        _explained(store, lambda: add(store, "nobody"))


def test_a_writer_waits_for_its_turn_and_sees_what_was_written_meanwhile(store: Store, other: Store) -> None:
    began, seen = threading.Event(), []

    def second() -> None:
        began.set()
        with other.engine.begin() as connection:  # waits here
            seen.extend(names(connection))

    with store.engine.begin() as first:
        first.execute(insert(Company).values(key="a", name="a"))
        thread = threading.Thread(target=second)
        thread.start()
        began.wait(300)
        thread.join(0.2)
        assert thread.is_alive() and seen == []
    thread.join(300)
    assert seen == ["a"]


def test_who_waits_too_long_is_told_why(store: Store, other: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.store._SOON", 0.1)
    facts = store.facts(first_week=day(-7).date(), until=day(7))
    edition = store.history(facts, day(0).date()).edition
    assert edition is not None
    with other.engine.begin():
        assert "is locked by another program" in refused(lambda: store.publish(edition, [], START))
    assert store.publish(edition, [], START) is True, "the patience was only that one's"


def test_of_two_runs_the_second_ends_at_once_and_the_lock_with_the_first(store: Store, other: Store) -> None:
    with store.one_run():
        with pytest.raises(LockHeld, match="another run of pmtrend is at work") as held, other.one_run():
            pass
        assert SECRET not in str(held.value)
        add(other, "readers and single writers are not kept out")
    with other.one_run():
        pass


def test_the_lock_of_a_killed_run_is_free(store: Store, tmp_path: Path) -> None:
    command = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from storage.store import open_store\n"
        f"with open_store({databases.url(tmp_path / 'x')!r}).one_run(): print('held', flush=True); input()"
    )
    run = subprocess.Popen([sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert run.stdout is not None and run.stdin is not None
    assert run.stdout.readline() == b"held\n"
    with pytest.raises(LockHeld), store.one_run():
        pass
    run.kill()
    run.wait(300)
    run.stdin.close()
    run.stdout.close()
    for _ in range(6000):  # the server sees the end of the process soon, not at once
        try:
            with store.one_run():
                return
        except LockHeld:
            threading.Event().wait(0.05)
    raise AssertionError("the lock is held still")


def test_the_verb_ends_with_4(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with store.one_run():
        outcome = typed(monkeypatch, capsys, "--db", databases.url(tmp_path / "x"), "retag")
    assert outcome.code == 4 and "another run of pmtrend is at work" in outcome.err


# ------------------------------------------------------------------ what is stored


IN_ENGLISH = 'SELECT key FROM companies ORDER BY key COLLATE "en-x-icu"'
OTHER_ORDER = """
    SELECT table_name, column_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type = 'text'
    AND collation_name IS DISTINCT FROM 'C'
"""


def test_every_text_is_ordered_by_its_bytes_in_any_database(server: Server) -> None:
    name = server.create(options="LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'")
    with closing(open_store(server.url(name))) as store:
        for key in ("b", "A", "é", "a", "Z", "中"):
            add(store, key)
        with store.engine.connect() as connection:
            found = list(connection.scalars(select(Company.key).order_by(Company.key)))
            plain = connection.scalars(text(IN_ENGLISH)).all()
            lacking = connection.execute(text(OTHER_ORDER)).all()
    assert found == sorted(found) and found != list(plain)
    assert lacking == []
    server.drop(name)


def test_numbers_that_we_give_and_those_of_the_server_do_not_meet(tmp_path: Path) -> None:
    """Rows after rows that were numbered by us, in every table."""
    recorder = Recorder(tmp_path)
    recorder.record(listing(day(0), ["a", "b"]), listing(day(1), ["a"], state="partial"))
    recorder.record(listing(day(2), ["a", "c"]), listing(day(2), ["x"], key="other"))
    assert recorder.store.check() == []
    found = databases.rows(tmp_path / "store.db")
    for name in ("postings", "versions", "spells", "taggings", "fetches", "units", "companies"):
        assert [row[0] for row in found[name]] == list(range(1, len(found[name]) + 1)), name


# ------------------------------------------------------------------ what can go wrong


@pytest.fixture
def guarded(server: Server, store: Store) -> Iterator[str]:
    """The database as a user sees it who has a password and no rights: a URL with `{}` for the password."""
    with server.connect() as connection:
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(made.format(sql.Identifier(GUARDED), sql.Literal(SECRET)))
    yield server.url(str(store.engine.url.database), GUARDED, "{}")
    store.close()
    with server.connect(str(store.engine.url.database)) as connection:
        connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(GUARDED)))


def test_a_wrong_password_and_none(guarded: str) -> None:
    said = refused(lambda: open_store(guarded.format(SECRET + "!")))
    assert "password authentication failed" in said and ".pgpass" in said
    assert "password" in refused(lambda: open_store(guarded.replace(":{}", "")))


def test_a_user_without_rights(guarded: str, server: Server) -> None:
    assert "permission denied for table" in refused(lambda: open_store(guarded.format(SECRET)))
    name = server.create()
    said = refused(lambda: open_store(server.url(name, GUARDED, SECRET)))
    assert "permission denied for schema public" in said and "GRANT" in said
    server.drop(name)


def test_a_user_who_may_only_read_reads(guarded: str, server: Server, store: Store) -> None:
    with server.connect(str(store.engine.url.database)) as connection:
        granted = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}"
        connection.execute(sql.SQL(granted).format(sql.Identifier(GUARDED)))
    with closing(open_store(guarded.format(SECRET))) as reading:
        assert reading.status(START).total == 0
        said = refused(lambda: reading.begin_run("collect", TAXONOMY, now=START, observed_from=START))
    assert "permission denied for table" in said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://u:s3cret@127.0.0.1:1/x", "cannot be reached: "),
        ("postgresql://u:s3cret@/x?host=/no/such/socket", "cannot be reached: "),
        ("postgres://u:s3cret@127.0.0.1:1/x?password=s3cret", "cannot be reached: "),
        ("postgresql+psycopg://u:s3cret@127.0.0.1", "names no database"),
        ("postgresql+psycopg://u:s3cret@host:port/x", "is not a database URL"),
        ("postgresql+psycopg://u:s3/cr@et@host:port/x", "is not a database URL"),
        (
            "postgresql+psycopg://u:s3cret@127.0.0.1:1/x?nosuch=1",
            "cannot be opened: invalid connection",
        ),
        ("postgresql+asyncpg://u:s3cret@127.0.0.1/x", "not supported"),
        ("mysql://u:s3cret@127.0.0.1/x", "not supported"),
        ("u:s3cret@127.0.0.1/x", "is not a database URL"),
    ],
)
def test_where_there_is_no_database(url: str, said: str) -> None:
    assert said in refused(lambda: open_store(url))


def test_a_database_that_does_not_exist(server: Server) -> None:
    said = refused(lambda: open_store(server.url("nosuch", password=SECRET)))
    assert 'database "nosuch" does not exist; create it first' in said


def test_a_database_that_cannot_hold_every_text(server: Server) -> None:
    name = server.create(options="ENCODING 'LATIN1' LOCALE 'C'")
    assert "has the encoding LATIN1" in refused(lambda: open_store(server.url(name)))
    server.drop(name)


def test_a_connection_that_is_lost_on_the_way(server: Server, tmp_path: Path) -> None:
    """The look is not stored at all, and the next one finds its way by itself."""
    recorder = Recorder(tmp_path)
    with server.connect() as connection:

        def cut() -> None:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [str(recorder.store.engine.url.database)],
            )

        def written_and_cut(rows: NewRows) -> None:
            write(rows)
            cut()

        write = NewRows.write
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(NewRows, "write", written_and_cut)
            said = refused(lambda: recorder.record(listing(day(0), ["a"])))
    assert "was lost on the way" in said and "call again" in said
    assert databases.rows(tmp_path / "store.db")["fetches"] == []
    recorder.record(listing(day(0), ["a"]))
    assert len(databases.rows(tmp_path / "store.db")["fetches"]) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            errors.DiskFull("could not extend file: No space left\nHINT: Check"),
            "the disk of the server is full",
        ),
        (errors.DataCorrupted("invalid page in block 1"), "is damaged"),
        (
            errors.QueryCanceled("canceling statement"),
            "the server ended the statement",
        ),
        (errors.AdminShutdown("terminating connection"), "was lost on the way"),
        (errors.UniqueViolation("duplicate key"), ""),
    ],
)
def test_what_cannot_be_brought_about_here(error: Exception, said: str) -> None:
    found = postgresql.meaning(error)
    assert said in found and "\n" not in found and bool(found) is bool(said)


def test_without_the_driver_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def lacking(name: str, *rest: Any, **more: Any) -> Any:
        if name == "psycopg":
            raise ModuleNotFoundError("No module named 'psycopg'")
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    said = refused(lambda: open_engine(f"postgresql+psycopg://u:{SECRET}@h/x"))
    assert "pip install 'pmtrend[postgresql]'" in said


# ------------------------------------------------------------------ the password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://u:s3cret@h/x", "postgresql+psycopg://u:***@h/x"),
        ("postgresql://u@h/x?password=s3cret&sslmode=require", "postgresql://u@h/x?sslmode=require"),
        ("postgresql://u:p@ss:w/ord@h:x/y", "postgresql://h:x/y"),
        ("sqlite:///pmtrend.db", "sqlite:///pmtrend.db"),
    ],
)
def test_a_url_is_shown_without_it(url: str, shown: str) -> None:
    assert without_password(url) == shown
    assert holds_password(url) is (url != shown)


@pytest.mark.parametrize("option", ["--print-cron", "--print-systemd"])
@pytest.mark.parametrize("by_option", [True, False])
def test_a_printed_schedule_leaves_it_out_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    option: str,
    by_option: bool,
) -> None:
    url = f"postgresql+psycopg://u:{SECRET}@h/x"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PMTREND_DATABASE_URL", "" if by_option else url)
    said: Outcome = typed(monkeypatch, capsys, *(["--db", url] if by_option else []), "schedule", option)
    assert said.code == 0 and SECRET not in said.out + said.err and "--db" not in said.out
    assert "set PMTREND_DATABASE_URL" in said.err
    assert os.environ["PMTREND_DATABASE_URL"] == url, "the daemon's runs have it from there"


def test_every_verb_that_fails_on_the_way_hides_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/x"
    for words in (
        ("status",),
        ("report",),
        ("choose", "--pm-years", "1", "--ai-years", "0"),
        ("retag",),
        ("find", "RAG"),
        ("db", "check"),
        ("db", "copy", url, "sqlite:///y.db"),
        ("-v", "taxonomy", "candidates"),
    ):
        said = typed(monkeypatch, capsys, "--db", url, *words)
        assert said.code == 1 and SECRET not in said.out + said.err
        assert said.err.count("\n") == 1 and "cannot be " in said.err, words
