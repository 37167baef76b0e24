"""Which postings a table is about."""

from dataclasses import dataclass, replace

import numpy as np

from reports.document.terms import RoleId, Window
from reports.measures.panel import KINDS, NOT_PM, Panel, belongs
from reports.statistics.arrays import Bools, Ints, count_distinct, first_places
from storage.reading.columns import Coded, Coding
from storage.weeks import label

WINDOW_WEEKS = 4

# ------------------------------------------------------------------ who is counted


@dataclass(frozen=True, slots=True)
class Population:
    """Postings as parallel arrays, one per vacancy: panel row, role code, employer, stratum.

    `adverts` are the panel rows before vacancies were counted once. not_pm postings are left out and counted
    in `not_pm` (vacancies).
    """

    rows: Ints
    role: Ints
    employer: Ints
    stratum: Ints
    adverts: Ints
    not_pm: int

    def of(self, role: RoleId) -> Bools:
        """Return which of the postings belong to the class."""
        return belongs(self.role, role)

    def where(self, chosen: Bools) -> "Population":
        """Return the population of some of the postings (adverts and not_pm as they are)."""
        rows = np.flatnonzero(chosen)
        return replace(
            self,
            rows=self.rows[rows],
            role=self.role[rows],
            employer=self.employer[rows],
            stratum=self.stratum[rows],
        )


def one_per_vacancy(panel: Panel, rows: Ints, stratum: Ints) -> Population:
    """Return the population of the panel rows (sorted, so that the first of a vacancy has the least id)."""
    pm = panel.role[rows] != NOT_PM
    apart = count_distinct(panel.vacancy[rows[~pm]])
    adverts = rows[pm]
    chosen = first_places(panel.vacancy[adverts])
    kept = adverts[chosen]
    return Population(kept, panel.role[kept], panel.company[kept], stratum[pm][chosen], adverts, apart)


def window_population(panel: Panel) -> Population:
    """Return what was listed at any time in the 4 weeks ending with the report week; stratum = source."""
    panel = panel.lately
    spells = first_spells(panel, panel.seen_week > panel.last - WINDOW_WEEKS)
    return one_per_vacancy(panel, panel.posting[spells], panel.source[panel.unit[spells]])


def listed_population(panel: Panel) -> Population:
    """Return what is on offer in the report week; stratum = source.

    That is what a unit's last usable observation of the week lists; of a unit without one, all that was seen
    in that week.
    """
    panel = panel.lately
    read = panel.usable[:, panel.last][panel.unit]
    spells = first_spells(panel, np.where(read, panel.listed(panel.last), panel.seen_week >= panel.last))
    return one_per_vacancy(panel, panel.posting[spells], panel.source[panel.unit[spells]])


def flow_population(panel: Panel, first: int, last: int) -> Population:
    """Return what newly appeared in the weeks `first`..`last`; stratum = series (unit and epoch).

    The interval between the usable observations around an appearance must lie inside these weeks.
    """
    return _appeared(panel, panel.births.inside(first, last))[0]


def weekly_flow(panel: Panel, first: int, last: int) -> tuple[Population, Ints]:
    """Return what newly appeared in the weeks `first`..`last`, each in a week that is known, and that week.

    Weeks are columns, parallel to the rows; stratum = series (unit and epoch).
    """
    week = panel.births.week
    people, spells = _appeared(panel, panel.births.weekly() & (week >= first) & (week <= last))
    return people, week[spells[np.searchsorted(panel.posting[spells], people.rows)]]


def _appeared(panel: Panel, when: Bools) -> tuple[Population, Ints]:
    """Return what newly appeared in the chosen spells, and the spells: one per posting, in their order."""
    spells = first_spells(panel, (panel.kind == KINDS["new"]) & when)
    stratum = _series(panel, panel.unit[spells], panel.births.week[spells])
    return one_per_vacancy(panel, panel.posting[spells], stratum), spells


def steady_series(panel: Panel, weeks: range) -> Ints:
    """Return the series (as strata of flows) observed both in the first and in the last four of the weeks.

    The first weeks are those from the first one that anything was observed in. So a board that joins the
    panel, or another scope, moves no share of these. Of fewer than eight weeks there are none.
    """
    observed = [week for week in weeks if panel.usable[:, week].any()]
    if not observed or weeks[-1] - observed[0] + 1 < 2 * WINDOW_WEEKS:
        return np.zeros(0, dtype=np.int64)
    early = _observed_series(panel, range(observed[0], observed[0] + WINDOW_WEEKS))
    late = _observed_series(panel, range(weeks[-1] - WINDOW_WEEKS + 1, weeks[-1] + 1))
    return np.intersect1d(early, late)


def _observed_series(panel: Panel, weeks: range) -> Ints:
    unit, column = np.nonzero(panel.usable[:, weeks.start : weeks.stop])
    return _series(panel, unit, column + weeks.start)


def _series(panel: Panel, unit: Ints, week: Ints) -> Ints:
    """Return the number of the series (unit and epoch) that a cell belongs to."""
    found: Ints = unit * (int(panel.epoch.max(initial=0)) + 1) + panel.epoch[unit, week]
    return found


def with_text(panel: Panel, people: Population) -> Bools:
    """Return which of the postings came with their whole text."""
    return panel.postings.with_text[people.rows]


def telling(panel: Panel, people: Population) -> Bools:
    """Return which of the postings tell what they ask for: those with their whole text.

    Beside these a title or a summary, which leaves things out, would pull every share down. Where no
    posting has its text they are all that there is, and all of them count.
    """
    read = with_text(panel, people)
    return read if read.any() else np.ones(len(read), dtype=bool)


def places_of(panel: Panel, adverts: Ints, rows: Ints) -> Coded[frozenset[str]]:
    """Return the places of each of the rows, over all adverts (rows, too) of its vacancy; all different."""
    told = panel.postings.coded("places", adverts)
    coding: Coding[frozenset[str]] = Coding(lambda places: places)
    codes = np.array([coding[frozenset(value)] for value in told.values], dtype=np.int64)[told.codes]
    vacancy, wanted = panel.vacancy[adverts], panel.vacancy[rows]
    found = np.zeros(len(panel.vacancy), dtype=np.int64)
    found[vacancy] = codes
    several = np.flatnonzero(found[vacancy] != codes)  # those of a vacancy that names others, too
    together: dict[int, set[str]] = {one: set() for one in vacancy[several].tolist()}
    among = np.flatnonzero(np.isin(vacancy, vacancy[several]))
    for one, code in zip(vacancy[among].tolist(), codes[among].tolist(), strict=True):
        together[one] |= coding.meant[code]
    for one, places in together.items():
        found[one] = coding[frozenset(places)]
    return Coded(found[wanted], coding.meant)


def stock_rows(panel: Panel, week: int) -> Ints:
    """Return the panel rows of what was listed in a week (column) on the series of the report week.

    The week is one of the last for which it is known what postings say.
    """
    now = panel.epoch[:, panel.last]
    same = (now >= 0) & (panel.epoch[:, week] == now)
    lately = panel.lately
    rows: Ints = lately.posting[np.flatnonzero(lately.listed(week) & same[lately.unit])]
    return rows


def latest_opening(panel: Panel) -> Ints:
    """Return by panel row the spell (row) that opened last; -1 for a posting without any."""
    newest = np.full(len(panel.postings), -1, dtype=panel.opened.dtype)
    np.maximum.at(newest, panel.posting, panel.opened)
    spells = np.flatnonzero(panel.opened == newest[panel.posting])
    found = np.full(len(panel.postings), -1)
    found[panel.posting[spells]] = spells  # of equals the last
    return found


def first_spells(panel: Panel, chosen: Bools) -> Ints:
    """Return of each posting the first chosen spell, in the order of postings (which is that of spells)."""
    spells = np.flatnonzero(chosen)
    first: Bools = np.diff(panel.posting[spells], prepend=-1) > 0
    return spells[first]


def window(panel: Panel, first: int, last: int) -> Window:
    """Return the labels of two columns of the panel; columns before its first week are its first."""
    return {"first": label(panel.weeks[max(first, 0)]), "last": label(panel.weeks[max(last, 0)])}
