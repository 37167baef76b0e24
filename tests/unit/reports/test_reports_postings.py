"""The AI postings of the window one by one: days open, reposts, parallel requisitions, as facts."""

import csv
import io
from dataclasses import replace

import pytest
from facts_builder import Market, at, markets, monday
from hypothesis import given, settings
from report_market import market as plain_market
from report_market import rendered, report_of, report_of_kind

from reports.building.weekly import build_weekly
from reports.document.postings import ListedPosting, ListedPostings
from reports.measures import postings as measured
from reports.measures.panel import build_panel
from reports.rendering.csv_files import csv_files
from reports.wording.words import LANGS

WEEK = 9


def listed(market: Market, week: int = WEEK) -> ListedPostings:
    facts = market.facts()
    return measured.listed_postings(build_panel(facts, monday(week)), facts)


def lives() -> Market:
    """One board, looked at every Wednesday: each posting has another life."""
    market = Market()
    market.board("X", "lever", "Acme")
    weeks = {
        "backlog": range(10),
        "new": range(4, 10),
        "missed": range(4, 9),
        "closed": range(3, 8),
        "back": (*range(1, 4), *range(7, 10)),
        "long ago": range(3),
        "plain pm": range(10),
    }
    for native in weeks:
        role = "other_pm" if native == "plain pm" else "aigc_pm"
        says = {"vacancy": "v"} if native in ("new", "missed") else {}
        market.post(native, role, title=f"AI PM, {native}", places=("上海", "Dublin"), **says)  # type: ignore[arg-type]
    for week in range(10):
        market.look("X", week, [native for native, there in weeks.items() if week in there])
    return market


def test_each_life_is_told_by_its_looks() -> None:
    rows = {row["title"].removeprefix("AI PM, "): row for row in listed(lives())["rows"]}

    def life(row: ListedPosting) -> tuple[object, ...]:
        return row["open_days"], row["stay"], row["backlog"], row["reposted"], row["vacancy_postings"]

    assert {native: life(row) for native, row in rows.items()} == {
        "backlog": (63.0, "open", True, 0, 1),
        "new": (35.0, "open", False, 0, 2),
        "missed": (28.0, "missed", False, 0, 2),
        "closed": (28.0, "closed", False, 0, 1),
        "back": (14.0, "open", False, 1, 1),
    }
    assert [row["rank"] for row in rows.values()] == [1, 2, 3, 4, 5]
    assert list(rows)[:2] == ["backlog", "new"]
    assert (rows["new"]["appeared_at"], rows["new"]["seen_last_at"]) == (
        at(4).isoformat().replace("+00:00", "Z"),
        at(9).isoformat().replace("+00:00", "Z"),
    )
    assert rows["new"]["places"] == ["上海", "Dublin"]
    assert (rows["new"]["company"], rows["new"]["source"], rows["new"]["role"]) == (
        "Acme",
        "lever",
        "aigc_pm",
    )
    assert rows["new"]["url"] == "https://jobs.example/new"


def test_a_board_that_changed_its_scope_says_nothing_of_the_end() -> None:
    market = Market()
    market.post("p", "ai_pm")
    for week in range(10):
        market.look("X", week, ["p"] if week < 8 else ["q"], epoch=1 if week < 8 else 2)
    market.post("q", "other_pm")
    assert [row["stay"] for row in listed(market)["rows"]] == ["unwatched"]


def test_of_many_those_open_longest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "MOST_LISTED", 2)
    found = listed(lives())
    assert (found["of"], [row["open_days"] for row in found["rows"]]) == (5, [63.0, 35.0])


def test_nothing_listed_is_said_so() -> None:
    found = build_weekly(Market().facts(), monday(WEEK))["postings"]
    assert (found["status"], found["reason"], found["rows"], found["of"]) == (
        "insufficient", "no_postings", [], 0,
    )  # fmt: skip


def test_the_file_has_a_row_each_and_runs_no_formula() -> None:
    market = lives()
    market.says["new"]["title"] = "=cmd()"
    facts = replace(market.facts(), as_of=at(WEEK, 6.0))
    content = csv_files(build_weekly(facts, monday(WEEK)))["listed_postings.csv"]
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[1]["title"] == "'=cmd()"
    assert rows[1]["places"] == "上海;Dublin"


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_names_the_file(lang: str) -> None:
    report = report_of(plain_market())
    report["changes"]["life"]["reposted"] = 3
    assert "`data/listed_postings.csv`" in rendered(report, lang)  # type: ignore[arg-type]
    assert report_of_kind("empty")["postings"]["rows"] == []


@settings(max_examples=60)
@given(market=markets())
def test_rows_hold_together_in_any_market(market: Market) -> None:
    found = listed(market, 7)
    rows = found["rows"]
    assert len(rows) == found["of"]
    assert [row["open_days"] for row in rows] == sorted((row["open_days"] for row in rows), reverse=True)
    assert len({(row["company"], row["url"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["role"] in ("ai_pm", "aigc_pm", "both")
        assert row["appeared_at"] <= row["seen_last_at"]
        assert 1 <= row["vacancy_postings"] <= len(rows)
