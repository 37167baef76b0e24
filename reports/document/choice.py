"""The tables of the choice between AI PM and AIGC PM: T13, T14, T15 (numbered as in docs/METHOD.md)."""

from typing import Literal, TypedDict

from reports.document.tables import DaysOpen, IndexChange
from reports.document.terms import Change, Population, RoleId, Share, Table, Window

Constraint = Literal["years", "ai_years", "degree", "city", "language", "industry", "skills"]
LeverKind = Literal["skill", "ai_years", "pm_years", "degree", "language", "industry", "city", "remote"]
Component = Literal["years", "ai_years", "degree", "skills", "special"]
ChoiceVerdict = Literal["aigc_easier", "ai_easier", "not_enough_data"]
ChoiceReason = Literal[
    "",
    "few_openings",  # fewer than 50 openings of one class can be compared
    "few_employers",  # fewer than 20 employers in the comparison, or all of it hangs on one
    "small_counts",  # fewer than 10 openings qualified for (or not), or an expected count below 5
    "disconnected",  # no source has openings of both classes
    "no_clear_difference",  # the interval of the difference holds 0
    "bounds_disagree",  # the lenient shares differ the other way
    "hangs_on_unnamed",  # among openings that name a technique it turns, or loses half its size
]

# ------------------------------------------------------------------ the person


class Named(TypedDict):
    """A tag with its names."""

    id: str
    en: str
    zh: str


class ProfileRow(TypedDict):
    """A person. None was not said and is not compared; `cities` empty: remote work only. `standing`: one of
    the report's own examples, whose `name` is its id."""

    name: str
    standing: bool
    pm_years: float
    ai_years: float
    degree: str | None
    skills: list[Named]
    cities: list[str] | None
    remote: bool
    industries: list[str] | None
    languages: list[str] | None
    market: str | None
    salary_min: float | None
    currency: str


# ------------------------------------------------------------------ T13, one door


class BlockerRow(TypedDict):
    """One constraint over the `n` openings of a class: how many demand something (`asked`), how many of these
    the person does not meet (`fails`), and of how many it cannot be told (`unknown`). Not `compared`: the
    profile says nothing of it."""

    constraint: Constraint
    compared: bool
    asked: int
    fails: int
    unknown: int
    n: int
    share: float


class LackingRow(TypedDict):
    """A skill that `y` of `n` openings require and the person does not have.

    Where one of several suffices, `tag` has their ids ("llm|rag") and the names say so ("LLM or RAG").
    """

    tag: str
    en: str
    zh: str
    y: int
    n: int
    share: float


class LeverRow(TypedDict):
    """Something that the person could change: `id` is a tag, the years more, a degree, language, city ..."""

    kind: LeverKind
    id: str
    en: str
    zh: str


class UnlockRow(TypedDict):
    """T14. `u` of `n` openings are opened by these levers and by no part of them (`share` = u / n).

    `together`: what the levers of a pair open in all, each alone included.
    """

    levers: list[LeverRow]
    u: int
    n: int
    share: float
    together: int


class QualifiedPay(TypedDict):
    """Yearly pay of the openings that nothing speaks against, in the currency that most of them state: median
    of the middles of the ranges (None where n < 10). `reaching` of `stated_in` openings that state pay in the
    profile's currency offer at least its `salary_min`."""

    currency: str | None
    n: int
    median: float | None
    stated_in: int
    reaching: int | None


class Demands(TypedDict):
    """What one posting demands; None where it states nothing. Alternatives are one skill ("llm|rag")."""

    years: float | None
    ai_years: float | None
    degree: str | None
    skills: list[Named]
    industries: list[str]
    languages: list[str]


class Example(TypedDict):
    """An opening that nothing speaks against; `unknown`: the constraints it leaves open (none: strict).

    `credit`: what its source wants to be said where it is shown.
    """

    title: str
    company: str
    places: list[str]
    remote: bool
    url: str
    credit: str
    demands: Demands
    unknown: list[Constraint]


class Door(TypedDict):
    """One class for one person. `n` openings; `untold` more are known by their title only and left out.

    `strict`: no constraint fails and none is unknown; `lenient`: none fails. `*_most`: 7 of 10 required
    skills suffice. `effective_employers` of the lenient ones: 1 / sum of squared shares. `blockers` by how
    many fail; `lacking`, `singles`, `pairs` by their size, at most ten each.
    """

    role: RoleId
    n: int
    employers: int
    untold: int
    strict: Share
    lenient: Share
    strict_most: Share
    lenient_most: Share
    blockers: list[BlockerRow]
    lacking: list[LackingRow]
    singles: list[UnlockRow]
    pairs: list[UnlockRow]
    pay: QualifiedPay
    effective_employers: float | None
    examples: list[Example]


class Card(TypedDict):
    """T13: a decision card. `difference` of the strict shares, aigc_pm minus ai_pm, strata = source;
    `lenient_difference` that of the lenient ones, `named_difference` that of the strict ones among the
    openings that name an AI technique or a step of work on models."""

    profile: ProfileRow
    not_compared: list[Constraint]
    doors: list[Door]
    difference: Change
    lenient_difference: float | None
    named_difference: float | None
    verdict: ChoiceVerdict
    reason: ChoiceReason


# ------------------------------------------------------------------ T15


class BarrierRow(TypedDict):
    """The median entry-barrier index of a class (0: nothing is demanded) with an employer bootstrap interval.

    `equal`: the same with equal weights. `n` openings have an index, of `of`; `coverage` is the mean weight
    of what is known of them.
    """

    role: RoleId
    n: int
    of: int
    employers: int
    median: float | None
    lo: float | None
    hi: float | None
    equal: float | None
    coverage: float | None


class WeightRow(TypedDict):
    """What a component of the index weighs; the weights sum to 1."""

    component: Component
    weight: float


class Barrier(TypedDict):
    """T15."""

    id: str
    weights: list[WeightRow]
    rows: list[BarrierRow]


# ------------------------------------------------------------------ the whole


class TradeOff(TypedDict):
    """What is listed beside a verdict and never decides it: days open and change of the level, by class."""

    role: RoleId
    days_open: DaysOpen
    change_13w: IndexChange


class ChoiceReport(Card):
    """What `pmtrend choose` prints: the card of one profile, and what it rests on.

    `population`, `window`: as in `Choice`. `seen_last`: the week of the newest look, if it is another one.
    """

    format: int
    week: str
    zone: str
    as_of: str
    data_cut: str | None
    seen_last: str | None
    taxonomy: str | None
    notices: list[str]
    credits: list[str]
    population: Population
    window: Window
    barrier: Barrier
    trade_offs: list[TradeOff]


class Choice(Table):
    """T13 to T15 of a week. population `listed`: vacancies on offer in the report week; `window` if none was
    seen in it. Cards in the order of the profiles."""

    window: Window
    cards: list[Card]
    barrier: Barrier
    trade_offs: list[TradeOff]
