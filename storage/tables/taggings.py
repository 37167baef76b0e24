"""What was understood of postings, and by which vocabulary."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


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
    empty, and the three before it are NULL. `asked` says in short what tags and facts ask for, `said` what
    else reports want of posting, version and tagging, so that who reads many need read nothing else
    (storage/short_forms.py). `tagged_at`: when a text that was there was tagged; NULL: at first.
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
    said: Mapped[str] = mapped_column(server_default=text("''"))
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
