"""Row 42: bytes of a database change on the disk. What reads it says so in a sentence, or reads on."""

import random
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from docs_pages import Outcome, call
from sqlalchemy import Boolean, Float, Integer
from store_helpers import Recorder, day, listing, seen

from scraper.normalizing.posting import stored_hashes
from storage.errors import StorageError
from storage.store import Store, open_store
from storage.tables import Base

PAGE = 4096


@pytest.fixture(autouse=True)
def own_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        yield


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twelve looks at a board whose texts fill some dozens of pages."""
    folder = tmp_path_factory.mktemp("sound")
    recorder = Recorder(folder)
    for week in range(12):
        ids = [f"p{n}" for n in range(60) if (n + week) % 7]
        texts = {one: f"RAG {one} " + f"and more of {one}. " * 40 for one in ids}
        recorder.record(seen(listing(day(7 * week), ids, texts=texts)))
    recorder.store.close()
    return (folder / "store.db").read_bytes()


def damaged(content: bytes, how: str, rng: random.Random) -> bytes:
    spoilt = bytearray(content)
    if how == "bits":
        for _ in range(rng.choice((1, 4, 40))):
            spoilt[rng.randrange(PAGE, len(spoilt))] ^= 1 << rng.randrange(8)
    elif how == "cut":
        del spoilt[rng.randrange(100, len(spoilt)) :]
    else:
        start = PAGE * rng.randrange(1, len(spoilt) // PAGE)
        spoilt[start : start + PAGE] = rng.randbytes(PAGE) if how == "noise" else bytes(PAGE)
    return bytes(spoilt)


def look_at(store: Store) -> None:
    """What `status` and `report` ask, each by itself."""
    warnings.simplefilter("ignore")  # numpy warns of instants with a zone, which damage may look like
    with suppress(StorageError):
        store.status(day(100))
    with suppress(StorageError):
        facts = store.facts(first_week=day(0).date(), until=day(90))
        store.history(facts, day(77).date())
        facts.passages(list(facts.postings))


@pytest.mark.parametrize("how", ["bits", "noise", "zeros", "cut"])
def test_damage_is_told_in_sentences_and_never_ends_in_a_traceback(
    how: str, sound: bytes, tmp_path: Path
) -> None:
    path, copy = tmp_path / "pmtrend.db", tmp_path / "copy.db"
    rng = random.Random(how)
    told = 0
    rounds = 30
    for _ in range(rounds):
        for old in tmp_path.iterdir():
            old.unlink()
        path.write_bytes(damaged(sound, how, rng))
        try:
            store = open_store(f"sqlite:///{path}")
        except StorageError as error:
            assert "\n" not in str(error)
            told += 1
            continue
        with closing(store):
            problems = store.check(stored_hashes)
            assert all("\n" not in problem for problem in problems)
            told += bool(problems)
            look_at(store)
            with suppress(StorageError):
                store.backup(copy)
    # A bit may fall into a page that is free, or into a number that could as well be another.
    assert told >= (rounds // 2 if how == "bits" else rounds - 1)


def test_every_table_may_be_the_damaged_one(sound: bytes, tmp_path: Path) -> None:
    """Words where instants, days, JSON or other words should be."""
    path = tmp_path / "pmtrend.db"
    for table in Base.metadata.sorted_tables:
        read_as_words = [one for one in table.columns if not isinstance(one.type, Integer | Float | Boolean)]
        for column in read_as_words:
            path.write_bytes(sound)
            with closing(sqlite3.connect(path)) as database:
                database.execute("PRAGMA journal_mode=DELETE")
                with suppress(sqlite3.IntegrityError), database:
                    database.execute(f'UPDATE "{table.name}" SET "{column.name}" = ?', ("\x01not {this",))
            try:
                store = open_store(f"sqlite:///{path}")
            except StorageError:
                continue
            with closing(store):
                store.check(stored_hashes)
                look_at(store)


def test_a_bug_of_ours_is_not_taken_for_damage(
    sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slips(*_: object) -> None:
        raise KeyError("a slip")

    (tmp_path / "store.db").write_bytes(sound)
    monkeypatch.setattr("storage.store.read_facts", slips)
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store, pytest.raises(KeyError):
        store.facts(first_week=day(0).date(), until=day(90))


def test_what_is_to_be_done_is_told_where_a_row_is_wrong_and_not_where_the_index_is(
    sound: bytes, tmp_path: Path
) -> None:
    (tmp_path / "pmtrend.db").write_bytes(sound)
    assert call(tmp_path, "db", "reindex").code == 0

    def after(statement: str) -> Outcome:
        with closing(sqlite3.connect(tmp_path / "pmtrend.db")) as database, database:
            assert database.execute(statement).rowcount > 0
        return call(tmp_path, "db", "check", "--quick")

    behind = after("DELETE FROM search_documents WHERE id = 1")
    assert (behind.code, behind.err) == (1, "") and "`pmtrend db reindex`" in behind.out
    wrong = after("UPDATE spells SET reason = 'left' WHERE id = 1")
    assert wrong.code == 1 and "spell 1" in wrong.out
    assert wrong.err.count("\n") == 1 and "pmtrend replay" in wrong.err
