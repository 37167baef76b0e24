"""What adapters, fetchers and importers speak: boards, requests, replies, raw postings, pages."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NoReturn
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeTree

from scraper.errors import ShapeChanged, TooBig
from scraper.parsing.payloads import LARGE, MAX_TAGS, MAX_TEXT, narrow_json, start_of, too_heavy
from storage.records import Industry, Pay

Market = Literal["en", "zh"]
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Board:
    """One listing that is followed: a family of interfaces and the employer's key in it.

    `company` is the employer, or the source's own name where the family lists several employers.
    """

    family: str
    key: str
    company: str
    market: Market = "en"
    industry: Industry = "other"
    evidence: str = ""

    @property
    def name(self) -> str:
        """The board as it is called everywhere: "family:key"."""
        return f"{self.family}:{self.key}"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; equal requests ask the same thing.

    `secrets` are query parameters whose values the user keeps in his configuration, as (parameter, name of
    the key): they are filled in when the request is sent and stand nowhere else. `token` belongs to a request
    that opens a session: a pattern whose first group is, in the reply's body, the token that it gives, which
    no archive keeps.
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    secrets: tuple[tuple[str, str], ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Reply:
    """A complete answer with status 200, body already inflated; or 304 to a conditional request, no body."""

    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Decode the body: UTF-8 (with or without BOM), else the charset of the header, else GB18030.

        Raises ShapeChanged if none fits, TooBig for more than any page has.
        """
        if len(self.body) > MAX_TEXT:
            raise TooBig(self.url, f"the page is larger than {MAX_TEXT} bytes")
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
        """Parse the body as JSON; NaN and Infinity are refused.

        Raises ShapeChanged if it is not JSON, TooBig if it holds more than any board has.
        """
        large = len(self.body) > LARGE
        try:
            if large and too_heavy(self.body):
                raise OverflowError
            text = narrow_json(self.body) if large else self.text()
            return json.loads(text, parse_constant=_no_constant)
        except OverflowError:
            raise TooBig(self.url, "the reply holds more than any board has") from None
        except (ValueError, RecursionError) as error:
            reason = f"the reply is not JSON; it starts with {start_of(self.body)!r}"
            raise ShapeChanged(self.url, reason) from error

    def xml(self) -> Element:
        """Parse the body as XML without entities or a DTD.

        Raises ShapeChanged if it is not such XML, TooBig if it holds more elements than any feed has.
        """
        if max(map(self.body.count, (b"<", b"="))) > MAX_TAGS:
            raise TooBig(self.url, f"the reply holds more than {MAX_TAGS} tags or attributes")
        try:
            root: Element = SafeTree.fromstring(self.body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
            reason = f"the reply is not XML that can be read; it starts with {start_of(self.body)!r}"
            raise ShapeChanged(self.url, reason) from error
        return root


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True, slots=True)
class RawPosting:
    """A posting as its board gave it, fields mapped but nothing interpreted.

    `description` is HTML or plain text as `format` says. Times are UTC-aware. `pay` is set only where
    the board states pay in structured fields. `workplace` is set only where the board states it.
    `posted_at` is when it was published; a date of change is `updated_at`, kept only to tell that the entry
    in the list changed. `requisition` groups the same opening listed under several ids. `apply_url` is where
    one applies, if that is another site than `url`: a board that copies postings names the original there.
    `text_cut` tells that the source shows only the beginning of the text. `detail` is a request that must be
    made to complete the text (its answer goes to `Family.parse_detail`); a posting with a detail may have no
    title yet.
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
    updated_at: datetime | None = None
    requisition: str = ""
    apply_url: str = ""
    text_cut: bool = False
    detail: Request | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A listed item that could not be read; its id is kept if it could be found."""

    native_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed reply of a listing.

    `total` is the number of postings the board claims to list, over all pages. A page without postings may
    lead on to the list (`next`): a session to open, the month's thread to find. `scope` is a condition that
    only the reply tells ("thread 4242"); where it changes from look to look, the series breaks. `partial`
    says why the board may list more than it shows (a window of the newest hundred that is full): then absence
    means nothing. `more` are further lists of the same board, read after the pages of this one.
    """

    postings: tuple[RawPosting, ...] = ()
    rejects: tuple[Reject, ...] = ()
    next: Request | None = None
    total: int | None = None
    scope: str = ""
    partial: str = ""
    more: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """A family of boards that share one interface: pure functions only.

    first           the request a look begins with
    parse           one reply of the list → its postings and the next request
    key_of          the board key in a list request's URL or in a public address of a board or posting of
                    this family, else None; the key is percent-decoded
    page            the parameter that turns pages, in the query or the body ("page.number": within an
                    object), and its first value; None if the list is one reply
    parse_detail    completes a posting from the answer to its `detail`; None: it is not open any more
    query           the list request whose conditions are the scope, if `first` only opens a session
    published       the interface is a JSON API or feed published for this use, so that robots.txt of its
                    host (made for pages) is not asked
    version         grows when the meaning of what is read changes: part of the scope that each look records
    presentation    parameters of the list request that change how postings are shown, not which are listed;
                    all others are part of the scope
    local_ids       ids of postings count within one board only (a tenant's own numbering)
    multi_employer  the list names an employer for each posting; each is a panel unit of its own
    gap             seconds between two requests at its host, where its terms ask for more than usual
    rest            hours between two looks at a board of it, where its terms ask for that
    credit          what the source's terms want to be said with its postings, with its address
    keys            names of the keys in the configuration without which the family cannot be asked
    """

    name: str
    first: Callable[[Board], Request]
    parse: Callable[[Board, Reply, Request], Page]
    key_of: Callable[[str], str | None]
    page: tuple[str, int] | None = None
    parse_detail: Callable[[RawPosting, Reply], RawPosting | None] | None = None
    query: Callable[[Board], Request] | None = None
    published: bool = True
    market: Market = "en"
    version: int = 1
    presentation: frozenset[str] = frozenset()
    local_ids: bool = False
    multi_employer: bool = False
    gap: float = 0.0
    rest: float = 0.0
    credit: str = ""
    keys: tuple[str, ...] = ()
