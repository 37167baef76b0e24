"""What the store notes for its own work: settings, what the search has, who may ask which host."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Setting(Base):
    """Facts about the store itself, e.g. the zone in which its weeks were computed."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SearchDocument(Base):
    """A version that the full-text index has; `outdated` if it has a later one of the same posting, too.

    The index itself, `search_words`, is a table of the engine's own kind (storage/searching/words.py).
    """

    __tablename__ = "search_documents"
    __table_args__ = {"info": {"derived": True}}  # noqa: RUF012 (made of other rows: a copy makes it anew)
    id: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id"))
    outdated: Mapped[bool]


class Lease(Base):
    """Who may ask a host, where several collectors share a database, by the rules of storage/leasing.

    A row a host, of its last `round`: `ends_at`, `after_fetch` are the round's, `boards` those to be asked.
    """

    __tablename__ = "leases"
    __table_args__ = {"info": {"derived": True}}  # noqa: RUF012 (of the work under way: no copy needs it)
    host: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int]
    ends_at: Mapped[datetime]
    after_fetch: Mapped[int]
    boards: Mapped[list[Any]]
    holder: Mapped[str]
    token: Mapped[int]
    expires_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
