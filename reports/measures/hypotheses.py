"""The article's claims about AI PM and AIGC PM, each with what this week's postings say to it.

What is measured, which way it should go and when it counts is the same in every week (docs/METHOD.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from reports.document.comparison import (
    ClaimId,
    ClaimSide,
    ClaimVerdict,
    Hypotheses,
    HypothesisRow,
    Unit,
)
from reports.document.stays import Lifetimes, StayRow
from reports.document.terms import Change, Readings, Reason, print_rule
from reports.measures.comparison import Comparison, any_of
from reports.measures.fingerprint import pipeline_of
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, window
from reports.measures.requirements import Tags
from reports.measures.statements import RELEVANT, adjust, change_row, clear, decides, silence
from reports.measures.years import floors_of
from reports.statistics.arrays import Bools, Floats, count_distinct

LEAST_POSTINGS = 30  # of each class
LEAST_EMPLOYERS = 10  # of each class

WORKS_WITH_ALGORITHMS = ("algorithm_collaboration",)
DATA_WORK = ("data_collection", "data_cleaning", "data_annotation", "model_evaluation")
HANDS_ON = ("sql", "python", "coding")
TO_B = ("tob",)
NOT_MEASURED = ("number_of_teams", "size_of_team", "time_to_validate")


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim: which class has more, in which unit, and from which difference on that would matter."""

    id: ClaimId
    expects: Literal["ai", "aigc"]
    unit: Unit
    relevant: float
    by_definition: bool = False


CLAIMS = (
    Claim("asks_ai_years", "ai", "share", RELEVANT),
    Claim("ai_years", "ai", "years", 0.5),
    Claim("techniques", "ai", "count", 0.5),
    Claim("hands_on", "ai", "share", RELEVANT),
    Claim("pipeline", "ai", "mean_share", RELEVANT, by_definition=True),
    Claim("labelling", "ai", "share", RELEVANT, by_definition=True),
    Claim("tob", "ai", "share", RELEVANT),
    Claim("algorithm_team", "ai", "share", RELEVANT),
    Claim("days_open", "ai", "share", RELEVANT),
    Claim("industry", "aigc", "share", RELEVANT),
    Claim("open_3", "aigc", "share", RELEVANT),
    Claim("no_years", "aigc", "share", RELEVANT),
)
_OF_YEARS = frozenset({"asks_ai_years", "ai_years", "open_3", "no_years"})
_NO_READINGS: Readings = {
    "d_both_as_aigc": None,
    "d_both_as_ai": None,
    "d_named": None,
    "d_by_years": None,
    "robust": None,
}
Measured = tuple[Bools | Floats, Comparison]
"""A value per posting of the population, and the comparison among those that it is asked of."""


def hypotheses(panel: Panel, tags: Tags, compared: Comparison, lifetimes: Lifetimes) -> Hypotheses:
    """Return the claims over the compared postings (their stratum: the source), and over stays (T10)."""
    measured = _measured(panel, tags, compared)
    rows = [
        _row(claim, *measured[claim.id]) if claim.id in measured else _row_of_stays(claim, lifetimes)
        for claim in CLAIMS
    ]
    adjust([row["difference"] for row in rows])
    for row in rows:
        row["verdict"], row["reason"] = verdict_of_claim(row)
    n_ai, n_aigc = int(compared.with_text.ai.sum()), int(compared.with_text.aigc.sum())
    enough = n_ai > 0 and n_aigc > 0
    verdicts = [row["verdict"] for row in rows]
    names: tuple[ClaimVerdict, ...] = ("supported", "contradicted", "no_clear_difference", "insufficient")
    return {
        "id": "hypotheses",
        "population": "window",
        "status": "ok" if enough else "insufficient",
        "reason": "" if enough else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "n_ai": n_ai,
        "n_aigc": n_aigc,
        "rows": rows,
        "counts": {name: verdicts.count(name) for name in names},
        "by_definition": sum(row["by_definition"] and row["verdict"] == "supported" for row in rows),
        "not_measured": list(NOT_MEASURED),
    }


def verdict_of_claim(row: HypothesisRow) -> tuple[ClaimVerdict, Reason]:
    """Return what may be said of a claim, and why no more.

    Supported or contradicted: the interval excludes 0, q < 0.10 over all claims, and the difference stands
    in all readings. No clear difference: one that matters would have been seen in 80 % of cases.
    """
    change = row["difference"]
    if change["d"] is None:
        return "insufficient", change["reason"]
    if clear(change["lo"], change["hi"], change["q"]):
        if row["robust"] is False:
            return "no_clear_difference", "not_robust"
        return "supported" if (change["d"] > 0) == (row["expects"] == "aigc") else "contradicted", ""
    if decides(change["mde"], row["relevant"]):
        return "no_clear_difference", ""
    return "insufficient", "wide_interval"


# ------------------------------------------------------------------ what is measured


def _measured(panel: Panel, tags: Tags, compared: Comparison) -> Mapping[ClaimId, Measured]:
    people, asked, read = compared.people, compared.asked, compared.with_text

    def names(*wanted: str) -> Bools:
        return any_of(asked, [tag.id in wanted for tag in tags.tags])

    ai_years = floors_of(panel, people.rows, "ai")
    floors = floors_of(panel, people.rows, "total")
    pipeline = pipeline_of(panel, people.rows)
    industry = panel.postings.each("industries", bool, people.rows).astype(bool)
    techniques = [
        "G2" in tag.groups and tag.era != "none" and tag.id not in WORKS_WITH_ALGORITHMS for tag in tags.tags
    ]
    counted = asked[:, techniques].sum(axis=1).astype(np.float64)
    return {
        "asks_ai_years": (~np.isnan(ai_years), read),
        "ai_years": (np.nan_to_num(ai_years), read.among(~np.isnan(ai_years))),
        "techniques": (counted, read),
        "hands_on": (names(*HANDS_ON), read),
        "pipeline": (np.nan_to_num(pipeline), compared.among(~np.isnan(pipeline))),
        "labelling": (names(*DATA_WORK), read),
        "tob": (names(*TO_B), read),
        "algorithm_team": (names(*WORKS_WITH_ALGORITHMS), read),
        "industry": (industry, read),
        "open_3": (np.nan_to_num(floors, nan=np.inf) <= 3, compared.among(~np.isnan(floors))),
        "no_years": (np.nan_to_num(floors) == 0, read),
    }


def _row(claim: Claim, y: Bools | Floats, compared: Comparison) -> HypothesisRow:
    found = compared.difference(y)
    if claim.unit == "mean_share":
        found = replace(found, most=1.0)  # a mean may differ by anything, one of shares by no more
    sides = [_side(compared, claim, y, group) for group in (compared.ai, compared.aigc)]
    everyone = sides[0]["n"] + sides[1]["n"]
    change = _with_enough(change_row(found, everyone, counted=claim.unit == "share"), sides)
    if change["d"] is None:
        return _unjudged(claim, sides, change, _NO_READINGS)
    return _unjudged(claim, sides, change, compared.readings(y, of_years=claim.id in _OF_YEARS))


def _row_of_stays(claim: Claim, lifetimes: Lifetimes) -> HypothesisRow:
    """Take over what T10 says of the share still open after a while; a stay has no other readings."""
    contrast = lifetimes["contrast"]
    watched = {row["role"]: row for row in lifetimes["rows"]}
    sides = [
        _watched(watched["ai_pm"], contrast["ai"]["still_open"]),
        _watched(watched["aigc_pm"], contrast["aigc"]["still_open"]),
    ]
    return _unjudged(claim, sides, _with_enough({**contrast["difference"]}, sides), _NO_READINGS)


def _unjudged(claim: Claim, sides: list[ClaimSide], change: Change, readings: Readings) -> HypothesisRow:
    """The row of a claim; its verdict needs the tests of all."""
    return {
        "claim": claim.id,
        "expects": claim.expects,
        "measured_in": claim.unit,
        "by_definition": claim.by_definition,
        "ai": sides[0],
        "aigc": sides[1],
        "difference": change,
        "relevant": claim.relevant,
        **readings,
        "verdict": "insufficient",
        "reason": change["reason"],
    }


def _watched(row: StayRow, still_open: float | None) -> ClaimSide:
    return {
        "level": still_open,
        "y": None,
        "n": row["stays"],
        "employers": row["employers"],
        "print": row["print"],
    }


def _with_enough(change: Change, sides: list[ClaimSide]) -> Change:
    """Return the change, silenced where a class has too few postings or employers."""
    if change["d"] is None:
        nothing = change["reason"] == "no_flow"  # the word for new postings; here nothing is stated
        return {**change, "reason": "not_stated"} if nothing else change
    if min(change["n0"], change["n1"]) < LEAST_POSTINGS:
        return silence(change, "few_postings")
    if min(side["employers"] for side in sides) < LEAST_EMPLOYERS:
        return silence(change, "few_employers")
    return change


def _side(compared: Comparison, claim: Claim, y: Bools | Floats, group: Bools) -> ClaimSide:
    n, employers = int(group.sum()), count_distinct(compared.people.employer[group])
    return {
        "level": float(y[group].mean()) if n else None,
        "y": int(y[group].sum()) if claim.unit == "share" else None,
        "n": n,
        "employers": employers,
        "print": print_rule(n, employers),
    }
