"""What the openings of each class ask for, as parallel arrays."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.document.terms import RoleId
from reports.measures.choice.groups import AI_EXPERIENCE, Groups, groups_of, without
from reports.measures.comparison import names_technique
from reports.measures.panel import ROLE_CODES, Panel
from reports.measures.population import Population, places_of
from reports.measures.requirements import Tags
from reports.measures.years import floors_of
from reports.statistics.arrays import Bools, Floats, Ints
from storage.markets import LANGUAGE_OF, MarketName
from storage.records import Pay, PostingFact, TaxonomyRecord, TaxonomyTag

DOORS: tuple[RoleId, ...] = ("ai_pm", "aigc_pm", "both")
DEGREES = ("none", "high_school", "associate", "bachelor", "master", "doctorate")
USUAL = 0.5  # share of a market's openings that name a degree from which on silence about it means nothing
# Requirement groups whose tags are skills. Group G1 is experience with AI, which is asked in years; what is
# in no group (documents, prototypes, roadmaps, B2B ...) is the craft that every product manager brings.
SKILL_GROUPS = frozenset({"G2", "G3", "G4"})
ELITE_SCHOOL = "elite_school"


@dataclass(frozen=True, slots=True)
class Sets:
    """A set per opening, of which few are different: that of opening i is `values[codes[i]]`."""

    codes: Ints
    values: tuple[frozenset[str], ...]

    def __getitem__(self, opening: int) -> frozenset[str]:
        return self.values[int(self.codes[opening])]

    def each(self, tell: Callable[[frozenset[str]], bool]) -> Bools:
        """Return what `tell` says of each opening's set, asked once for each different one."""
        told = np.array([tell(one) for one in self.values], dtype=bool)
        return told[self.codes] if len(told) else np.zeros(0, dtype=bool)


@dataclass(frozen=True, slots=True)
class Openings:
    """One row per vacancy of the classes in `DOORS`; all from `rows` (of the panel) on are parallel.

    `untold`: (role code, market) -> openings left out, since nothing but their title is known.
    `years`, `ai_years`: required floors; `years_wish`, `ai_wish`: floors that are only preferred; nan where
    none is stated. `ai_open`: experience with AI products is required, but no years of it. `degree`: its
    place in `DEGREES`, -1 where none is stated, `degree_wish` if only preferred; `degree_usual`: most of the
    openings of its market state one. `text`: it is known whole, so that what it does not ask is not asked.
    `skills` (openings x `tags`): required by themselves; `groups`: those of which one is. `elite`: a school
    of a list is required. `named`: an AI technique or a step of work on models is asked for by name.
    `places` and `remote` are those of all adverts of the vacancy. `pay_low`, `pay_high`: a year's pay in
    `currency`, nan if not stated.
    """

    panel: Panel
    adverts: Ints  # panel rows of all adverts of the population
    untold: Mapping[tuple[int, str], int]
    tags: tuple[TaxonomyTag, ...]
    rows: Ints
    role: Ints
    employer: Ints
    stratum: Ints
    market: NDArray[np.str_]
    years: Floats
    years_wish: Floats
    ai_years: Floats
    ai_wish: Floats
    ai_open: Bools
    degree: Ints
    degree_wish: Bools
    degree_usual: Bools
    elite: Bools
    text: Bools
    named: Bools
    remote: Bools
    places: Sets
    industries: Sets
    languages: Sets
    skills: Bools
    groups: Groups
    currency: NDArray[np.str_]
    pay_low: Floats
    pay_high: Floats

    @property
    def ai_is_total(self) -> Bools:
        """Where both floors are equal: years with AI are all the years asked for, or count among them."""
        return np.equal(self.years, self.ai_years)

    @property
    def needed(self) -> Ints:
        """How many skills each demands: of each group of alternatives one."""
        count: Ints = self.skills.sum(axis=1) + self.groups.count(len(self.rows))
        return count

    def of(self, role: RoleId, market: MarketName | None = None) -> Bools:
        """Return which openings belong to the class, and to the market if one is named."""
        found: Bools = self.role == ROLE_CODES[role]
        return found if market is None else found & (self.market == LANGUAGE_OF[market])

    def left_out(self, role: RoleId, market: MarketName | None = None) -> int:
        """Return how many openings of the class are known by their title only."""
        wanted = {LANGUAGE_OF[market]} if market else set(LANGUAGE_OF.values())
        return sum(self.untold.get((ROLE_CODES[role], one), 0) for one in wanted)

    def posting(self, opening: int) -> PostingFact:
        """Return the posting that stands for an opening: what it demands is what this one says."""
        return self.panel.postings[int(self.rows[opening])]

    def adverts_of(self, opening: int) -> list[PostingFact]:
        """Return all adverts of an opening: the same vacancy in other cities or on other boards."""
        vacancy = self.panel.vacancy
        same = self.adverts[vacancy[self.adverts] == vacancy[self.rows[opening]]]
        return [self.panel.postings[row] for row in same.tolist()]


def openings_of(panel: Panel, people: Population, tags: Tags, taxonomy: TaxonomyRecord | None) -> Openings:
    """Return the openings of a population; those of which nothing but the title is known are left out."""
    kept, untold = _kept(panel, people)
    rows = people.rows[kept]

    def said(fact: str, value: Callable[[Any], bool | float | str]) -> NDArray[Any]:
        return panel.postings.each(fact, value, rows)

    columns = [i for i, tag in enumerate(tags.tags) if is_skill(tag, taxonomy)]
    degree = said("education", lambda named: DEGREES.index(named) if named else -1).astype(np.int64)
    market = said("market", str).astype(np.str_)
    text = panel.postings.with_text[rows]
    low, high = (said("salary", partial(_yearly, part)).astype(np.float64) for part in range(2))
    places, remote = _where(panel, people.adverts, rows)
    told = panel.postings.coded("alternatives", rows)
    groups, offered = groups_of(told, [tags.tags[i].id for i in columns])
    required = without(tags.required[rows], told, offered, [tag.id for tag in tags.tags])
    return Openings(
        panel=panel,
        adverts=people.adverts,
        untold=untold,
        tags=tuple(tags.tags[i] for i in columns),
        rows=rows,
        role=people.role[kept],
        employer=people.employer[kept],
        stratum=people.stratum[kept],
        market=market,
        years=floors_of(panel, rows, "total"),
        years_wish=_wishes(panel, rows, ("years_min", "years_max"), "years_required"),
        ai_years=floors_of(panel, rows, "ai"),
        ai_wish=_wishes(panel, rows, ("ai_years_min",), "ai_years_required"),
        ai_open=np.any(required[:, [tag.id == AI_EXPERIENCE for tag in tags.tags]], axis=1),
        degree=degree,
        degree_wish=~said("education_required", bool).astype(bool),
        degree_usual=_usual(degree >= 0, market),
        elite=said("degree_specials", lambda kinds: kinds.get(ELITE_SCHOOL) == "required").astype(bool),
        text=text,
        named=names_technique(tags, tags.asked[rows]),
        remote=remote,
        places=places,
        industries=_sets(panel, rows, "industries"),
        languages=_sets(panel, rows, "languages"),
        skills=required[:, columns],
        groups=groups,
        currency=said("salary", lambda pay: (pay and pay.currency) or "").astype(np.str_),
        pay_low=low,
        pay_high=high,
    )


def is_skill(tag: TaxonomyTag, taxonomy: TaxonomyRecord | None) -> bool:
    """Tell whether a required tag is a skill that a candidate may lack; one that is in no vocabulary is."""
    named = taxonomy is not None and any(tag.id == one.id for one in taxonomy.tags)
    return not named or bool(SKILL_GROUPS.intersection(tag.groups))


def _kept(panel: Panel, people: Population) -> tuple[Bools, Mapping[tuple[int, str], int]]:
    """Return which of the population are openings that say something, and how many do not."""
    kept: Bools = np.isin(people.role, [ROLE_CODES[role] for role in DOORS])
    rows = people.rows[kept]
    told = panel.postings.with_text[rows]
    for fact in ("years_min", "years_max", "ai_years_min", "education"):  # fields of the board
        told |= panel.postings.each(fact, _is_said, rows).astype(bool)
    market = panel.postings.each("market", str, rows)
    untold = Counter(zip(people.role[kept][~told].tolist(), market[~told].tolist(), strict=True))
    kept[kept] = told
    return kept, untold


def _is_said(value: object) -> bool:
    return value is not None


def _where(panel: Panel, adverts: Ints, rows: Ints) -> tuple[Sets, Bools]:
    """Return the places of all adverts of each opening, and whether one of them is remote work."""
    remote = panel.postings.each("workplace", lambda named: named == "remote", adverts).astype(bool)
    far = np.isin(panel.vacancy[rows], panel.vacancy[adverts[remote]])
    places = places_of(panel, adverts, rows)
    return Sets(places.codes, tuple(places.values)), far


def _sets(panel: Panel, rows: Ints, fact: str) -> Sets:
    """Return the ids that each row requires of a fact that is id -> required or preferred."""
    column = panel.postings.coded(fact, rows)
    values = tuple(
        frozenset(id for id, requirement in asked.items() if requirement == "required")
        for asked in column.values
    )
    return Sets(column.codes.astype(np.int64), values)


def _wishes(panel: Panel, rows: Ints, facts: tuple[str, ...], required: str) -> Floats:
    """Return the floors that are only preferred (only a cap stated: 0); nan for none."""
    floor, *cap = (panel.postings.each(fact, _or_nan, rows).astype(np.float64) for fact in facts)
    if cap:
        floor = np.where(np.isnan(floor) & ~np.isnan(cap[0]), 0.0, floor)
    return np.where(panel.postings.each(required, bool, rows).astype(bool), np.nan, floor)


def _or_nan(years: float | None) -> float:
    return math.nan if years is None else years


def _yearly(part: int, pay: Pay | None) -> float:
    """Return the lower or the upper end of a year's pay; nan if not both are stated."""
    if pay is None or pay.currency is None:
        return math.nan
    low, high = pay.annual(pay.min), pay.annual(pay.max)
    return math.nan if low is None or high is None else (min(low, high), max(low, high))[part]


def _usual(stated: Bools, market: NDArray[np.str_]) -> Bools:
    """Return whether at least half of the openings of the same market state it."""
    found = np.zeros(len(stated), dtype=bool)
    for one in set(market.tolist()):
        mine = market == one
        found[mine] = stated[mine].mean() >= USUAL
    return found
