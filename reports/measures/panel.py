"""Facts as arrays: which unit was seen when, which postings were listed then, and what came and went."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

import numpy as np

from reports.document.terms import RoleId
from reports.measures.posting_rows import DETAIL_WEEKS, PostingRows
from reports.statistics.arrays import Bools, Floats, Ints, distinct
from storage.reading.columns import (
    NEVER,
    SPELL_KINDS,
    SPELL_REASONS,
    Cells,
    Spells,
    microseconds,
    moment,
)
from storage.reading.posting_columns import ROLE_CLASSES, Postings
from storage.records import Break, Facts, Unit
from storage.weeks import WEEK, week_end, week_of

ROLE_CODES: dict[str, int] = {role: code for code, role in enumerate(ROLE_CLASSES)}
NOT_PM = ROLE_CODES["not_pm"]
PM_CODES = [code for code in ROLE_CODES.values() if code != NOT_PM]
KINDS: dict[str, int] = {kind: code for code, kind in enumerate(SPELL_KINDS)}
CENSORED = ("left_scope", "before_history")  # ends that say nothing about the posting
PANEL_WEEKS = 53


def columns_of(role: RoleId) -> list[int]:
    """Return the role codes that make up a class of the report (`all`: every one but not_pm)."""
    return PM_CODES if role == "all" else [ROLE_CODES[role]]


def belongs(codes: Ints, role: RoleId) -> Bools:
    """Return which of the role codes belong to a class of the report."""
    table = np.zeros(len(ROLE_CODES), dtype=bool)
    table[columns_of(role)] = True
    found: Bools = table[codes]
    return found


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

    Arrays by spell and posting are of the smallest integers that hold them, `unit` of int64.

    `instant[u, w]`: rank of the unit's last usable observation of the week, -1 if missing. `epoch[u, w]`:
    number of the series it belongs to, -1 if missing; it grows at each break of the unit. Ranks order all
    instants of the facts, so that they compare as integers; `instants[rank // 2]` is the instant.
    """

    weeks: tuple[date, ...]
    units: tuple[Unit, ...]
    postings: PostingRows
    instants: Ints  # microseconds since 1970
    week_of: Ints  # by instant: column of its week, below 0 before the first week
    instant: Ints
    epoch: Ints
    unit_id: Ints
    posting_id: Ints
    posted_at: Ints  # by posting, microseconds since 1970; NEVER: not given
    broken: Bools  # units x weeks: a break concerns the unit from the start of this week
    role: Ints  # by posting
    vacancy: Ints  # by posting: the first one (row) of the same vacancy
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
    listed_week: Ints  # columns of the weeks of opened and last_seen
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
        """Openings of spells."""
        return self.locate(self.opened)

    @cached_property
    def exits(self) -> Events:
        """First misses, confirmed or not; for a censored end the first cell after the last sight."""
        return self.locate(np.where(self.censored, self.last_seen + 1, self.missed))

    @cached_property
    def first_opened(self) -> Ints:
        """By posting: the rank at which it was first opened, beyond all ranks for one without spells."""
        found = np.full(len(self.posting_id), np.iinfo(np.int32).max, dtype=np.int32)
        np.minimum.at(found, self.posting, self.opened)
        return found

    @cached_property
    def spell_role(self) -> Ints:
        """Role codes by spell."""
        return self.role[self.posting]

    @cached_property
    def lately(self) -> "Panel":
        """The panel with no other spells than those listed in the last DETAIL_WEEKS."""
        kept = np.flatnonzero((self.listed_week <= self.last) & (self.seen_week > self.last - DETAIL_WEEKS))
        names = [field.name for field in fields(self)]
        return replace(self, **{name: getattr(self, name)[kept] for name in names[names.index("unit") :]})

    def listed(self, week: int) -> Bools:
        """Return which spells were listed at their unit's usable observation of the week (column)."""
        at = self.instant[:, week].copy()[self.unit]  # what is gathered lies together
        found: Bools = (at >= 0) & (self.opened <= at) & (at <= self.last_seen)
        return found

    @cached_property
    def stock(self) -> Ints:
        """Units x weeks x role codes: spells listed (0 in missing cells: see `usable`).

        The cells that list a spell follow each other among the usable ones of its unit: it comes with the
        first, goes after the last, and what has come less what has gone is what is there.
        """
        comes = self._place(self.opened)
        goes = np.maximum(self._place(self.last_seen + 1), comes)
        cells, roles = np.nonzero(self.usable), len(ROLE_CODES)
        come, gone = (
            np.bincount(at * roles + self.spell_role, minlength=(len(cells[0]) + 1) * roles)
            for at in (comes, goes)
        )
        found = np.zeros((len(self.units), len(self.weeks), roles), dtype=np.int64)
        found[cells] = (come - gone).reshape(-1, roles).cumsum(axis=0)[:-1]
        return found

    def locate(self, rank: Ints) -> Events:
        """Place an instant (rank) per spell between the usable cells of the spell's unit."""
        units, weeks = np.nonzero(self.usable)
        series = self.epoch[units, weeks]
        same = (units[1:] == units[:-1]) & (series[1:] == series[:-1])
        week, before = (np.full(len(weeks) + 1, -1, dtype=np.int16) for _ in range(2))
        week[:-1] = weeks
        before[1:-1][same] = weeks[:-1][same]
        place, ends = self._place(rank), self._cells_before[:, -1]
        # After the last cell of all there is nothing, as for what comes after the last cell of its unit.
        place = np.where((rank >= 0) & (place < ends[self.unit]), place, len(weeks))
        return Events(week[place], before[place])

    def _place(self, rank: Ints) -> Ints:
        """Return per spell how many usable cells come before an instant (rank) in the order of units and
        weeks: the place of the first one of its unit at or after it, if there is one."""
        before = self._cells_before
        cell = self.unit * before.shape[1] + np.clip(self.week_of[rank // 2], -1, len(self.weeks)) + 1
        instant = np.pad(self.instant, ((0, 0), (1, 1)), constant_values=-1).reshape(-1)[cell]
        found: Ints = before.reshape(-1)[cell] + ((instant >= 0) & (instant < rank))
        return found

    @cached_property
    def _cells_before(self) -> Ints:
        """Units x weeks, and a column more on either side: usable cells before, in the order of both."""
        usable = np.pad(self.usable, ((0, 0), (1, 1)))
        found: Ints = usable.reshape(-1).cumsum().reshape(usable.shape) - usable
        return found

    def series(self, roles: list[int]) -> tuple[Floats, Ints, Ints]:
        """Return stock per series as (counts, unit, epoch): rows (unit, epoch), nan in missing cells."""
        unit, week = np.nonzero(self.usable)
        keys, row = self._series
        counts = np.full((len(keys), len(self.weeks)), np.nan)
        counts[row, week] = self.stock[unit, week][:, roles].sum(axis=1)
        return counts, keys[:, 0], keys[:, 1]

    @cached_property
    def _series(self) -> tuple[Ints, Ints]:
        """The series (unit, epoch), and of each usable cell the row of its series."""
        unit, week = np.nonzero(self.usable)
        span = int(self.epoch.max(initial=0)) + 1
        keys, row = np.unique(unit * span + self.epoch[unit, week], return_inverse=True)
        return np.stack(np.divmod(keys, span), axis=1), row


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


def _usable_cells(cells: Cells, unit_ids: Ints, weeks: tuple[date, ...]) -> tuple[Cells, Ints, Ints]:
    """Return the usable cells of these units and weeks with their unit rows and week columns."""
    unit = rows_of(unit_ids, cells.unit)
    column = (cells.week.astype(np.int64) - weeks[0].toordinal()) // 7
    kept = cells.usable & (unit >= 0) & (column >= 0) & (column < len(weeks))
    return cells.only(kept), unit[kept], column[kept]


def _observed(
    cells: Cells, unit: Ints, column: Ints, shape: tuple[int, int], instants: Ints
) -> tuple[Ints, Ints]:
    """Return rank and epoch of each unit's last cell of the week (of those at one instant the first)."""
    rank = 2 * np.searchsorted(instants, cells.observed_at)
    order = np.lexsort((-np.arange(len(rank)), rank))  # the last write wins
    instant, epoch = np.full(shape, -1, dtype=np.int32), np.full(shape, -1)
    instant[unit[order], column[order]] = rank[order]
    epoch[unit[order], column[order]] = cells.epoch[order]
    return instant, epoch


def _ranked(observed: Ints, times: Iterable[Ints]) -> tuple[Ints, list[Ints]]:
    """Return all different instants in order, and the ranks of those of `times` among them; of NEVER -1.

    Ranks are even numbers only, so that there is room just after each.
    """
    placed = [np.unique(instants, return_inverse=True) for instants in times]
    found = np.unique(np.concatenate([observed, *(different for different, _ in placed)]))
    found = found[found != NEVER]
    ranks = (
        np.where(different == NEVER, -1, 2 * np.searchsorted(found, different)).astype(np.int32)[place]
        for different, place in placed
    )
    return found, list(ranks)


def _first_of_same(values: Ints) -> Ints:
    """Return the place of the first value that is equal, by value."""
    _, code = np.unique(values, return_inverse=True)
    first = np.zeros(len(values), dtype=np.int32)
    first[code[::-1]] = np.arange(len(values))[::-1]  # the last write wins
    return first[code]


def rows_of(sorted_ids: Ints, ids: Ints) -> Ints:
    """Return the places of `ids` (0 and more) in `sorted_ids`, -1 where they are not among them."""
    highest = max(int(some.max(initial=0)) for some in (sorted_ids, ids))
    if highest > 8 * len(ids):  # too few for a table
        place = np.searchsorted(sorted_ids, ids)
        found = place < len(sorted_ids)
        found[found] = sorted_ids[place[found]] == ids[found]
        return np.where(found, place, -1)
    place = np.full(highest + 1, -1, dtype=np.int64)
    place[sorted_ids] = np.arange(len(sorted_ids))
    return place[ids]


def _employers(units: int, unit: Ints, company: Ints) -> Ints:
    """Return each unit's most frequent company (of equals the smaller code), or one of its own."""
    free = int(company.max(initial=-1)) + 1
    found = np.arange(free, free + units)
    pairs, counts = np.unique(unit * max(free, 1) + company, return_counts=True)
    of, most = pairs // max(free, 1), pairs % max(free, 1)
    order = np.lexsort((-most, counts))
    found[of[order]] = most[order]  # the last write wins: the most frequent
    return found


def week_columns(instants: Ints, zone: str, first: date) -> Ints:
    """Return how many weeks after the week `first` (its Monday) each instant (microseconds) lies."""
    if not len(instants):
        return np.zeros(0, dtype=np.int64)
    lowest, highest = (
        (week_of(moment(int(end)), zone) - first).days // 7 for end in (instants.min(), instants.max())
    )
    ends = [microseconds(week_end(first + WEEK * column, zone)) for column in range(lowest, highest)]
    return lowest + np.searchsorted(np.array(ends, dtype=np.int64), instants, side="right")


def build_panel(facts: Facts, week: date) -> Panel:
    """Return the panel of the 53 weeks ending with `week` (a Monday).

    Spells whose posting or unit is not among the facts' are left out, so a view is made by narrowing these.
    """
    weeks = tuple(week - WEEK * back for back in range(PANEL_WEEKS - 1, -1, -1))
    units = tuple(facts.units[u] for u in sorted(facts.units))
    unit_ids = np.array([u.id for u in units], dtype=np.int64)
    postings = Postings.of(facts.postings)
    spells = Spells.of(facts.spells)
    posting, unit = rows_of(postings.id, spells.posting), rows_of(unit_ids, spells.unit)
    kept = np.flatnonzero((posting >= 0) & (unit >= 0))
    posting, unit = posting[kept].astype(np.int32), unit[kept]
    cells, cell_unit, cell_column = _usable_cells(Cells.of(facts.cells), unit_ids, weeks)
    times = (spells.opened_at[kept], spells.last_seen_at[kept], spells.missed_at[kept])
    instants, (opened, seen, missed) = _ranked(cells.observed_at, times)
    instant, epoch = _observed(cells, cell_unit, cell_column, (len(units), len(weeks)), instants)
    # A change of taxonomy breaks every series, though no cell says so.
    retagged = _broken([b for b in facts.breaks if b.reason == "taxonomy"], units, weeks).cumsum(axis=1)
    epoch = np.where(epoch >= 0, epoch * (len(weeks) + 1) + retagged, -1)
    week_of = week_columns(instants, facts.zone, weeks[0]).astype(np.int16)
    company = distinct(postings.company)[1].astype(np.int32)
    censored = np.array([reason in CENSORED for reason in SPELL_REASONS])
    listed_week, seen_week = week_of[opened // 2], week_of[seen // 2]
    recent = np.zeros(len(postings.id), dtype=bool)
    last = len(weeks) - 1
    recent[posting[(listed_week <= last) & (seen_week > last - DETAIL_WEEKS)]] = True
    return Panel(
        weeks=weeks,
        units=units,
        postings=PostingRows(postings, recent),
        instants=instants,
        week_of=week_of,
        instant=instant,
        epoch=epoch,
        unit_id=unit_ids,
        posting_id=postings.id,
        posted_at=postings.posted_at,
        broken=_broken(facts.breaks, units, weeks),
        role=postings.role,
        vacancy=_first_of_same(postings.vacancy),
        company=company,
        employer=_employers(len(units), unit, company[posting]),
        source=np.unique([u.source for u in units], return_inverse=True)[1].astype(np.int32),
        unit=unit,
        posting=posting,
        kind=spells.kind[kept],
        opened=opened,
        last_seen=seen,
        missed=missed,
        closed=spells.closed[kept],
        censored=censored[spells.reason[kept]],
        listed_week=listed_week,
        seen_week=seen_week,
    )
