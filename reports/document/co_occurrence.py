"""T12: which requirements come together (numbered as in docs/METHOD.md)."""

from typing import TypedDict

from reports.document.terms import RoleId, Table, Window


class AskedTag(TypedDict):
    """One of the tags that a class asks for most, and how many of its postings do."""

    tag: str
    en: str
    zh: str
    y: int


class TagPair(TypedDict):
    """Two of these tags. `n_ab` postings ask for both (of n, n_a, n_b).

    `lift` = n_ab n / (n_a n_b), `lo`..`hi` its interval; `npmi` from -1 (never together) to 1 (only
    together); `jaccard` = n_ab / (n_a + n_b - n_ab). p and q (Benjamini-Hochberg over the class) only where
    n_ab >= 5 of 10 employers or more. `linked`: lo > 1 and q < 0.10.
    """

    role: RoleId
    tag: str
    en: str
    zh: str
    other_tag: str
    other_en: str
    other_zh: str
    n: int
    n_a: int
    n_b: int
    n_ab: int
    lift: float
    lo: float | None
    hi: float | None
    npmi: float | None
    jaccard: float
    p: float | None
    q: float | None
    linked: bool


class TagMatrix(TypedDict):
    """The tags of one class, most asked for first, and all pairs of them: by `npmi` where they are
    `linked`, these first, then in the order of the tags. `tested` pairs have a p."""

    role: RoleId
    n: int
    employers: int
    tags: list[AskedTag]
    pairs: list[TagPair]
    tested: int


class CoOccurrence(Table):
    """T12, of postings with their text: classes ai_pm and aigc_pm, at most 12 tags each (of 5 postings)."""

    window: Window
    classes: list[TagMatrix]
