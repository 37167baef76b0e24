"""T11: with how few employers and cities the vacancies lie."""

from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np

from reports.document.concentration import Concentration, ConcentrationRow, Dimension, Largest
from reports.document.terms import ROLES, RoleId, print_rule
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, places_of, window
from reports.statistics.arrays import Bools, count_distinct
from reports.statistics.concentration import concentration
from storage.reading.columns import Coded

LARGEST = 10


def concentrations(panel: Panel, people: Population) -> Concentration:
    """Return T11 over a population of postings."""
    cities, names = places_of(panel, people.adverts, people.rows), _names(panel, people)
    located, named = cities.each(bool).astype(bool), names.each(bool).astype(bool)
    rows: list[ConcentrationRow] = []
    largest: list[Largest] = []
    for role in ROLES:
        mine = people.of(role)
        here, known = mine & located, mine & named
        held: dict[Dimension, tuple[dict[str, float], Bools]] = {
            "employer": (_counted(people, known, names), known),
            "city": (_split(cities, here), here),
        }
        for grouped_by, (weights, among) in held.items():
            n, employers = int(among.sum()), count_distinct(people.employer[among])
            rows.append(_row(role, grouped_by, weights, n, int(mine.sum()) - n, employers))
            largest += _largest(role, grouped_by, weights)
    return {
        "id": "T11",
        "population": "window",
        "status": "ok" if len(people.rows) else "insufficient",
        "reason": "" if len(people.rows) else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": rows,
        "largest": largest,
    }


def _names(panel: Panel, people: Population) -> Coded[str]:
    """The employer of each vacancy of the population, "" where it is withheld or nobody knows it.

    A file of several employers lends its own name to postings that name none.
    """
    told = panel.postings.coded("company_name", people.rows)
    named = [*told.values, ""]
    unit = panel.postings.columns.unit[people.rows]
    withheld = panel.postings.each("company_hidden", bool, people.rows).astype(bool)
    for one in panel.units:
        if one.multi_employer and one.source in told.values:
            withheld |= (unit == one.id) & (told.codes == told.values.index(one.source))
    return Coded.of(np.where(withheld, len(named) - 1, told.codes), named)


def _counted(people: Population, mine: Bools, names: Coded[str]) -> dict[str, float]:
    """Employer -> vacancies. Of employers of one name, which the store tells apart, each keeps its number."""
    rows = np.flatnonzero(mine)
    ids, first, counts = np.unique(people.employer[rows], return_index=True, return_counts=True)
    spelt = [names[row] for row in rows[first].tolist()]
    twice = {name for name, n in Counter(spelt).items() if n > 1}
    return {
        f"{name} ({id})" if name in twice else name: float(count)
        for id, name, count in zip(ids.tolist(), spelt, counts.tolist(), strict=True)
    }


def _split(cities: Coded[frozenset[str]], mine: Bools) -> dict[str, float]:
    """City -> vacancies, 1/k in each of k cities; summed by k, so that no order of rows moves a digit."""
    by_size: dict[str, Counter[int]] = defaultdict(Counter)
    counts = np.bincount(cities.codes[np.flatnonzero(mine)], minlength=len(cities.values))
    for code in np.flatnonzero(counts).tolist():
        together = cities.values[code]
        for city in together:
            by_size[city][len(together)] += int(counts[code])
    return {city: sum(sizes[k] / k for k in sorted(sizes)) for city, sizes in sorted(by_size.items())}


def _row(
    role: RoleId, grouped_by: Dimension, held: Mapping[str, float], n: int, unnamed: int, employers: int
) -> ConcentrationRow:
    found = concentration(held)
    return {
        "role": role,
        "grouped_by": grouped_by,
        "n": n,
        "unnamed": unnamed,
        "distinct": len(held),
        "hhi": found.hhi if found else None,
        "hhi_unbiased": found.unbiased if found else None,
        "effective": found.effective if found else None,
        "top5": found.top if found else None,
        "print": print_rule(n, employers),
    }


def _largest(role: RoleId, grouped_by: Dimension, held: Mapping[str, float]) -> list[Largest]:
    total = sum(held[name] for name in sorted(held))
    ranked = sorted(held.items(), key=lambda one: (-one[1], one[0]))[:LARGEST]
    return [
        {
            "role": role,
            "grouped_by": grouped_by,
            "rank": rank,
            "held_by": name,
            "held": vacancies,
            "held_share": vacancies / total,
        }
        for rank, (name, vacancies) in enumerate(ranked, start=1)
    ]
