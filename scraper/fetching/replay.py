"""Answering from archives: what happened then, happens again.

One pass over the files indexes who answered what, where and when; bodies are read when they are asked for.
Reads archives written by `archive` and, as far as their records go, those of others: without request
records (then every response is one to a GET), WARC 1.0 or 1.1, compressed record by record or not at all.
"""

import io
import os
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from scraper.bounds import brief
from scraper.errors import (
    BoardGone,
    FetchError,
    InputError,
    NotAllowed,
    Refused,
    ServerTrouble,
    ShapeChanged,
    TooBig,
    TooSlow,
    UnsafeAddress,
)
from scraper.fetching.body import MAX_BODY
from scraper.fetching.outcome import Answer, follow, reply_or_error
from scraper.fetching.redaction import public_url, unordered_url
from scraper.fetching.warcfile import NOT_WARC, RETRIED, Damaged, fields, payload_digest, record_at, records
from scraper.model import NOT_MODIFIED, Reply, Request

_STEP = 65536
_LARGEST_QUESTION = 2**20  # bytes; a request body is a query, not a document
_KEPT_OF_ANY, _KEPT_TIMES = 16 * 2**20, 4
"""Of the questions of a file so many bytes are held, and so many times its size: those of a real one, beside
their answers, are a fraction of it; what repeats one letter is a thousand times as large as its archive."""
_GET = ("GET", payload_digest(b""))
_ERRORS: dict[str, type[FetchError]] = {
    kind.__name__: kind
    for kind in (
        *(NotAllowed, UnsafeAddress, Refused, BoardGone, TooBig),
        *(TooSlow, ServerTrouble, ShapeChanged, FetchError),
    )
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One archived question with its outcome, without the body.

    `url` is in public form (redaction.public_url), `body` the request's, `body_digest` its digest, `at` the
    WARC-Date in whole UTC seconds, `offset` that of the record in `file`. `status` is None where there was no
    answer: then `error` names a class of scraper.errors and `reason` tells why. `digest` is that of the
    payload; `refers_to` is (URL, time) of the record that holds it, for a revisit.
    """

    url: str
    method: str
    body_digest: str
    at: datetime
    file: Path
    offset: int
    status: int | None = None
    error: str = ""
    reason: str = ""
    digest: str = ""
    refers_to: tuple[str, datetime | None] | None = None
    body: bytes = b""

    @property
    def request(self) -> Request:
        """The question, without its headers."""
        return Request(self.url, self.method, body=self.body)


class ReplayArchive:
    """The exchanges of a set of WARC files.

    `paths` are the files; `exchanges` are sorted by (at, file, offset), `notices` are those of the warcinfo
    records, `problems` are sentences about what could not be read: a file that is cut off or damaged keeps
    its sound part. Raises InputError for a path that is missing, a directory or no WARC file, and if no
    exchange can be read at all.
    """

    def __init__(self, paths: Sequence[Path]):
        index = _Index()
        self.paths = tuple({os.path.realpath(path): path for path in paths}.values())
        for path in self.paths:
            index.add(path)
        self.notices = tuple(dict.fromkeys(index.notices))
        self.exchanges = tuple(sorted(index.exchanges, key=lambda e: (e.at, e.file, e.offset)))
        self._bodies = _Bodies(self.exchanges)
        self.problems = (*index.problems, *self._bodies.problems())
        if not self.exchanges:
            names = ", ".join(str(path) for path in paths)
            raise InputError(" ".join(self.problems) or f"{names} holds no recorded exchange")
        self._exact = _by_question(self.exchanges, public_url)
        self._unordered = _by_question(self.exchanges, unordered_url)

    def fetcher(self, at: datetime, until: datetime | None = None) -> "ReplayFetcher":
        """Return a fetcher that answers with what was recorded in [at, until)."""
        return ReplayFetcher(self, at, until)

    def find(self, request: Request, at: datetime, until: datetime | None) -> Exchange | None:
        """Return the exchange for `request` in [at, until): by its URL, else by its URL reordered.

        The first that answered 200; archives of others hold the failed tries before it, too. If none did, the
        first.
        """
        question = request.method, payload_digest(request.body)
        for known, form in ((self._exact, public_url), (self._unordered, unordered_url)):
            candidates = known.get((form(request.url), *question), [])
            first = bisect_left(candidates, at, key=lambda exchange: exchange.at)
            end = bisect_left(candidates, until, key=lambda exchange: exchange.at) if until else None
            within = candidates[first:end]
            if within:
                return next((exchange for exchange in within if exchange.status == 200), within[0])
        return None

    def holds(self, exchange: Exchange) -> bool:
        """Tell whether the outcome of an exchange is here: an unchanged reply needs the body it refers to."""
        return exchange.refers_to is None or self._bodies.holder(exchange) is not None

    def answer(self, exchange: Exchange) -> Answer:
        """Return the recorded answer with its body. Raises its FetchError, or one for a lost body."""
        if exchange.status is None:
            raise _ERRORS.get(exchange.error, FetchError)(exchange.url, exchange.reason)
        headers, body = _read(exchange)
        if exchange.refers_to is not None:
            held = self._bodies.holder(exchange)
            if held is None:
                raise FetchError(
                    exchange.url, "recorded as unchanged, but the earlier body is not in the archive"
                )
            held_headers, body = _read(held)
            if not any(name.lower() == "content-type" for name, _ in headers):
                headers = held_headers  # a "not modified" does not say it again
        return Answer(exchange.url, exchange.status, headers, body, exchange.at)


class ReplayFetcher:
    """A Fetcher over an archive: the replies and errors of the day, without waiting or asking anybody."""

    def __init__(self, archive: ReplayArchive, at: datetime, until: datetime | None):
        self._archive = archive
        self._at = at
        self._until = until

    def fetch(self, request: Request, *, published: bool = True) -> Reply:
        """Return the recorded reply, `fetched_at` being its WARC-Date. Raises the FetchError of the day.

        Raises FetchError, too, for a request that is not in the archive. What robots.txt said on the day is
        part of the recorded outcome, so `published` changes nothing.
        """
        last, answer = follow(request, self._ask)
        return reply_or_error(last, answer)

    def _ask(self, request: Request) -> Answer:
        exchange = self._archive.find(request, self._at, self._until)
        if exchange is None:
            raise FetchError(public_url(request.url), "not in the archive")
        return self._archive.answer(exchange)


class _Bodies:
    """Where the bodies are that revisit records refer to."""

    def __init__(self, exchanges: Sequence[Exchange]):
        holders = [e for e in exchanges if e.status is not None and e.refers_to is None]
        self._by_moment = {(e.url, e.at): e for e in holders}
        self._by_digest = {e.digest: e for e in holders if e.digest}
        self._revisits = [e for e in exchanges if e.refers_to is not None]

    def holder(self, revisit: Exchange) -> Exchange | None:
        """The record it names if that has the digest it names, else any record that has it."""
        url, at = revisit.refers_to or ("", None)
        named = self._by_moment.get((url, at)) if at else None
        if named and (named.digest == revisit.digest or not (named.digest and revisit.digest)):
            return named
        return self._by_digest.get(revisit.digest)

    def problems(self) -> list[str]:
        lost = Counter(e.file for e in self._revisits if self.holder(e) is None)
        return [
            f"{file}: unchanged replies whose bodies are in an earlier archive, to be given too: {count}."
            for file, count in lost.items()
        ]


class _Index:
    """Collects the exchanges of one file after the other."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.notices: list[str] = []
        self.problems: list[str] = []
        self._room = 0

    def add(self, path: Path) -> None:
        questions: dict[str, tuple[str, bytes]] = {}  # by both record ids, as either side may name the other
        outcomes: list[tuple[Exchange, str, str]] = []
        with _opened(path) as file:
            self._room = _KEPT_OF_ANY + _KEPT_TIMES * file.seek(0, io.SEEK_END)
            try:
                for offset, record in records(file):
                    self._take(path, offset, record, questions, outcomes)
            except Damaged as damage:
                if damage.offset == 0 and damage.what == NOT_WARC:
                    raise InputError(f"{path} is not a WARC archive") from damage
                outcomes = [outcome for outcome in outcomes if outcome[0].offset < damage.offset]
                self.problems.append(
                    f"{path}: at byte {damage.offset} it {damage.what}; "
                    f"exchanges before that, which can be used: {len(outcomes)}."
                )
        for exchange, own_id, concurrent in outcomes:
            method, body = questions.get(own_id) or questions.get(concurrent) or ("GET", b"")
            digest = payload_digest(body) if body else exchange.body_digest
            self.exchanges.append(replace(exchange, method=method, body_digest=digest, body=body))

    def _take(
        self,
        path: Path,
        offset: int,
        record: Any,
        questions: dict[str, tuple[str, bytes]],
        outcomes: list[tuple[Exchange, str, str]],
    ) -> None:
        own_id, concurrent = _header(record, "WARC-Record-ID"), _header(record, "WARC-Concurrent-To")
        if record.rec_type == "warcinfo":
            notice = brief(fields(record.raw_stream.read(_STEP)).get("notice", ""))
            self.notices += filter(None, [notice])
            self._keep(offset, notice)
        elif record.rec_type == "request" and record.http_headers:
            question = record.http_headers.protocol, record.raw_stream.read(_LARGEST_QUESTION)
            self._keep(offset, own_id, concurrent, *question)
            questions.update({name: question for name in (own_id, concurrent) if name})
        elif _header(record, RETRIED):
            return
        else:
            outcome = _outcome(record)
            at = _instant(_header(record, "WARC-Date"))
            if outcome and at:
                url = public_url(_header(record, "WARC-Target-URI"))
                self._keep(offset, url, own_id, concurrent, *map(str, outcome.values()))
                outcomes.append((Exchange(url, *_GET, at, path, offset, **outcome), own_id, concurrent))
            elif outcome:
                self.problems.append(
                    f"{path}: the record at byte {offset} has no readable date and is left out."
                )

    def _keep(self, offset: int, *texts: str | bytes) -> None:
        """Count what is held of a record. Raises Damaged if it is more than a file of this size has."""
        self._room -= sum(map(len, texts))
        if self._room < 0:
            raise Damaged(offset, "holds more questions than its size has room for")


def _outcome(record: Any) -> dict[str, Any] | None:
    """The fields of Exchange that tell how it ended; None for a record that ends none."""
    if record.rec_type == "metadata":
        known = fields(record.raw_stream.read(_STEP))
        if "fetch-error" in known:
            return {"error": known["fetch-error"], "reason": brief(known.get("reason", "no reason recorded"))}
        return None
    revisit = record.rec_type == "revisit"
    if not revisit and not (record.rec_type == "response" and record.http_headers):
        return None
    code = record.http_headers.get_statuscode() if record.http_headers else "200"
    told: dict[str, Any] = {
        "status": int(code) if re.fullmatch("[1-9][0-9]{2}", code) else 0,
        "digest": _header(record, "WARC-Payload-Digest"),
    }
    if revisit:
        told["status"] = 200 if told["status"] == NOT_MODIFIED else told["status"]
        of = _header(record, "WARC-Refers-To-Target-URI") or _header(record, "WARC-Target-URI")
        told["refers_to"] = public_url(of), _instant(_header(record, "WARC-Refers-To-Date"))
    return told


def _read(exchange: Exchange) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Return the headers and the inflated body of a record. Raises TooBig, and InputError if it is gone."""
    with _opened(exchange.file) as file:
        try:
            record = record_at(file, exchange.offset)
            body: bytes = record.content_stream().read(MAX_BODY + 1)
        except Damaged as damage:
            raise InputError(f"{exchange.file}: at byte {damage.offset} it {damage.what}") from damage
    if len(body) > MAX_BODY:
        raise TooBig(exchange.url, f"the body is larger than {MAX_BODY} bytes")
    return tuple(record.http_headers.headers) if record.http_headers else (), body


def _opened(path: Path) -> BinaryIO:
    if path.is_dir():
        raise InputError(f"{path} is a directory, not a WARC archive")
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _by_question(
    exchanges: Sequence[Exchange], form: Callable[[str], str]
) -> dict[tuple[str, str, str], list[Exchange]]:
    known: dict[tuple[str, str, str], list[Exchange]] = {}
    for exchange in exchanges:
        known.setdefault((form(exchange.url), exchange.method, exchange.body_digest), []).append(exchange)
    return known


def _header(record: Any, name: str) -> str:
    return str(record.rec_headers.get_header(name) or "")


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):  # the last for the first and the last day that there is
        return None
