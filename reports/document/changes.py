"""What is changing in what is asked for: T4, T5 and S4 (numbered as in docs/METHOD.md)."""

from typing import Literal, TypedDict

from reports.document.terms import Change, Reason, RoleId, Share, Table, Verdict, Window

# ------------------------------------------------------------------ T4 movers

Gate = Literal["", "employers", "break", "coverage"]
"""Why a change that passed its test is not called one. "": nothing speaks against it · employers: it is not
so where each employer counts once · break: breaks took more than 5 % of the compared stock · coverage: how
much of the listings could be read changed by more than a quarter between the windows."""


class MoverRow(TypedDict):
    """One (class, tag) with at least 10 mentions in both windows together, of postings with their text.

    `before`, `now`: shares of new postings; `change` on series with new postings in both, `deff` its design
    effect. `employer_change`: the change of the mean of the employers' own shares, each employer once.
    `posterior`: probability that the share changed by more than 2 points in the direction of `change`.
    `mover`: rose or fell, and the gate is open.
    """

    role: RoleId
    tag: str
    en: str
    zh: str
    era: str
    groups: list[str]
    before: Share
    now: Share
    change: Change
    verdict: Verdict
    deff: float | None
    employer_change: float | None
    posterior: float | None
    gate: Gate
    mover: bool


class MoverFamily(TypedDict):
    """One class, the family of its tests: postings of both windows on common series, `tested` requirements,
    `movers` among them, `held_back` by the gate. `mde`: smallest change near 30 % that a test would see with
    80 % power, given `deff`, the median design effect of the tested (None: nothing was tested)."""

    role: RoleId
    n0: int
    n1: int
    employers: int
    tested: int
    movers: int
    held_back: int
    deff: float | None
    mde: float | None
    reason: Reason


class Movers(Table):
    """T4. population flow_4w, `window` against the 4 weeks before (`compared`). Families and rows in the
    order of aigc_pm, ai_pm, all; rows of a family by `posterior`, falling (untested last), then tag."""

    window: Window
    compared: Window
    lost: float | None
    families: list[MoverFamily]
    rows: list[MoverRow]


# ------------------------------------------------------------------ T5 emerging and fading


State = Literal["new", "gone", "present"]


class Evidence(TypedDict):
    """What a posting says, whose it is, and where; None where nothing is quoted."""

    quote: str | None
    company: str | None
    url: str | None


class EmergingRow(Evidence):
    """One tag that at least 5 postings of the 13 weeks ask for, all PM roles together, on series that were
    observed in both spans.

    `y_before` of `n_before` vacancies listed in the 5 weeks before; `y_recent` of `n_recent` that joined them
    in the last 8. `employers`, `sources` of the recent ones (state gone: of those before). state `new`: none
    before, at least 5 recent ones of 3 employers and 2 sources; `gone`: as many before, none recent, and
    none of those listed in the last 4 weeks; `present`: neither. `delta`, `z`: log-odds, recent against
    before, on effective counts. Quoted is the first posting that asks for it (gone: the last; present: none).
    """

    tag: str
    en: str
    zh: str
    era: str
    groups: list[str]
    state: State
    first_seen: str
    last_seen: str
    y_before: int
    n_before: int
    y_recent: int
    n_recent: int
    employers: int
    sources: int
    delta: float
    z: float


class Emerging(Table):
    """T5. `window`: the last 8 weeks, `compared`: the 5 before. Rows by z, falling, then tag."""

    window: Window
    compared: Window
    rows: list[EmergingRow]
    new: int
    gone: int


# ------------------------------------------------------------------ S4 weekly shares of new postings


class WeeklyPoint(TypedDict):
    """`y` of the `n` vacancies of a class that were new in the week; `pooled_y` of `pooled_n`: of the 4 weeks
    that end with it (None where these are not all inside the 13 weeks), `pooled` their ratio from 10 on.
    `signal`: the week lies outside of what the others do (Laney's p' chart)."""

    week: str
    y: int
    n: int
    pooled_y: int | None
    pooled_n: int | None
    pooled: float | None
    signal: bool


class WeeklyShares(TypedDict):
    """The points of one (tag, class), oldest first."""

    role: RoleId
    tag: str
    en: str
    zh: str
    points: list[WeeklyPoint]


class RequirementsWeekly(Table):
    """S4, of postings with their text. Classes ai_pm and aigc_pm, 13 weeks, series that were observed in the
    first and in the last 4 weeks of them; tags with at least 10 mentions in either class. Rows by tag and
    class."""

    weeks: list[str]
    rows: list[WeeklyShares]
