"""The panel as an export tells it: each unit's observation of a week, and the postings that it listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from storage.reading.columns import NEVER, Cells, Ints, Spells, moment


@dataclass(frozen=True, slots=True)
class PanelWeek:
    """A week's usable observations, one a unit, in the order of units: its last of that week."""

    unit: Ints
    observed_at: Ints
    epoch: Ints
    listed: Ints

    def columns(self) -> dict[str, Sequence[Any]]:
        """Return the rows of the table."""
        return {
            "unit": self.unit.tolist(),
            "observed_at": [moment(at) for at in self.observed_at.tolist()],
            "epoch": self.epoch.tolist(),
            "listed": self.listed.tolist(),
        }


def panel_weeks(cells: Cells, end: int) -> dict[date, PanelWeek]:
    """Return the weeks that begin before `end`, in their order: the cells that reports count.

    Of several at one instant the first counts.
    """
    cells = cells.only(cells.usable & (cells.observed_at < end))
    if not len(cells):
        return {}
    order = np.lexsort((-np.arange(len(cells.unit)), cells.observed_at, cells.unit, cells.week))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (np.diff(cells.week[order]) != 0) | (np.diff(cells.unit[order]) != 0)
    order = order[last]
    weeks, starts = np.unique(cells.week[order], return_index=True)
    return {
        date.fromordinal(week): PanelWeek(
            cells.unit[rows], cells.observed_at[rows], cells.epoch[rows], cells.listed[rows]
        )
        for week, rows in zip(weeks.tolist(), np.split(order, starts[1:]), strict=True)
    }


class Listed:
    """Which postings each week listed: a sweep over spells that are added in the order of their postings."""

    def __init__(self) -> None:
        self._posting, self._unit = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._opened, self._seen = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)

    def add(self, spells: Spells, kept: Ints) -> None:
        """Take the spells (rows) of postings."""
        self._posting = np.concatenate([self._posting, spells.posting[kept]])
        self._unit = np.concatenate([self._unit, spells.unit[kept]])
        self._opened = np.concatenate([self._opened, spells.opened_at[kept]])
        self._seen = np.concatenate([self._seen, spells.last_seen_at[kept]])

    def in_week(self, cells: PanelWeek) -> dict[str, Sequence[Any]]:
        """Return what was listed at the observations of a week, by unit and posting.

        The weeks must come in their order: what ended before them is forgotten.
        """
        place = np.minimum(np.searchsorted(cells.unit, self._unit), len(cells.unit) - 1)
        at = np.where(cells.unit[place] == self._unit, cells.observed_at[place], NEVER)
        listed = (self._opened <= at) & (at <= self._seen)
        unit, posting = np.unique(np.stack([self._unit[listed], self._posting[listed]]), axis=1)
        over = self._seen < cells.observed_at.min()
        self._posting, self._unit = self._posting[~over], self._unit[~over]
        self._opened, self._seen = self._opened[~over], self._seen[~over]
        return {"posting": posting.tolist(), "unit": unit.tolist()}
