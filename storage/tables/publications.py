"""Numbers: those that were published, and weekly counts for who asks in SQL."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Publication(Base):
    """A report that was published: what it is of, what was known to it, what computed it.

    `view` names its part of the market, "" for the whole. `as_of` is the last instant at which the store had
    learned something of it, `last_run` the newest run in it. `published_at` is wall clock and in no report.
    """

    __tablename__ = "publications"
    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    view: Mapped[str]
    as_of: Mapped[datetime]
    data_cut: Mapped[datetime | None]
    taxonomy_id: Mapped[int | None] = mapped_column(ForeignKey("taxonomies.id"))
    code_version: Mapped[str]
    last_run: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    published_at: Mapped[datetime]


class Vintage(Base):
    """A number of a publication: `metric` of `week` (of a window: its last), for a role and a dimension."""

    __tablename__ = "vintages"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (the key is the row: no second copy of it)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]
    lo: Mapped[float | None]
    hi: Mapped[float | None]
    n: Mapped[int | None]


class WeeklyCount(Base):
    """What a unit listed of a role in a week, and what came and went since the week before: NULL if unknown.

    Made of other rows at the end of a run, but for zeros. The setting `weekly_counts` says how much it knew.
    """

    __tablename__ = "weekly_counts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (as for vintages)
    week: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    listed: Mapped[int]
    births: Mapped[int | None]
    reposts: Mapped[int | None]
    entered: Mapped[int | None]
    closures: Mapped[int | None]
    pending: Mapped[int | None]
    censored: Mapped[int | None]
