"""T14: what would open more openings.

The blockers of an opening are what it demands and the person lacks; a lever lifts a blocker. U(lever) counts
the openings that the lever opens by itself, U(pair) those that need both levers of the pair. Demands are
ANDed: picking the best single levers one by one would miss what only a pair opens, so all pairs are counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, get_args

import numpy as np

from reports.document.choice import Constraint, LeverKind
from reports.measures.choice.fit import FAIL, Fit
from reports.measures.choice.openings import DEGREES, Openings
from reports.statistics.arrays import Bools, Floats, Ints
from storage.profile import Profile

_KINDS: tuple[LeverKind, ...] = get_args(LeverKind)
MORE_YEARS = (1, 2)
_STEPS = ("associate", "bachelor", "master", "doctorate")


class Lever(NamedTuple):
    """What the person could change: a skill to learn (tag id), years more ("1"), a city to move to."""

    kind: LeverKind
    id: str = ""


Levers = tuple[Lever, ...]
"""One lever or two, in the order of `_order`."""
Blockers = tuple[frozenset[Lever], ...]
"""Of each blocker of an opening the levers that lift it; any of them suffices."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """Levers, and the rows of the openings that they open while no part of them does."""

    levers: Levers
    opens: tuple[int, ...]


def unlocks(openings: Openings, profile: Profile, found: Fit, among: Bools) -> list[Unlock]:
    """Return the levers and pairs that open some of the openings `among`, the most fruitful first.

    `found` is the fit with every required skill. Two years more that open nothing more than one are left out.
    """
    opened: dict[Levers, list[int]] = defaultdict(list)
    within_reach = among & ~found.lenient & (_fewest_levers(openings, found) <= 2)
    for alike in _alike(openings, found, np.flatnonzero(within_reach)):
        for levers in _solutions(_blockers(openings, profile, found, alike[0])):
            opened[levers] += alike
    opens = {levers: tuple(sorted(rows)) for levers, rows in opened.items()}
    kept = [
        Unlock(levers, rows)
        for levers, rows in opens.items()
        if not any(opens.get(weaker) == rows for weaker in _weaker(levers))
    ]
    return sorted(kept, key=lambda one: (-len(one.opens), len(one.levers), [_order(x) for x in one.levers]))


def _order(lever: Lever) -> tuple[int, str]:
    return _KINDS.index(lever.kind), lever.id


def _fewest_levers(openings: Openings, found: Fit) -> Ints:
    """Return how many levers an opening needs at least; one may lift both kinds of years."""
    fails = {name: marks == FAIL for name, marks in found.marks.items()}
    # One skill may meet several groups of alternatives.
    unmet = np.zeros(len(found.missing), dtype=bool)
    unmet[openings.groups.opening[found.unmet]] = True
    skills = np.where(fails["skills"], found.missing.sum(axis=1) + unmet, 0)
    years = fails["years"] | fails["ai_years"]
    fewest: Ints = skills + years
    others: tuple[Constraint, ...] = ("degree", "city", "language", "industry")
    for name in others:
        fewest = fewest + fails[name]
    return fewest


def _alike(openings: Openings, found: Fit, rows: Ints) -> Iterable[list[int]]:
    """Return the rows in groups that have the same blockers: few are different."""
    fails = {name: marks[rows] == FAIL for name, marks in found.marks.items()}
    demanded: dict[Constraint, Ints | Floats] = {
        "years": openings.years,
        "ai_years": openings.ai_years,
        "degree": openings.degree,
        "city": openings.places.codes,
        "language": openings.languages.codes,
        "industry": openings.industries.codes,
    }
    facts = [np.where(fails[name], column[rows], -1.0) for name, column in demanded.items()]
    facts += [openings.ai_is_total[rows], openings.remote[rows]]
    groups = openings.groups
    unmet = np.zeros((len(found.missing), len(groups.skills)), dtype=bool)
    unmet[groups.opening[found.unmet], groups.kind[found.unmet]] = True
    lacked = np.hstack([found.missing[rows], unmet[rows]]) & fails["skills"][:, None]
    alike: dict[bytes, list[int]] = defaultdict(list)
    told = np.stack(facts, axis=1), np.packbits(lacked, axis=1)
    for row, fact, bits in zip(rows.tolist(), *told, strict=True):
        alike[fact.tobytes() + bits.tobytes()].append(row)
    return alike.values()


def _blockers(openings: Openings, profile: Profile, found: Fit, row: int) -> Blockers:
    failing = {name for name, marks in found.marks.items() if marks[row] == FAIL}
    blockers: list[frozenset[Lever]] = []
    if "years" in failing:
        blockers.append(_for_years(profile, float(openings.years[row]), bool(openings.ai_is_total[row])))
    if "ai_years" in failing:
        blockers.append(_more("ai_years", profile.ai_years, float(openings.ai_years[row])))
    if "degree" in failing:
        following = next_degree(profile)
        reached = following is not None and DEGREES.index(following) >= openings.degree[row]
        blockers.append(frozenset({Lever("degree", following)}) if following and reached else frozenset())
    if "city" in failing:
        elsewhere = frozenset(Lever("city", place) for place in openings.places[row])
        blockers.append(elsewhere | {Lever("remote")} if openings.remote[row] else elsewhere)
    if "language" in failing:
        lacking = openings.languages[row] - (profile.languages or frozenset())
        blockers += [frozenset({Lever("language", language)}) for language in sorted(lacking)]
    if "industry" in failing:
        blockers.append(frozenset(Lever("industry", industry) for industry in openings.industries[row]))
    if "skills" in failing:
        lacked = np.flatnonzero(found.missing[row]).tolist()
        blockers += [frozenset({Lever("skill", openings.tags[i].id)}) for i in lacked]
        groups, mine = openings.groups, openings.groups.of(row)
        for kind in groups.kind[mine][found.unmet[mine]]:
            offered = np.flatnonzero(groups.skills[kind])
            blockers.append(frozenset(Lever("skill", openings.tags[i].id) for i in offered))
    return tuple(blockers)


def next_degree(profile: Profile) -> str | None:
    """Return the degree after the profile's own, None if there is none."""
    higher = [degree for degree in _STEPS if DEGREES.index(degree) > DEGREES.index(profile.degree or "none")]
    return higher[0] if higher else None


def _for_years(profile: Profile, floor: float, ai_counts: bool) -> frozenset[Lever]:
    lifted = _more("pm_years", profile.pm_years, floor)
    return lifted | _more("ai_years", profile.ai_years, floor) if ai_counts else lifted


@cache
def _more(kind: LeverKind, held: float, floor: float) -> frozenset[Lever]:
    return frozenset(Lever(kind, str(years)) for years in MORE_YEARS if held + years >= floor)


@cache
def _solutions(blockers: Blockers) -> Sequence[Levers]:
    return tuple(_solved(blockers))


def _solved(blockers: Blockers) -> Iterator[Levers]:
    """Yield the levers that lift all blockers alone, then the pairs of which neither does."""
    alone = frozenset.intersection(*blockers)
    for lever in alone:
        yield (lever,)
    pairs: set[Levers] = set()
    for first in blockers[0] - alone:
        rest = [blocker for blocker in blockers if first not in blocker]
        for second in frozenset.intersection(*rest) - alone:
            pairs.add(tuple(sorted((first, second), key=_order)))
    yield from pairs


def _weaker(levers: Levers) -> Iterator[Levers]:
    """Yield the same levers with fewer years in one of them."""
    for i, lever in enumerate(levers):
        if lever.kind in ("pm_years", "ai_years"):
            for years in MORE_YEARS:
                if years < int(lever.id):
                    yield (*levers[:i], Lever(lever.kind, str(years)), *levers[i + 1 :])
