"""All that a posting says of its pay: base salary, on-target earnings, bonus, equity, each with its proof."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from scraper.normalizing.extras import Extra, find_bonus, find_equity
from scraper.normalizing.money_context import amounts_in_context
from scraper.normalizing.salary import (
    AmountsInContext,
    Reading,
    read_amounts,
    read_field_amounts,
    read_ote,
    read_text,
)
from scraper.normalizing.scanning import Scanned
from scraper.normalizing.titles import LONGEST_TITLE
from scraper.parsing.folding import folded
from storage.records import Pay, Quote


class Extras(NamedTuple):
    """What is paid beside the base salary: on-target earnings (which hold the base), bonus, equity."""

    ote: Pay | None = None
    bonus: Extra | None = None
    equity: Extra | None = None


_NO_EXTRAS = Extras()


class Compensation(NamedTuple):
    """What is paid. Nothing is converted or added up.

    `multi`: there are several bands (zones, levels); `pay` is the envelope of those in its currency, `others`
    are those in other currencies. `period_inferred`: no period is written, the size of the amount tells.
    """

    pay: Pay | None
    multi: bool
    period_inferred: bool
    extras: Extras
    others: tuple[Pay, ...] = ()


def find_compensation(
    text: Scanned,
    *,
    title: str = "",
    stated: Pay | None = None,
    salary_raw: str = "",
    currency: str | None = None,
) -> Compensation:
    """Return what a posting says of its pay.

    Base pay is what the board states as numbers (`stated`), else what its salary field says, else the text,
    else the title ("AI产品经理 25-50K·15薪"); the extras are taken from the field where it names them, else
    from the text. `currency` (ISO 4217) is the board's own, as for `salary.read_field`.
    """
    field = _read_field(salary_raw, currency) if salary_raw else _NOTHING
    reading = Reading(stated) if stated else field.reading
    wanted = reading is None or any([word.extra == "ote" for word in text.extras])
    amounts = tuple(amounts_in_context(text)) if wanted else ()
    if reading is None:
        reading = read_amounts(amounts, text.raw, currency) or _of_title(title[:LONGEST_TITLE], currency)
    extras = _extras(text, amounts, currency)
    if field.extras is not _NO_EXTRAS:
        ote, bonus, equity = field.extras
        extras = Extras(ote or extras.ote, bonus or extras.bonus, equity or extras.equity)
    inferred = reading.inferred if reading else frozenset()
    return Compensation(
        pay=reading.pay if reading else None,
        multi="multi" in inferred or field.multi,
        period_inferred="period" in inferred,
        extras=extras,
        others=reading.others if reading else (),
    )


@lru_cache(maxsize=4096)
def _of_title(title: str, currency: str | None) -> Reading | None:
    if not any(map(str.isdigit, title)):
        return None
    reading = read_text(Scanned(folded(title)), currency=currency)
    if reading is None:
        return None
    pays = (reading.pay, *reading.others)
    first, *others = [replace(pay, quote=pay.quote and pay.quote._replace(field="title")) for pay in pays]
    return replace(reading, pay=first, others=tuple(others))


@dataclass(frozen=True, slots=True)
class _Field:
    """What a board's salary field says."""

    reading: Reading | None = None
    multi: bool = False
    extras: Extras = _NO_EXTRAS


_NOTHING = _Field()


@lru_cache(maxsize=8192)
def _of_short_field(raw: str, currency: str | None) -> _Field:
    return _of_field(raw, currency)


def _read_field(raw: str, currency: str | None) -> _Field:
    # What was read of short fields is remembered: boards repeat their salaries.
    return _of_short_field(raw, currency) if len(raw) <= 200 else _of_field(raw, currency)


def _of_field(raw: str, currency: str | None) -> _Field:
    money = Scanned(folded(raw))
    amounts = tuple(amounts_in_context(money))
    reading = read_field_amounts(amounts, raw, currency)
    several = "multiple ranges" in money.low or (reading is not None and "multi" in reading.inferred)
    found = _extras(money, amounts, currency, in_field=True)
    # A quote of a field has no offsets.
    extras = Extras(
        found.ote and replace(found.ote, quote=found.ote.quote and Quote(found.ote.quote.text)),
        found.bonus and replace(found.bonus, quote=Quote(found.bonus.quote.text)),
        found.equity and replace(found.equity, quote=Quote(found.equity.quote.text)),
    )
    return _Field(reading, several, extras)


def _extras(
    money: Scanned, amounts: AmountsInContext, currency: str | None, *, in_field: bool = False
) -> Extras:
    if not money.extras:
        return _NO_EXTRAS
    return Extras(
        read_ote(amounts, money.raw, currency),
        find_bonus(money, currency, in_field=in_field),
        find_equity(money, currency, in_field=in_field),
    )
