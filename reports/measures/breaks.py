"""What a break takes from a comparison, and the list of breaks that the report prints."""

import numpy as np

from reports.document.tables import BreakRow
from reports.measures.panel import PM_CODES, Panel
from reports.statistics.arrays import Bools, Ints
from storage.records import Break
from storage.weeks import label

TOO_MUCH = 0.5  # a comparison that loses more than this to breaks is none


def break_rows(panel: Panel, breaks: tuple[Break, ...]) -> list[BreakRow]:
    """Return the breaks inside the weeks of the panel, by week, source, unit and reason."""
    inside = {b for b in breaks if panel.weeks[0] <= b.week <= panel.weeks[-1]}
    return [
        {"source": b.source, "unit": b.unit, "from": label(b.week), "reason": b.reason, "note": b.note}
        for b in sorted(inside, key=lambda b: (b.week, b.source, b.unit or "", b.reason, b.note))
    ]


def lost_to_breaks(panel: Panel, earlier: tuple[int, int], later: tuple[int, int]) -> float | None:
    """Return the fraction of stock that breaks take from comparing two spans of weeks (columns, inclusive).

    A unit counts with its last observation of each span. Where a break concerns it after the start of the
    earlier span, or its epoch changed, that stock is lost unless its series was observed in the other span
    too. The larger fraction of the two sides counts, so a series that a change of scope took from 669 to 29
    weighs 669. None if one span has no observation, or nothing was listed.
    """
    seen0, epoch0, stock0 = last_observed(panel, *earlier)
    seen1, epoch1, stock1 = last_observed(panel, *later)
    if not (seen0.any() and seen1.any()):
        return None
    broken = panel.broken[:, earlier[0] + 1 : later[1] + 1].any(axis=1) | (seen0 & seen1 & (epoch0 != epoch1))
    lost0, lost1 = broken & ~_observed(panel, epoch0, later), broken & ~_observed(panel, epoch1, earlier)
    pairs = ((stock0, lost0), (stock1, lost1))
    return max(
        (float(stock[lost].sum() / stock.sum()) for stock, lost in pairs if stock.sum() > 0), default=None
    )


def _observed(panel: Panel, epoch: Ints, span: tuple[int, int]) -> Bools:
    """Tell per unit whether the span observed this epoch of it."""
    found: Bools = np.any(panel.epoch[:, span[0] : span[1] + 1] == epoch[:, None], axis=1)
    return found & (epoch >= 0)


def last_observed(panel: Panel, first: int, last: int) -> tuple[Bools, Ints, Ints]:
    """Return per unit whether the span observed it, and epoch and stock of its last observation there."""
    usable = panel.usable[:, first : last + 1]
    seen: Bools = np.any(usable, axis=1)
    column = last - usable[:, ::-1].argmax(axis=1)
    units = np.arange(len(panel.units))
    stock = panel.stock[units, column][:, PM_CODES].sum(axis=1)
    epoch: Ints = np.where(seen, panel.epoch[units, column], -1)
    return seen, epoch, np.where(seen, stock, 0)
