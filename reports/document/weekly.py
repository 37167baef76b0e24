"""The value of one weekly report: what `report.json` holds and every renderer reads.

The value is plain JSON data (dicts, lists, str, int, float, bool, None) typed by the TypedDicts below.
It holds numbers and codes, never prose: sentences, column heads and class names belong to the renderers,
so both languages show the same numbers. Floats are rounded once, to 6 significant digits.

Conventions
- A share is a fraction (0.31), a difference of shares too (0.041 = 4.1 points); an index is 100 at its
  base; a percentage change is a fraction (0.12 = +12 %).
- None means "not known" or "not printable", never 0. `lo`/`hi` bound a 95 % interval.
- Weeks are labels (`2026-W47`); instants are ISO 8601 in UTC with `Z`.
- Classes are `all`, `ai_pm`, `aigc_pm`, `both`, `other_pm` in this order; `all` is the sum of the other four.
  `not_pm` postings are in none of them and are counted apart.
- Rows are sorted by what identifies them, except where a table says otherwise.
"""

from typing import Literal, TypedDict

from reports.document.changes import Emerging, Movers, RequirementsWeekly
from reports.document.choice import Choice
from reports.document.co_occurrence import CoOccurrence
from reports.document.comparison import Evidence, Fingerprint, Groups, Hypotheses, Labels
from reports.document.composition import ClassMix, Contrast, Experience, Skills
from reports.document.concentration import Concentration
from reports.document.edits import PostingChanges
from reports.document.history import Changelog, Revisions
from reports.document.peers import Peers
from reports.document.postings import ListedPostings
from reports.document.qualifications import Qualifications
from reports.document.salary import Salary
from reports.document.stays import Lifetimes
from reports.document.tables import BreakRow, Headline, LevelIndex, Movement, Quality, RunHealth
from reports.document.terms import Direction, Kind, Reason, RoleId, Verdict, Window

FORMAT = 1  # grows when a key changes its meaning or goes away

# ------------------------------------------------------------------ findings


class Finding(TypedDict):
    """One statement, as data. The renderer chooses the words by `id` and `verdict`.

    ids
    - `listed` (level): value = n = stock (kind partial: of the window); `extra`: units, vacancies, classes.
    - `not_comparable_break`: value = fraction of stock lost to breaks, `extra.breaks` in the window of the
      report; takes the place of `level_change`.
    - `level_change` (role): value = relative change of the two-way index from `compared` to `window`.
    - `class_share` (aigc_pm): level; its share of all PM postings of the window; `extra`: y, employer_share.
    - `class_share_change` (aigc_pm): value = change of its share of new postings; `extra`: share, share_lo,
      share_hi, y of the later window.
    - `skill_contrast` (tag): value = AIGC minus AI share, see `direction`; `extra`: ai, aigc, n_ai, n_aigc,
      by_definition (1: the classes are told apart by it).
      Tag None: none of `extra.tested` tags differs clearly; of `extra.undecided` of them a difference that
      matters could have gone unseen, and `extra.mde` is the median of the smallest visible ones.
    - `hypotheses`: value = claims of the article that are supported; n = postings with text of both classes;
      `extra`: claims, supported, by_definition (of these), contradicted, no_clear_difference, insufficient;
      by its id each claim that is decided, and not by definition: 1 supported, -1 contradicted.
    - `mover` (role, tag): value = change of its share of the new postings of a class, the surest one of T4;
      `extra`: before, now, n0, n1.
    - `ai_years`, `open_to_3`: value = AIGC minus AI share of postings that ask for AI years, or are open with
      3 years of experience; `extra` as above.
    - `all_failed`, `empty`: value = number of boards asked.

    Rose and fell only appear where the interval excludes 0 and q < 0.10 (Benjamini-Hochberg).
    `unit`: count, share, points (difference of shares), percent (relative change), all as fractions/numbers.
    `extra`: further numbers of the sentence, keyed as listed above.
    """

    id: str
    table: str
    role: RoleId | None
    tag: str | None
    en: str | None
    zh: str | None
    verdict: Verdict
    direction: Direction | None
    reason: Reason
    unit: Literal["count", "share", "points", "percent"]
    value: float | None
    lo: float | None
    hi: float | None
    n: int
    employers: int
    window: Window
    compared: Window | None
    extra: dict[str, float | int | None]


# ------------------------------------------------------------------ T20 provenance


class Provenance(TypedDict):
    """T20. Only what is the same on every run over the same store with the same arguments.

    `seed` of what is drawn by chance (the bootstrap of T15). `credits`: what the terms of sources want to be
    said where their postings are shown, each with an address.
    """

    id: str
    data_cut: str | None
    as_of: str
    zone: str
    schema: str
    taxonomy: str | None
    taxonomy_sha256: str | None
    code_version: str
    seed: int
    format: int
    command: str
    credits: list[str]


# ------------------------------------------------------------------ the whole


Windows = dict[Literal["last_4", "previous_4", "last_13", "last_53"], Window]


class Market(TypedDict):
    """The tables on how many postings there are and what becomes of them, and those that name single ones."""

    run_health: RunHealth
    headline: Headline
    level_index: LevelIndex
    movement: Movement
    labels: Labels
    emerging: Emerging
    choice: Choice
    quality: Quality
    changes: PostingChanges
    postings: ListedPostings


class Demands(TypedDict):
    """The tables on what the postings of a window are, ask for and offer."""

    class_mix: ClassMix
    skills: Skills
    hypotheses: Hypotheses
    requirement_groups: Groups
    fingerprint: Fingerprint
    contrast: Contrast
    movers: Movers
    requirements_weekly: RequirementsWeekly
    co_occurrence: CoOccurrence
    experience: Experience
    qualifications: Qualifications
    salary: Salary
    concentration: Concentration


class WeeklyReport(Market, Demands):
    """`report.json`. `week` is the report week; `windows`: last 4 weeks, the 4 before, 13 and 53 weeks.

    `view` is the part of the market that it is about (empty: the whole).
    """

    format: int
    week: str
    week_first_day: str
    week_last_day: str
    view: dict[str, str]
    kind: Kind
    preliminary: bool
    notices: list[str]
    windows: Windows
    breaks: list[BreakRow]
    findings: list[Finding]
    evidence: Evidence
    lifetimes: Lifetimes
    revisions: Revisions
    changelog: Changelog
    peers: Peers
    provenance: Provenance
