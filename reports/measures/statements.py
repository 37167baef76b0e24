"""How shares and differences are written down, and which words they allow."""

import math

from reports.document.terms import Change, Direction, Reason, Share, Verdict, print_rule
from reports.statistics.arrays import Bools, Ints
from reports.statistics.differences import StratifiedDifference
from reports.statistics.shares import ClusteredShare, clustered_share
from reports.statistics.testing import benjamini_hochberg

FEW_EMPLOYERS = 20  # below this no test
FALSE_DISCOVERY_RATE = 0.10
LEAST_EXPECTED = 5.0
LEAST_MENTIONS = 10
RELEVANT = 0.1  # a difference of shares between the classes that matters


def known(value: float) -> float | None:
    """Return None for nan."""
    return None if math.isnan(value) else float(value)


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


def change_row(found: StratifiedDifference, everyone: int, *, counted: bool = True) -> Change:
    """Return the difference as the report writes it; `everyone` = members of both groups in any stratum.

    Too few employers, or counts too small for the approximation, leave only the sizes and the reason.
    `counted`: it is one of shares; of means no mentions are counted.
    """
    inside = found.n0 + found.n1
    reason: Reason = ""
    if inside == 0:
        reason = "no_flow" if everyone == 0 else "disconnected"
    elif found.clusters < FEW_EMPLOYERS:
        reason = "few_employers"
    elif counted and (found.mentions < LEAST_MENTIONS or found.expected < LEAST_EXPECTED):
        reason = "small_counts"
    elif math.isnan(found.variance):
        reason = "one_employer"
    lo, hi, p = found.interval() if reason == "" else (None, None, None)
    return {
        "d": found.d if reason == "" else None,
        "lo": lo,
        "hi": hi,
        "p": p,
        "q": None,
        "mde": found.detectable() if reason == "" else None,
        "n0": found.n0,
        "n1": found.n1,
        "employers": found.clusters,
        "strata": len(found.weights),
        "lost": 1 - inside / everyone if everyone else None,
        "reason": reason,
    }


def silence(change: Change, reason: Reason) -> Change:
    """Return the change without its numbers: it may not be stated, for this reason."""
    return {
        **change,
        "d": None,
        "lo": None,
        "hi": None,
        "p": None,
        "q": None,
        "mde": None,
        "reason": reason,
    }


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


def decides(mde: float | None, relevant: float | None) -> bool:
    """Tell whether a difference that matters would mostly have been seen, if both sizes are known."""
    return mde is not None and relevant is not None and mde <= relevant


def direction_of(change: Change) -> Direction:
    """Return what a difference between aigc_pm and ai_pm allows to say."""
    if change["d"] is None:
        return "insufficient"
    if not clear(change["lo"], change["hi"], change["q"]):
        return "no_clear_difference" if decides(change["mde"], RELEVANT) else "undecided"
    return "higher_in_aigc" if change["d"] > 0 else "higher_in_ai"
