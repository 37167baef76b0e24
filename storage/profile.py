"""What a person says of himself, in the words by which stored postings are described."""

from dataclasses import dataclass

from storage.markets import MarketName
from storage.taggings import EducationLevel


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody who looks for a role. What is None was not said, and openings are not held against it.

    `skills` are tag ids, `cities` canonical names, `industries` and `languages` ids, all as in a PostingFact.
    Without `cities` any place will do; an empty set means remote work only. `remote`: remote work will do.
    `market` asks for the openings of one market only. `salary_min` is a year's pay in `currency`; it decides
    nothing.
    """

    name: str
    pm_years: float
    ai_years: float
    skills: frozenset[str] = frozenset()
    degree: EducationLevel | None = None
    cities: frozenset[str] | None = None
    remote: bool = True
    industries: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    market: MarketName | None = None
    salary_min: float | None = None
    currency: str = "CNY"
