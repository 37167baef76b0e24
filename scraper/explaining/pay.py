"""What is paid, and where the work is done."""

from collections.abc import Iterator

from scraper.explaining.wording import Words, cite, ends, line, number
from scraper.normalizing.compensation import Compensation
from scraper.normalizing.extras import Extra
from scraper.normalizing.places import Places
from storage.records import Pay, Workplace


def pay_lines(compensation: Compensation, words: Words) -> Iterator[str]:
    """Yield the base pay, also where none is stated; on-target earnings, bonus and equity where they are."""
    forms = words["pay"]
    pay, extras = compensation.pay, compensation.extras
    notes = [forms[name] for name in ("multi", "period_inferred") if getattr(compensation, name)]
    told = f" ({'; '.join(notes)})" if notes else ""
    yield line(forms["label"], words["silent"] if pay is None else _amount(pay, words) + told)
    for other in compensation.others:
        yield line(forms["other"], _amount(other, words))
    if extras.ote:
        yield line(forms["ote"], _amount(extras.ote, words))
    for name, extra in (("bonus", extras.bonus), ("equity", extras.equity)):
        if extra:
            yield line(forms[name], _extra(extra, forms[f"{name}_kinds"][extra.kind], words))


def _amount(pay: Pay, words: Words) -> str:
    forms = words["pay"]
    if pay.min is None or pay.max is None:
        one = pay.min if pay.max is None else pay.max
        amount = forms["from" if pay.max is None else "to"].format(amount=number(one or 0))
    else:
        amount = ends(pay.min, pay.max)
    period = words["periods"][pay.period] if pay.period else "?"
    months = f" × {pay.months:g}" if pay.months else ""
    quote = f" {cite(pay.quote, words)}" if pay.quote else ""
    return " ".join(filter(None, (amount, pay.currency, "/", period))) + months + quote


def _extra(extra: Extra, kind: str, words: Words) -> str:
    sizes = {"percent": extra.percent, "months": extra.months, "amount": extra.amount}
    told = [
        words["pay"]["sizes"][name].format(size=ends(*size), currency=extra.currency or "").strip()
        for name, size in sizes.items()
        if size
    ]
    return f"{', '.join([kind, *told])} {cite(extra.quote, words)}"


def place_lines(places: Places, workplace: Workplace | None, words: Words) -> Iterator[str]:
    """Yield where the work is done: the places, if any are known, and whether it is done from elsewhere."""
    named = [places.cities, [region for region in places.regions if region not in places.cities]]
    said = [", ".join(names) for names in (*named, places.countries) if names]
    if places.remote:
        scope = ", ".join(places.remote_scope)
        said.append(
            words["places"]["remote_in"].format(scope=scope) if scope else words["workplaces"]["remote"]
        )
    if said:
        yield line(words["places"]["label"], " · ".join(said))
    yield line(words["workplace"], words["workplaces"][workplace] if workplace else words["silent"])
