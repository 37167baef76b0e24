"""The table of degrees, languages, industries, workplace and travel: T8 (numbered as in docs/METHOD.md)."""

from typing import Literal, TypedDict

from reports.document.terms import Change, Direction, RoleId, Share, Table, Window

Topic = Literal[
    "degree",
    "degree_floor",
    "degree_at_least",
    "degree_special",
    "language",
    "industry",
    "workplace",
    "travel",
]
"""degree: states one at all, or that none is needed · degree_floor: the lowest one named · degree_at_least:
that or a higher one · degree_special: kinds of degree · language, industry: to be spoken, to be known (`any`:
at least one) · workplace · travel."""
Base = Literal["all", "with_text", "stated"]
"""Of which postings a share is: all; those that came with their text; those that say something on it."""


class QualificationRow(Share):
    """One answer to one topic in one class: `y` of the `n` postings of `base` say it; `required` of the y
    require it, the others would only prefer it (workplace: always 0, nobody tells)."""

    qualification: Topic
    answer: str
    role: RoleId
    base: Base
    required: int


class QualificationContrast(TypedDict):
    """AIGC PM minus AI PM, strata = source, for the answers tested (one Benjamini-Hochberg family)."""

    qualification: Topic
    answer: str
    ai: Share
    aigc: Share
    difference: Change
    direction: Direction


class Qualifications(Table):
    """T8, sorted by topic, answer and class; answers that no posting gives are left out."""

    window: Window
    rows: list[QualificationRow]
    contrast: list[QualificationContrast]
    tested: int
