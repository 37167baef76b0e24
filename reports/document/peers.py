"""The types of one employer against the others (in a report on that employer only)."""

from typing import TypedDict

from reports.document.terms import Share, Table, Window


class PeerRow(TypedDict):
    """One requirement: `y` of the employer's `n` vacancies ask for it; `others` is the same of all others.

    `below`: the fraction of the `ranked` others with at least 3 vacancies whose share is smaller than
    this one's, equal ones counted half (0.5: in the middle); None if fewer than 10 can be compared.
    """

    tag: str
    en: str
    zh: str
    y: int
    n: int
    share: float | None
    others: Share
    below: float | None
    ranked: int


class Peers(Table):
    """One employer's vacancies of the window beside all others', sorted by what sets it apart.

    `company` is empty, with the reason `not_asked`, where the report is not on one employer.
    """

    window: Window
    company: str
    n: int
    n_others: int
    rows: list[PeerRow]
