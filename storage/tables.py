"""The tables, as SQLAlchemy 2 mapped classes. docs/DATA.md describes every column for readers.

Naming: `*_at` columns are UTC instants of the observation clock (live runs: the wall clock; replays and
imports: the date of what was seen), `week` columns are Mondays of ISO weeks in the store's zone.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.column_types import OBJECT, TEXT, UtcDateTime


class Base(DeclarativeBase):
    """Base of all tables; constraints are named so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: OBJECT, list[Any]: JSON, str: TEXT}  # noqa: RUF012


class Setting(Base):
    """Facts about the store itself, e.g. the zone in which its weeks were computed."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


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


class Taxonomy(Base):
    """A vocabulary that tagged something; `body` holds the names that reports print."""

    __tablename__ = "taxonomies"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    in_force_from: Mapped[datetime]
    body: Mapped[list[Any]]


class Tagging(Base):
    """What one taxonomy understood of one version. `proof` holds the quotes of years, degree and pay.

    `facts` are all others with their quotes (storage/facts.py has the shape). In rows older than them it is
    empty, and the three before it are NULL. `asked` says in short what tags and facts ask for, so that who
    reads many need not read those. `tagged_at`: when a text that was there was tagged; NULL: at first.
    """

    __tablename__ = "taggings"
    __table_args__ = (
        UniqueConstraint("version_id", "taxonomy_id"),
        # All that a report asks of a tagging whose posting was not listed lately.
        Index("ix_taggings_role", "version_id", "taxonomy_id", "tagged_at", "role"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    taxonomy_id: Mapped[int] = mapped_column(ForeignKey("taxonomies.id"), index=True)
    role: Mapped[str]
    lang: Mapped[str]
    classic: Mapped[float]
    genai: Mapped[float]
    years_min: Mapped[float | None]
    years_max: Mapped[float | None]
    years_requirement: Mapped[str | None]
    ai_years_min: Mapped[float | None]
    ai_years_max: Mapped[float | None]
    ai_years_requirement: Mapped[str | None]
    education: Mapped[str | None]
    education_requirement: Mapped[str | None]
    workplace: Mapped[str | None]
    salary_min: Mapped[float | None]
    salary_max: Mapped[float | None]
    salary_currency: Mapped[str | None]
    salary_period: Mapped[str | None]
    salary_months: Mapped[float | None]
    proof: Mapped[dict[str, Any]]
    title_label: Mapped[str | None]
    body_label: Mapped[str | None]
    pipeline_share: Mapped[float | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    asked: Mapped[str] = mapped_column(server_default=text("';;;;;'"))
    tagged_at: Mapped[datetime | None]


class Tag(Base):
    """One tag of a tagging with the quote that proves it; `tag` is what `fine` rolls up into."""

    __tablename__ = "tags"
    tagging_id: Mapped[int] = mapped_column(ForeignKey("taggings.id"), primary_key=True)
    fine: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str]
    requirement: Mapped[str]
    zone: Mapped[str]
    field: Mapped[str]
    quote: Mapped[str]
    start: Mapped[int | None]
    end: Mapped[int | None]


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
