"""The text of JSON columns says what the value says, whatever is in it, and whoever laid it out."""

import json
from pathlib import Path

from databases import query, rows
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from store_helpers import TAXONOMY, Recorder, day, listing, seen

from storage.json_columns import json_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_is_laid_out_is_read_as_it_was(value: object) -> None:
    assert json.loads(json_text(value)) == value


def test_half_a_character_and_a_number_beyond_64_bits_are_laid_out_too() -> None:
    for value in ({"url": "\ud800"}, {"pay": 2**70}, {"\udfff": [1]}):
        assert json.loads(json_text(value)) == value
        json_text(value).encode()


def test_a_store_lays_out_what_a_look_brings_at_first_as_it_does_later(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    memory = "SELECT memory FROM boards"
    recorder.record(seen(listing(day(0), ["a"])))
    first = query(recorder_path := tmp_path / "store.db", memory)
    recorder.record(seen(listing(day(7), ["a", "b"])), seen(listing(day(14), ["a", "b"])))
    later = query(recorder_path, memory)
    assert [", " in one or ": " in one for ((one,),) in (first, later)] == [False, False]
    recorder.store.close()


def test_rows_with_blanks_and_escapes_as_of_earlier_releases_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    recorder = Recorder(tmp_path)
    recorder.record(seen(listing(day(0), ["a", "b"], texts={"a": "需要 RAG"})))
    known = recorder.store.memories(TAXONOMY), rows(path)
    columns = {"taggings": ("facts", "proof"), "versions": ("places", "structured"), "boards": ("memory",)}
    with recorder.store.engine.begin() as connection:
        for table, names in columns.items():
            for name in names:
                for row, value in connection.execute(text(f"SELECT id, {name} FROM {table}")).all():
                    spaced = json.dumps(json.loads(value), indent=1)
                    connection.execute(
                        text(f"UPDATE {table} SET {name} = :value WHERE id = :row"),
                        {"value": spaced, "row": row},
                    )
    assert rows(path) != known[1]
    assert recorder.store.memories(TAXONOMY) == known[0]
    assert recorder.store.check() == []
    (again,) = recorder.record(listing(day(7), ["a", "b"], texts={"a": "需要 RAG"}))
    assert (again.created, again.changed) == (0, 0)
    recorder.store.close()
