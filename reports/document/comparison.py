"""The tables of AI PM against AIGC PM beside T6: claims, requirement groups, labels, work, evidence."""

from typing import Literal, TypedDict

from reports.document.terms import (
    Change,
    Direction,
    PrintRule,
    Readings,
    Reason,
    RoleId,
    Share,
    Table,
    Window,
)

ClaimId = Literal[
    "asks_ai_years",
    "ai_years",
    "techniques",
    "hands_on",
    "pipeline",
    "labelling",
    "tob",
    "algorithm_team",
    "days_open",
    "industry",
    "open_3",
    "no_years",
]
ClaimVerdict = Literal["supported", "contradicted", "no_clear_difference", "insufficient"]
Unit = Literal["share", "mean_share", "years", "count"]
"""share: of postings · mean_share: mean of a share that each posting has · years, count: mean of a number."""

# ------------------------------------------------------------------ the claims


class ClaimSide(TypedDict):
    """One class. `level`: the share of `y` of n postings, or a mean of n (`y` None); of stays the share still
    open after 30 days, by Kaplan and Meier."""

    level: float | None
    y: int | None
    n: int
    employers: int
    print: PrintRule


class HypothesisRow(Readings):
    """One claim of the article. `expects`: the class that it says has more.

    `difference` is aigc minus ai (strata = source), in the unit of the row. `relevant`: the smallest
    difference that would matter, which is fixed. `by_definition`: what is measured also decides which class
    a posting is in.
    """

    claim: ClaimId
    expects: Literal["ai", "aigc"]
    measured_in: Unit
    by_definition: bool
    ai: ClaimSide
    aigc: ClaimSide
    difference: Change
    relevant: float
    verdict: ClaimVerdict
    reason: Reason


class Hypotheses(Table):
    """The claims in the order in which they are told, and how many have which verdict.

    `n_ai`, `n_aigc`: postings of the window that came with their text. `not_measured`: claims that postings
    do not tell anything about.
    """

    window: Window
    n_ai: int
    n_aigc: int
    rows: list[HypothesisRow]
    counts: dict[ClaimVerdict, int]
    by_definition: int
    not_measured: list[str]


# ------------------------------------------------------------------ requirement groups


class GroupRow(TypedDict):
    """One requirement group (G1 to G4): share of postings with text that ask for a tag of it."""

    group: str
    ai: Share
    aigc: Share
    difference: Change
    direction: Direction


class Groups(Table):
    """The four requirement groups, AI PM against AIGC PM."""

    window: Window
    rows: list[GroupRow]


# ------------------------------------------------------------------ labels


class LabelRow(TypedDict):
    """One market, cn or intl (None: both). `inflated`: titles that name AI whose duties and requirements do
    not make an AI role; `quiet`: titles that do not name AI whose duties and requirements do."""

    market: str | None
    inflated: Share
    quiet: Share


class LabelExample(TypedDict):
    """A posting whose title names AI and whose text does not make an AI role."""

    title: str
    company: str
    url: str


class Labels(Table):
    """Label inflation among postings with text. `spark`: inflated share in the stock of each of the last 13
    weeks on the series of the report week, oldest first (None where n < 10)."""

    window: Window
    rows: list[LabelRow]
    spark_weeks: list[str]
    spark: list[float | None]
    examples: list[LabelExample]


# ------------------------------------------------------------------ fingerprint


class PipelinePoint(TypedDict):
    """Mean share of work on models in the duties, over `n` listed postings that state any."""

    week: str
    mean: float | None
    lo: float | None
    hi: float | None
    n: int


class PipelineRow(TypedDict):
    """One class: the mean over the window, how many of its postings with text name any such work, and the
    stock of each of the last 13 weeks on the series of the report week (None where n < 10)."""

    role: RoleId
    mean: float | None
    lo: float | None
    hi: float | None
    n: int
    employers: int
    stated: Share
    weeks: list[PipelinePoint]


class StageRow(TypedDict):
    """One stage of the value chain: share of postings with text that ask for work in it."""

    stage: str
    ai: Share
    aigc: Share
    difference: Change
    direction: Direction


class Fingerprint(Table):
    """Where the work lies: on making models (pipeline) or on using them, and in which stages."""

    window: Window
    rows: list[PipelineRow]
    stages: list[StageRow]


# ------------------------------------------------------------------ T16 evidence


class EvidenceRow(TypedDict):
    """One quote: `quote_before` + `quoted_words` + `quote_after`, shortened at words, and where it stands.

    `quoted_for` is the tag, or `ai_years`; `supports` the finding or claim that it belongs to, `contrast` for
    a row of T6. `appeared`: the day on which the posting appeared (again). `content_hash`: of its version.
    """

    quoted_for: str
    supports: str
    role: RoleId
    quote_before: str
    quoted_words: str
    quote_after: str
    title: str
    company: str
    source: str
    url: str
    appeared: str
    lang: str
    content_hash: str


class Evidence(Table):
    """T16. At most 8 quotes from different employers, in the order of what they stand for."""

    window: Window
    rows: list[EvidenceRow]
