"""What is read of a store for the report of a week, and what its postings name."""

from datetime import date, datetime

from reports.measures.panel import PANEL_WEEKS
from reports.measures.posting_rows import DETAIL_WEEKS
from storage.records import Facts
from storage.store import Store
from storage.weeks import WEEK, week_end

HISTORY = PANEL_WEEKS * WEEK
"""What a report reads: its 53 weeks and one before, so that the first of them has a past."""
DETAILS = (DETAIL_WEEKS - 1) * WEEK
"""How far back before its week it asks what postings say."""


def read_facts(store: Store, monday: date, as_of: datetime | None, *, all_details: bool = False) -> Facts:
    """Return the facts for the week that starts on `monday`, as known at `as_of` (aware; None: now).

    What postings say is read of those listed lately, with `all_details` of all.
    """
    return store.facts(
        first_week=monday - HISTORY,
        until=week_end(monday, store.zone),
        as_of=as_of,
        details_from=None if all_details else monday - DETAILS,
    )


def places_of(facts: Facts) -> set[str]:
    """Return the places of the postings, as they name them."""
    return {place for posting in facts.postings.values() for place in posting.places}


def employers_of(facts: Facts) -> set[str]:
    """Return the names of the employers whose postings there are."""
    return {posting.company_name for posting in facts.postings.values()}
