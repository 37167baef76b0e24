"""Years, degree, and what else is asked of the candidate."""

from collections.abc import Iterator, Mapping

from scraper.explaining.wording import Words, cite, ends, level, line
from scraper.tagging.tables import load
from storage.records import Asked, Tagging, TravelAsked, YearsAsked, YearsDemand


def demand_lines(tagging: Tagging, words: Words) -> Iterator[str]:
    """Yield years and degree, also where nothing is stated, and one line for each further kind of demand."""
    yield line(words["years"]["label"], _years(tagging.years_total, words))
    yield line(words["years"]["ai"], _years(tagging.years_ai, words))
    if len(tagging.years_all) > 1 or any(one.condition for one in tagging.years_all):
        yield line(words["years"]["all"], "; ".join(_demand(one, words) for one in tagging.years_all))
    degree = tagging.education
    yield line(
        words["education"],
        f"{words['degrees'][degree.min]} {cite(degree.quote, words)}{level(degree.requirement, words)}"
        if degree
        else words["silent"],
    )
    yield from _asked(tagging, words)


def _years(years: YearsAsked | None, words: Words) -> str:
    if years is None:
        return str(words["silent"])
    span = _span(years.min or 0, years.max, words)
    return f"{span} {cite(years.quote, words)}{level(years.requirement, words)}"


def _span(low: float, high: float | None, words: Words) -> str:
    forms = words["years"]
    if high is None:
        return str(forms["open"].format(low=low) if low else forms["none"])
    return str(forms["range"].format(range=ends(low, high)))


def _demand(demand: YearsDemand, words: Words) -> str:
    # What holds for another degree is an alternative and no part.
    part = words["years"]["part"] if demand.part and not demand.condition else ""
    said = f"{part}{words['scopes'][demand.scope]} {_span(demand.min, demand.max, words)}"
    if demand.condition:
        said += words["years"]["condition"].format(degree=words["degrees"][demand.condition])
    return said + level(demand.requirement, words)


def _asked(tagging: Tagging, words: Words) -> Iterator[str]:
    industries = load("industries")["industry"]
    known = {id: entry["name"][words["lang"]] for id, entry in industries.items()}
    for kind, family, names in (
        ("industries", tagging.industries, known),
        ("languages", tagging.languages, words["languages"]),
        ("degree", tagging.degree_specials, words["degree_specials"]),
        ("permit", tagging.visa, words["permits"]),
    ):
        if family:
            yield line(words["asked"][kind], "; ".join(_one_asked(asked, names, words) for asked in family))
    travel = tagging.travel
    if travel is not None:
        yield line(words["asked"]["travel"], f"{_how_much(travel, words)} {cite(travel.quote, words)}")


def _one_asked(asked: Asked, names: Mapping[str, str], words: Words) -> str:
    degree = f" · {words['how_well'].get(asked.level, asked.level)}" if asked.level else ""
    return f"{names[asked.id]}{degree} {cite(asked.quote, words)}{level(asked.requirement, words)}"


def _how_much(travel: TravelAsked, words: Words) -> str:
    forms, often = words["travel"], travel.often
    if travel.percent_max == 0:
        often = "none"
    elif travel.percent_max is not None:
        return str(forms["percent"].format(range=ends(travel.percent_min or 0, travel.percent_max)))
    elif travel.times_a_year is not None:
        return str(forms["times"].format(count=travel.times_a_year))
    return str(forms[often or "asked"])
