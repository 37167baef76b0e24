"""Boards that somebody should look after, and sources that ask to be named, in report and store."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from facts_builder import Market, monday
from report_market import rendered
from store_helpers import Recorder, day, feed, listing

from reports.building.weekly import build_weekly
from reports.document.weekly import WeeklyReport
from reports.measures.upkeep import by_board, drift, quarantined
from reports.output.writing import report_files
from reports.wording.words import LANGS, Lang
from storage.records import Facts, FetchState

LAST = 6


def market(*last: FetchState) -> Market:
    """Three boards over seven weeks; in the last weeks the first of them ends in these states."""
    built = Market()
    for name in ("alpha", "beta", "gamma"):
        for week in range(LAST + 1):
            back = LAST - week
            state = last[::-1][back] if name == "alpha" and back < len(last) else "complete"
            built.look(name, week, [f"{name}{i}" for i in range(12)], state=state)
    return built


def filled(facts: Facts, shares: Mapping[int, float], board: str = "ashby:alpha") -> Facts:
    """The facts with a share of postings that have a text, by week; the others are as usual."""
    changed = []
    for look in facts.fetches:
        share = shares.get((look.week - monday(0)).days // 7, 0.98) if look.board == board else 0.98
        changed.append(replace(look, listed=40, fills={"description": share}))
    return replace(facts, fetches=tuple(changed))


def report(facts: Facts) -> WeeklyReport:
    return build_weekly(facts, monday(LAST), command="pmtrend report")


# ------------------------------------------------------------------ quarantine


@pytest.mark.parametrize(
    ("states", "failures", "waits"),
    [
        ((), None, 0),
        (("failed", "refused"), None, 0),
        (("failed", "missing", "refused"), 3, 2),
        (("failed", "failed", "failed", "failed", "failed"), 5, 8),
        (("failed", "failed", "failed", "partial"), None, 0),
        (("failed", "failed", "failed", "complete"), None, 0),
    ],
)
def test_boards_in_quarantine(states: tuple[FetchState, ...], failures: int | None, waits: int) -> None:
    facts = market(*states).facts()
    rows = quarantined(by_board(facts, monday(LAST)))
    assert [(row["board"], row["failures"]) for row in rows] == (
        [("ashby:alpha", failures)] if failures else []
    )
    for row in rows:
        last = max(look.observed_at for look in facts.fetches)
        assert row["last_look"] == f"{last:%Y-%m-%dT%H:%M:%SZ}"
        assert row["not_before"] == f"{last + timedelta(days=waits):%Y-%m-%dT%H:%M:%SZ}"


def test_what_comes_after_the_week_changes_nothing() -> None:
    facts = market("failed", "failed", "failed").facts()
    assert not quarantined(by_board(facts, monday(LAST - 1)))
    mended = market("failed", "failed", "failed")
    mended.look("alpha", LAST + 1, ["alpha1"])
    assert quarantined(by_board(mended.facts(), monday(LAST))) == quarantined(by_board(facts, monday(LAST)))


# ------------------------------------------------------------------ drift


def test_drift_of_the_week() -> None:
    facts = filled(market().facts(), {LAST: 0.12})
    (row,) = drift(by_board(facts, monday(LAST)), monday(LAST))
    assert (row["board"], row["source_field"], row["now"], row["usual"]) == (
        "ashby:alpha", "description", 0.12, 0.98,
    )  # fmt: skip
    assert not drift(by_board(facts, monday(LAST - 1)), monday(LAST - 1))
    assert not drift(by_board(facts, monday(LAST + 1)), monday(LAST + 1)), "nobody looked in that week"


# ------------------------------------------------------------------ what is printed


def telling() -> WeeklyReport:
    facts = filled(market("failed", "failed", "failed").facts(), {LAST: 0.12}, "ashby:beta")
    credit = "Postings from Remote OK (https://remoteok.com)"
    units = {n: replace(unit, credit=credit * (unit.name != "gamma")) for n, unit in facts.units.items()}
    return report(replace(facts, units=units))


@pytest.mark.parametrize(
    ("lang", "quarantine", "fallen", "credit"),
    [
        ("en", "alpha (ashby:alpha) (3 times in a row, not before 16 Oct 2026)",
         "Of the postings of beta (ashby:beta), 12 % have a text, usually 98 %",
         "[Postings from Remote OK](https://remoteok.com)"),
        ("zh", "alpha（ashby:alpha）（连续 3 次，2026年10月16日之前不再访问）",
         "beta（ashby:beta）的岗位中，有正文的占 12%，平时为 98%",
         "[Postings from Remote OK](https://remoteok.com)"),
    ],
)  # fmt: skip
def test_both_languages_name_them(lang: Lang, quarantine: str, fallen: str, credit: str) -> None:
    text = rendered(telling(), lang)
    assert quarantine in text
    assert fallen in text
    assert text.count(credit) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_where_nothing_is_to_be_told_nothing_is(lang: Lang) -> None:
    text = rendered(report(market().facts()), lang)
    for silent in (
        "quarantined.csv",
        "template_drift.csv",
        "more seldom",
        "隔更久",
        "to be named",
        "注明出处",
    ):
        assert silent not in text


@pytest.mark.usefixtures("blank_charts")
def test_the_tables_hold_them_all() -> None:
    found = report_files(telling(), ["en"])
    rows = {
        name: list(csv.DictReader(io.StringIO(found[f"data/{name}.csv"].decode())))
        for name in ("quarantined", "template_drift")
    }
    assert [(row["board"], row["failures"]) for row in rows["quarantined"]] == [("ashby:alpha", "3")]
    assert [(row["board"], row["now"]) for row in rows["template_drift"]] == [("ashby:beta", "0.12")]


def test_only_sources_whose_postings_are_in_the_report_are_credited() -> None:
    facts = market().facts()
    units = {
        n: replace(unit, credit=f"By {unit.name} (https://x.example)") for n, unit in facts.units.items()
    }
    gamma = next(n for n, unit in units.items() if unit.name == "gamma")
    postings = {n: posting for n, posting in facts.postings.items() if posting.unit != gamma}
    spells = tuple(spell for spell in facts.spells if spell.posting in postings)
    found = report(replace(facts, units=units, postings=postings, spells=spells))
    assert found["provenance"]["credits"] == ["By alpha (https://x.example)", "By beta (https://x.example)"]


def test_a_credit_that_is_no_address_is_plain_text() -> None:
    facts = market().facts()
    units = {n: replace(unit, credit="<b>x</b> (javascript:y)") for n, unit in facts.units.items()}
    text = rendered(report(replace(facts, units=units)), "en")
    assert "ask to be named: \\<b\\>x\\</b\\> (javascript:y)" in text


# ------------------------------------------------------------------ from the store


@pytest.mark.usefixtures("each_engine")
def test_the_store_hands_over_industry_credit_and_shares(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    look = replace(listing(day(0), ["a"]), industry="games", credit="By us", fills={"pay": 0.5})
    recorder.record(look, feed(day(0), {"x": ["b"]}))
    facts = recorder.store.facts(first_week=day(-7).date(), until=day(9))
    recorder.store.close()
    ours, theirs = sorted(facts.units.values(), key=lambda unit: unit.source)
    assert (ours.industry, ours.credit) == ("games", "By us")
    assert (theirs.industry, theirs.credit) == ("other", "")
    assert [dict(fetch.fills) for fetch in facts.fetches] == [{"pay": 0.5}, {}]


@pytest.mark.usefixtures("each_engine")
def test_a_suspect_look_that_a_later_one_confirms_belongs_to_the_old_series_until_then(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path)
    old, new = [f"p{i}" for i in range(20)], [f"q{i}" for i in range(20)]
    recorder.record(*(listing(day(n), old) for n in (0, 7)), *(listing(day(n), new) for n in (14, 21)))
    window = {"first_week": day(-7).date(), "until": day(30)}
    then = recorder.store.facts(**window, as_of=day(15)).fetches
    now = recorder.store.facts(**window).fetches
    recorder.store.close()
    assert [fetch.epoch for fetch in then] == [0, 0, 0]
    assert [fetch.epoch for fetch in now] == [0, 0, 1, 1]
