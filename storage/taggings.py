"""What a posting says, with proof: the plain values that understanding makes and the store keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

RoleClass = Literal["ai_pm", "aigc_pm", "both", "other_pm", "not_pm"]
Requirement = Literal["required", "preferred", "duty", "mentioned"]
STRENGTH: Mapping[str, int] = {"required": 3, "duty": 2, "preferred": 1, "mentioned": 0}
"""Of what is asked for at several levels the strongest counts."""
Workplace = Literal["remote", "hybrid", "onsite"]
EducationLevel = Literal["none", "high_school", "associate", "bachelor", "master", "doctorate"]
Period = Literal["hour", "day", "week", "month", "year"]
YearsScope = Literal["total", "pm", "ai", "genai", "mgmt", "other"]


class Quote(NamedTuple):
    """Evidence: the slice `[start:end)` (code points) of `field`; offsets are None for board fields."""

    text: str
    start: int | None = None
    end: int | None = None
    field: Literal["title", "description"] = "description"


class YearsAsked(NamedTuple):
    """Years of experience asked for; `max` None is open-ended."""

    min: float | None
    max: float | None
    requirement: Literal["required", "preferred"]
    quote: Quote


class EducationAsked(NamedTuple):
    """The lowest degree asked for."""

    min: EducationLevel
    requirement: Literal["required", "preferred"]
    quote: Quote


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay per `period` in `currency` (ISO 4217); `months` = salaries a year where the text states it.

    `annual_min/max` are min/max a year (12 salaries where `months` is None), None for hour, day, week.
    """

    min: float | None
    max: float | None
    currency: str | None
    period: Period | None
    months: float | None = None
    quote: Quote | None = None

    def annual(self, value: float | None) -> float | None:
        """Return `value` (one of min, max) per year, or None where the period does not allow it."""
        if value is None or self.period not in ("month", "year"):
            return None
        return value if self.period == "year" else value * (self.months or 12)


class TagHit(NamedTuple):
    """One tag of a posting: the strongest requirement found, with its quote.

    `id` is a contract id where the fine tag rolls up into one, else the fine tag's own id; `fine` is
    always the fine tag that matched.
    """

    id: str
    fine: str
    requirement: Requirement
    zone: str
    quote: Quote


class Alternatives(NamedTuple):
    """Tags of which one suffices ("LLM or RAG"), in the order in which they are named.

    `alone`: those of them that the posting asks for by themselves as well, at least as firmly. Who has these
    meets the group. The id `other` is something that has no tag ("Python or R").
    """

    ids: tuple[str, ...]
    requirement: Literal["required", "preferred"]
    quote: Quote
    alone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class YearsDemand:
    """One demand for years of experience, as written; `max` None is open-ended.

    `requirement` none: it says that no experience is needed. `condition` is the degree that it holds for;
    `part`: these years are among those named just before.
    """

    scope: YearsScope
    min: float
    max: float | None
    requirement: Literal["required", "preferred", "none"]
    zone: str
    quote: Quote
    condition: str | None = None
    part: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked of the candidate: an industry known, a language spoken, a kind of degree, a permit.

    `level` is what is said of its degree: cet6 or fluent of a language, 211 of a university.
    """

    id: str
    requirement: Literal["required", "preferred"]
    quote: Quote
    level: str | None = None


@dataclass(frozen=True, slots=True)
class TravelAsked:
    """Travel on business: percent of the time, most journeys a year, or a word for how often; None is unsaid.

    `often` "none": the posting says that there is no travel.
    """

    requirement: Literal["required", "preferred"]
    quote: Quote
    percent_min: float | None = None
    percent_max: float | None = None
    times_a_year: float | None = None
    often: Literal["none", "occasional", "frequent"] | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Where the work lies: sentences on making models (pipeline) and on using them (application), weighted.

    `stages` of the AI value chain and requirement `groups` are those named, in the order of the vocabulary.
    """

    pipeline: float
    application: float
    stages: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Pipeline's part of both, to two decimals; None where neither is named."""
        both = self.pipeline + self.application
        return round(self.pipeline / both, 2) if both else None


@dataclass(frozen=True, slots=True)
class Tagging:
    """Everything that was understood of one text under one taxonomy version.

    `title_label` is the role that the title alone says, `body_label` what the text says without it.
    `compensation` is what is said of the pay besides `salary`, in the shape of `pmtrend tag --jsonl`.
    """

    taxonomy: str
    lang: Literal["zh", "en", "mixed"]
    role: RoleClass
    classic: float
    genai: float
    years_total: YearsAsked | None = None
    years_ai: YearsAsked | None = None
    education: EducationAsked | None = None
    salary: Pay | None = None
    workplace: Workplace | None = None
    tags: tuple[TagHit, ...] = ()
    title_label: RoleClass | None = None
    body_label: RoleClass | None = None
    fingerprint: Fingerprint | None = None
    years_all: tuple[YearsDemand, ...] = ()
    industries: tuple[Asked, ...] = ()
    languages: tuple[Asked, ...] = ()
    degree_specials: tuple[Asked, ...] = ()
    travel: TravelAsked | None = None
    visa: tuple[Asked, ...] = ()
    compensation: Mapping[str, Any] = field(default_factory=dict)
    alternatives: tuple[Alternatives, ...] = ()
