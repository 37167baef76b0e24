"""T11: concentration by hand and of the shared fixture; cities shared out, names withheld."""

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from facts_builder import Market, monday
from hypothesis import given
from hypothesis import strategies as st
from report_market import numbers, rendered, report_of_kind

from reports.document.concentration import Concentration
from reports.measures.concentration import concentrations
from reports.measures.panel import build_panel
from reports.measures.population import window_population
from reports.statistics.concentration import concentration
from reports.wording.words import LANGS


def test_the_fixture(shared_data: Path) -> None:
    folder = shared_data / "trend_fixture"
    with (folder / "postings.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["last_seen"] == "2026-W48" and row["role"] != "PM"]
    found = concentration(Counter(row["company"] for row in rows))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["hhi_company"]
    assert found is not None and found.unbiased is not None
    assert (found.n, found.effective) == (expected["n"], pytest.approx(expected["effective_companies"]))
    assert found.hhi == pytest.approx(float(Fraction(expected["hhi"])))
    assert found.unbiased == pytest.approx(float(Fraction(expected["unbiased"])))


def test_one_employer_is_everything_and_equal_ones_are_as_many_as_they_are() -> None:
    one, four = concentration({"a": 7}), concentration(dict.fromkeys("abcd", 3))
    assert one and (one.hhi, one.unbiased, one.effective, one.top) == (1, 1, 1, 1)
    assert four and (four.hhi, four.effective, four.places) == (0.25, 4, 4)
    assert four.unbiased == pytest.approx((12 * 0.25 - 1) / 11)
    alone = concentration({"a": 1})
    assert alone and alone.unbiased is None
    assert concentration({}) is None and concentration({"a": 0}) is None


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 50), min_size=1, max_size=12))
def test_it_lies_between_its_ends_whatever_the_order(sizes: dict[str, int]) -> None:
    found = concentration(sizes)
    assert found is not None
    assert 1 / len(sizes) - 1e-12 <= found.hhi <= 1
    assert 1 <= found.effective <= len(sizes) + 1e-9
    assert concentration(dict(reversed(sizes.items()))) == found
    assert found.top >= max(sizes.values()) / sum(sizes.values()) - 1e-12


# ------------------------------------------------------------------ the table


def table_of(market: Market) -> Concentration:
    panel = build_panel(market.facts(), monday(0))
    return concentrations(panel, window_population(panel))


def test_a_vacancy_in_several_cities_is_shared_among_them() -> None:
    """p is one vacancy, advertised in Beijing and Shanghai; q is in Beijing, r in three, s says nothing."""
    market = Market()
    market.post("p1", "ai_pm", vacancy="p", places=("北京",))
    market.post("p2", "ai_pm", vacancy="p", places=("上海",))
    market.post("q", "ai_pm", places=("北京",))
    market.post("r", "ai_pm", places=("北京", "上海", "杭州"))
    market.post("s", "ai_pm")
    market.post("t", "not_pm", places=("北京",))
    market.look("X", 0, ["p1", "p2", "q", "r", "s", "t"])
    part = table_of(market)
    row = next(r for r in part["rows"] if (r["role"], r["grouped_by"]) == ("ai_pm", "city"))
    assert (row["n"], row["unnamed"], row["distinct"]) == (3, 1, 3)
    held = {
        r["held_by"]: r["held"] for r in part["largest"] if (r["role"], r["grouped_by"]) == ("ai_pm", "city")
    }
    assert held == pytest.approx({"北京": 1.5 + 1 / 3, "上海": 0.5 + 1 / 3, "杭州": 1 / 3})
    assert list(held) == ["北京", "上海", "杭州"]
    assert row["hhi"] == pytest.approx(((11 / 6) ** 2 + (5 / 6) ** 2 + (1 / 3) ** 2) / 9)


def test_employers_are_counted_by_vacancy_and_the_withheld_are_left_out() -> None:
    market = Market()
    for name, n in (("Alpha", 3), ("Beta", 1), ("某大型互联网公司", 2)):
        for i in range(n):
            market.post(f"{name}{i}", "aigc_pm", company=name, company_hidden=name.startswith("某"))
    market.look("X", 0, list(market.says))
    part = table_of(market)
    row = next(r for r in part["rows"] if (r["role"], r["grouped_by"]) == ("aigc_pm", "employer"))
    assert (row["n"], row["unnamed"], row["distinct"], row["hhi"]) == (4, 2, 2, 10 / 16)
    names = [(r["rank"], r["held_by"], r["held_share"]) for r in part["largest"] if r["role"] == "aigc_pm"]
    assert names == [(1, "Alpha", 0.75), (2, "Beta", 0.25)]


def test_nothing_listed_is_nothing_to_count() -> None:
    market = Market()
    market.look("X", 0)
    part = table_of(market)
    assert (part["status"], part["reason"], part["largest"]) == ("insufficient", "no_postings", [])
    assert all(row["hhi"] is None and row["effective"] is None for row in part["rows"])


def test_the_section_names_n_and_says_the_same_in_both_languages() -> None:
    report = report_of_kind("regular")
    english, chinese = (rendered(report, lang) for lang in LANGS)
    n = next(row["n"] for row in report["concentration"]["rows"] if row["role"] == "ai_pm")
    assert f"AI PM (n = {n})" in english and f"AI 产品经理（n = {n}）" in chinese
    assert sorted(numbers(english)) == sorted(numbers(chinese))
