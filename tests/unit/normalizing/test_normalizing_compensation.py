"""On-target earnings, bonus and equity beside the base pay."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from places import CORPORA

from scraper.normalizing.compensation import Compensation, find_compensation
from scraper.normalizing.extras import Extra
from scraper.normalizing.scanning import Scanned
from scraper.normalizing.text import detect_language
from scraper.parsing.folding import folded
from scraper.understanding.answering import to_json
from scraper.understanding.posting import understand
from storage.records import Pay, Quote

CASES = [json.loads(line) for line in (CORPORA / "compensation.jsonl").read_text("utf-8").splitlines()]


def _found(text: str, field: str = "", title: str = "") -> Compensation:
    currency = None if detect_language(text or field or title) == "en" else "CNY"
    return find_compensation(Scanned(folded(text)), title=title, salary_raw=field, currency=currency)


def _quotes(found: Compensation) -> list[Quote]:
    extras = found.extras
    told = (found.pay, *found.others, extras.ote, extras.bonus, extras.equity)
    return [one.quote for one in told if one is not None and one.quote is not None]


def _extra(extra: Extra | None) -> dict[str, Any] | None:
    if extra is None:
        return None
    told: dict[str, Any] = {"kind": extra.kind}
    told |= {name: [*size] for name in ("percent", "months") if (size := getattr(extra, name))}
    return told | ({"amount": [*extra.amount, extra.currency]} if extra.amount else {})


def _ends(pay: Pay | None) -> list[float | None] | None:
    return [pay.min, pay.max] if pay else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: (case.get("field") or case["text"])[:60] or "empty")
def test_corpus(case: dict[str, Any]) -> None:
    found = _found(case["text"], case.get("field", ""), case.get("title", ""))
    extras = found.extras
    assert [[pay.min, pay.max, pay.currency] for pay in found.others] == case.get("others", [])
    assert (_extra(extras.bonus), _extra(extras.equity)) == (case.get("bonus"), case.get("equity"))
    assert _ends(extras.ote) == case.get("ote")
    assert found.multi is case.get("multi", False)
    if "pay" in case:
        assert _ends(found.pay) == case["pay"]
    if "inferred" in case:
        assert found.period_inferred is case["inferred"]
    for quote in _quotes(found):
        if quote.start is None:
            assert quote.text in case["field"]
        else:
            within = case["title"] if quote.field == "title" else case["text"]
            assert within[quote.start : quote.end] == quote.text != ""


def test_numbers_that_the_board_states_go_before_its_words() -> None:
    stated = Pay(100_000.0, 120_000.0, "USD", "year")
    found = find_compensation(
        Scanned(folded("Salary: $90,000 - $95,000")), stated=stated, salary_raw="$90K - $95K"
    )
    assert (found.pay, found.period_inferred) == (stated, False)


def test_what_is_printed() -> None:
    text = "Base salary: $120,000 - $150,000, a 10-15% annual bonus, RSUs. OTE: $160,000."
    printed = to_json("1", understand("Product Manager", text))
    assert {name: printed["salary"][name] for name in ("min", "max", "multi", "inferred")} == {
        "min": 120_000,
        "max": 150_000,
        "multi": False,
        "inferred": ["period"],
    }
    beside = printed["compensation"]
    assert {name: beside["bonus"][name] for name in ("kind", "percent", "months", "amount", "currency")} == {
        "kind": "annual",
        "percent": [10, 15],
        "months": None,
        "amount": None,
        "currency": None,
    }
    assert (beside["equity"]["kind"], beside["equity"]["quote"]) == ("shares", "RSUs")
    assert (beside["ote"]["min"], beside["ote"]["annual_max"]) == (160_000, 160_000)
    nothing = to_json("2", understand("Product Manager", "You build things."))
    assert nothing["salary"] is None
    assert nothing["compensation"] == {"other": None, "ote": None, "bonus": None, "equity": None}


_PIECES = st.sampled_from(
    [
        *("bonus ", "annual bonus", "equity", "stock ", "options ", "OTE ", "salary ", "a ", "$100k", "15%"),
        *(
            "奖金",
            "年终奖",
            "期权",
            "股权",
            "1-3个月",
            "薪",
            ", ",
            "。",
            "\n",
            "(",
            "）",
            "É",
            "😀",
            "ﬀ",
            "İ",
        ),
    ]
)


@example("$100k\n$100k")
@example("100k\r$\n100k USD\n90k")
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_any_words_are_answered_with_true_quotes(text: str) -> None:
    for quote in _quotes(_found(text)):
        assert text[quote.start : quote.end] == quote.text != ""
