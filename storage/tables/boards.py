"""What is followed: employers, boards, and the units that panels are made of."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Company(Base):
    """An employer; `key` is its normalised name, by which spellings are joined."""

    __tablename__ = "companies"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Board(Base):
    """A listing that is followed: a careers board (family, key) or an imported source ("import", NAME).

    `epoch` counts the breaks of scope or coverage; `scope` is what its last usable listing asked. `memory` is
    what its last look saw, if seeing the same again would change nothing (memories.Memory).
    """

    __tablename__ = "boards"
    __table_args__ = (UniqueConstraint("family", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    family: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]
    market: Mapped[str]
    multi_employer: Mapped[bool]
    epoch: Mapped[int] = mapped_column(default=0)
    scope: Mapped[str] = mapped_column(default="")
    industry: Mapped[str] = mapped_column(default="other", server_default="other")
    credit: Mapped[str] = mapped_column(default="", server_default=text("''"))
    memory: Mapped[dict[str, Any] | None]


class Unit(Base):
    """A panel unit: the board, or one employer within a board that lists several."""

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("board_id", "company_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    epoch: Mapped[int] = mapped_column(default=0)
