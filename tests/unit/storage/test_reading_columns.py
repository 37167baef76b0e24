"""The facts as columns say what a plain reading of the tables says, whatever was recorded, cut anywhere."""

import random
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from databases import folder, holds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain_reading import plain_facts
from store_helpers import Repeating, day, feed, listing, seen

from reports.measures.panel import week_columns
from storage.counted import counted
from storage.reading.columns import Cells, Spells, instant, microseconds
from storage.reading.posting_columns import ROLE_CLASSES, Postings
from storage.recording.tagging_rows import tagging_rows
from storage.records import (
    Asked,
    EducationAsked,
    Facts,
    Fingerprint,
    Listing,
    Pay,
    PostingFact,
    Quote,
    Tagging,
    TagHit,
    TaxonomyRecord,
    TravelAsked,
    YearsAsked,
)
from storage.weeks import WEEK, week_of

pytestmark = pytest.mark.usefixtures("each_engine")

_SETTINGS = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
_IDS = [f"p{number}" for number in range(8)]
_TAGS = ("rag", "sql", "llm", "prd")
_QUOTE = Quote("RAG", 0, 3)
NEXT = TaxonomyRecord("t2", "sha-2", ())


def tagging(draw: random.Random) -> Tagging:
    """Anything that may be understood of a text; one tag may be found as several fine ones."""
    hits = [
        TagHit(tag, f"{tag}{fine}", draw.choice(("required", "duty", "preferred", "mentioned")), "", _QUOTE)
        for tag in _TAGS
        for fine in range(draw.choice((0, 0, 1, 3)))
    ]
    years = YearsAsked(draw.choice((None, 0.0, 3.0)), 5.0, draw.choice(("required", "preferred")), _QUOTE)
    ask = (Asked("finance", draw.choice(("required", "preferred")), _QUOTE),)
    often = draw.choice((None, "none", "frequent"))
    return Tagging(
        taxonomy="t",
        lang=draw.choice(("zh", "en")),
        role=draw.choice(ROLE_CLASSES),
        classic=0.0,
        genai=0.0,
        years_total=draw.choice((None, years)),
        years_ai=draw.choice((None, years)),
        education=draw.choice((None, EducationAsked("bachelor", "required", _QUOTE))),
        salary=draw.choice((None, Pay(20.0, None, "CNY", "month", 14.0), Pay(None, 9.0, None, None))),
        workplace=draw.choice((None, "remote")),
        tags=tuple(hits),
        title_label=draw.choice((None, *ROLE_CLASSES)),
        fingerprint=draw.choice((None, Fingerprint(1.0, 3.0))),
        industries=draw.choice(((), ask)),
        languages=draw.choice(((), ask)),
        degree_specials=draw.choice(((), ask)),
        travel=draw.choice((None, TravelAsked("required", _QUOTE, often=often))),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Listing]:
    """Up to nine looks at a board and a feed: some failed or suspect, some unchanged, at uneven distances."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    said = {text: tagging(chance) for text in ("RAG", "RAG again", "")}
    at, found = 0.0, []
    for _ in range(draw(st.integers(2, 9))):
        at += draw(st.sampled_from([0.5, 1, 1, 2, 7, 30]))
        ids = sorted(draw(st.sets(st.sampled_from(_IDS), max_size=8)))
        how = {
            "state": draw(st.sampled_from(["complete", "complete", "complete", "partial", "failed"])),
            "scope": draw(st.sampled_from(["all", "all", "all", "narrow"])),
        }
        if draw(st.integers(0, 3)) == 0:
            look = feed(day(at), {"anonymous:a": ids[::2], "b": ids[1::2]}, **how)
        else:
            texts = {i: draw(st.sampled_from(list(said))) for i in ids}
            look = listing(day(at), ids, texts=texts, **how)  # type: ignore[arg-type]
        postings = (
            replace(
                one,
                tagging=replace(said[one.text], lang=chance.choice(("zh", "en"))),
                places=chance.choice(((), ("Berlin",), ("上海", "北京"), ('a\tb\n"c"; |',))),
                countries=chance.choice(((), ("CN",))),
                market=chance.choice(("zh", "en")),
                posted_at=chance.choice((None, day(at - 3))),
                structured=chance.choice(({}, {"text_cut": True})),
            )
            for one in look.postings
        )
        found.append(seen(replace(look, postings=tuple(postings))))
    return found


def check(facts: Facts, recorder: Repeating, start: datetime, until: datetime, cut: datetime) -> None:
    """Compare facts with the plain reading."""
    plain = plain_facts(recorder.store, start, until, cut)
    assert list(facts.cells) == plain.cells
    assert list(facts.spells) == plain.spells
    columns = Postings.of(facts.postings)
    assert columns.id.tolist() == list(plain.postings)
    for row, (id, posting) in enumerate(plain.postings.items()):
        assert columns.unit[row] == posting["unit"]
        assert columns.company[row] == posting["company"]
        assert ROLE_CLASSES[columns.role[row]] == posting["role"]
        assert instant(int(columns.posted_at[row])) == posting["posted_at"]
        if id in facts.postings:
            told = facts.postings[id]
            assert {name: getattr(told, name) for name in posting} == posting
    notes = [b.note for b in facts.breaks if b.reason == "taxonomy"]
    told = [counted(plain.otherwise_tagged, "posting")] * (plain.otherwise_tagged > 0)
    assert [note.partition(": ")[2].partition(";")[0] for note in notes] == told


@holds(_SETTINGS, histories(), st.integers(0, 2**32))
def test_columns_are_what_a_plain_reading_finds(history: list[Listing], seed: int) -> None:
    chance = random.Random(seed)
    first_week, zone = day(-7).date(), "Asia/Shanghai"
    with folder() as path:
        recorder = Repeating(path)
        for look in history:
            recorder.look(look)
        again = [version for version in recorder.store.latest_versions() if chance.random() < 0.6]
        if again and chance.random() < 0.5:
            rows = [(version, tagging_rows(tagging(chance))) for version in again]
            recorder.store.add_taggings(NEXT, rows, now=chance.choice(history).observed_at)
        end = history[-1].observed_at
        for cut in (None, end + timedelta(days=30), *(one.observed_at for one in chance.sample(history, 2))):
            week = first_week + WEEK * chance.randint(0, 20)
            until = chance.choice((day(400), chance.choice(history).observed_at))
            lately = chance.choice((None, week + WEEK * chance.randint(0, 5)))
            facts = recorder.store.facts(first_week=week, until=until, as_of=cut, details_from=lately)
            start = datetime(week.year, week.month, week.day, tzinfo=ZoneInfo(zone))
            check(facts, recorder, start, until, cut or max(end, until))
            limit = start if lately is None else datetime(*lately.timetuple()[:3], tzinfo=ZoneInfo(zone))
            recent = {s.posting for s in facts.spells if lately is None or s.last_seen_at >= limit}
            assert set(facts.postings) == recent & set(Postings.of(facts.postings).id.tolist())
        recorder.store.close()


def test_columns_of_records_give_the_records_back() -> None:
    """So that facts by hand and facts of a store are read by the same code."""
    with folder() as path:
        recorder = Repeating(path)
        recorder.look(listing(day(0), ["a", "b"]))
        recorder.look(listing(day(9), ["a"]))
        facts = recorder.store.facts(first_week=day(-7).date(), until=day(400))
        written = {
            id: PostingFact(**{field.name: getattr(told, field.name) for field in fields(PostingFact)})
            for id, told in facts.postings.items()
        }
        assert dict(facts.postings) == written
        recorder.store.close()
    spells, cells = list(facts.spells), list(facts.cells)
    assert list(Spells.of(spells)) == spells and list(Cells.of(cells)) == cells
    assert facts.spells[-1] == spells[-1] and facts.spells[:1] == spells[:1]
    again = Postings.of(written)
    assert {id: again[id].tags for id in again} == {id: told.tags for id, told in written.items()}
    assert again[1].title == written[1].title and hash(again[1]) == hash(facts.postings[1])
    with pytest.raises(KeyError):
        facts.postings[99]


@given(
    st.lists(st.integers(-2_500, 500).flatmap(lambda n: st.floats(n, n + 1).map(day)), min_size=1),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Tehran", "UTC"]),
)
@settings(max_examples=60)
def test_week_columns_are_the_weeks_of_the_instants(instants: list[datetime], zone: str) -> None:
    first = date(2025, 11, 10)
    found = week_columns(np.array([microseconds(one) for one in instants]), zone, first)
    assert found.tolist() == [(week_of(one, zone) - first).days // 7 for one in instants]
