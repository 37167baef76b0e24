"""T13: one person before each door, and which of the two is easier for him."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from reports.document.choice import (
    BlockerRow,
    Card,
    ChoiceReason,
    ChoiceVerdict,
    Constraint,
    Door,
    Example,
    LackingRow,
    LeverRow,
    Named,
    ProfileRow,
    QualifiedPay,
    UnlockRow,
)
from reports.document.terms import Change, RoleId
from reports.measures.choice.fit import (
    CONSTRAINTS,
    FAIL,
    MOST_SKILLS,
    UNKNOWN,
    Fit,
    asked,
    judge,
    not_compared,
)
from reports.measures.choice.groups import AI_EXPERIENCE, any_of
from reports.measures.choice.levers import Lever, Levers, Unlock, unlocks
from reports.measures.choice.openings import DOORS, Openings
from reports.measures.comparison import stands
from reports.measures.statements import change_row, known, share_of, silence
from reports.measures.years import floor_of
from reports.statistics.arrays import Bools, Ints, count_distinct, quantile
from reports.statistics.differences import StratifiedDesign
from storage.profile import Profile

LEAST_OPENINGS = 50  # of each class, before one may be called easier
LEAST_PAY = 10
MOST_ROWS = 10

Names = Callable[[str], Named]
"""Tag id -> the tag with its names."""


def card(openings: Openings, profile: Profile, names: Names, *, standing: bool, examples: int) -> Card:
    """Return the decision card of a profile, with so many example openings a door."""
    found, most = judge(openings, profile), judge(openings, profile, MOST_SKILLS)
    difference, lenient, named = _differences(openings, profile, found)
    verdict, reason = verdict_of(difference, lenient, named)
    return {
        "profile": _profile_row(profile, names, standing),
        "not_compared": not_compared(profile),
        "doors": [_door(openings, profile, role, found, most, names, examples) for role in DOORS],
        "difference": difference,
        "lenient_difference": lenient,
        "named_difference": named,
        "verdict": verdict,
        "reason": reason,
    }


# ------------------------------------------------------------------ the verdict


def _differences(
    openings: Openings, profile: Profile, found: Fit
) -> tuple[Change, float | None, float | None]:
    """Return the difference of the strict shares (AIGC minus AI), that of the lenient ones, and that of the
    strict ones among the openings that name a technique."""
    aigc = openings.of("aigc_pm", profile.market)
    among = aigc | openings.of("ai_pm", profile.market)
    named = among & openings.named

    def design(chosen: Bools) -> StratifiedDesign:
        return StratifiedDesign(aigc[chosen], openings.stratum[chosen], openings.employer[chosen])

    everyone = design(among)
    strict = change_row(everyone.difference(found.strict[among]), int(among.sum()))
    if not aigc.any() or not openings.of("ai_pm", profile.market).any():
        strict = silence(strict, "no_postings")
    lenient = known(everyone.mean_difference(found.lenient[among]))
    return strict, lenient, known(design(named).mean_difference(found.strict[named]))


def verdict_of(
    difference: Change, lenient: float | None, named: float | None
) -> tuple[ChoiceVerdict, ChoiceReason]:
    """Return which door is easier, if that can be told, else why not.

    It can if the interval of the strict difference excludes 0, the lenient shares do not differ the other
    way, 50 openings or more of each class are compared, and the difference keeps its sign and half its size
    among the openings that name a technique (`named`). What names none is AI PM or AIGC PM by rule, and
    demands fewer skills by nature.
    """
    d, lo, hi = difference["d"], difference["lo"], difference["hi"]
    if min(difference["n0"], difference["n1"]) < LEAST_OPENINGS:
        return "not_enough_data", "disconnected" if difference["reason"] == "disconnected" else "few_openings"
    if d is None or lo is None or hi is None:
        few = difference["reason"] in ("few_employers", "one_employer")
        return "not_enough_data", "few_employers" if few else "small_counts"
    if lo <= 0 <= hi:
        return "not_enough_data", "no_clear_difference"
    if lenient is not None and lenient * d < 0:
        return "not_enough_data", "bounds_disagree"
    if named is not None and not stands(d, [named]):
        return "not_enough_data", "hangs_on_unnamed"
    return ("aigc_easier" if d > 0 else "ai_easier"), ""


# ------------------------------------------------------------------ one door


def _door(
    openings: Openings, profile: Profile, role: RoleId, found: Fit, most: Fit, names: Names, examples: int
) -> Door:
    mine = openings.of(role, profile.market)
    n, employer = int(mine.sum()), openings.employer[mine]
    opened = unlocks(openings, profile, found, mine)
    alone = {one.levers[0]: len(one.opens) for one in opened if len(one.levers) == 1}
    rows = [_unlock_row(one, alone, n, names) for one in opened]
    return {
        "role": role,
        "n": n,
        "employers": count_distinct(employer),
        "untold": openings.left_out(role, profile.market),
        "strict": share_of(found.strict[mine], employer),
        "lenient": share_of(found.lenient[mine], employer),
        "strict_most": share_of(most.strict[mine], employer),
        "lenient_most": share_of(most.lenient[mine], employer),
        "blockers": _blocker_rows(openings, profile, found, mine),
        "lacking": _lacking_rows(openings, found, mine, names),
        "singles": [row for row in rows if len(row["levers"]) == 1][:MOST_ROWS],
        "pairs": [row for row in rows if len(row["levers"]) == 2][:MOST_ROWS],
        "pay": _pay(openings, profile, mine & found.lenient),
        "effective_employers": _effective(openings.employer[mine & found.lenient].tolist()),
        "examples": _examples(openings, profile, found, mine, names, examples),
    }


def _blocker_rows(openings: Openings, profile: Profile, found: Fit, mine: Bools) -> list[BlockerRow]:
    n, silent = int(mine.sum()), not_compared(profile)
    rows: list[BlockerRow] = []
    for constraint in CONSTRAINTS if n else ():
        marks, compared = found.marks[constraint][mine], constraint not in silent
        fails = int((marks == FAIL).sum())
        rows.append(
            {
                "constraint": constraint,
                "compared": compared,
                "asked": int((mine & asked(openings, constraint)).sum()),
                "fails": fails,
                "unknown": int((marks == UNKNOWN).sum()),
                "n": n,
                "share": fails / n,
            }
        )
    return sorted(rows, key=lambda row: (-row["fails"], -row["unknown"]))


def _lacking_rows(openings: Openings, found: Fit, mine: Bools, names: Names) -> list[LackingRow]:
    n = int(mine.sum())
    counts: Counter[tuple[int, ...]] = Counter()
    for skill, count in enumerate(found.missing[mine].sum(axis=0).tolist()):
        counts[(skill,)] += count
    groups = openings.groups
    unmet = found.unmet & mine[groups.opening]
    for kind, count in enumerate(np.bincount(groups.kind[unmet], minlength=len(groups.skills)).tolist()):
        counts[tuple(np.flatnonzero(groups.skills[kind]).tolist())] += count
    rows: list[LackingRow] = []
    for skills, y in counts.items():
        if y:
            one = any_of([names(openings.tags[i].id) for i in skills])
            rows.append({"tag": one["id"], "en": one["en"], "zh": one["zh"], "y": y, "n": n, "share": y / n})
    return sorted(rows, key=lambda row: (-row["y"], row["tag"]))[:MOST_ROWS]


def _unlock_row(one: Unlock, alone: dict[Lever, int], n: int, names: Names) -> UnlockRow:
    u = len(one.opens)
    return {
        "levers": [_lever_row(lever, names) for lever in one.levers],
        "u": u,
        "n": n,
        "share": u / n,
        "together": u + _together(one.levers, alone),
    }


def _together(levers: Levers, alone: dict[Lever, int]) -> int:
    """Return what the levers of a pair open without the other one."""
    return sum(alone.get(lever, 0) for lever in levers) if len(levers) > 1 else 0


def _lever_row(lever: Lever, names: Names) -> LeverRow:
    if lever.kind == "skill":
        named = names(lever.id)
        return {"kind": lever.kind, "id": lever.id, "en": named["en"], "zh": named["zh"]}
    return {"kind": lever.kind, "id": lever.id, "en": lever.id, "zh": lever.id}


def _pay(openings: Openings, profile: Profile, qualified: Bools) -> QualifiedPay:
    stated = qualified & ~np.isnan(openings.pay_low)
    counts = Counter(openings.currency[stated].tolist())
    currency = min(counts, key=lambda one: (-counts[one], one), default=None)
    usual, own = (stated & (openings.currency == one) for one in (currency or "", profile.currency))
    wanted, n = profile.salary_min, int(usual.sum())
    middle = (openings.pay_low[usual] + openings.pay_high[usual]) / 2
    return {
        "currency": currency,
        "n": n,
        "median": quantile(middle, 0.5) if n >= LEAST_PAY else None,
        "stated_in": int(own.sum()),
        "reaching": None if wanted is None else int((openings.pay_high[own] >= wanted).sum()),
    }


def _effective(employers: Sequence[int]) -> float | None:
    """Return the number of equal employers that would be as concentrated: 1 / sum of squared shares."""
    n = len(employers)
    return n * n / sum(k * k for k in Counter(employers).values()) if n else None


# ------------------------------------------------------------------ example openings


def _examples(
    openings: Openings, profile: Profile, found: Fit, mine: Bools, names: Names, most: int
) -> list[Example]:
    """Return openings that nothing speaks against: the least unknown first, one an employer, the newest."""
    chosen: list[Example] = []
    employers: set[int] = set()
    unknown = np.sum([marks == UNKNOWN for marks in found.marks.values()], axis=0)
    fitting = np.flatnonzero(mine & found.lenient).tolist()
    for row in _newest_first(openings, fitting, unknown):
        if len(chosen) == most:
            break
        if (employer := int(openings.employer[row])) not in employers:
            employers.add(employer)
            left_open = [name for name in CONSTRAINTS if found.marks[name][row] == UNKNOWN]
            chosen.append(_example(openings, profile, row, left_open, names))
    return chosen


def _newest_first(openings: Openings, rows: Sequence[int], unknown: Ints) -> Iterator[int]:
    """Yield openings with the least unknown first, of these the newest; what came at once by what it says.

    Their numbers decide nothing: in a store that was rebuilt they are others.
    """
    opened = openings.panel.first_opened

    def rank(row: int) -> tuple[int, int]:
        return int(unknown[row]), -int(opened[openings.rows[row]])

    def said(row: int) -> tuple[str, str, str]:
        posting = openings.posting(row)
        return posting.company_name, posting.title, posting.url

    for _, equal in groupby(sorted(rows, key=rank), key=rank):
        yield from sorted(equal, key=said)


def _example(
    openings: Openings, profile: Profile, row: int, unknown: list[Constraint], names: Names
) -> Example:
    wanted = profile.cities or frozenset()
    posting = openings.posting(row)
    adverts = sorted(openings.adverts_of(row), key=lambda one: one.url)
    shown = next((one for one in adverts if not wanted.isdisjoint(one.places)), posting)
    return {
        "title": shown.title,
        "company": shown.company_name,
        "places": list(shown.places),
        "remote": bool(openings.remote[row]),
        "url": shown.url,
        "credit": next(unit.credit for unit in openings.panel.units if unit.id == shown.unit),
        "demands": {
            "years": floor_of(posting, "total"),
            "ai_years": floor_of(posting, "ai"),
            "degree": posting.education if posting.education_required else None,
            "skills": _skills(openings, row, names),
            "industries": sorted(openings.industries[row]),
            "languages": sorted(openings.languages[row]),
        },
        "unknown": unknown,
    }


def _skills(openings: Openings, row: int, names: Names) -> list[Named]:
    """Return the skills that an opening requires, then of which it requires one."""
    alone = [names(openings.tags[i].id) for i in np.flatnonzero(openings.skills[row])]
    groups = openings.groups
    for group in range(groups.of(row).start, groups.of(row).stop):
        offered = [names(openings.tags[i].id) for i in np.flatnonzero(groups.skills[groups.kind[group]])]
        alone.append(any_of([*offered, *([names(AI_EXPERIENCE)] if groups.ai[group] else [])]))
    return alone


# ------------------------------------------------------------------ the person


def _profile_row(profile: Profile, names: Names, standing: bool) -> ProfileRow:
    return {
        "name": profile.name,
        "standing": standing,
        "pm_years": profile.pm_years,
        "ai_years": profile.ai_years,
        "degree": profile.degree,
        "skills": [names(tag) for tag in sorted(profile.skills)],
        "cities": _sorted(profile.cities),
        "remote": profile.remote,
        "industries": _sorted(profile.industries),
        "languages": _sorted(profile.languages),
        "market": profile.market,
        "salary_min": profile.salary_min,
        "currency": profile.currency,
    }


def _sorted(said: Iterable[str] | None) -> list[str] | None:
    return None if said is None else sorted(said)
