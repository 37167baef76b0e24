"""What the store remembers of earlier looks, so that a run need not ask, read or write it again."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the store has of a posting: the hash of its latest text, and that of its entry in the list.

    `tagged` tells whether the taxonomy that was asked for has tagged that text.
    """

    content_hash: str
    record_hash: str
    tagged: bool


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One reply of a look, by which the same is recognised: its request, its body's hash, its validators."""

    url: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body: str
    sha256: str
    etag: str = ""
    last_modified: str = ""
    secrets: tuple[tuple[str, str], ...] = ()  # names only


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last usable look at a board saw, kept only if seeing the same again changes nothing.

    `scope`, `listed` and `reason` are those of that look, `look` is its number in the store; `newest_at` is
    when the board was last looked at, usably or not.
    """

    pages: tuple[SeenPage, ...]
    scope: str
    listed: int
    reason: str
    look: int
    newest_at: datetime

    def serves(self, scope: str, before: datetime) -> bool:
        """Tell whether a look that asks for `scope`, at or after `before`, may be taken for a repetition."""
        return self.scope == scope and self.newest_at < before


@dataclass(frozen=True, slots=True)
class Repetition:
    """A look at `at` that saw what `memory` says; `digest` as in Listing."""

    memory: Memory
    at: datetime
    digest: str
