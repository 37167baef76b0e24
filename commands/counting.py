"""Bringing the weekly counts up to date after a run."""

import logging
from typing import TYPE_CHECKING

from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.store import Store

LOG = logging.getLogger("pmtrend")


def count_weeks(store: "Store") -> None:
    """Bring the weekly counts up to date; what hinders that is told, and the run stays what it was."""
    from reports.building.rollup import catch_up

    try:
        catch_up(store)
    except StorageError as error:
        LOG.warning("weekly counts that are not up to date: %s", error)
