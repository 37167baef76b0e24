"""What a report is told beside the facts of its weeks: plain values on what was published and learned before.

Read by `Store.history` as of the same cut as the facts, so that the same cut gives the same values.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from storage.records import Passage
from storage.taggings import EducationLevel, Pay, Requirement, RoleClass

# ------------------------------------------------------------------ what was published


@dataclass(frozen=True, slots=True)
class Number:
    """One published number: `metric` of a week (its Monday; of a window the last), with interval and n.

    `role` and `dimension` (a tag, a question) say of what; "" where the metric has none.
    """

    metric: str
    week: date
    role: str
    dimension: str
    value: float
    lo: float | None = None
    hi: float | None = None
    n: int | None = None

    @property
    def key(self) -> tuple[str, date, str, str]:
        """What two vintages of the same number share."""
        return self.metric, self.week, self.role, self.dimension


@dataclass(frozen=True, slots=True)
class Edition:
    """Which report this is: its week (Monday), its view ("" = the whole), what was known, what computed it.

    `as_of` is the last instant at which something was learned that is in it. `taxonomy` is the hash of the
    vocabulary in force, `last_run` the number of the newest run of which it holds looks.
    """

    week: date
    view: str
    as_of: datetime
    data_cut: datetime | None
    taxonomy: str | None
    code_version: str
    last_run: int | None


LearnedKind = Literal[
    "late",  # looks came in that are older than what the earlier report knew (an import)
    "accepted",  # a suspect look was confirmed by the next one
    "break",  # a change of scope or coverage became known
    "later_look",  # the week was looked at again after the earlier report
    "confirmed",  # closures dated there were confirmed
    "reopened",  # closures dated there were taken back: the postings were listed again
    "returned",  # postings that had been missed there were listed again
    "reclassed",  # texts were edited, and with them the role class changed
    "edited",  # texts were edited
]


@dataclass(frozen=True, slots=True)
class Learned:
    """`n` things of one kind that concern the weeks `first` to `last` (Mondays)."""

    kind: LearnedKind
    first: date
    last: date
    n: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A report published before, its numbers, and what was learned since."""

    edition: Edition
    numbers: tuple[Number, ...]
    learned: tuple[Learned, ...]


# ------------------------------------------------------------------ postings that were edited


@dataclass(frozen=True, slots=True)
class TextVersion:
    """A text of a posting, as one vocabulary reads it; `since` when it was first seen.

    `education` is the degree required. `tags`: what it asks for -> its strongest requirement and where that
    stands; the texts of a posting need not name what both the first and the last ask for. `proof`: where
    `years`, `ai_years`, `education` and `salary` stand. Without quotes there are only the facts and the tags.
    """

    since: datetime | None
    title: str
    role: RoleClass
    years_min: float | None
    years_max: float | None
    years_required: bool
    ai_years_min: float | None
    ai_years_required: bool
    education: EducationLevel | None
    salary: Pay | None
    tags: Mapping[str, tuple[Requirement, Passage | None]]
    proof: Mapping[str, Passage]


@dataclass(frozen=True, slots=True)
class Edited:
    """Posting id -> the text before the edits and those after, in their order, where these say other things.

    Those in `texts` have quotes; of those in `unquoted` there are only the first and the last text. `same`
    are edited postings that say at the end what they said before, `unread` those of which no one vocabulary
    has read both the first and the last text.
    """

    texts: Mapping[int, tuple[TextVersion, ...]] = field(default_factory=dict)
    unquoted: Mapping[int, tuple[TextVersion, ...]] = field(default_factory=dict)
    same: frozenset[int] = frozenset()
    unread: frozenset[int] = frozenset()

    @property
    def postings(self) -> frozenset[int]:
        """All that were edited."""
        return frozenset((*self.texts, *self.unquoted, *self.same, *self.unread))

    def among(self, postings: Collection[int]) -> "Edited":
        """Return what was edited of these postings."""
        chosen = frozenset(postings)
        quoted, unquoted = (
            {one: texts for one, texts in all_of.items() if one in chosen}
            for all_of in (self.texts, self.unquoted)
        )
        return Edited(quoted, unquoted, self.same & chosen, self.unread & chosen)


class Edits(Protocol):
    """Reads which of the postings asked for were edited after `since`, up to `until`; quotes of the `most`
    that were edited last."""

    def __call__(self, postings: Collection[int], since: datetime, until: datetime, most: int) -> Edited: ...


def no_edits(postings: Collection[int], since: datetime, until: datetime, most: int) -> Edited:
    """No posting was edited."""
    return Edited()


# ------------------------------------------------------------------ what the data were read with


@dataclass(frozen=True, slots=True)
class Since:
    """A version of the program or the vocabulary, and the first observation that it was used for."""

    version: str
    sha256: str  # "" for the program
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """Earlier reports of the same view, the latest knowledge first; versions in the order of their use."""

    edition: Edition | None = None
    earlier: tuple[Earlier, ...] = ()
    programs: tuple[Since, ...] = ()
    taxonomies: tuple[Since, ...] = ()
    edits: Edits = field(default=no_edits, compare=False)


NO_HISTORY = History()
