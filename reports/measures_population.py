"""Which postings a table is about, and the rows that shares and differences become."""

import math
from dataclasses import dataclass

import numpy as np

from reports.document_terms import Change, Direction, PrintRule, Reason, RoleId, Share, Verdict, Window
from reports.measures_panel import KINDS, NOT_PM, Panel, columns_of
from reports.statistics import (
    Bools,
    ClusteredShare,
    Ints,
    StratifiedDifference,
    benjamini_hochberg,
    clustered_share,
)
from storage.weeks import label

FEW_EMPLOYERS = 20  # below this no test
FALSE_DISCOVERY_RATE = 0.10
LEAST_EXPECTED = 5.0
LEAST_MENTIONS = 10
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
        return np.isin(self.role, columns_of(role))


def one_per_vacancy(panel: Panel, rows: Ints, stratum: Ints) -> Population:
    """Return the population of the panel rows (sorted, so that the first of a vacancy has the least id)."""
    pm = panel.role[rows] != NOT_PM
    apart = len(np.unique(panel.vacancy[rows[~pm]]))
    adverts = rows[pm]
    _, first = np.unique(panel.vacancy[adverts], return_index=True)
    chosen = np.sort(first)
    kept = adverts[chosen]
    return Population(kept, panel.role[kept], panel.company[kept], stratum[pm][chosen], adverts, apart)


def window_population(panel: Panel) -> Population:
    """Return what was listed at any time in the 4 weeks ending with the report week; stratum = source."""
    first = panel.last - WINDOW_WEEKS + 1
    overlapping = (panel.listed_week <= panel.last) & (panel.seen_week >= first)
    spells = _first_spells(panel, overlapping)
    return one_per_vacancy(panel, panel.posting[spells], panel.source[panel.unit[spells]])


def flow_population(panel: Panel, first: int, last: int) -> Population:
    """Return what newly appeared in the weeks `first`..`last`; stratum = series (unit and epoch).

    The interval between the usable observations around an appearance must lie inside these weeks.
    """
    born = (panel.kind == KINDS["new"]) & panel.births.inside(first, last)
    spells = _first_spells(panel, born)
    epoch = panel.epoch[panel.unit[spells], panel.births.week[spells]]
    stratum = panel.unit[spells] * (int(panel.epoch.max(initial=0)) + 1) + epoch
    return one_per_vacancy(panel, panel.posting[spells], stratum)


def _first_spells(panel: Panel, chosen: Bools) -> Ints:
    """Return one chosen spell per posting, in the order of postings."""
    spells = np.flatnonzero(chosen)
    _, first = np.unique(panel.posting[spells], return_index=True)
    found: Ints = spells[first]
    return found


def window(panel: Panel, first: int, last: int) -> Window:
    """Return the labels of two columns of the panel; columns before its first week are its first."""
    return {"first": label(panel.weeks[max(first, 0)]), "last": label(panel.weeks[max(last, 0)])}


# ------------------------------------------------------------------ how it is written down


def known(value: float) -> float | None:
    """Return None for nan."""
    return None if math.isnan(value) else float(value)


def print_rule(n: int, employers: int) -> PrintRule:
    """Return what may be printed of a share of n postings."""
    if n >= 30 and employers >= 10:
        return "full"
    return "small_n" if n >= 10 else "counts"


def share_row(found: ClusteredShare) -> Share:
    """Return the share as the report writes it."""
    return {
        "y": found.y,
        "n": found.n,
        "share": known(found.p),
        "lo": known(found.lo),
        "hi": known(found.hi),
        "n_eff": known(found.n_eff),
        "employers": found.clusters,
        "employers_y": found.clusters_y,
        "employer_share": found.clusters_y / found.clusters if found.clusters else None,
        "print": print_rule(found.n, found.clusters),
    }


def share_of(y: Bools, employer: Ints) -> Share:
    """Return the share of True among postings with these employers."""
    return share_row(clustered_share(y, employer))


def change_row(found: StratifiedDifference, everyone: int) -> Change:
    """Return the difference as the report writes it; `everyone` = members of both groups in any stratum.

    Too few employers, or counts too small for the approximation, leave only the sizes and the reason.
    """
    inside = found.n0 + found.n1
    reason: Reason = ""
    if inside == 0:
        reason = "no_flow" if everyone == 0 else "disconnected"
    elif found.clusters < FEW_EMPLOYERS:
        reason = "few_employers"
    elif found.mentions < LEAST_MENTIONS or found.expected < LEAST_EXPECTED:
        reason = "small_counts"
    row: Change = {
        "d": None,
        "lo": None,
        "hi": None,
        "p": None,
        "q": None,
        "n0": found.n0,
        "n1": found.n1,
        "employers": found.clusters,
        "strata": len(found.weights),
        "lost": 1 - inside / everyone if everyone else None,
        "reason": reason,
    }
    if reason == "":
        row["d"] = found.d
        row["lo"], row["hi"], row["p"] = found.interval()
    return row


def silence(change: Change, reason: Reason) -> Change:
    """Return the change without its numbers: it may not be stated, for this reason."""
    return {**change, "d": None, "lo": None, "hi": None, "p": None, "q": None, "reason": reason}


def adjust(changes: list[Change]) -> None:
    """Fill in q over this family of changes (Benjamini-Hochberg; those without p are not tested)."""
    for change, q in zip(changes, benjamini_hochberg([c["p"] for c in changes]), strict=True):
        change["q"] = q


def clear(lo: float | None, hi: float | None, q: float | None) -> bool:
    """Tell whether the interval excludes 0 and the false discovery rate allows to say so."""
    return lo is not None and hi is not None and q is not None and q < FALSE_DISCOVERY_RATE and lo * hi > 0


def verdict_of(change: Change) -> Verdict:
    """Return the verb that a change of shares over time allows."""
    if change["reason"] == "break":
        return "not_comparable"
    if change["d"] is None:
        return "insufficient"
    if not clear(change["lo"], change["hi"], change["q"]):
        return "no_clear_change"
    return "rose" if change["d"] > 0 else "fell"


def direction_of(change: Change) -> Direction:
    """Return what a difference between aigc_pm and ai_pm allows to say."""
    if change["d"] is None:
        return "insufficient"
    if not clear(change["lo"], change["hi"], change["q"]):
        return "no_clear_difference"
    return "higher_in_aigc" if change["d"] > 0 else "higher_in_ai"
