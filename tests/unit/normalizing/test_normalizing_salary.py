"""Pay from fields and from texts."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import CORPORA, SHARED

from scraper.normalizing.salary import Reading, read_field, read_text
from scraper.normalizing.scanning import Scanned
from scraper.parsing.folding import folded
from storage.records import Pay


def of_field(raw: str, currency: str | None = None) -> Pay | None:
    reading = read_field(raw, currency=currency)
    return reading and reading.pay


def of_text(text: str, currency: str | None = None) -> Pay | None:
    reading = read_text(Scanned(folded(text)), currency=currency)
    return reading and reading.pay


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize(
    "row", _rows(CORPORA / "salary.tsv"), ids=lambda row: f"{row['read']}: {row['text']}"
)
def test_corpus(row: dict[str, str]) -> None:
    text = row["text"].replace("⏎", "\n")
    pay = (of_field if row["read"] == "field" else of_text)(text, row["site"] or None)
    if not row["period"]:
        assert pay is None, row["why"]
        return
    assert pay is not None, row["why"]
    expected = tuple(float(row[name]) if row[name] else None for name in ("min", "max", "months"))
    assert (pay.min, pay.max, pay.months) == expected, row["why"]
    assert (pay.currency, pay.period) == (row["currency"], row["period"]), row["why"]
    assert pay.quote is not None
    if row["read"] == "text":
        assert text[pay.quote.start : pay.quote.end] == pay.quote.text
    else:
        assert (pay.quote.text, pay.quote.start) == (text.strip(), None)


PHRASES = SHARED / "research" / "salary_phrases.tsv"
# Amounts that stand all alone, without a word, a sign or a period: a field may say so, a text may not.
_ONLY_IN_A_FIELD = {"S01", "S13", "S17"}


def _told(reading: Reading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    pay = reading.pay
    told: dict[str, Any] = {"cur": pay.currency, "period": pay.period, "min": pay.min, "max": pay.max}
    low = int(pay.months or 12)
    told["months"] = [low, reading.months_max or low] if pay.period == "month" else None
    if reading.inferred:
        told["inferred"] = sorted(reading.inferred)
    return told


@pytest.mark.skipif(not PHRASES.exists(), reason="the shared research is not here")
@pytest.mark.parametrize("row", _rows(PHRASES), ids=lambda row: row["id"])
def test_phrases_of_the_research(row: dict[str, str]) -> None:
    expected = json.loads(row["expected_json"])
    assert _told(read_field(row["text"], currency=row["site_currency"])) == expected
    found = _told(read_text(Scanned(folded(row["text"])), currency=row["site_currency"]))
    assert found == (None if row["id"] in _ONLY_IN_A_FIELD else expected)


def test_real_cases() -> None:
    path = SHARED / "data" / "gold" / "cases_salary_en.jsonl"
    if not path.exists():
        pytest.skip("the shared data are not here")
    wrong = []
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        field = case["source"] == "board_field"
        pay = of_field(case["sentence"]) if field else of_text(case["match"])
        said = (pay.min, pay.max, pay.currency, pay.period) if pay else (None,) * 4
        if said != (case["min"], case["max"], case["currency"], case["period"]):
            wrong.append((case["match"], said))
    assert not wrong


def test_text_names_the_pay_of_the_product_manager() -> None:
    text = "Backend Engineer | $170k-$220k\nProduct Manager | $120k-$160k\nDesigner | $100k-$130k"
    pay = of_text(text)
    assert pay is not None
    assert (pay.min, pay.max) == (120_000, 160_000)


@given(st.text(max_size=200))
def test_any_text_is_answered_with_a_true_quote(text: str) -> None:
    read_field(text)
    pay = of_text(text)
    if pay is not None:
        assert pay.quote is not None
        assert text[pay.quote.start : pay.quote.end] == pay.quote.text


@given(
    st.integers(5, 90),
    st.integers(1, 60),
    st.sampled_from(["", "·14薪"]),
    st.sampled_from(["负责搜索产品。", "\n", "经验3-5年，"]),
)
def test_monthly_ranges_survive_any_neighbourhood(low: int, more: int, months: str, before: str) -> None:
    text = f"{before}薪资：{low}-{low + more}K{months}，五险一金"
    pay = of_text(text)
    assert pay is not None
    assert (pay.min, pay.max, pay.currency, pay.period) == (low * 1000, (low + more) * 1000, "CNY", "month")


@given(st.integers(30, 400), st.integers(1, 200))
def test_written_forms_of_a_yearly_range_agree(low: int, more: int) -> None:
    high = low + more
    forms = (
        f"${low}K – ${high}K",
        f"${low},000 - ${high},000",
        f"USD {low},000 to {high},000 per year",
        f"${low}-{high}k a year",
        f"Base pay: ${low},000.00/year to ${high},000.00/year",
    )
    read = {(pay.min, pay.max, pay.currency, pay.period) for form in forms if (pay := of_field(form))}
    assert read == {(low * 1000, high * 1000, "USD", "year")}
