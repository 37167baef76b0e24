"""A run on files that a user saved or exported himself: their listings, in the order of their dates."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from scraper.errors import ConfigError, InputError
from scraper.importing import ImportedListing, read_files
from scraper.looking.gathering import unreadable
from scraper.model import RawPosting
from scraper.normalizing.companies import company_key
from scraper.normalizing.titles import GATE_VERSION
from scraper.runs.crawling import Crawl, is_warc, read_crawls
from scraper.runs.recording import Run, check_date
from scraper.runs.summary import OnLook, RunSummary
from storage.counted import counted
from storage.records import IMPORT, FetchState, Listing
from storage.store import Store

_MANY = 10
"""Listings of a call that are, with few postings each, more likely rows with a time of their own."""
_SHOWN = 10
"""Rows of a listing that were not read of which each is told."""


def import_listings(
    store: Store,
    listings: Sequence[ImportedListing],
    *,
    source: str,
    complete: bool,
    scope: str,
    clock: Callable[[], datetime],
    on_look: OnLook = lambda looked: None,
) -> RunSummary:
    """Store the listings of imported files, in the order of their dates, as looks at the source `source`.

    Only with `complete` may what is absent count as missing; too many unreadable rows take that back.
    Raises InputError, before anything is stored, for a date more than a year ahead and if there are rows of
    which none can be read.
    """
    now = clock()
    for imported in listings:
        if imported.observed_at:
            check_date(imported.observed_at, now)
    _refuse_unreadable(listings)
    run = Run(store, "import", now, on_look)
    for imported in listings:
        keys = {posting.native_id: company_key(posting.company or source) for posting in imported.postings}
        keys |= {reject.native_id: "" for reject in imported.rejects if reject.native_id}
        listed = len(imported.postings) + len(imported.rejects)
        state, reason = _import_state(imported, complete, listed, alone=len(listings) == 1)
        listing = Listing(
            family=IMPORT,
            key=source,
            company=source,
            company_key=f"source:{source}",
            market=_market(imported.postings),
            observed_at=imported.observed_at or now,
            state=state,
            scope=f"{f'scope {scope}' if scope else 'no named scope'}, title gate {GATE_VERSION}",
            digest=imported.digest,
            reason=reason,
            multi_employer=True,
            listed=listed,
            rejected=len(imported.rejects),
            pages=1,
            ids=keys,
        )
        # A file that names no employer is a listing of one, and that one is called what the user called it.
        run.record(listing, imported.postings, source, None)
    return run.finish(clock())


def read_listings(
    files: Sequence[Path], *, as_of: datetime | None, now: datetime, complete: bool
) -> tuple[Sequence[ImportedListing], Crawl | None]:
    """Return the listings of files (see `importing`), or of web crawls with what was found in them.

    Raises ConfigError for both in one call, and for a crawl with a date or `complete`; InputError for a file
    that cannot be used.
    """
    crawls = [path for path in files if is_warc(path)]
    if not crawls:
        return read_files(list(files), as_of=as_of, now=now), None
    if len(crawls) < len(files):
        raise ConfigError("web crawls (WARC) and other files are imported by calls of their own")
    if as_of or complete:
        raise ConfigError(
            "a web crawl has its own dates and is never complete: leave out --as-of and --complete"
        )
    crawl = read_crawls(crawls)
    return crawl.listings, crawl


def warnings(listings: Sequence[ImportedListing], now: datetime, *, complete: bool) -> list[str]:
    """Return what to tell of listings that were stored at `now`: odd dates, rows that were not read."""
    told = []
    if complete and len(listings) >= _MANY and sum(len(one.postings) for one in listings) < 5 * len(listings):
        told.append(f"the rows have {len(listings)} different times; each was taken for a whole listing")
    told += ahead(listings, now)
    for listing in listings:
        told += [f"not read: {reject.reason}" for reject in listing.rejects[:_SHOWN]]
        if len(listing.rejects) > _SHOWN:
            told.append(f"… and {counted(len(listing.rejects) - _SHOWN, 'more row')} not read")
    return told


def ahead(listings: Sequence[ImportedListing], now: datetime) -> list[str]:
    """Return a warning if the last of the listings lies more than a day ahead of `now`."""
    last = max((one.observed_at for one in listings if one.observed_at), default=now)
    if last <= now + timedelta(days=1):
        return []
    day, days = last.date().isoformat(), (last - now).days
    return [
        f"the listing of {day} lies {counted(days, 'day')} ahead; "
        "what is seen before that day will count as older"
    ]


def _refuse_unreadable(listings: Sequence[ImportedListing]) -> None:
    rejects = [reject for one in listings for reject in one.rejects]
    if rejects and not any(one.postings for one in listings):
        more = f" (and {counted(len(rejects) - 1, 'more row')} like that)" if len(rejects) > 1 else ""
        raise InputError(f"no row can be read, so nothing was stored: {rejects[0].reason}{more}")


def _import_state(
    imported: ImportedListing, complete: bool, listed: int, *, alone: bool
) -> tuple[FetchState, str]:
    if not complete:
        return "partial", "imported without --complete"
    if imported.observed_at is None and not alone:
        return "partial", "rows without a date beside dated ones are no complete listing; give --as-of"
    if unreadable(len(imported.rejects), listed):
        return "partial", f"{len(imported.rejects)} of {listed} rows cannot be read"
    return "complete", ""


def _market(postings: Sequence[RawPosting]) -> str:
    chinese = sum(any("\u4e00" <= char <= "\u9fff" for char in posting.title) for posting in postings)
    return "zh" if 2 * chinese > len(postings) else "en"
