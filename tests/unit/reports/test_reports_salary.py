"""T9: amounts by hand and of the shared fixture; what is assumed, apart, suppressed; the gap; the chart."""

import csv
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from facts_builder import Market, monday
from hypothesis import given, settings
from hypothesis import strategies as st
from report_market import market as invented
from report_market import numbers, rendered, report_of, report_of_kind, undrawn

from reports.charts.salary import PayBar, PayPanel, salary_chart
from reports.charts.shares import Side
from reports.document.salary import PayRow, Salary
from reports.measures.panel import build_panel
from reports.measures.population import window_population
from reports.measures.salary import salary
from reports.output.writing import report_files
from reports.wording.words import LANGS
from storage.records import Pay, RoleClass


def pay(
    low: float | None, high: float | None, currency: str = "CNY", period: Any = "month", months: Any = None
) -> Pay:
    return Pay(low, high, currency, period, months)


def table_of(market: Market) -> Salary:
    panel = build_panel(market.facts(), monday(0))
    return salary(panel, window_population(panel))


def paid(pays: list[Pay | None], role: RoleClass = "ai_pm", **says: Any) -> Market:
    """Each vacancy of an employer of its own."""
    market = Market()
    for i, one in enumerate(pays):
        market.post(f"p{i}", role, salary=one, company=f"c{i}", **says)
    market.look("X", 0, list(market.says))
    return market


def row_of(part: Salary, role: str = "ai_pm", currency: str = "CNY") -> PayRow:
    return next(r for r in part["rows"] if (r["role"], r["currency"]) == (role, currency))


@pytest.mark.parametrize(("role", "code"), [("AI", "ai_pm"), ("AIGC", "aigc_pm")])
def test_the_fixture(shared_data: Path, role: str, code: RoleClass) -> None:
    """Its three and four vacancies, each four times, since fewer than ten have no printed amounts."""
    folder = shared_data / "trend_fixture"
    with (folder / "postings.csv").open(encoding="utf-8") as file:
        listed = [r for r in csv.DictReader(file) if r["last_seen"] == "2026-W48" and r["currency"] == "CNY"]
    pays = [
        pay(float(r["salary_lo"]), float(r["salary_hi"]), months=float(r["months"]))
        if r["salary_lo"]
        else None
        for r in listed
        if r["role"] == role
    ]
    part = table_of(paid(pays * 4, code))
    row, expected = row_of(part, code), json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    want = expected[f"salary_CNY_{role}"]
    assert row["n"] == 4 * want["n"]
    amounts = (row["pay_low"], row["pay_median"], row["pay_high"])
    assert amounts == (want["p50_lo"], want["p50_mid"], want["p50_hi"])
    stated = next(d for d in part["disclosure"] if d["role"] == code)["stated"]
    assert (stated["y"], stated["n"]) == (4 * want["n"], 4 * want["of"])


def test_quartiles_interval_and_flags_by_hand() -> None:
    """Ten vacancies 10-30K, 11-31K ... 19-39K a month: middles 20 to 29K, times 12. Two with 14 salaries."""
    pays: list[Pay | None] = [pay(10_000 + 1000 * i, 30_000 + 1000 * i) for i in range(10)]
    row = row_of(table_of(paid(pays)))
    assert (row["pay_median"], row["pay_p25"], row["pay_p75"]) == (294_000, 267_000, 321_000)
    assert (row["pay_low"], row["pay_high"]) == (174_000, 414_000)
    assert (row["pay_median_lo"], row["pay_median_hi"]) == (252_000, 336_000)  # the second and ninth of ten
    assert (row["months_assumed"], row["wide_ranges"]) == (10, 0)  # 30 is not more than three times 10
    pays[0], pays[1] = pay(10_000, 31_000, months=14), pay(11_000, 31_000, months=14)
    flagged = row_of(table_of(paid(pays)))
    assert (flagged["months_assumed"], flagged["wide_ranges"]) == (8, 1)


def test_nine_vacancies_have_no_amount() -> None:
    row = row_of(table_of(paid([pay(20_000, 30_000)] * 9)))
    assert (row["n"], row["print"], row["pay_median"], row["pay_low"]) == (9, "counts", None, None)


def test_one_employer_has_amounts_and_no_interval() -> None:
    market = Market()
    for i in range(12):
        market.post(f"p{i}", "ai_pm", salary=pay(20_000 + i, 30_000), company="Alpha")
    market.look("X", 0, list(market.says))
    row = row_of(table_of(market))
    assert row["pay_median"] is not None and row["pay_median_lo"] is None and row["employers"] == 1


def test_currencies_are_never_mixed_and_rates_stand_apart() -> None:
    year = [pay(150_000, 170_000, "USD", "year")] * 10
    day = [pay(200, 300, "CNY", "day")] * 11
    one_sided, none, unknown = pay(20_000, None), None, pay(20_000, 30_000, "CNY", None)
    part = table_of(paid([*year, *day, pay(25_000, 35_000), one_sided, none, unknown]))
    assert [(r["currency"], r["n"]) for r in part["rows"] if r["role"] == "ai_pm"] == [
        ("USD", 10),
        ("CNY", 1),
    ]
    assert row_of(part, currency="USD")["pay_median"] == 160_000
    rates = [r for r in part["rates"] if r["role"] == "ai_pm"]
    assert [(r["period"], r["n"], r["rate_median"]) for r in rates] == [("day", 11, 250)]
    disclosed = next(d for d in part["disclosure"] if d["role"] == "ai_pm")
    assert (disclosed["stated"]["y"], disclosed["stated"]["n"]) == (24, 25)
    assert (disclosed["yearly"], disclosed["one_sided"], disclosed["by_rate"]) == (11, 1, 11)


def test_the_employers_median_counts_a_mass_poster_once() -> None:
    """One employer posts twenty at 20-30K, ten others one each at 40-50K: 300K a year against 540K."""
    market = Market()
    for i in range(30):
        mass = i < 20
        amount = pay(20_000, 30_000) if mass else pay(40_000, 50_000)
        market.post(f"p{i}", "ai_pm", salary=amount, company="Mass" if mass else f"c{i}")
    market.look("X", 0, list(market.says))
    row = row_of(table_of(market))
    assert (row["pay_median"], row["employer_median"], row["employers"]) == (300_000, 540_000, 11)


# ------------------------------------------------------------------ the gap


def classes(more: float, *, ai_years: float = 3, aigc_years: float = 3, employers: int = 30) -> Market:
    """Per employer an AI PM and an AIGC PM vacancy in Beijing, the latter with so much more a month."""
    market = Market()
    for i in range(employers):
        for role, extra, years in (("ai_pm", 0.0, ai_years), ("aigc_pm", more, aigc_years)):
            amount = pay(20_000 + 200 * i + extra, 30_000 + 200 * i + extra)
            says = {
                "salary": amount,
                "company": f"c{i}",
                "places": ("北京",),
                "countries": ("CN",),
                "years": years,
            }
            market.post(f"{role}{i}", role, **says)  # type: ignore[arg-type]
    market.look("X", 0, list(market.says))
    return market


def test_a_gap_at_equal_place_and_years_is_found() -> None:
    (gap,) = table_of(classes(5_000))["gaps"]
    assert gap["shift"] == 60_000 and (gap["n_ai"], gap["n_aigc"], gap["pay_cells"]) == (30, 30, 1)
    assert gap["direction"] == "higher_in_aigc"
    assert gap["shift_lo"] is not None and 40_000 < gap["shift_lo"] < 60_000


def test_equal_pay_is_no_gap() -> None:
    (gap,) = table_of(classes(0))["gaps"]
    assert (gap["shift"], gap["direction"]) == (0, "no_clear_difference")


def test_seniority_is_no_gap() -> None:
    """AIGC PM pays 60K more and asks for five years, AI PM for one: no cell holds both."""
    (gap,) = table_of(classes(5_000, ai_years=1, aigc_years=5))["gaps"]
    assert (gap["shift"], gap["reason"], gap["direction"]) == (None, "few_cells", "insufficient")


def test_few_employers_are_no_gap() -> None:
    (gap,) = table_of(classes(5_000, employers=12))["gaps"]
    assert (gap["shift"], gap["reason"]) == (None, "few_employers")


@given(st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=15)
def test_the_order_of_rows_changes_nothing(skip: int, also: int) -> None:
    """The same vacancies under other ids, so in another order."""
    market, turned = Market(), Market()
    pays = [
        pay(20_000 + 999 * ((i * 7 + skip) % 23), 31_000 + 777 * ((i * 5 + also) % 29)) for i in range(24)
    ]
    for i, one in enumerate(pays):
        says: dict[str, Any] = {
            "salary": one,
            "company": f"c{i % 6}",
            "places": ("上海",),
            "countries": ("CN",),
        }
        role: RoleClass = "ai_pm" if i % 2 else "aigc_pm"
        market.post(f"p{i:02}", role, **says)
        turned.post(f"p{99 - i:02}", role, **says)
    for one_market in (market, turned):
        one_market.look("X", 0, list(one_market.says))
    assert table_of(market) == table_of(turned)


def test_nothing_listed_is_no_pay() -> None:
    market = Market()
    market.look("X", 0)
    part = table_of(market)
    assert (part["status"], part["reason"], part["rows"], part["gaps"]) == (
        "insufficient",
        "no_postings",
        [],
        [],
    )


# ------------------------------------------------------------------ section and chart


def test_the_section_the_chart_and_the_same_numbers_in_both_languages() -> None:
    market = invented()
    for number, says in enumerate(market.says.values()):
        says["salary"] = (
            pay(20_000 + 100 * (number % 40), 30_000 + 100 * (number % 40)) if number % 3 else None
        )
    report = report_of(market)
    with undrawn(but="salary_chart"):
        files = report_files(report, list(LANGS))
    english, chinese = (files[f"report.{lang}.md"].decode("utf-8") for lang in LANGS)
    assert "## What they pay" in english and "](charts/salary.en.svg)" in english
    assert "## 薪资给多少" in chinese and "](charts/salary.zh.svg)" in chinese
    assert sorted(numbers(english)) == sorted(numbers(chinese))
    n = next(r["n"] for r in report["salary"]["rows"] if r["role"] == "ai_pm")
    assert f" {n} (" in english and f" {n}（" in chinese
    assert f"n = {n}" in files["charts/salary.en.svg"].decode("utf-8")


@pytest.mark.parametrize("rule", ["full", "small_n"])
def test_the_chart_brackets_what_the_table_brackets(rule: str) -> None:
    market = invented()
    for says in market.says.values():
        says["salary"] = pay(21_000, 31_000)
    report = report_of(market)
    for row in report["salary"]["rows"]:
        row["print"] = rule  # type: ignore[typeddict-item]
    with undrawn(but="salary_chart"):
        svg = report_files(report, ["en"])["charts/salary.en.svg"].decode("utf-8")
    assert (">(312)<" in svg) == (rule == "small_n")  # an axis may have a tick of that name
    assert ("AI PM (312) (n =" in svg, "AI PM 312 (n =" in svg) == (rule == "small_n", rule == "full")


def test_without_pay_the_section_says_so() -> None:
    report = report_of_kind("regular")
    assert "Not enough data on pay: 0 of" in rendered(report, "en")
    assert "薪资数据不足" in rendered(report, "zh")


def test_the_chart_is_stable_and_draws_what_it_is_given() -> None:
    bars = [
        PayBar(Side("AI 产品经理", "#0072B2"), 200, 300, 450, (260, 360), "300", "n = 170"),
        PayBar(Side("AIGC 产品经理", "#D55E00"), 220, 310, 455, None, "310", "n = 12"),
    ]
    panels = [PayPanel("国内 CNY", bars), PayPanel("海外 USD", bars[:1])]
    svg = salary_chart("薪资", "千", panels, "text").svg()
    assert svg == salary_chart("薪资", "千", panels, "text").svg()
    nodes = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    texts = {(node.text or "").strip() for node in nodes}
    for text in ("国内 CNY", "海外 USD", "n = 170", "n = 12", "300", "310", "400"):
        assert text in texts


def test_a_gap_is_told_with_its_sizes_and_its_verb() -> None:
    """AIGC PM vacancies of the same employers, city and years pay 5K a month, 60K a year, more."""
    market = invented()
    for number, says in enumerate(market.says.values()):
        more = 5_000 if says["role"] == "aigc_pm" else 0
        says |= {"salary": pay(20_000 + more + number % 9, 30_000 + more), "countries": ("CN",)}
        says |= {"places": ("北京",), "years": 3.0}
    report = report_of(market)
    english, chinese = (rendered(report, lang) for lang in LANGS)
    assert "AIGC PM minus AI PM is +60 [+60, +60] thousand a year" in english
    assert "AIGC PM pays more" in english and "AIGC 产品经理薪资更高" in chinese
    assert sorted(numbers(english)) == sorted(numbers(chinese))
