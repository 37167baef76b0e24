"""Pay of a Greenhouse posting: `pay_input_ranges` where the API gives it, else the pay box of the text.

A range is `{min_cents, max_cents, currency_type, title, blurb}`; the box holds, per range, `div.title` and
`div.pay-range` with a span for each end, the last one ending in the ISO code ("$320,000 USD"). Several
ranges are zones. No field states the period: only the title may ("Annual Salary", "Hourly Rate").
"""

import html
import re

from scraper.sources.parts import items, pay
from storage.records import Pay

# Where no word names the period: amounts like these, in these currencies, are only paid by the year.
_YEARLY_FROM, _YEARLY_CURRENCIES = 20_000, {"USD", "CAD", "EUR", "GBP", "AUD", "NZD", "CHF"}
_PERIOD = re.compile(r"\b(annual(?:ly)?|year(?:ly)?|month(?:ly)?|week(?:ly)?|day|daily|hour(?:ly)?)\b", re.I)
_BOX_PART = re.compile(r'<div class="(title|pay-range)">([^<]*+(?:<(?!/div>)[^<]*+)*+)(</div>)?')
_AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SYMBOLS = {"€": "EUR", "£": "GBP"}  # not "$": it is printed for USD, CAD, AUD and others


def of_fields(job: items.Item) -> Pay | None:
    """Return the envelope of the structured ranges, None if there is none. Raises TypeError, ValueError."""
    return pay.envelope(
        _stated(
            [(items.number(entry, end) or 0) / 100 for end in ("min_cents", "max_cents")],
            items.text(entry, "currency_type"),
            items.text(entry, "title"),
        )
        for entry in items.children(job, "pay_input_ranges")
    )


def of_box(box: str) -> Pay | None:
    """Return the envelope of the ranges printed in the pay box, None if none names its currency."""
    return pay.envelope(_printed(amounts, title) for title, amounts in _ranges(box))


def as_printed(box: str) -> str:
    """Return the ranges of the box as a candidate reads them: "Annual Salary: $280,000 — $320,000 USD"."""
    return "; ".join(f"{title} {amounts}".strip() for title, amounts in _ranges(box))


def _ranges(box: str) -> list[tuple[str, str]]:
    """Return (title, amounts) of each range in the box, as plain text."""
    found, title = [], ""
    for part in _BOX_PART.finditer(box):
        if not part[3]:
            break
        plain = " ".join(html.unescape(re.sub("<[^<>]*>", " ", part[2])).split())
        if part[1] == "title":
            title = plain
        else:
            found.append((title, plain))
            title = ""
    return found


def _printed(amounts: str, title: str) -> Pay | None:
    code = re.search(r"\b[A-Z]{3}$", amounts)
    currency = code[0] if code else _SYMBOLS.get(amounts[:1], "")
    ends = [float(amount.replace(",", "")) for amount in _AMOUNT.findall(amounts)]
    return _stated(ends, currency, title) if currency and len(ends) == 2 else None


def _stated(ends: list[float], currency: str, title: str) -> Pay | None:
    named = _PERIOD.search(title)
    yearly = currency.upper() in _YEARLY_CURRENCIES and max(ends) >= _YEARLY_FROM
    per = pay.period(named[1]) if named else "year" if yearly else None
    return pay.stated(ends[0], ends[1], currency, per)
