"""What adapters, fetchers and importers speak: boards, requests, replies, raw postings, pages."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NoReturn

from scraper.errors import ShapeChanged
from storage.records import Pay

Market = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Board:
    """One listing that is followed: a family of interfaces and the employer's key in it."""

    family: str
    key: str
    company: str
    market: Market = "en"
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; equal requests ask the same thing."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer with status 200, body already inflated."""

    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Decode the body: UTF-8 (with or without BOM), else the charset of the header, else GB18030.

        Raises ShapeChanged if none fits.
        """
        charset = ""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.strip().partition("=")
            charset = value.strip("\"' ") if name.lower() == "charset" else charset
        for encoding in ("utf-8-sig", charset, "gb18030"):
            try:
                if encoding:
                    return self.body.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
        raise ShapeChanged(self.url, "the body is not text in a known encoding")

    def json(self) -> Any:
        """Parse the body as JSON; NaN and Infinity are refused. Raises ShapeChanged if it is not JSON."""
        try:
            return json.loads(self.text(), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            start = " ".join(self.text()[:80].split())
            raise ShapeChanged(self.url, f"the reply is not JSON; it starts with {start!r}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True, slots=True)
class RawPosting:
    """A posting as its board gave it, fields mapped but nothing interpreted.

    `description` is HTML or plain text as `format` says. Times are UTC-aware. `pay` is set only where
    the board states pay in structured fields. `workplace` is set only where the board states it.
    `requisition` groups the same opening listed under several ids. `detail` is a request that must be
    made to complete the text (its answer goes to `Family.parse_detail`).
    """

    native_id: str
    title: str
    url: str = ""
    description: str = ""
    format: Literal["text", "html"] = "text"
    company: str = ""
    locations: tuple[str, ...] = ()
    workplace: Literal["remote", "hybrid", "onsite"] | None = None
    pay: Pay | None = None
    salary_raw: str = ""
    experience_raw: str = ""
    education_raw: str = ""
    posted_at: datetime | None = None
    requisition: str = ""
    detail: Request | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A listed item that could not be read; its id is kept if it could be found."""

    native_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed reply of a listing. `total` is the number of postings the board claims to list."""

    postings: tuple[RawPosting, ...]
    rejects: tuple[Reject, ...] = ()
    next: Request | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """A family of boards that share one interface: pure functions only.

    `key_of` returns the board key if the URL is one of this family's list requests or public board
    addresses, else None. `published` tells that the interface is a JSON API published for this use, so
    that robots.txt of its host (made for pages) is not asked. `version` grows when the meaning of what
    is read changes: it is part of the scope that is recorded with each run, as is every query parameter of
    the list request except those in `presentation`, which change how postings are shown or paged and not
    which are listed.
    """

    name: str
    first: Callable[[Board], Request]
    parse: Callable[[Board, Reply, Request], Page]
    key_of: Callable[[str], str | None]
    parse_detail: Callable[[RawPosting, Reply], RawPosting] | None = None
    published: bool = True
    market: Market = "en"
    version: int = 1
    presentation: frozenset[str] = frozenset()
