"""The table of how much lies with few employers and cities: T11 (numbered as in docs/METHOD.md)."""

from typing import Literal, TypedDict

from reports.document.terms import PrintRule, RoleId, Table, Window

Dimension = Literal["employer", "city"]


class ConcentrationRow(TypedDict):
    """One class by employer or by city: `n` vacancies that name theirs (in k cities a vacancy counts 1/k in
    each), `unnamed` that do not, `distinct` employers or cities.

    `hhi` sum of squared shares, `hhi_unbiased` (n hhi - 1)/(n - 1), `effective` 1/hhi (so many of equal size
    would be as concentrated), `top5` share of the five largest. None if n = 0.
    """

    role: RoleId
    grouped_by: Dimension
    n: int
    unnamed: int
    distinct: int
    hhi: float | None
    hhi_unbiased: float | None
    effective: float | None
    top5: float | None
    print: PrintRule


class Largest(TypedDict):
    """The employer or city of a rank: its vacancies (split ones as fractions) and its share of them."""

    role: RoleId
    grouped_by: Dimension
    rank: int
    held_by: str
    held: float
    held_share: float


class Concentration(Table):
    """T11. Sorted by class, then grouped_by; `largest` holds the ten largest of each."""

    window: Window
    rows: list[ConcentrationRow]
    largest: list[Largest]
