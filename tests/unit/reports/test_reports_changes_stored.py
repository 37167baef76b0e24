"""What was changed in postings, as the store tells it: both texts of an edit, one vocabulary, one window."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from store_helpers import TAXONOMY, Recorder, day, listing

from reports.measures.changes import posting_changes
from reports.measures.panel import build_panel
from storage.history import Edited, History
from storage.reading.edits import read_edits
from storage.records import EducationAsked, Listing, Passage, Quote, TagHit, YearsAsked
from storage.taggings import Tagging


def text(native: str, **facts: Any) -> Tagging:
    tagging = Tagging("t1", "en", "aigc_pm", 0.0, 5.0)
    return replace(tagging, **facts)


@pytest.fixture
def recorder(tmp_path: Path, each_engine: str) -> Iterator[Recorder]:
    made = Recorder(tmp_path)
    yield made
    made.store.close()


def edit(look: Listing, taggings: Mapping[str, Tagging]) -> Listing:
    """The look with other taggings of some postings."""
    postings = (replace(p, tagging=taggings.get(p.native_id, p.tagging)) for p in look.postings)
    return replace(look, postings=tuple(postings))


FIVE = "Requirements:\n5+ years in product; RAG\nMaster's degree"
THREE = "Requirements:\n3+ years in product\n"


def two_texts() -> tuple[Listing, Listing]:
    def quote(whole: str, part: str) -> Quote:
        return Quote(part, whole.index(part), whole.index(part) + len(part))

    five = text(
        "a",
        years_total=YearsAsked(5, None, "required", quote(FIVE, "5+ years")),
        education=EducationAsked("master", "required", quote(FIVE, "Master's degree")),
        tags=(TagHit("rag", "rag", "required", "required", quote(FIVE, "RAG")),),
    )
    three = text("a", years_total=YearsAsked(3, None, "required", quote(THREE, "3+ years")))
    first = edit(listing(day(0), ["a", "b"], texts={"a": FIVE}), {"a": five})
    second = edit(listing(day(8), ["a", "b"], texts={"a": THREE}), {"a": three})
    return first, second


def edits(
    recorder: Recorder, since: float, until: float, cut: float, ids: tuple[int, ...] = (1, 2), most: int = 9
) -> Edited:
    with recorder.store.engine.connect() as connection:
        return read_edits(connection, ids, day(since), day(until), most, day(cut), TAXONOMY.sha256)


def test_both_texts_are_read_with_the_lines_of_their_quotes(recorder: Recorder) -> None:
    recorder.record(*two_texts())
    (texts,) = edits(recorder, 1, 20, 20).texts.values()
    assert [(t.since, t.years_min, t.education) for t in texts] == [(day(0), 5, "master"), (day(8), 3, None)]
    assert texts[0].proof["years"] == Passage("5+ years in product; RAG", 0, 8, f"a:{FIVE}")
    assert texts[0].tags["rag"][1] == Passage("5+ years in product; RAG", 21, 24, f"a:{FIVE}")
    assert texts[1].tags == {}


@pytest.mark.parametrize(
    ("since", "until", "cut", "found"),
    [
        (1, 20, 20, [1]),
        (8, 20, 20, []),  # edited before
        (1, 7, 20, []),  # edited after
        (-3, 20, 20, [1]),  # the first text counts as the one before
    ],
)
def test_only_edits_of_the_window(
    recorder: Recorder, since: float, until: float, cut: float, found: list[int]
) -> None:
    recorder.record(*two_texts())
    assert list(edits(recorder, since, until, cut).texts) == found
    assert list(edits(recorder, since, until, cut, ids=(2,)).texts) == []


def test_texts_of_two_vocabularies_are_not_compared(recorder: Recorder) -> None:
    """The old text was read by the old vocabulary alone: any difference might be the vocabulary's."""
    first, second = two_texts()
    recorder.record(first)
    new = replace(TAXONOMY, sha256="another")
    recorder.run = recorder.store.begin_run("replay", new, now=day(8), observed_from=day(8))
    recorder.record(second)
    found = edits(recorder, 1, 20, 20)
    assert (dict(found.texts), found.unread) == ({}, frozenset({1}))
    facts = recorder.store.facts(first_week=day(0).date(), until=day(20) + timedelta(days=1))
    assert recorder.store.history(facts, day(14).date()).edits([1], day(1), day(20), 9) == found


def test_an_address_that_changed_with_the_text_is_that_of_its_time(recorder: Recorder) -> None:
    first, second = two_texts()
    moved = tuple(replace(p, url=f"https://elsewhere.example/{p.native_id}") for p in second.postings)
    recorder.record(first, replace(second, postings=moved))
    window: dict[str, Any] = {"first_week": day(0).date(), "until": day(20)}
    then, now = recorder.store.facts(**window, as_of=day(3)), recorder.store.facts(**window)
    assert then.postings[1].url == "https://example.com/a"
    assert now.postings[1].url == "https://elsewhere.example/a"
    assert now.postings[2].url == "https://example.com/b", "its text, and so its record, is the same"


def test_of_many_edits_only_the_latest_have_quotes_and_all_are_counted(recorder: Recorder) -> None:
    first, second = two_texts()
    later = edit(listing(day(9), ["a", "b"], texts={"a": THREE, "b": "no RAG now"}), {"b": text("b")})
    recorder.record(first, second, later)
    whole = edits(recorder, 1, 20, 20)
    assert sorted(whole.texts) == [1, 2] and whole.unquoted == {}
    part = edits(recorder, 1, 20, 20, most=1)
    assert (list(part.texts), list(part.unquoted)) == ([2], [1])
    assert part.texts[2] == whole.texts[2]
    before, after = part.unquoted[1]
    assert (before.years_min, after.years_min) == (5, 3)
    assert (set(before.tags), set(after.tags), before.proof) == ({"rag"}, set(), {})
    none = edits(recorder, 1, 20, 20, most=0)
    facts = recorder.store.facts(first_week=day(0).date(), until=day(13))
    panel = build_panel(facts, day(7).date())
    counted = posting_changes(panel, facts, History(edits=lambda *_: none))
    told = {share["id"]: share["y"] for share in counted["shares"] if share["y"]}
    assert told == {"text": 2, "any": 2, "years_lowered": 1, "degree_dropped": 1, "requirement_dropped": 2}
    assert (counted["rows"], counted["unlisted"]) == ([], 2)


def test_a_text_that_says_the_same_is_edited_and_not_changed(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"]), listing(day(8), ["a"], texts={"a": "RAG, in other words"}))
    found = edits(recorder, 1, 20, 20)
    assert (dict(found.texts), found.same, found.unread) == ({}, frozenset({1}), frozenset())
