"""Postings: what they say, and when they were listed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Posting(Base):
    """A posting by (family, native id); it belongs to the unit that listed it first.

    `record_hash` is that of its entry in the list, if its details were read for that; `address` is the key of
    the original's address and `signature` what near-equal texts are found by (both for grouping).
    """

    __tablename__ = "postings"
    __table_args__ = (UniqueConstraint("family", "native_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    family: Mapped[str]
    native_id: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    vacancy: Mapped[str]
    url: Mapped[str]
    market: Mapped[str]
    posted_at: Mapped[datetime | None]
    record_hash: Mapped[str] = mapped_column(default="", server_default=text("''"))
    address: Mapped[str] = mapped_column(default="", server_default=text("''"), index=True)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)


class Version(Base):
    """A text of a posting, from `first_seen_at` until the next version's.

    `text_key` is equal for equal texts as their source gave them, kept where it lists several employers.
    `url` is the posting's address in its time; NULL: the one that the posting has still.
    """

    __tablename__ = "versions"
    __table_args__ = (Index("ix_versions_posting_id_first_seen_at", "posting_id", "first_seen_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id"))
    first_seen_at: Mapped[datetime]
    content_hash: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    salary_raw: Mapped[str]
    experience_raw: Mapped[str]
    education_raw: Mapped[str]
    places: Mapped[list[Any]]
    countries: Mapped[list[Any]]
    structured: Mapped[dict[str, Any]]
    text_key: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    url: Mapped[str | None]


def has_whole_text() -> ColumnElement[bool]:
    """Versions with a text that was not cut off. What a cut one does not ask for, the posting may ask for all
    the same."""
    return and_(Version.text != "", Version.structured["text_cut"].as_boolean().is_not(True))


class Spell(Base):
    """A stay of a posting in its listing.

    `missed_at` is the first complete listing after `last_seen_at` that did not show it; `confirmed_at` is
    when that became certain (the second miss; for `left_scope` the look that showed the change).
    """

    __tablename__ = "spells"
    __table_args__ = (Index("ix_spells_posting_id_opened_at", "posting_id", "opened_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id"))
    kind: Mapped[str]
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    missed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class Gap(Base):
    """A time within a spell when complete listings did not show the posting, before it came back."""

    __tablename__ = "gaps"
    id: Mapped[int] = mapped_column(primary_key=True)
    spell_id: Mapped[int] = mapped_column(ForeignKey("spells.id"), index=True)
    last_seen_at: Mapped[datetime]
    missed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    back_at: Mapped[datetime]


class Sighting(Base):
    """A posting seen by a fetch that was not complete; complete ones need no row, spells tell them."""

    __tablename__ = "sightings"
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetches.id"), primary_key=True)
    spell_id: Mapped[int] = mapped_column(ForeignKey("spells.id"), primary_key=True, index=True)
