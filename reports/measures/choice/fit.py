"""Which openings a person qualifies for: each constraint of each opening passes, fails, or cannot be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from reports.document.choice import Constraint
from reports.measures.choice.openings import DEGREES, Openings
from reports.statistics.arrays import Bools
from storage.profile import Profile

CONSTRAINTS: tuple[Constraint, ...] = get_args(Constraint)
PASS, UNKNOWN, FAIL = 0, 1, 2
ALL_SKILLS = Fraction(1)
MOST_SKILLS = Fraction(7, 10)

Marks = NDArray[np.int8]
"""PASS, UNKNOWN or FAIL per opening."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The marks of each constraint, the required skills that are lacking (openings x tags), and the groups of
    alternatives (rows of Openings.groups) of which none is there.
    """

    marks: Mapping[Constraint, Marks]
    missing: Bools
    unmet: Bools

    @property
    def strict(self) -> Bools:
        """Openings for which no constraint fails and none is unknown."""
        return np.equal(self._worst(), PASS)

    @property
    def lenient(self) -> Bools:
        """Openings for which no constraint fails."""
        return np.less(self._worst(), FAIL)

    def _worst(self) -> Marks:
        found: Marks = np.max(np.stack(list(self.marks.values())), axis=0)
        return found


def judge(openings: Openings, profile: Profile, tolerance: Fraction = ALL_SKILLS) -> Fit:
    """Hold a profile against openings; what it does not say (`not_compared`) passes everywhere.

    The share `tolerance` of an opening's required skills must be there, rounded up to whole skills.
    """
    owned = np.array([tag.id in profile.skills for tag in openings.tags], dtype=bool)
    missing = openings.skills & ~owned
    groups = openings.groups
    met = np.any(groups.skills & owned, axis=1)[groups.kind] | (groups.ai & (profile.ai_years > 0))
    unmet, vague = ~met & ~groups.ai, ~met & groups.ai
    marks: dict[Constraint, Marks] = {
        "years": _years(openings, profile),
        "ai_years": _ai_years(openings, profile),
        "degree": _degree(openings, profile),
        "city": _city(openings, profile),
        "language": _languages(openings, profile),
        "industry": _industries(openings, profile),
        "skills": _skills(openings, missing, unmet, vague, tolerance),
    }
    for constraint in not_compared(profile):
        marks[constraint] = np.full(len(openings.rows), PASS, dtype=np.int8)
    return Fit(marks, missing, unmet)


def not_compared(profile: Profile) -> list[Constraint]:
    """Return the constraints on which the profile says nothing."""
    unsaid: dict[Constraint, bool] = {
        "degree": profile.degree is None,
        "city": profile.cities is None,
        "language": profile.languages is None,
        "industry": profile.industries is None,
    }
    return [constraint for constraint in CONSTRAINTS if unsaid.get(constraint, False)]


def asked(openings: Openings, constraint: Constraint) -> Bools:
    """Return which openings demand something under this constraint."""
    if constraint == "years":
        return ~np.isnan(openings.years)
    if constraint == "ai_years":
        return ~np.isnan(openings.ai_years)
    if constraint == "degree":
        return (openings.degree > 0) & ~openings.degree_wish
    if constraint == "skills":
        return openings.needed > 0
    sets = {"city": openings.places, "language": openings.languages, "industry": openings.industries}
    return sets[constraint].each(bool)


# ------------------------------------------------------------------ one constraint each


def _marks(demanded: Bools, met: Bools, otherwise_unknown: Bools) -> Marks:
    """PASS or FAIL where something is demanded; elsewhere UNKNOWN where told so, else PASS."""
    found = np.where(demanded, np.where(met, PASS, FAIL), np.where(otherwise_unknown, UNKNOWN, PASS))
    return found.astype(np.int8)


def _years(openings: Openings, profile: Profile) -> Marks:
    """Every role expects some experience: silence is unknown, and so is a wish that is not met."""
    most = max(profile.pm_years, profile.ai_years)
    held = np.where(openings.ai_is_total, most, profile.pm_years)
    wish_met = openings.years_wish <= profile.pm_years
    return _marks(asked(openings, "years"), held >= openings.years, ~wish_met)


def _ai_years(openings: Openings, profile: Profile) -> Marks:
    """A whole text that asks for no years with AI asks for none; but it may ask for some without a number."""
    unmet_wish = openings.ai_wish > profile.ai_years
    unnumbered = openings.ai_open & ~(openings.ai_wish <= profile.ai_years)
    vague = unmet_wish | (unnumbered & (profile.ai_years == 0)) | ~openings.text
    return _marks(asked(openings, "ai_years"), openings.ai_years <= profile.ai_years, vague)


def _degree(openings: Openings, profile: Profile) -> Marks:
    """Silence is unknown in a market in which most openings name a degree; elsewhere it asks for none."""
    enough = openings.degree <= DEGREES.index(profile.degree or "none")
    stated = openings.degree >= 0
    silent = ~stated & (openings.degree_usual | ~openings.text)
    return _marks(stated & ~openings.degree_wish, enough, silent | (stated & ~enough))


def _city(openings: Openings, profile: Profile) -> Marks:
    """Remote work passes anywhere, if it will do at all; an opening that names no place is unknown."""
    wanted = profile.cities or frozenset()
    near = openings.places.each(lambda places: not wanted.isdisjoint(places))
    placed = openings.places.each(bool) | openings.remote
    return _marks(placed, near | (openings.remote & profile.remote), ~placed)


def _languages(openings: Openings, profile: Profile) -> Marks:
    spoken = profile.languages or frozenset()
    met = openings.languages.each(spoken.issuperset)
    return _unless_more(openings, _marks(openings.languages.each(bool), met, ~openings.text))


def _industries(openings: Openings, profile: Profile) -> Marks:
    """Of several industries one suffices: postings name them as alternatives."""
    known = profile.industries or frozenset()
    met = openings.industries.each(lambda needed: not known.isdisjoint(needed))
    return _marks(openings.industries.each(bool), met, ~openings.text)


def _skills(openings: Openings, missing: Bools, unmet: Bools, vague: Bools, tolerance: Fraction) -> Marks:
    """A whole text that requires no skill requires none. Of alternatives one suffices; it cannot be told of
    those (`vague`) that experience with AI, however little, would meet."""
    needed, n = openings.needed, len(openings.rows)
    least = -(-needed * tolerance.numerator // tolerance.denominator)
    most = needed - missing.sum(axis=1) - openings.groups.count(n, unmet)
    sure = most - openings.groups.count(n, vague)
    marks = _marks(needed > 0, most >= least, ~openings.text)
    return _unless_more(openings, np.where((marks == PASS) & (sure < least), UNKNOWN, marks).astype(np.int8))


def _unless_more(openings: Openings, marks: Marks) -> Marks:
    """UNKNOWN instead of PASS where the text is not known whole: the rest may demand more of the kind."""
    return np.where((marks == PASS) & ~openings.text, UNKNOWN, marks).astype(np.int8)
