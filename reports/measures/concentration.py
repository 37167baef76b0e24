"""T11: with how few employers and cities the vacancies lie."""

from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np

from reports.document.concentration import Concentration, ConcentrationRow, Dimension, Largest
from reports.document.terms import ROLES, RoleId, print_rule
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, window
from reports.statistics.arrays import Bools, count_distinct
from reports.statistics.concentration import concentration

LARGEST = 10


def concentrations(panel: Panel, people: Population) -> Concentration:
    """Return T11 over a population of postings."""
    cities, names = _cities(panel, people), _names(panel, people)
    located = np.array([bool(one) for one in cities], dtype=bool)
    named = np.array([bool(one) for one in names], dtype=bool)
    rows: list[ConcentrationRow] = []
    largest: list[Largest] = []
    for role in ROLES:
        mine = people.of(role)
        here, known = mine & located, mine & named
        held: dict[Dimension, tuple[dict[str, float], Bools]] = {
            "employer": (_counted(people, known, names), known),
            "city": (_split([cities[i] for i in np.flatnonzero(here).tolist()]), here),
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


def _names(panel: Panel, people: Population) -> list[str]:
    """The employer of each vacancy of the population, "" where it is withheld or nobody knows it.

    A file of several employers lends its own name to postings that name none.
    """
    named, hidden = (
        [column.values[code] for code in column.codes.tolist()]
        for column in (panel.postings.coded(of, people.rows) for of in ("company_name", "company_hidden"))
    )
    lent = {unit.id: unit.source for unit in panel.units if unit.multi_employer}
    units = panel.postings.columns.unit[people.rows].tolist()
    return [
        "" if withheld or lent.get(unit) == name else name
        for unit, name, withheld in zip(units, named, hidden, strict=True)
    ]


def _counted(people: Population, mine: Bools, names: list[str]) -> dict[str, float]:
    """Employer -> vacancies. Of employers of one name, which the store tells apart, each keeps its number."""
    rows = np.flatnonzero(mine)
    ids, first, counts = np.unique(people.employer[rows], return_index=True, return_counts=True)
    spelt = [names[row] for row in rows[first].tolist()]
    twice = {name for name, n in Counter(spelt).items() if n > 1}
    return {
        f"{name} ({id})" if name in twice else name: float(count)
        for id, name, count in zip(ids.tolist(), spelt, counts.tolist(), strict=True)
    }


def _cities(panel: Panel, people: Population) -> list[frozenset[str]]:
    """The cities of each vacancy of the population, over all its adverts in the window."""
    places = panel.postings.coded("places", people.adverts)
    named = [frozenset(value) for value in places.values]
    found: dict[int, frozenset[str]] = {}
    for vacancy, code in zip(panel.vacancy[people.adverts].tolist(), places.codes.tolist(), strict=True):
        before = found.get(vacancy)
        found[vacancy] = named[code] if before is None else before | named[code]
    return [found[vacancy] for vacancy in panel.vacancy[people.rows].tolist()]


def _split(cities: list[frozenset[str]]) -> dict[str, float]:
    """City -> vacancies, 1/k in each of k cities; summed by k, so that no order of rows moves a digit."""
    by_size: dict[str, Counter[int]] = defaultdict(Counter)
    for together, n in Counter(cities).items():
        for city in together:
            by_size[city][len(together)] += n
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
