"""What `pmtrend db check` holds a store to: whatever is recorded keeps it, whoever breaks it is named."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from store_helpers import Recorder, Repeating, day, feed, listing, seen

from scraper.model import RawPosting
from scraper.normalizing.identity import content_hash
from scraper.normalizing.posting import normalise, stored_hashes, without_text
from storage.history import Edition, Number
from storage.records import Listing, Pay, Wording

TEN = [f"p{number}" for number in range(10)]
OTHERS = [f"x{number}" for number in range(30)]


def hashes(stored: Wording) -> tuple[str, ...]:
    """The hashes of the postings that these tests make."""
    return (f"{stored.title.removeprefix('PM ')}:{stored.text}",)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with closures, gaps, breaks, sightings, late looks, equal looks, a publication."""
    folder = tmp_path_factory.mktemp("sound")
    recorder = Repeating(folder)
    for look in (
        listing(day(0), TEN, others=OTHERS),
        listing(day(7), TEN[1:], others=OTHERS),
        listing(day(14), TEN, others=OTHERS),  # p0 was away
        listing(day(21), TEN[:9], others=OTHERS),
        listing(day(28), TEN[:9], others=OTHERS),  # p9 is closed
        listing(day(30), ["p1"], state="partial"),
        listing(day(35), ["p1", "q1"], others=[f"y{n}" for n in range(60)]),  # suspect
        listing(day(42), ["p1", "q1"], others=[f"y{n}" for n in range(60)]),  # and believed: a break
        listing(day(3), ["p1", "late"], others=OTHERS),
        feed(day(0), {"acme": ["f1", "f2"], "bolt": ["f3"]}),
        feed(day(7), {"acme": ["f1"], "bolt": ["f3", "f4"]}),
        *(seen(listing(day(7 * week), ["b1", "b2"], key="bolt")) for week in range(3)),
    ):
        recorder.look(look)
    assert recorder.unchanged == 2
    edition = Edition(day(0).date(), "", day(8), day(7), "sha-1", "0", recorder.run.id)
    recorder.store.publish(
        edition, [Number("share", day(0).date(), "ai_pm", "rag", 0.5, None, None, 3)], day(9)
    )
    with closing(sqlite3.connect(folder / "store.db")) as database, database:
        quote = {"text": "RAG", "start": 0, "end": 3, "field": "description"}
        fact = {"id": "en", "requirement": "required", "quote": "RAG", "field": "description"}
        facts = {"languages": [fact | {"start": 0, "end": 3}], "travel": None}
        changed = json.dumps({"years": quote}), json.dumps(facts)
        database.execute("UPDATE taggings SET proof = ?, facts = ?", changed)
        asked = "substr(asked, 1, instr(asked, ';')) || ';en:required;;;'"
        database.execute(f"UPDATE taggings SET asked = {asked}")
        counted = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("gaps", "breaks", "sightings", "vintages")
        }
    assert all(counted.values()), counted
    recorder.store.close()
    return folder / "store.db"


@pytest.fixture
def store(sound: Path, tmp_path: Path) -> Iterator[Recorder]:
    made = Recorder(tmp_path)
    made.store.close()
    (tmp_path / "store.db").write_bytes(sound.read_bytes())
    yield made
    made.store.close()


def told(store: Recorder, *statements: str, quick: bool = False) -> list[str]:
    """What the check says after somebody changed rows by hand, without the keys being held together."""
    with closing(sqlite3.connect(str(store.store.engine.url.database))) as database, database:
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement
    return store.store.check(hashes, quick=quick)


def test_a_store_of_all_that_happens_is_sound(store: Recorder) -> None:
    assert store.store.check(hashes) == []
    assert store.store.check(quick=True) == []


SPELL = "(SELECT id FROM spells WHERE posting_id = (SELECT id FROM postings WHERE native_id = '{}'))"
P1, P5, P9, F4, LATE = map(SPELL.format, ("p1", "p5", "p9", "f4", "late"))


@pytest.mark.parametrize(
    ("statement", "sentence", "named"),
    [
        (
            "INSERT INTO spells (posting_id, kind, opened_at, last_seen_at, reason) "
            f"SELECT posting_id, 'new', last_seen_at, last_seen_at, '' FROM spells WHERE id = {P1}",
            "spells that overlap an earlier one of their posting",
            "opens 2026-10-19 02:00:00",
        ),
        (
            "INSERT INTO spells (posting_id, kind, opened_at, last_seen_at, missed_at, confirmed_at, reason) "
            "SELECT posting_id, kind, '2026-09-24 02:00:00.000000', '2026-09-24 02:00:00.000000', missed_at, "
            f"missed_at, 'before_history' FROM spells WHERE id = {P9}",
            "spells that overlap an earlier one of their posting",
            "though seen until 2026-09-21 02:00:00, and missed only 2026-09-28 02:00:00",
        ),
        (
            f"UPDATE spells SET missed_at = '2026-09-08 00:00:00.000000' WHERE id = {P9}",
            "spells that are not opened <= seen <= missed <= confirmed",
            "missed 2026-09-08 00:00:00",
        ),
        (
            f"UPDATE spells SET missed_at = NULL WHERE id = {P9}",
            "spells that are not opened <= seen <= missed <= confirmed",
            "confirmed 2026-10-05 02:00:00",
        ),
        (
            f"UPDATE spells SET reason = '' WHERE id = {P9}",
            "spells whose kind, reason and end do not go together",
            "kind backlog, reason ",
        ),
        (
            f"UPDATE spells SET kind = 'old' WHERE id = {P9}",
            "spells whose kind, reason and end do not go together",
            "kind old",
        ),
        (
            "UPDATE gaps SET back_at = '2027-01-01 00:00:00.000000'",
            "gaps that do not lie within their spell",
            "gap 1,",
        ),
        (
            f"UPDATE spells SET opened_at = '2026-09-14 02:00:00.000000' WHERE id = {P5}",
            "looks at which the stock changed otherwise than postings came and went",
            "at 2026-09-14 02:00:00, listed more -1, by its spells 0",
        ),
        (
            "UPDATE cells SET listed = 7 WHERE fetch_id = (SELECT id FROM fetches WHERE "
            "observed_at LIKE '2026-09-28%' AND NOT unchanged)",
            "looks at which the stock changed otherwise than postings came and went",
            "listed more -3, by its spells -1",
        ),
        (
            "DELETE FROM versions WHERE posting_id = (SELECT id FROM postings WHERE native_id = 'f4')",
            "postings without a text",
            "id f4",
        ),
        (f"DELETE FROM spells WHERE id = {LATE}", "postings that were never listed", "id late"),
        (
            "UPDATE postings SET family = 'lever' WHERE native_id = 'p5'",
            "postings whose unit is of another board or employer",
            "of lever, in unit 1, of board ashby",
        ),
        (
            "UPDATE postings SET company_id = 1 WHERE native_id = 'f4'",
            "postings whose unit is of another board or employer",
            "of import:feed",
        ),
        (
            "UPDATE cells SET unit_id = (SELECT max(id) FROM units) WHERE fetch_id = 1",
            "cells of a unit of another board than their look's",
            "look 1, unit ",
        ),
        (
            f"UPDATE sightings SET spell_id = {F4} WHERE spell_id IN (SELECT max(spell_id) FROM sightings)",
            "sightings of a posting of another board than their look's",
            "spell ",
        ),
        (
            "UPDATE breaks SET unit_id = (SELECT max(id) FROM units)",
            "breaks of a unit of another board",
            "break 1, of unit",
        ),
        (
            "UPDATE fetches SET week = '2026-09-14' WHERE id = 1",
            "looks whose week is not that of their time",
            "look 1 of 2026-09-07 02:00 UTC has 2026-09-14, not 2026-09-07",
        ),
        (
            "UPDATE publications SET week = '2026-09-08'",
            "looks whose week is not that of their time",
            "publication 1 has 2026-09-08, which is no Monday",
        ),
        (
            "UPDATE fetches SET ids = x'78da6364' WHERE ids IS NOT NULL",
            "looks whose set of listed ids cannot be read or is lost",
            "look ",
        ),
        (
            "UPDATE fetches SET ids = NULL",
            "looks whose set of listed ids cannot be read or is lost",
            "has none, and the next look at its board is judged by it",
        ),
        (
            "UPDATE fetches SET observed_at = 'yesterday' WHERE id = 2",
            "looks whose week is not that of their time",
            "a row that cannot be read",
        ),
    ],
)  # fmt: skip
def test_who_breaks_an_invariant_is_named(store: Recorder, statement: str, sentence: str, named: str) -> None:
    problems = told(store, statement, quick=True)
    (one,) = [problem for problem in problems if problem.startswith(sentence)]
    assert named in one and "\n" not in one


@pytest.mark.parametrize(
    ("statement", "sentence", "named"),
    [
        (
            "UPDATE tags SET quote = 'CAR' WHERE tagging_id = 2",
            "tags whose quote is not what their text says there",
            "tagging 2, rag: 'CAR'",
        ),
        (
            "UPDATE tags SET start = 9, \"end\" = 12 WHERE tagging_id = 2",
            "tags whose quote is not what their text says there",
            "tagging 2",
        ),
        (
            "UPDATE taggings SET proof = replace(proof, 'RAG', 'CAR') WHERE id = 3",
            "taggings with a fact whose quote is not what the text says there",
            "tagging 3, proof: 'CAR'",
        ),
        (
            "UPDATE taggings SET facts = replace(facts, 'RAG', 'CAR') WHERE id = 3",
            "taggings with a fact whose quote is not what the text says there",
            "tagging 3, facts: 'CAR'",
        ),
        (
            "UPDATE taggings SET facts = '{\"languages\"' WHERE id = 3",
            "taggings with a fact whose quote is not what the text says there",
            "a row that cannot be read",
        ),
        (
            "UPDATE taggings SET asked = ';;;;;' WHERE id = 3",
            "taggings that do not say in short what their tags and facts ask for",
            "tagging 3",
        ),
        (
            "UPDATE taggings SET asked = replace(asked, 'required', 'preferred') WHERE id = 2",
            "taggings that do not say in short what their tags and facts ask for",
            "tagging 2",
        ),
        (
            "UPDATE taggings SET said = replace(said, 'en', 'zh') WHERE id = 3",
            "taggings that do not say in short what else is said",
            "tagging 3",
        ),
        (
            "UPDATE versions SET countries = '[\"FR\"]' WHERE id = 2",
            "taggings that do not say in short what else is said",
            "tagging 2",
        ),
        (
            "DELETE FROM tags WHERE tagging_id = 2",
            "taggings that do not say in short what their tags and facts ask for",
            "tagging 2",
        ),
        (
            "UPDATE versions SET text = 'RAF' WHERE id = 1",
            "versions whose words do not have their hash",
            "version 1 of ashby p0 ('PM p0')",
        ),
    ],
)  # fmt: skip
def test_texts_are_held_to_what_is_said_of_them_and_not_in_a_hurry(
    store: Recorder, statement: str, sentence: str, named: str
) -> None:
    (one,) = [problem for problem in told(store, statement) if problem.startswith(sentence)]
    assert named in one
    assert store.store.check(hashes, quick=True) == []


@pytest.mark.parametrize(
    ("statement", "table", "parent"),
    [
        ("DELETE FROM publications", "vintages", "publications"),
        ("DELETE FROM versions WHERE id = 1", "taggings", "versions"),
        ("DELETE FROM postings WHERE native_id = 'f4'", "versions", "postings"),
    ],
)
def test_rows_that_belong_to_nothing_are_told(
    store: Recorder, statement: str, table: str, parent: str
) -> None:
    problems = told(store, statement, quick=True)
    assert f"foreign key: rows of {table} point to missing rows of {parent}: 1" in problems


def test_of_many_offenders_the_first_are_named(store: Recorder) -> None:
    (one,) = told(store, "UPDATE spells SET kind = 'old'", quick=True)
    assert one.count("kind old") == 3 and one.endswith("; and more")


# ------------------------------------------------------------------ whatever is recorded

_LOOK = st.tuples(
    st.integers(0, 60),
    st.sets(st.integers(0, 7), max_size=8),
    st.sampled_from(["complete"] * 6 + ["partial", "failed"]),
    st.sampled_from(["all"] * 5 + ["other"]),
    st.sampled_from(["acme", "acme", "bolt", "feed"]),
)


def _listing(number: int, look: tuple[int, set[int], str, str, str]) -> Listing:
    at, ids, state, scope, key = look
    instant = day(at) + timedelta(minutes=number)
    listed = [f"{key[0]}{one}" for one in sorted(ids)] if state != "failed" else []
    if key == "feed":
        employers = {"acme": listed[::2], "core": listed[1::2]}
        return feed(instant, employers, state=state, scope=scope)
    texts = {one: f"RAG {at % 3}" for one in listed}
    return seen(listing(instant, listed, state=state, scope=scope, key=key, texts=texts))


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(_LOOK, min_size=1, max_size=14), st.booleans())
def test_whatever_is_seen_in_whatever_order_the_store_is_sound(
    looks: list[tuple[int, set[int], str, str, str]], in_order: bool
) -> None:
    """Looks out of order are late ones; listings that jump are suspect, and some of them are believed."""
    with TemporaryDirectory() as folder:
        recorder = Repeating(Path(folder))
        for number, look in enumerate(sorted(looks, key=lambda one: one[0]) if in_order else looks):
            recorder.look(_listing(number, look))
        assert recorder.store.check() == []
        recorder.store.close()


# ------------------------------------------------------------------ the hash of real words


@pytest.mark.parametrize("salary", ["", "20-30K"])
@pytest.mark.parametrize("pay", [None, Pay(20.5, 30, "USD", "year")])
@pytest.mark.parametrize("withheld", [False, True])
def test_the_hash_of_stored_words_can_be_made_again(salary: str, pay: Pay | None, withheld: bool) -> None:
    raw = RawPosting("1", "AI PM", "https://a.example/1", "Own RAG​ now.", salary_raw=salary, pay=pay)
    record = normalise(raw, company="Acme", market="en")
    if withheld:
        record = without_text(record, "stands under several employers")
    said = Wording(record.title, record.text, record.salary_raw, "", "", record.structured)
    assert record.content_hash in stored_hashes(said)
    assert content_hash("AI PM", "Own another.", salary, "", "") not in stored_hashes(said)
