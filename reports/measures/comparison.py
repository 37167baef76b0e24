"""AI PM against AIGC PM: the difference, and whether it stands when it is asked otherwise."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from reports.document.terms import Readings, Share
from reports.measures.panel import Panel
from reports.measures.population import Population, with_text
from reports.measures.requirements import Tags
from reports.measures.statements import known, share_row
from reports.measures.years import floors_of
from reports.statistics.arrays import Bools, Floats, Ints
from reports.statistics.differences import StratifiedDesign, StratifiedDifference
from reports.statistics.shares import Clusters

KEPT = 0.5  # of its size must a difference keep in every reading
YEARS_BANDS = (3.0, 5.0)  # floors from which the next band begins; none stated is a band of its own
UNSPECIFIC_GROUP = "G1"  # tags of this group alone say that it is AI, and name no technique
WORK_WITH_OTHERS = frozenset({"algorithm_collaboration"})
"""Says with whom one works, not on what: neither a technique nor a sign of either class."""


@dataclass(frozen=True)
class Comparison:
    """Both classes of a population side by side, for any measure of its postings.

    All arrays are parallel to the population: which tags (columns) each posting asks for, which postings came
    with their whole text, its classes, which name an AI technique or a step of work on models, and strata of
    source and years asked for.
    """

    people: Population
    asked: Bools
    read: Bools
    ai: Bools
    aigc: Bools
    both: Bools
    named: Bools
    by_years: Ints

    def among(self, asked: Bools) -> "Comparison":
        """Return the comparison among those of the postings that a question is asked of."""
        return replace(self, ai=self.ai & asked, aigc=self.aigc & asked, both=self.both & asked)

    @cached_property
    def with_text(self) -> "Comparison":
        """The comparison among those of the postings that came with their whole text."""
        return self.among(self.read)

    @property
    def telling(self) -> "Comparison":
        """The comparison among those that tell what they ask for: see population.telling."""
        return self.with_text if self.read.any() else self

    def shares(self, y: Bools) -> tuple[Share, Share]:
        """Return the shares of True in `y` (a value per posting) in AI PM and in AIGC PM."""
        ai, aigc = (share_row(employers.share(y[rows])) for rows, employers in self._sides)
        return ai, aigc

    def difference(self, y: Bools | Floats) -> StratifiedDifference:
        """Return the mean of `y` (a value per posting) in AIGC PM minus that in AI PM (strata: source)."""
        return self._plain.difference(y)

    def readings(self, y: Bools | Floats, *, of_years: bool = False) -> Readings:
        """Return the difference as it is when `both`, the unnamed or the years asked for count otherwise.

        `of_years`: the measure is itself one of years, so that these cannot be held constant.
        """
        found = [design.d(y) for design in self._others]
        if of_years:
            found[-1] = math.nan
        told = [known(d) for d in found]
        return {
            "d_both_as_aigc": told[0],
            "d_both_as_ai": told[1],
            "d_named": told[2],
            "d_by_years": told[3],
            "robust": stands(self._plain.d(y), found),
        }

    @cached_property
    def _sides(self) -> list[tuple[Ints, Clusters]]:
        rows = [np.flatnonzero(group) for group in (self.ai, self.aigc)]
        return [(mine, Clusters(self.people.employer[mine])) for mine in rows]

    @cached_property
    def _plain(self) -> "_Design":
        return self._design(self.ai, self.aigc, self.people.stratum)

    @cached_property
    def _others(self) -> tuple["_Design", ...]:
        ai, aigc, both, named, source = self.ai, self.aigc, self.both, self.named, self.people.stratum
        return (
            self._design(ai, aigc | both, source),
            self._design(ai | both, aigc, source),
            self._design(ai & named, aigc & named, source),
            self._design(ai, aigc, self.by_years),
        )

    def _design(self, ai: Bools, aigc: Bools, stratum: Ints) -> "_Design":
        chosen = np.flatnonzero(ai | aigc)
        return _Design(chosen, StratifiedDesign(aigc[chosen], stratum[chosen], self.people.employer[chosen]))


@dataclass(frozen=True, slots=True)
class _Design:
    """Two groups of a population: its postings that belong to them (rows), and the design of these."""

    chosen: Ints
    design: StratifiedDesign

    def difference(self, y: Bools | Floats) -> StratifiedDifference:
        return self.design.difference(y[self.chosen])

    def d(self, y: Bools | Floats) -> float:
        return self.design.mean_difference(y[self.chosen])


def compare(panel: Panel, people: Population, tags: Tags) -> Comparison:
    """Return AI PM and AIGC PM of a population of postings side by side."""
    asked = tags.asked[people.rows]
    return Comparison(
        people,
        asked,
        with_text(panel, people),
        people.of("ai_pm"),
        people.of("aigc_pm"),
        people.of("both"),
        names_technique(tags, asked),
        people.stratum * (len(YEARS_BANDS) + 2) + _years_bands(panel, people),
    )


def stands(d: float, readings: Iterable[float]) -> bool | None:
    """Tell whether `d` keeps its sign and `KEPT` of its size in all readings that are known (not nan).

    None if there is no d or no reading.
    """
    told = [reading for reading in readings if not math.isnan(reading)]
    if math.isnan(d) or not told:
        return None
    return all(reading * d > 0 and abs(reading) >= KEPT * abs(d) for reading in told)


def names_technique(tags: Tags, asked: Bools) -> Bools:
    """Return which postings (rows, `tags` in columns) ask for an AI technique or a step of work on models."""
    technical = [
        tag.era != "none" and set(tag.groups) != {UNSPECIFIC_GROUP} and tag.id not in WORK_WITH_OTHERS
        for tag in tags.tags
    ]
    return any_of(asked, technical)


def any_of(asked: Bools, wanted: Sequence[bool]) -> Bools:
    """Return which postings (rows) ask for any of the wanted ones of the tags (columns)."""
    found: Bools = np.any(asked[:, np.flatnonzero(wanted)], axis=1)
    return found


def _years_bands(panel: Panel, people: Population) -> Ints:
    """Return 0 where no years are asked for, else 1 and one more for each band reached."""
    floors = floors_of(panel, people.rows, "total")
    return np.where(np.isnan(floors), 0, 1 + np.searchsorted(YEARS_BANDS, floors, side="right"))
