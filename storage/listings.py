"""What goes into the store: looks at listings, the postings they show, the vocabulary that tagged those."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from storage.memories import SeenPage
from storage.taggings import Tagging

FetchState = Literal["complete", "partial", "refused", "missing", "failed", "suspect"]
Industry = Literal[
    "internet",
    "finance",
    "health",
    "automotive",
    "robotics",
    "enterprise software",
    "e-commerce",
    "games",
    "education",
    "hardware",
    "other",
]

# ------------------------------------------------------------------ the vocabulary


@dataclass(frozen=True, slots=True)
class TaxonomyTag:
    """A tag as the reports need it: names in both languages and where it belongs."""

    id: str
    en: str
    zh: str
    era: Literal["classic", "genai", "shared", "none"]
    groups: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxonomyRecord:
    """The taxonomy in use: version, hash of all that decides tags, and its contract-level tags."""

    version: str
    sha256: str
    tags: tuple[TaxonomyTag, ...]


# ------------------------------------------------------------------ one observation of one listing


@dataclass(frozen=True, slots=True)
class PostingRecord:
    """A posting that passed the PM title gate, normalised; `text` is what quotes point into."""

    native_id: str
    title: str
    text: str
    url: str
    company: str
    company_key: str
    content_hash: str
    places: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    market: str = "en"
    salary_raw: str = ""
    experience_raw: str = ""
    education_raw: str = ""
    structured: Mapping[str, Any] = field(default_factory=dict)  # pay and workplace as the board stated them
    posted_at: datetime | None = None
    record_hash: str = ""  # of its entry in the list, if its details were read for that
    address: str = ""  # key of the original's address: what groups a copy with it
    signature: bytes | None = None  # of title and text: what near-equal postings are found by
    text_key: bytes | None = None  # of the text as its source gave it, where that lists several employers
    tagging: Tagging | None = None  # None: the store already has this content under this taxonomy

    @property
    def has_whole_text(self) -> bool:
        """Tell whether there is a text and its source did not cut it off."""
        return self.text != "" and self.structured.get("text_cut") is not True


@dataclass(frozen=True, slots=True)
class Listing:
    """What one look at one listing showed.

    `family`/`key` name the listing; `ids` are the native ids of everything it listed, PM or not, read or
    rejected (of a multi-employer listing together with the employer's company_key). `state` is what the
    caller knows: `complete` if every page was read, totals agreed and few items were rejected, for only then
    may absence mean anything; the store may judge such a one `suspect`. `scope` says what was
    asked; `digest` identifies the bytes that were seen. `kept` is the number of PM postings, of which
    `postings` holds those that bring something new. `seen_pages` are given if an equal later look may be
    taken for this one. `fills` is the share of the listed postings that have each field.
    """

    family: str
    key: str
    company: str
    market: str
    observed_at: datetime
    state: FetchState
    scope: str
    digest: str
    reason: str = ""
    multi_employer: bool = False
    local_ids: bool = False
    listed: int = 0
    rejected: int = 0
    pages: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)  # native id -> company_key ("" single employer)
    postings: tuple[PostingRecord, ...] = ()
    company_key: str = ""
    industry: Industry = "other"
    credit: str = ""
    kept: int = 0
    seen_pages: tuple[SeenPage, ...] = ()
    fills: Mapping[str, float] = field(default_factory=dict)

    @property
    def posting_family(self) -> str:
        """The name space of native ids: the family, or the board where ids count within it only."""
        return f"{self.family}:{self.key}" if self.family == IMPORT or self.local_ids else self.family


IMPORT = "import"
"""The family of listings that come from files; their key is the source's name."""


@dataclass(frozen=True, slots=True)
class StoredText:
    """A stored version with all that understanding it needs; `structured` is what the board stated."""

    version: int
    title: str
    text: str
    company: str
    salary_raw: str
    experience_raw: str
    education_raw: str
    structured: Mapping[str, Any]


class Wording(NamedTuple):
    """All of a stored version that its content hash is made of."""

    title: str
    text: str
    salary_raw: str
    experience_raw: str
    education_raw: str
    structured: Mapping[str, Any]


Hashes = Callable[[Wording], Collection[str]]
"""Makes the content hashes that a version with such words may have."""


@dataclass(slots=True)
class Recorded:
    """What storing one look at a listing changed (counts of postings)."""

    duplicate: bool = False
    unchanged: bool = False  # the same bytes as at the look before
    late: bool = False  # older than what was known of the board
    state: FetchState = "complete"
    reason: str = ""
    created: int = 0
    changed: int = 0
    closed: int = 0
