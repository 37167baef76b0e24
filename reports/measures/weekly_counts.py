"""What each unit listed week by week, and what came and went: S1's stock and S2's flows, unit by unit."""

import numpy as np

from reports.measures.level import flows
from reports.measures.panel import PM_CODES, Panel
from reports.statistics.arrays import Ints
from storage.reading.weekly_counts import UNKNOWN


def weekly_counts(panel: Panel, first: int) -> Ints:
    """Return the counts of the panel's weeks from column `first` on.

    A row has week (ordinal of its Monday), unit (id) and role (code), then postings listed, births, reposts,
    entered, closures, pending, left: the columns of the table. Rows of zeros are left out.
    """
    found = flows(panel)
    flowed = [found.births, found.reposts, found.entered, found.closures, found.pending, found.left]
    counts = np.stack([panel.stock, *flowed], axis=3)  # units x weeks x roles x counts
    counts[:, :, :, 1:][~panel.paired] = UNKNOWN
    told = (counts > 0).any(axis=3) & panel.usable[:, :, None]
    told[:, :first] = False
    others = [role for role in range(counts.shape[2]) if role not in PM_CODES]
    told[:, :, others] = False
    unit, week, role = np.nonzero(told)
    weeks = np.array([one.toordinal() for one in panel.weeks])
    keys = [weeks[week], panel.unit_id[unit], role]
    return np.concatenate([np.stack(keys, axis=1), counts[unit, week, role]], axis=1)
