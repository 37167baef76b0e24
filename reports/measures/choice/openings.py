"""What the openings of each class ask for, as parallel arrays."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from reports.document.terms import RoleId
from reports.measures.experience import floor_of
from reports.measures.panel import ROLE_CODES, Panel
from reports.measures.population import Population
from reports.measures.requirements import Tags
from reports.statistics.arrays import Bools, Floats, Ints
from storage.profile import ProfileMarket
from storage.records import PostingFact, TaxonomyRecord, TaxonomyTag

DOORS: tuple[RoleId, ...] = ("ai_pm", "aigc_pm", "both")
DEGREES = ("none", "high_school", "associate", "bachelor", "master", "doctorate")
USUAL = 0.5  # share of a market's openings that name a degree from which on silence about it means nothing
# Requirement groups whose tags are skills. Group G1 is experience with AI, which is asked in years; what is
# in no group (documents, prototypes, roadmaps, B2B ...) is the craft that every product manager brings.
SKILL_GROUPS = frozenset({"G2", "G3", "G4"})
AI_EXPERIENCE = "ai_product"  # required: experience with AI products, however little, or an interest in them
_MARKETS: dict[ProfileMarket, str] = {"cn": "zh", "intl": "en"}


@dataclass(frozen=True, slots=True)
class Openings:
    """One row per vacancy of the classes in `DOORS`; all from `rows` on are parallel.

    `untold`: (role code, market) -> openings left out, since nothing but their title is known.

    `years`, `ai_years`: required floors; `years_wish`, `ai_wish`: floors that are only preferred; nan where
    none is stated. `ai_open`: experience with AI products is required, but no years of it. `degree`: its
    place in `DEGREES`, -1 where none is stated, `degree_wish` if only preferred; `degree_usual`: most of the
    openings of its market state one. `text`: it is known whole, so that what it does not ask is not asked.
    `skills` (openings x `tags`): required. `places` and `remote` are those of all adverts of the vacancy.
    """

    untold: Mapping[tuple[int, str], int]
    tags: tuple[TaxonomyTag, ...]
    rows: Ints
    role: Ints
    employer: Ints
    stratum: Ints
    postings: tuple[PostingFact, ...]
    adverts: tuple[tuple[PostingFact, ...], ...]
    years: Floats
    years_wish: Floats
    ai_years: Floats
    ai_wish: Floats
    ai_open: Bools
    degree: Ints
    degree_wish: Bools
    degree_usual: Bools
    text: Bools
    remote: Bools
    places: tuple[frozenset[str], ...]
    industries: tuple[frozenset[str], ...]
    languages: tuple[frozenset[str], ...]
    skills: Bools

    @property
    def ai_is_total(self) -> Bools:
        """Where both floors are equal: years with AI are all the years asked for, or count among them."""
        return np.equal(self.years, self.ai_years)

    def of(self, role: RoleId, market: ProfileMarket | None = None) -> Bools:
        """Return which openings belong to the class, and to the market if one is named."""
        found: Bools = self.role == ROLE_CODES[role]
        if market is not None:
            found &= np.array([p.market == _MARKETS[market] for p in self.postings], dtype=bool)
        return found

    def left_out(self, role: RoleId, market: ProfileMarket | None = None) -> int:
        """Return how many openings of the class are known by their title only."""
        wanted = {_MARKETS[market]} if market else set(_MARKETS.values())
        return sum(self.untold.get((ROLE_CODES[role], one), 0) for one in wanted)


def openings_of(panel: Panel, people: Population, tags: Tags, taxonomy: TaxonomyRecord | None) -> Openings:
    """Return the openings of a population; those of which nothing but the title is known are left out."""
    kept = np.isin(people.role, [ROLE_CODES[role] for role in DOORS])
    told = [is_told(panel.postings[i]) for i in people.rows[kept].tolist()]
    untold = Counter(
        (ROLE_CODES[panel.postings[i].role], panel.postings[i].market)
        for i, known in zip(people.rows[kept].tolist(), told, strict=True)
        if not known
    )
    kept[kept] = told
    rows = people.rows[kept]
    postings = tuple(panel.postings[i] for i in rows.tolist())
    adverts = _adverts(panel, people, rows)
    columns = [i for i, tag in enumerate(tags.tags) if is_skill(tag, taxonomy)]
    degree = _ints(-1 if p.education is None else DEGREES.index(p.education) for p in postings)
    return Openings(
        untold=untold,
        tags=tuple(tags.tags[i] for i in columns),
        rows=rows,
        role=people.role[kept],
        employer=people.employer[kept],
        stratum=people.stratum[kept],
        postings=postings,
        adverts=adverts,
        years=_floats(floor_of(p, "total") for p in postings),
        years_wish=_floats(None if p.years_required else _wish(p) for p in postings),
        ai_years=_floats(floor_of(p, "ai") for p in postings),
        ai_wish=_floats(None if p.ai_years_required else p.ai_years_min for p in postings),
        ai_open=_requires(tags, rows, AI_EXPERIENCE),
        degree=degree,
        degree_wish=_bools(not p.education_required for p in postings),
        degree_usual=_usual(degree >= 0, [p.market for p in postings]),
        text=_bools(p.has_text for p in postings),
        remote=_bools(any(a.workplace == "remote" for a in group) for group in adverts),
        places=tuple(frozenset(place for a in group for place in a.places) for group in adverts),
        industries=tuple(_required(p.industries) for p in postings),
        languages=tuple(_required(p.languages) for p in postings),
        skills=tags.required[rows][:, columns],
    )


def is_told(posting: PostingFact) -> bool:
    """Tell whether anything that a posting demands is known: its text, or fields of its board."""
    stated = (posting.years_min, posting.years_max, posting.ai_years_min, posting.education)
    return posting.has_text or any(value is not None for value in stated)


def is_skill(tag: TaxonomyTag, taxonomy: TaxonomyRecord | None) -> bool:
    """Tell whether a required tag is a skill that a candidate may lack; one that is in no vocabulary is."""
    named = taxonomy is not None and any(tag.id == one.id for one in taxonomy.tags)
    return not named or bool(SKILL_GROUPS.intersection(tag.groups))


def _adverts(panel: Panel, people: Population, rows: Ints) -> tuple[tuple[PostingFact, ...], ...]:
    """Return per opening its adverts: the same vacancy in other cities or on other boards."""
    wanted = set(panel.vacancy[rows].tolist())
    groups: dict[int, list[PostingFact]] = defaultdict(list)
    for row in people.adverts.tolist():
        if (vacancy := int(panel.vacancy[row])) in wanted:
            groups[vacancy].append(panel.postings[row])
    return tuple(tuple(groups[vacancy]) for vacancy in panel.vacancy[rows].tolist())


def _requires(tags: Tags, rows: Ints, id: str) -> Bools:
    columns = [i for i, tag in enumerate(tags.tags) if tag.id == id]
    return np.any(tags.required[rows][:, columns], axis=1)  # type: ignore[no-any-return]


def _wish(posting: PostingFact) -> float | None:
    """The floor of years that are only preferred (only a cap stated: 0)."""
    if posting.years_min is None and posting.years_max is not None:
        return 0.0
    return posting.years_min


def _usual(stated: Bools, markets: list[str]) -> Bools:
    """Return whether at least half of the openings of the same market state it."""
    market = np.array(markets, dtype=object)
    found = np.zeros(len(stated), dtype=bool)
    for one in set(markets):
        mine = market == one
        found[mine] = stated[mine].mean() >= USUAL
    return found


def _required(asked: Mapping[str, str]) -> frozenset[str]:
    return frozenset(id for id, requirement in asked.items() if requirement == "required")


def _floats(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _bools(values: Iterable[bool]) -> Bools:
    return np.array(list(values), dtype=bool)


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)
