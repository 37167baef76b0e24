"""Pages of web crawls (WARC) as listings of raw postings: years of history that others have collected.

A crawl has no lists. Each page that describes one posting as schema.org JobPosting is that posting, seen at
the time of the record. What a page says of itself counts as it does live (the family `jsonld`): one that asks
not to be indexed, or whose `validThrough` has passed when it was crawled, is closed. A page with several
postings is a list, or shows others beside its own: none is taken from it. A revisit record is the page again,
if its body was in the files before it. The pages of a day are one listing, at the last of their times: it
shows what was there, and never what was not.
"""

import gzip
import hashlib
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scraper.bounds import bounded, brief
from scraper.errors import FetchError, InputError, ShapeChanged, TooBig
from scraper.fetching.body import MAX_BODY
from scraper.fetching.warcfile import Damaged, records
from scraper.importing import ImportedListing
from scraper.importing.dates import parse_instant
from scraper.model import RawPosting, Reject, Reply
from scraper.parsing.urls import canonical_url
from scraper.sources import jsonld
from scraper.sources.parts import jobposting
from scraper.workers.preparing import wanted
from storage.counted import counted

_SPEAKS_OF_ONE = b"JobPosting"
_LONGEST_ID = 2000  # as of rows of files
_MOST_REJECTS = 100
"""Pages that cannot be read of which each is told; of more only how many."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """What crawls hold: a listing for each day (UTC) with PM postings or unreadable ones, in their order.

    `pages` counts web pages, `closed`, `several` and `others` those whose posting was over, that had more
    than one, or one that is not for product managers. `problems` are sentences about damaged files.
    """

    listings: tuple[ImportedListing, ...]
    pages: int
    closed: int
    several: int
    others: int
    problems: tuple[str, ...]

    def line(self) -> str:
        """Say what was found."""
        looks = sum(len(one.postings) for one in self.listings)
        return (
            f"{counted(self.pages, 'page')}: PM postings seen {counted(looks, 'time')} on "
            f"{counted(len(self.listings), 'day')}; left out: {counted(self.others, 'other posting')}, "
            f"{self.closed} that were over, {counted(self.several, 'page')} with several"
        )


def is_warc(path: Path) -> bool:
    """Tell whether a file begins as a WARC file does, compressed or not; False if it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(2)
        with gzip.open(path) if head == b"\x1f\x8b" else path.open("rb") as file:
            return file.read(5) == b"WARC/"
    except (OSError, EOFError, zlib.error):
        return False


def read_crawls(paths: Sequence[Path]) -> Crawl:
    """Read the pages of WARC files, in the order of their names, which hold dates where crawls are published.

    Raises InputError if no page describes a posting.
    """
    reading = _Reading()
    for path in sorted(paths):
        reading.add(path)
    counts = reading.counts
    if not reading.days and not counts["others"] + counts["closed"] + counts["several"]:
        names = ", ".join(path.name for path in paths)
        raise InputError(
            " ".join(reading.problems)
            or f"{names}: none of the {counts['pages']} web pages in it has schema.org JobPosting data; "
            "archives of boards' replies are for `pmtrend replay`"
        )
    more = counts["unreadable"] - _MOST_REJECTS
    problems = [
        *reading.problems,
        *([f"… and {counted(more, 'more page')} that cannot be read"] if more > 0 else []),
    ]
    return Crawl(
        tuple(reading.days[day].listing() for day in sorted(reading.days)),
        counts["pages"],
        counts["closed"],
        counts["several"],
        counts["others"],
        tuple(problems),
    )


@dataclass(slots=True)
class _Day:
    """The pages of a day: of one that was read twice the later reading counts."""

    postings: dict[str, tuple[datetime, RawPosting]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    last: datetime | None = None

    def add(self, at: datetime, posting: RawPosting) -> None:
        self.last = max(at, self.last or at)
        before = self.postings.get(posting.native_id)
        if before is None or (before[0], repr(before[1])) < (at, repr(posting)):
            self.postings[posting.native_id] = at, posting

    def listing(self) -> ImportedListing:
        postings = tuple(self.postings[name][1] for name in sorted(self.postings))
        digest = hashlib.sha256("\n".join(map(repr, postings)).encode("utf-8", "backslashreplace"))
        rejects = sorted(self.rejects, key=lambda reject: reject.reason)
        return ImportedListing(self.last, postings, tuple(rejects), digest.hexdigest())


class _Reading:
    def __init__(self) -> None:
        self.days: dict[date, _Day] = {}
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []
        self._by_digest: dict[str, tuple[RawPosting, dict[str, Any]]] = {}

    def add(self, path: Path) -> None:
        """Read one file, up to where it is damaged."""
        try:
            with path.open("rb") as file:
                for offset, record in records(file):
                    self._take(f"{path.name} at byte {offset}", record)
        except Damaged as damage:
            self.problems.append(
                f"{path}: at byte {damage.offset} it {damage.what}; what stands before that was read."
            )
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error

    def _take(self, place: str, record: Any) -> None:
        at = parse_instant(_header(record, "WARC-Date"))
        digest = _header(record, "WARC-Payload-Digest")
        url = canonical_url(_header(record, "WARC-Target-URI"))
        if record.rec_type == "revisit" and at is not None and digest in self._by_digest:
            self._again(at, url, *self._by_digest[digest])
        if record.rec_type != "response" or not _is_page(record.http_headers):
            return
        self.counts["pages"] += 1
        body = record.content_stream().read(MAX_BODY + 1)
        if _SPEAKS_OF_ONE not in body:
            return
        if at is None or not url or len(url) > _LONGEST_ID:
            self._reject(at, f"{place}: it has no {'date' if at is None else 'address'} that can be read")
            return
        self._read(place, Reply(url, body, at, 200, _headers(record)), digest)

    def _again(self, at: datetime, url: str, posting: RawPosting, said: dict[str, Any]) -> None:
        """Take the page of a posting as seen again, unchanged."""
        if url == posting.native_id:
            self.counts["pages"] += 1
            if jobposting.expired(said, at):
                self.counts["closed"] += 1
            else:
                self._keep(at, posting)

    def _read(self, place: str, reply: Reply, digest: str) -> None:
        """Take the PM posting of a page, unless it has another, several, or one that is over."""
        try:
            kept = self._posting(reply)
        except (FetchError, TypeError, ValueError) as error:
            self._reject(reply.fetched_at, f"{place}: {brief(' '.join(str(error).split()))}")
            return
        if kept is not None:
            posting, said = kept
            self._keep(reply.fetched_at, posting)
            if digest:
                self._by_digest[digest] = posting, said

    def _posting(self, reply: Reply) -> tuple[RawPosting, dict[str, Any]] | None:
        """Return the PM posting of a page and until when it says to stand; None if there is none to take."""
        if len(reply.body) > MAX_BODY:
            raise TooBig(reply.url, f"the page is larger than {MAX_BODY} bytes")
        jobs = jobposting.all_in(reply.text())
        if len({jobposting.title(job) for job in jobs}) > 1:
            self.counts["several"] += 1
            return None
        if not jobs:
            return None
        found = jsonld.parse_detail(RawPosting("", "", reply.url), reply)
        if found is None:
            self.counts["closed"] += 1
            return None
        kept = bounded(replace(found, company=jobposting.employer(jobs[0])), wanted)
        if isinstance(kept, Reject):
            raise ShapeChanged(reply.url, kept.reason)
        if not wanted(kept):
            self.counts["others"] += 1
            return None
        return replace(kept, native_id=reply.url), {"validThrough": jobs[0].get("validThrough")}

    def _keep(self, at: datetime, posting: RawPosting) -> None:
        self.days.setdefault(at.date(), _Day()).add(at, posting)

    def _reject(self, at: datetime | None, reason: str) -> None:
        self.counts["unreadable"] += 1
        if self.counts["unreadable"] > _MOST_REJECTS:
            return
        if at is None:
            self.problems.append(f"not read: {reason}")
            return
        day = self.days.setdefault(at.date(), _Day())
        day.last = max(at, day.last or at)
        day.rejects.append(Reject("", reason))


def _is_page(headers: Any) -> bool:
    """Tell whether an answer is a web page that was there."""
    if headers is None or headers.get_statuscode() != "200":
        return False
    kind = str(headers.get_header("Content-Type") or "text/html").lower()
    return "html" in kind


def _headers(record: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in record.http_headers.headers}


def _header(record: Any, name: str) -> str:
    return str(record.rec_headers.get_header(name) or "")
