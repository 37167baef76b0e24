"""An invented market in which every list of a report is longer than what the report has room for."""

import random
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from facts_builder import Market, at, monday
from report_market import passages

from reports.building.views import WHOLE, View
from reports.building.weekly import build_weekly
from reports.document.published import published_numbers
from reports.document.weekly import WeeklyReport
from storage.history import Earlier, Edited, Edition, History, Learned, Since, TextVersion
from storage.profile import Profile
from storage.records import (
    Break,
    Facts,
    FetchFact,
    Passage,
    Pay,
    RoleClass,
    TaxonomyRecord,
    TaxonomyTag,
)

WEEK = 15
"""The report week: two windows of four weeks with new postings, and eight weeks before them."""
EMPLOYERS, FAILING, DRIFTING = 72, 20, 8
MANY = 12  # more than a reader wants of anything
_SOURCES = ("ashby", "lever", "feed", "greenhouse")
_ROLES: tuple[RoleClass, ...] = ("ai_pm", "aigc_pm", "other_pm", "aigc_pm", "both", "ai_pm")
_WORK = ("data_annotation", "model_training", "model_evaluation", "prompt_engineering", "rag")
_RISING = [f"rising_{i}" for i in range(8)]
_NEW = [f"new_{i}" for i in range(6)]
_GONE = [f"gone_{i}" for i in range(3)]
_SKILLS = [f"skill_{i}" for i in range(12)]
_LATE = 13  # week from which on the later window's postings are listed


def heavy_report(view: View = WHOLE) -> WeeklyReport:
    """The report of the market, after many earlier ones that said other things, for people of many kinds."""
    facts = _with_faults(heavy_market().facts())
    profiles = [Profile(f"profile {i}", i / 2, i / 4, frozenset(_SKILLS[: i % 5])) for i in range(MANY)]
    made = partial(build_weekly, facts, monday(WEEK), profiles=profiles, view=view, command="pmtrend report")
    return made(history=_history(made()))


def heavy_market() -> Market:
    """Employers of two markets and four sources, with movers, news, pay in three currencies, and faults."""
    built = Market(notices=("Invented data: none of it exists.", *(f"Archive {i}." for i in range(MANY))))
    number = iter(range(100_000))
    for b in range(EMPLOYERS):
        board = f"Invented {b}"
        built.board(board, _SOURCES[b % 4])
        stays = []
        for opened, posts in ((0, 6), (9, 6), (_LATE, 9)):
            for i in (next(number) for _ in range(posts)):
                gone = opened + random.Random(-i).choice(
                    (2, 3, 4) if opened < 9 else (2, 3, 4, 20) if opened < _LATE else (20,)
                )
                stays.append((opened, gone, _post(built, i, b, opened)))
        for week in range(WEEK + 1):
            listed = [native for opened, gone, native in stays if opened <= week <= gone]
            if b % 2 and week == WEEK - 2:  # confirmed by another look
                built.look(board, week, listed, day=1.5, state="suspect")
            fails = week == WEEK and b >= EMPLOYERS - FAILING
            built.look(board, week, listed, state="failed" if fails else "complete")
        if b >= EMPLOYERS - FAILING:
            built.look(board, WEEK, (), day=0.5, state="failed")
            built.look(board, WEEK, (), day=4.5, state="failed")
    built.breaks += [
        Break(_SOURCES[i % 4], f"Invented {i}", monday(2 + i % 5), "coverage", "fewer pages")
        for i in range(MANY)
    ]
    return built


def _post(built: Market, i: int, b: int, opened: int) -> str:
    """Posting `i` of board `b`; what newly appeared last asks for other things than what came before."""
    chance = random.Random(i)
    role = _ROLES[i % len(_ROLES)]
    classic, genai = role in ("ai_pm", "both"), role in ("aigc_pm", "both")

    def some(tags: Collection[str], share: float) -> list[str]:
        return [tag for tag in tags if chance.random() < share]

    tags = some(_SKILLS[:6], 0.7 if classic else 0.2) + some(_SKILLS[6:], 0.7 if genai else 0.2)
    tags += some(_RISING, 0.8 if opened == _LATE else 0.1)
    tags += some(_NEW, 0.2) if opened else some(_GONE, 0.3)
    tags += some(["machine_learning", *_WORK[:3]], 0.9 if classic else 0.1)
    tags += some(["llm", *_WORK[3:]], 0.9 if genai else 0.1)
    if "skill_0" in tags:
        tags += [tag for tag in ("skill_1", "skill_7", "skill_8") if tag not in tags]
    chinese = b % 2 == 0
    low = (300_000 if chinese else 150_000) + chance.randrange(20) * 5_000
    says: dict[str, Any] = {
        "title": f"Invented manager {i}",
        "tags": tags,
        "years": float(chance.randrange(8)),
        "market": "zh" if chinese else "en",
        "places": (chance.choice(("上海", "北京", "杭州") if chinese else ("Dublin", "Berlin", "Austin")),),
        "education": chance.choice(("bachelor", "master")),
        "workplace": chance.choice(("remote", "onsite")),
        "salary": Pay(low, low * 1.5, "CNY" if chinese else chance.choice(("USD", "EUR")), "year"),
        "industries": chance.choice(({"finance": "required"}, {})),
        "languages": chance.choice(({"english": "required"}, {})),
        "degree_specials": chance.choice(({"technical_major": "required"}, {})),
        "travel": chance.choice(("required", None)),
        "title_label": chance.choice(("ai_pm", role)),
        "body_label": chance.choice(("other_pm", role, role)),
        "has_text": chance.random() < 0.45,
    }
    if classic or genai:
        pipeline = chance.random() / 2
        says |= {"ai_years": float(chance.randrange(1, 5)), "pipeline": 1 - pipeline if classic else pipeline}
    if i % 5 == 0:
        says["vacancy"] = f"v{i // 10}"
    return built.post(f"p{i}", role, **says)


def _with_faults(facts: Facts) -> Facts:
    """With sources to be named, fields that are suddenly missing, and a vocabulary that knows all tags."""
    named = [*_RISING, *_NEW, *_GONE, *_SKILLS, *_WORK, "llm", "machine_learning"]
    tags = tuple(TaxonomyTag(tag, tag, tag, "none", (f"G{i % 4 + 1}",)) for i, tag in enumerate(named))
    return replace(
        facts,
        as_of=at(WEEK, 6.0),
        taxonomy=TaxonomyRecord("2026.11.0", "ab" * 32, tags),
        passages=partial(passages, facts),
        units={
            n: replace(unit, credit=f"Jobs by {unit.source} (https://{unit.source}.example)")
            for n, unit in facts.units.items()
        },
        fetches=tuple(map(_filled, facts.fetches)),
    )


def _filled(fetch: FetchFact) -> FetchFact:
    """Boards of the first employers lose two fields in the report week."""
    drifting = int(fetch.company.split()[1]) < DRIFTING
    share = 0.0 if drifting and fetch.week == monday(WEEK) else 1.0
    return replace(fetch, listed=max(fetch.listed, 40), fills={"pay": share, "url": share})


def _history(report: WeeklyReport) -> History:
    """An earlier report whose numbers were all a tenth higher, posting texts edited, and new versions."""
    edition = Edition(monday(WEEK), "", at(WEEK, 6.0), None, "ab" * 32, "1", 9)
    before = replace(edition, as_of=at(WEEK, 3.0), last_run=8)
    numbers = tuple(replace(number, value=number.value * 1.1 + 1) for number in published_numbers(report))
    learned = Learned("later_look", monday(WEEK - 1), monday(WEEK), 3)
    versions = tuple(Since(f"1.{i}", "", at(i)) for i in range(WEEK))
    return History(edition, (Earlier(before, numbers, (learned,)),), versions, versions, _edits)


def _edits(postings: Collection[int], since: datetime, until: datetime, most: int) -> Edited:
    """Every third posting asked for now wants fewer years and another skill."""

    def text(years: float, tag: str) -> TextVersion:
        quote = Passage(f"{years:g} years, {tag}", 0, 7, "")
        return TextVersion(
            at(WEEK, 1.0), "Invented manager", "ai_pm", years, None, True, None, False, None, None,
            {tag: ("required", quote)}, {"years": quote},
        )  # fmt: skip

    return Edited(
        {posting: (text(5.0, "skill_0"), text(3.0, "skill_1")) for posting in sorted(postings)[1:most:3]},
        unread=frozenset(sorted(postings)[:1]),
    )
