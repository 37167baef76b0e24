"""The tables of what postings ask for: T2, T3, T6, T7 (numbered as in docs/METHOD.md; see weekly.py)."""

from typing import Literal, TypedDict

from reports.document.terms import (
    Change,
    Direction,
    PrintRule,
    Readings,
    RoleId,
    Share,
    Table,
    Verdict,
    Window,
)

# ------------------------------------------------------------------ T2 class mix


class MixRow(TypedDict):
    """One class (without `all`): its share of new postings (flow of 4 weeks), of the 4 weeks before, the
    change between them on series present in both, and its share of everything listed in the 4 weeks."""

    role: RoleId
    flow: Share
    previous: Share
    change: Change
    verdict: Verdict
    window: Share


class MixShift(TypedDict):
    """A week since which the share of a class among new postings is another: `later` than before,
    when it was `earlier`, and the difference, all on series observed throughout the weeks searched."""

    role: RoleId
    week: str
    earlier_weeks: Window
    later_weeks: Window
    earlier: Share
    later: Share
    moved: Change


class ClassMix(Table):
    """T2. population flow_4w; `reason` tells why `flow`/`change` cannot be used (baseline: only `window`).

    `not_pm_flow`, `not_pm_window`: vacancies apart from all classes. `lost` = fraction of stock lost to
    breaks between the two windows. `shifts` were looked for in the weeks `searched` (None: too few), and are
    sorted by class, then week.
    """

    window: Window
    compared: Window
    rows: list[MixRow]
    searched: Window | None
    shifts: list[MixShift]
    not_pm_flow: int
    not_pm_window: int
    lost: float | None
    mde: float | None


# ------------------------------------------------------------------ T3 skills


class SkillRow(Share):
    """One (tag, class): share of the class's postings that ask for the tag (required, preferred or duty).

    `required` of the y say that it is required. `standardised`: share with sources weighted by their mean
    share of the class's stock over 13 weeks (sources with n >= 10; None if none). `spark`: share in the stock
    of each of the last 13 weeks on the series of the report week's epoch, oldest first (None where n < 10).
    """

    tag: str
    en: str
    zh: str
    era: str
    groups: list[str]
    role: RoleId
    required: int
    standardised: float | None
    spark: list[float | None]


class Skills(Table):
    """T3. Sorted by class order, then share (falling), then tag; tags that no posting asks for are left out.

    `bases`: n and employers per class. `spark_weeks` oldest first. `mde`: smallest change (fraction) that
    two windows of the size of `all` at 30 % would show with 80 % power.
    """

    window: Window
    bases: list["Base"]
    spark_weeks: list[str]
    rows: list[SkillRow]
    mde: float | None


class Base(TypedDict):
    """n vacancies of a class in a population, the adverts they stand for, and employers."""

    role: RoleId
    n: int
    adverts: int
    employers: int


# ------------------------------------------------------------------ T6 AI vs AIGC


class ContrastRow(Readings):
    """One tag: shares in ai_pm and aigc_pm, stratified difference (aigc minus ai, strata = source), and other
    readings of it. `by_definition`: a technique by which the classes are told apart. lift = aigc / ai share.
    Odds ratio (Haldane-Anscombe +0.5) with interval only where both n >= 30."""

    tag: str
    en: str
    zh: str
    era: str
    groups: list[str]
    by_definition: bool
    ai: Share
    aigc: Share
    difference: Change
    direction: Direction
    lift: float | None
    odds_ratio: float | None
    odds_lo: float | None
    odds_hi: float | None


class Contrast(Table):
    """T6. Sorted by the plain difference of shares (aigc minus ai), falling, then tag. `tested` tags passed
    the pooled filter (y >= 10) of the Benjamini-Hochberg family; `different` of them differ at q < 0.10, and
    of `undecided` a difference that matters could have gone unseen. `mde`: the median of their smallest
    visible differences (1 at most)."""

    window: Window
    n_ai: int
    n_aigc: int
    rows: list[ContrastRow]
    tested: int
    different: int
    undecided: int
    mde: float | None


# ------------------------------------------------------------------ T7 experience


class OpenAt(TypedDict):
    """`y` of `n` stated floors are <= `years`.

    `aimed_y` (a share `aimed`) of the `n` name a range that holds the years: floor <= years < cap, without a
    cap from the floor on. So it falls where postings want nobody with more. None for years of AI, which have
    no cap.
    """

    years: int
    y: int
    n: int
    share: float | None
    lo: float | None
    hi: float | None
    aimed_y: int | None
    aimed: float | None


class ExperienceRow(TypedDict):
    """One (measure, class). measure `total`: total or PM years; `ai`: years of AI experience (n: with text).

    `stated`: share of postings with a required floor (no experience needed = 0; missing is not 0).
    `preferred_only`: postings whose years are only preferred (in no floor). `open`: at 0, 1, 2, 3, 5 years;
    `curve`: the same for 0..10 years, for the chart. Quantiles of the stated floors, linear (type 7).
    """

    measure: Literal["total", "ai"]
    role: RoleId
    n: int
    employers: int
    stated: Share
    preferred_only: int
    median: float | None
    p25: float | None
    p75: float | None
    open: list[OpenAt]
    curve: list[OpenAt]
    print: PrintRule


class ExperienceContrast(TypedDict):
    """aigc minus ai, strata = source. id: `asks_ai_years` (of postings with text), `open_N` (floor <= N of
    those with a stated total floor)."""

    id: Literal["asks_ai_years", "open_0", "open_1", "open_3"]
    ai: Share
    aigc: Share
    difference: Change
    direction: Direction


class Experience(Table):
    """T7, sorted by measure (total, ai) and class order."""

    window: Window
    rows: list[ExperienceRow]
    contrast: list[ExperienceContrast]
