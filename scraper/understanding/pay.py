"""What is said of the pay as JSON: one shape for the store and for `pmtrend tag --jsonl`."""

from typing import Any

from scraper.normalizing.compensation import Compensation
from scraper.normalizing.extras import Extra
from storage.facts import number_json, quote_json
from storage.records import Pay


def salary_json(compensation: Compensation) -> dict[str, Any] | None:
    """Return the base pay, with whether bands were joined and what of it is inferred."""
    if compensation.pay is None:
        return None
    inferred = ["period"] if compensation.period_inferred else []
    return {**_pay(compensation.pay), "multi": compensation.multi, "inferred": inferred}


def stated_beside(compensation: Compensation) -> dict[str, Any]:
    """Return what is stated of the pay besides the base and its ends, for the store."""
    flags = {"multi": compensation.multi, "inferred": ["period"] if compensation.period_inferred else []}
    said = {**flags, **beside_salary_json(compensation)}
    return {name: value for name, value in said.items() if value}


def beside_salary_json(compensation: Compensation) -> dict[str, Any]:
    """Return bands in other currencies, on-target earnings, bonus and equity; None where nothing is said."""
    extras = compensation.extras
    return {
        "other": [_pay(pay) for pay in compensation.others] or None,
        "ote": _pay(extras.ote) if extras.ote else None,
        "bonus": _extra(extras.bonus) if extras.bonus else None,
        "equity": _extra(extras.equity) if extras.equity else None,
    }


def _extra(extra: Extra) -> dict[str, Any]:
    sizes = {"percent": extra.percent, "months": extra.months, "amount": extra.amount}
    return {
        "kind": extra.kind,
        **{name: [number_json(end) for end in size] if size else None for name, size in sizes.items()},
        "currency": extra.currency,
        **quote_json(extra.quote),
    }


def _pay(pay: Pay) -> dict[str, Any]:
    return {
        "min": number_json(pay.min),
        "max": number_json(pay.max),
        "currency": pay.currency,
        "period": pay.period,
        "months": number_json(pay.months),
        "annual_min": number_json(pay.annual(pay.min)),
        "annual_max": number_json(pay.annual(pay.max)),
        **(quote_json(pay.quote) if pay.quote else {}),
    }
