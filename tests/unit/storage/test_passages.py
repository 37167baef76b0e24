"""Where tags were found: the line around the quote, in the text and under the vocabulary of the cut."""

from dataclasses import replace
from pathlib import Path

import pytest
from store_helpers import START, Recorder, day, listing, posting

from storage.records import Listing, Passage, Quote, TagHit, YearsAsked
from storage.weeks import week_of

pytestmark = pytest.mark.usefixtures("each_engine")

ZONE = "Asia/Shanghai"


def look(at: float, text: str, *hits: TagHit) -> Listing:
    """A look that lists one posting with this text and these tags, and asks for the years it begins with."""
    record = posting("a", text=text)
    assert record.tagging is not None
    years = YearsAsked(3, None, "required", Quote(text[:3], 0, 3))
    tagged = replace(record, title="AI PM", tagging=replace(record.tagging, tags=hits, years_ai=years))
    return replace(listing(day(at), ["a"]), postings=(tagged,))


def hit(tag: str, fine: str, requirement: str, start: int, end: int, field: str = "description") -> TagHit:
    return TagHit(tag, fine, requirement, "required", Quote("", start, end, field))  # type: ignore[arg-type]


def test_line_around_the_strongest_quote(tmp_path: Path) -> None:
    text = "About us: RAG.\nYou know RAG and SQL\nRAG is a plus"
    recorder = Recorder(tmp_path)
    recorder.record(
        look(
            0,
            text,
            hit("rag", "embedding", "preferred", 36, 39),
            hit("rag", "rag", "required", 24, 27),
            hit("sql", "sql", "duty", 32, 35),
            hit("python", "python", "mentioned", 0, 5),
            hit("ai", "ai", "duty", 0, 2, "title"),
        )
    )
    facts = recorder.store.facts(first_week=week_of(START, ZONE), until=day(30))
    (id,) = facts.postings
    version = f"a:{text}"
    assert facts.passages([id, 99]) == {
        id: {
            "rag": Passage("You know RAG and SQL", 9, 12, version),
            "sql": Passage("You know RAG and SQL", 17, 20, version),
            "ai": Passage("AI PM", 0, 2, version),
            "ai_years": Passage("About us: RAG.", 0, 3, version),
        }
    }
    assert facts.passages([]) == {}
    recorder.store.close()


def test_passage_of_the_cut(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(look(0, "old RAG", hit("rag", "rag", "duty", 4, 7)))
    recorder.record(look(9, "RAG, newly worded", hit("rag", "rag", "duty", 0, 3)))
    monday = week_of(START, ZONE)
    before = recorder.store.facts(first_week=monday, until=day(5), as_of=day(5))
    after = recorder.store.facts(first_week=monday, until=day(20))
    (id,) = before.postings
    assert before.passages([id])[id]["rag"] == Passage("old RAG", 4, 7, "a:old RAG")
    assert after.passages([id])[id]["rag"] == Passage("RAG, newly worded", 0, 3, "a:RAG, newly worded")
    recorder.store.close()
