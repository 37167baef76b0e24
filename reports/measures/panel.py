"""Facts as arrays: which unit was seen when, which postings were listed then, and what came and went."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property

import numpy as np

from reports.document.terms import RoleId
from reports.statistics.arrays import Bools, Floats, Ints
from storage.records import Break, Facts, PostingFact, Spell, Unit
from storage.weeks import WEEK, week_of

ROLE_CODES: dict[str, int] = {"ai_pm": 0, "aigc_pm": 1, "both": 2, "other_pm": 3, "not_pm": 4}
NOT_PM = 4
KINDS = {"backlog": 0, "new": 1, "repost": 2}
CENSORED = ("left_scope", "before_history")  # ends that say nothing about the posting
PANEL_WEEKS = 53


def columns_of(role: RoleId) -> list[int]:
    """Return the role codes that make up a class of the report (`all`: every one but not_pm)."""
    return [0, 1, 2, 3] if role == "all" else [ROLE_CODES[role]]


@dataclass(frozen=True, slots=True)
class Events:
    """One kind of event per spell, placed between usable cells of its unit.

    `week`: column of the first usable cell at or after the event, -1 if none; `before`: column of the usable
    cell before it in the same series, -1 if none. The event lies in (before, week].
    """

    week: Ints
    before: Ints

    def weekly(self) -> Bools:
        """Return where the two cells are neighbouring weeks, so that the week of the event is known."""
        found: Bools = (self.before >= 0) & (self.week == self.before + 1)
        return found

    def inside(self, first: int, last: int) -> Bools:
        """Return where the interval lies inside the weeks `first`..`last`."""
        found: Bools = (self.before >= max(first - 1, 0)) & (self.week >= first) & (self.week <= last)
        return found


@dataclass(frozen=True)
class Panel:
    """The panel of one report: units x weeks, spells and postings as parallel arrays (sorted by id).

    `instant[u, w]`: rank of the unit's last usable observation of the week, -1 if missing. `epoch[u, w]`:
    number of the series it belongs to, -1 if missing; it grows at each break of the unit. Ranks order all
    instants of the facts, so that they compare as integers.
    """

    weeks: tuple[date, ...]
    units: tuple[Unit, ...]
    postings: tuple[PostingFact, ...]
    instant: Ints
    epoch: Ints
    broken: Bools  # units x weeks: a break concerns the unit from the start of this week
    role: Ints  # by posting
    vacancy: Ints  # by posting
    company: Ints  # by posting
    employer: Ints  # by unit: its most frequent company
    source: Ints  # by unit: code of its source, in the order of names
    unit: Ints  # by spell, as all below
    posting: Ints
    kind: Ints
    opened: Ints
    last_seen: Ints
    missed: Ints  # -1: never missed
    closed: Bools
    censored: Bools
    listed_week: Ints  # columns of the weeks of opened_at and last_seen_at, below 0 before the first week
    seen_week: Ints

    @property
    def last(self) -> int:
        """Column of the report week."""
        return len(self.weeks) - 1

    @cached_property
    def usable(self) -> Bools:
        """Units x weeks: is there a usable observation?"""
        return self.instant >= 0

    @cached_property
    def paired(self) -> Bools:
        """Units x weeks: usable here and in the week before, in the same series."""
        pair = np.zeros_like(self.usable)
        pair[:, 1:] = (self.epoch[:, 1:] >= 0) & (self.epoch[:, 1:] == self.epoch[:, :-1])
        return pair

    @cached_property
    def births(self) -> Events:
        return self.locate(self.opened)

    @cached_property
    def exits(self) -> Events:
        """First misses, confirmed or not; for a censored end the first cell after the last sight."""
        return self.locate(np.where(self.censored, self.last_seen + 1, self.missed))

    @cached_property
    def spell_role(self) -> Ints:
        return self.role[self.posting]

    def listed(self, week: int) -> Bools:
        """Return which spells were listed at their unit's usable observation of the week (column)."""
        at = self.instant[self.unit, week]
        found: Bools = (at >= 0) & (self.opened <= at) & (at <= self.last_seen)
        return found

    @cached_property
    def stock(self) -> Ints:
        """Units x weeks x 5 role codes: spells listed (0 in missing cells: see `usable`)."""
        return np.stack([self._count(self.listed(w)) for w in range(len(self.weeks))], axis=1)

    def _count(self, chosen: Bools) -> Ints:
        code = self.unit[chosen] * 5 + self.spell_role[chosen]
        return np.bincount(code, minlength=len(self.units) * 5).reshape(len(self.units), 5)

    def locate(self, rank: Ints) -> Events:
        """Place an instant (rank) per spell between the usable cells of the spell's unit."""
        span = np.int64(max(int(self.instant.max(initial=0)), int(rank.max(initial=0))) + 2)
        rows, columns = np.nonzero(self.usable)
        cell = rows * span + self.instant[rows, columns]
        place = np.searchsorted(cell, self.unit * span + rank)
        known = (rank >= 0) & (place < len(cell))
        here = np.where(known, place, 0)
        if not len(cell):
            return Events(np.full(len(rank), -1), np.full(len(rank), -1))
        known &= rows[here] == self.unit
        prior = np.maximum(here - 1, 0)
        same = known & (here > 0) & (rows[prior] == self.unit)
        series = self.epoch[rows, columns]
        same &= series[prior] == series[here]
        return Events(np.where(known, columns[here], -1), np.where(same, columns[prior], -1))

    def series(self, roles: list[int]) -> tuple[Floats, Ints, Ints]:
        """Return stock per series as (counts, unit, epoch): rows (unit, epoch), nan in missing cells."""
        unit, week = np.nonzero(self.usable)
        keys, row = np.unique(np.stack([unit, self.epoch[unit, week]], axis=1), axis=0, return_inverse=True)
        counts = np.full((len(keys), len(self.weeks)), np.nan)
        counts[row.reshape(-1), week] = self.stock[unit, week][:, roles].sum(axis=1)
        return counts, keys[:, 0], keys[:, 1]


def concerns(one: Break, unit: Unit) -> bool:
    """Tell whether a break holds for this unit (source `*`: all; a board is also named by its key)."""
    named = one.unit is None or one.unit in (unit.name, unit.board.partition(":")[2])
    return one.source in ("*", unit.source) and named


def _broken(breaks: Iterable[Break], units: tuple[Unit, ...], weeks: tuple[date, ...]) -> Bools:
    found = np.zeros((len(units), len(weeks)), dtype=bool)
    for one in breaks:
        if weeks[0] <= one.week <= weeks[-1]:
            found[[concerns(one, u) for u in units], (one.week - weeks[0]).days // 7] = True
    return found


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _codes(values: Iterable[int] | Iterable[str]) -> Ints:
    listed = list(values)
    code = {value: i for i, value in enumerate(sorted(set(listed)))}  # type: ignore[type-var]
    return _ints(code[value] for value in listed)


def _ranks(spells: list[Spell], observed: Iterable[datetime]) -> dict[datetime, int]:
    """Number all instants in order, even numbers only, so that there is room just after each."""
    instants = set(observed)
    for spell in spells:
        instants.update((spell.opened_at, spell.last_seen_at))
        if spell.missed_at is not None:
            instants.add(spell.missed_at)
    return {instant: 2 * i for i, instant in enumerate(sorted(instants))}


def _employers(units: int, unit: Ints, company: Ints) -> Ints:
    """Return each unit's most frequent company (of equals the smaller code), or one of its own."""
    free = int(company.max(initial=-1)) + 1
    found = np.arange(free, free + units)
    pairs, counts = np.unique(np.stack([unit, company], axis=1), axis=0, return_counts=True)
    order = np.lexsort((-pairs[:, 1], counts))
    found[pairs[order, 0]] = pairs[order, 1]  # the last write wins: the most frequent
    return found


def _week_columns(zone: str, first: date) -> Callable[[datetime], int]:
    @cache
    def column(instant: datetime) -> int:
        return (week_of(instant, zone) - first).days // 7

    return column


def build_panel(facts: Facts, week: date) -> Panel:
    """Return the panel of the 53 weeks ending with `week` (a Monday).

    Spells whose posting or unit is not among the facts' are left out, so a view is made by narrowing these.
    """
    weeks = tuple(week - WEEK * back for back in range(PANEL_WEEKS - 1, -1, -1))
    units = tuple(facts.units[u] for u in sorted(facts.units))
    postings = tuple(facts.postings[p] for p in sorted(facts.postings))
    unit_row = {u.id: i for i, u in enumerate(units)}
    posting_row = {p.id: i for i, p in enumerate(postings)}
    spells = sorted(
        (s for s in facts.spells if s.posting in posting_row and s.unit in unit_row),
        key=lambda s: (s.posting, s.unit, s.opened_at),
    )
    cells = [c for c in facts.cells if c.usable and weeks[0] <= c.week <= week and c.unit in unit_row]
    rank = _ranks(spells, (c.observed_at for c in cells))
    instant = np.full((len(units), len(weeks)), -1)
    epoch = np.full((len(units), len(weeks)), -1)
    for cell in cells:
        row, column = unit_row[cell.unit], (cell.week - weeks[0]).days // 7
        if rank[cell.observed_at] > instant[row, column]:
            instant[row, column], epoch[row, column] = rank[cell.observed_at], cell.epoch
    # A change of taxonomy breaks every series, though no cell says so.
    retagged = _broken([b for b in facts.breaks if b.reason == "taxonomy"], units, weeks).cumsum(axis=1)
    epoch = np.where(epoch >= 0, epoch * (len(weeks) + 1) + retagged, -1)
    unit = _ints(unit_row[s.unit] for s in spells)
    posting = _ints(posting_row[s.posting] for s in spells)
    company = _codes(p.company for p in postings)
    monday = _week_columns(facts.zone, weeks[0])
    return Panel(
        weeks=weeks,
        units=units,
        postings=postings,
        instant=instant,
        epoch=epoch,
        broken=_broken(facts.breaks, units, weeks),
        role=_ints(ROLE_CODES[p.role] for p in postings),
        vacancy=_codes(p.vacancy or f"\0{p.id}" for p in postings),
        company=company,
        employer=_employers(len(units), unit, company[posting] if len(posting) else posting),
        source=_codes(u.source for u in units),
        unit=unit,
        posting=posting,
        kind=_ints(KINDS[s.kind] for s in spells),
        opened=_ints(rank[s.opened_at] for s in spells),
        last_seen=_ints(rank[s.last_seen_at] for s in spells),
        missed=_ints(-1 if s.missed_at is None else rank[s.missed_at] for s in spells),
        closed=np.array([s.closed for s in spells], dtype=bool),
        censored=np.array([s.reason in CENSORED for s in spells], dtype=bool),
        listed_week=_ints(monday(s.opened_at) for s in spells),
        seen_week=_ints(monday(s.last_seen_at) for s in spells),
    )
