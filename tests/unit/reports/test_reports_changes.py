"""What was changed in postings that stayed open: read from two texts, by one vocabulary, with both quotes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from facts_builder import Market, at, monday
from hypothesis import given, settings
from hypothesis import strategies as st
from report_market import KINDS, market, numbers, rendered, report_of_kind

from reports.building.weekly import build_weekly
from reports.document.edits import PostingChanges
from reports.document.weekly import WeeklyReport
from reports.measures import changes as measured
from reports.measures.changes import posting_changes
from reports.measures.panel import Panel, build_panel
from reports.sections.changes import MAX_EXAMPLES, counts, examples
from reports.wording.words import LANGS, Words, catalog
from storage.history import Edited, History, TextVersion
from storage.records import Facts, Passage, Pay

WEEK = 12


def said(**facts: Any) -> TextVersion:
    """A text that says just that: `years=5` (required), `tags={"rag": ("required", "quote")}` ..."""
    proof = {name: words(quote) for name, quote in facts.pop("proof", {}).items()}
    tags = {tag: (level, words(quote)) for tag, (level, quote) in facts.pop("tags", {}).items()}
    years, ai_years = facts.pop("years", None), facts.pop("ai_years", None)
    plain: dict[str, Any] = {
        "since": at(WEEK - 6),
        "title": "Product Manager",
        "role": "ai_pm",
        "years_min": years,
        "years_max": None,
        "years_required": years is not None,
        "ai_years_min": ai_years,
        "ai_years_required": ai_years is not None,
        "education": None,
        "salary": None,
    }
    return TextVersion(**{**plain, **facts}, tags=tags, proof=proof)


def words(quote: str) -> Passage:
    return Passage(quote, 0, len(quote), "")


@cache
def invented() -> tuple[Facts, Panel]:
    facts = replace(market(13).facts(), as_of=at(WEEK, 6.0))
    return facts, build_panel(facts, monday(WEEK))


def edited(texts: Mapping[int, tuple[TextVersion, ...]], unread: frozenset[int] = frozenset()) -> History:
    """What the store would tell of an invented market of which these postings (by id) were edited."""

    def edits(postings: Any, since: datetime, until: datetime, most: int) -> Edited:
        asked = set(postings)
        assert (until - since).days == 28
        found = {p: t for p, t in sorted(texts.items()) if p in asked}
        quoted = dict(list(found.items())[:most])
        return Edited(quoted, {p: t for p, t in found.items() if p not in quoted}, unread=unread & asked)

    return History(edits=edits)


def found_in(
    texts: Mapping[int, tuple[TextVersion, ...]], unread: frozenset[int] = frozenset()
) -> PostingChanges:
    facts, panel = invented()
    return posting_changes(panel, facts, edited(texts, unread))


def reported(
    texts: Mapping[int, tuple[TextVersion, ...]], unread: frozenset[int] = frozenset()
) -> WeeklyReport:
    return build_weekly(invented()[0], monday(WEEK), history=edited(texts, unread))


def listed_before() -> list[int]:
    """Ids of postings of the market that were listed in the last week and in one before, some employers'."""
    facts = invented()[0]
    found = {
        spell.unit: spell.posting
        for spell in facts.spells
        if spell.opened_at < at(WEEK, 0) <= spell.last_seen_at
        and facts.postings[spell.posting].role != "not_pm"
    }
    failed = {cell.unit for cell in facts.cells if cell.week == monday(WEEK) and not cell.usable}
    return [posting for unit, posting in sorted(found.items()) if unit not in failed]


def changes(*texts: TextVersion) -> list[tuple[str, str, str, str, str]]:
    """(fact, tag, turn, before, after) of one posting with these texts."""
    rows = found_in({listed_before()[0]: texts})["rows"]
    return [(r["changed"], r["tag"], r["turn"], r["value_before"], r["value_after"]) for r in rows]


# ------------------------------------------------------------------ what differs


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        ({"years": 5.0}, {"years": 3.0}, ("years", "", "lowered", "5", "3")),
        ({"years": 3.0}, {"years": 4.5}, ("years", "", "raised", "3", "4.5")),
        ({}, {"years": 0.0}, ("years", "", "added", "", "0")),
        ({"years": 2.0}, {}, ("years", "", "dropped", "2", "")),
        ({"years": 2.0}, {"years": 2.0, "years_required": False}, ("years", "", "dropped", "2", "")),
        ({"ai_years": 3.0}, {"ai_years": 1.0}, ("ai_years", "", "lowered", "3", "1")),
        ({"education": "master"}, {"education": "bachelor"}, ("degree", "", "lowered", "master", "bachelor")),
        ({"education": "bachelor"}, {}, ("degree", "", "dropped", "bachelor", "")),
        ({}, {"role": "aigc_pm"}, ("role", "", "changed", "ai_pm", "aigc_pm")),
        ({}, {"tags": {"rag": ("duty", "")}}, ("requirement", "rag", "added", "", "duty")),
        ({"tags": {"sql": ("preferred", "")}}, {}, ("requirement", "sql", "dropped", "preferred", "")),
    ],
)
def test_each_fact_and_its_turn(before: Any, after: Any, turn: tuple[str, ...]) -> None:
    assert changes(said(**before), said(**after)) == [turn]


@pytest.mark.parametrize(
    "texts",
    [
        ({"years": 3.0}, {"years": 3.0, "years_max": 5.0}),  # the minimum counts
        ({"tags": {"rag": ("required", "a")}}, {"tags": {"rag": ("preferred", "b")}}),  # still asked for
        ({"title": "PM"}, {"title": "PM, Growth"}),
        ({"years": 5.0}, {"years": 3.0}, {"years": 5.0}),  # taken back
    ],
)
def test_what_is_no_change(texts: tuple[Any, ...]) -> None:
    assert changes(*(said(**text) for text in texts)) == []


def pay(low: float | None, high: float | None, *unit: Any) -> dict[str, Pay]:
    currency, period, months = (*unit, *("CNY", "month", None)[len(unit) :])
    return {"salary": Pay(low, high, currency, period, months)}


@pytest.mark.parametrize(
    ("before", "after", "turn", "codes"),
    [
        (pay(20000, 30000), pay(25000, 30000), "raised", ("20000-30000 CNY/month", "25000-30000 CNY/month")),
        (pay(20000, 30000), pay(18000, 30000), "lowered", ("20000-30000 CNY/month", "18000-30000 CNY/month")),
        (pay(20000, 30000), pay(18000, 35000), "changed", ("20000-30000 CNY/month", "18000-35000 CNY/month")),
        (
            pay(20000, 30000),
            pay(20000, 30000, "USD"),
            "changed",
            ("20000-30000 CNY/month", "20000-30000 USD/month"),
        ),
        (pay(1, 1), pay(1, 1, "CNY", "month", 14), "raised", ("1 CNY/month", "1 CNY/month*14")),
        (pay(20000, None), pay(20000, 30000), "changed", ("20000- CNY/month", "20000-30000 CNY/month")),
        ({}, pay(9, 9, "USD", "hour"), "added", ("", "9 USD/hour")),
    ],
)
def test_pay_is_raised_where_both_ends_are(
    before: Any, after: Any, turn: str, codes: tuple[str, str]
) -> None:
    assert changes(said(**before), said(**after)) == [("salary", "", turn, *codes)]


def test_the_same_pay_by_the_month_and_by_the_year_is_no_change() -> None:
    assert changes(said(**pay(1000, 2000)), said(**pay(12000, 24000, "CNY", "year"))) == []


def test_quotes_and_the_day_are_those_of_the_text_that_brought_the_change() -> None:
    first = said(years=5.0, proof={"years": "At least 5 years of product management"})
    second = said(years=3.0, since=at(WEEK - 1), proof={"years": "3+ years of product work"})
    third = replace(second, since=at(WEEK), title="Another title")
    posting = listed_before()[0]
    (row,) = found_in({posting: (first, second, third)})["rows"]
    assert (row["words_before"], row["words_after"]) == (
        "At least 5 years of product management",
        "3+ years of product work",
    )
    assert (row["edited_at"], row["title"]) == ("2026-11-18T12:00:00Z", "Another title")
    assert row["url"].startswith("https://jobs.example/p")


# ------------------------------------------------------------------ how many


def test_shares_count_postings_that_were_there_before() -> None:
    ids = listed_before()
    texts = {
        ids[0]: (said(years=5.0), said(years=3.0)),
        ids[1]: (said(years=5.0), said(years=3.0, role="aigc_pm")),
        ids[2]: (said(years=1.0), said(years=2.0)),
        ids[3]: (said(title="a"), said(title="b")),
    }
    report = found_in(texts, frozenset(ids[4:6]))
    shares = {share["id"]: share for share in report["shares"]}
    assert (shares["text"]["y"], shares["any"]["y"], report["unread"]) == (6, 3, 2)
    assert (shares["years_lowered"]["y"], shares["years_raised"]["y"], shares["role_changed"]["y"]) == (
        2,
        1,
        1,
    )
    facts = invented()[0]
    failed = {cell.unit for cell in facts.cells if cell.week == monday(WEEK) and not cell.usable}
    stayed = {
        spell.posting
        for spell in facts.spells
        if spell.opened_at < at(WEEK, 0) and spell.last_seen_at >= at(WEEK) and spell.unit not in failed
    }
    assert {share["n"] for share in report["shares"]} == {len(stayed)}
    assert len(report["rows"]) == 4


def test_a_posting_that_is_new_or_not_listed_any_more_is_left_out() -> None:
    facts = invented()[0]
    new = next(s.posting for s in facts.spells if s.opened_at >= at(WEEK, 0))
    gone = next(s.posting for s in facts.spells if s.last_seen_at < at(WEEK - 1, 0))
    edit = (said(years=5.0), said(years=3.0))
    assert found_in({new: edit, gone: edit})["rows"] == []


@given(st.permutations(range(5)))
@settings(max_examples=20)
def test_the_order_in_which_edits_are_read_changes_nothing(order: list[int]) -> None:
    ids = listed_before()[:5]
    made = [(said(years=5.0), said(years=float(n))) for n in range(5)]
    some = found_in({ids[n]: made[n] for n in order})
    assert some == found_in(dict(zip(ids, made, strict=True)))


def test_parallel_postings_and_reposts_are_counted() -> None:
    built = Market()
    for name in ("A", "B"):
        built.board(name)
        for native, vacancy in (("1", f"{name}1"), ("2", "both"), ("3", f"{name}1")):
            built.post(f"{name}{native}", vacancy=vacancy)
        for week in range(4):
            built.look(name, week, [f"{name}{number}" for number in (1, 2, 3)[: 2 + (week > 0)]])
    for week, listed in enumerate((["C1", "C2"], ["C1"], ["C1"], ["C1", "C2"])):
        built.look("C", week, listed)
    facts = replace(built.facts(), as_of=at(3, 6.0))
    life = build_weekly(facts, monday(3))["changes"]["life"]
    assert life == {
        "postings": 8,
        "reposted": 1,
        "parallel": 3,
        "parallel_postings": 6,
        "several_boards": 1,
        "several_cities": 0,
        "most": 2,
    }


# ------------------------------------------------------------------ how it is told


@pytest.mark.parametrize("lang", LANGS)
def test_at_most_three_examples_of_different_employers_doors_first(lang: Any) -> None:
    ids = listed_before()
    texts = {i: (said(), said(tags={"rag": ("required", "RAG")})) for i in ids[:5]}
    texts[ids[7]] = (said(years=5.0), said(years=3.0))
    texts[ids[8]] = (said(education="master"), said())
    report = reported(texts)
    told = examples(report, Words(lang))
    assert len(told) == MAX_EXAMPLES
    assert "5 → 3" in told[0]
    assert catalog(lang)["degree.master"] in told[1]
    assert "posting_changes.csv" in told[2] and "4" in told[2]
    page = rendered(report, lang)
    start = page.index(catalog(lang)["section.changes"])
    assert page[start:].split("\n## ")[0].count("\n") <= 8


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_week_says_something_or_nothing(kind: str) -> None:
    report = report_of_kind(kind)
    part = report["changes"]
    assert part["rows"] == []
    assert (part["status"] == "ok") == (kind == "regular")
    for lang in LANGS:
        shown = catalog(lang)["section.changes"] in rendered(report, lang)
        assert shown == (kind == "regular")
        if shown:
            assert "{" not in counts(report, Words(lang))


def test_both_languages_tell_the_same_numbers() -> None:
    ids = listed_before()
    texts = {
        ids[0]: (said(years=5.0), said(years=3.0)),
        ids[1]: (said(**pay(20000, 30000)), said(**pay(21000, 30000))),
        ids[2]: (said(role="other_pm"), said(role="aigc_pm")),
    }
    report = reported(texts, frozenset(ids[4:5]))
    told = [[counts(report, Words(lang)), *examples(report, Words(lang))] for lang in LANGS]
    # A date has its parts in another order.
    assert sorted(numbers("\n".join(told[0]))) == sorted(numbers("\n".join(told[1])))


# ------------------------------------------------------------------ sources that write the texts anew


def with_feed(employers: int, rewritten: int, weeks: int = 5) -> WeeklyReport:
    """A feed of so many employers, of whose postings (one each) so many were edited in the window, beside a
    source of ten employers of whom one lowered the years it asks for; all listed for so many weeks."""
    built, texts = Market(), {}
    for source, count, touched in (("feed", employers, rewritten), ("ashby", 10, 1)):
        for i in range(count):
            name = f"{source}{i}"
            built.board(name, source)
            for week in range(weeks):
                built.look(name, week, [built.post(f"p-{name}", "ai_pm")])
            if i < touched:
                texts[name] = (said(years=5.0), said(years=3.0, since=at(weeks - 1)))
    facts = built.facts()
    of_board = {unit.name: unit.id for unit in facts.units.values()}
    number = {posting.unit: posting.id for posting in facts.postings.values()}
    history = edited({number[of_board[name]]: both for name, both in texts.items()})
    return build_weekly(facts, monday(weeks - 1), history=history)


@pytest.mark.parametrize("weeks", [2, 4, 5])
def test_what_a_source_rewrote_is_no_change_of_its_employers(weeks: int) -> None:
    part = with_feed(12, 7, weeks)["changes"]
    assert part["rewritten"] == [{"source": "feed", "n": 12, "y": 7, "employers": 12}]
    assert {share["id"]: (share["y"], share["n"]) for share in part["shares"] if share["y"]} == {
        "text": (1, 10),
        "any": (1, 10),
        "years_lowered": (1, 10),
    }
    assert {row["source"] for row in part["rows"]} == {"ashby"}


def test_what_a_source_rewrote_takes_no_quote_from_what_employers_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measured, "MOST_LISTED", 1)  # the feed's postings come first
    part = with_feed(12, 7)["changes"]
    assert [(row["source"], row["changed"]) for row in part["rows"]] == [("ashby", "years")]
    assert part["unlisted"] == 0


@pytest.mark.parametrize(("employers", "rewritten"), [(12, 6), (9, 9)])
def test_half_of_the_postings_or_few_employers_prove_no_rewriting(employers: int, rewritten: int) -> None:
    part = with_feed(employers, rewritten)["changes"]
    assert part["rewritten"] == []
    assert next(s["y"] for s in part["shares"] if s["id"] == "years_lowered") == rewritten + 1


@pytest.mark.parametrize(("words_after", "quoted"), [("Agents", False), ("LLM agents", True)])
def test_a_quote_that_did_not_change_shows_nothing(words_after: str, quoted: bool) -> None:
    report = with_feed(1, 0)
    (row,) = report["changes"]["rows"]
    row["words_before"], row["words_after"] = "Agents", words_after
    assert ("“Agents”" in examples(report, Words("en"))[0]) == quoted


@pytest.mark.parametrize("lang", LANGS)
def test_a_source_that_rewrites_is_named(lang: str) -> None:
    told = counts(with_feed(12, 7), Words(lang))
    assert "feed" in told and "12" in told and "7" in told
    assert told != counts(with_feed(12, 6), Words(lang))
