"""Looking: runs, looks at boards, what each look is for a unit, and where a series breaks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Run(Base):
    """One collect, replay or import."""

    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    code_version: Mapped[str]
    taxonomy_id: Mapped[int | None] = mapped_column(ForeignKey("taxonomies.id"))
    notice: Mapped[str] = mapped_column(default="")


class Fetch(Base):
    """The outcome of one look at one board.

    `accepted_at` is set when a suspect listing was later confirmed by one that agrees with it: from then on
    it is complete. `late` listings, older than what was known, extend history but count for no trend.
    `ids` is the packed set of everything listed, kept for the two latest looks. An `unchanged` look brought
    the very bytes of the one before: its postings' spells are moved on when the next change is stored, until
    then by whoever reads them. `fills` is the share of listed postings that have a field.
    """

    __tablename__ = "fetches"
    __table_args__ = (
        UniqueConstraint("board_id", "observed_at", "digest"),
        Index("ix_fetches_week", "week"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    observed_at: Mapped[datetime]
    week: Mapped[date]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    scope: Mapped[str] = mapped_column(default="")
    epoch: Mapped[int] = mapped_column(default=0)
    accepted_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    listed: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(default="")
    ids: Mapped[bytes | None] = mapped_column(LargeBinary)
    unchanged: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    fills: Mapped[dict[str, Any] | None]


def usable(look: type[Fetch] = Fetch) -> ColumnElement[bool]:
    """Looks that count for trends: complete, or suspect and confirmed since; none that came late."""
    return ~look.late & ((look.state == "complete") | look.accepted_at.is_not(None))


class Cell(Base):
    """One unit in one fetch: whether what it showed may be used, and how many PM postings it showed."""

    __tablename__ = "cells"
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetches.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    epoch: Mapped[int]
    state: Mapped[str]
    accepted_at: Mapped[datetime | None]
    listed: Mapped[int]


class Break(Base):
    """From `at` on the series of a unit (or a whole board) is a new one; known since `known_at`."""

    __tablename__ = "breaks"
    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    at: Mapped[datetime]
    known_at: Mapped[datetime]
    reason: Mapped[str]
    note: Mapped[str]
