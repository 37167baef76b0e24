"""A part of the market as if it were the whole: the facts of a report, narrowed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.measures.panel import concerns
from storage.markets import LANGUAGE_OF, MarketName
from storage.reading.posting_columns import Postings
from storage.records import Facts, Unit

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the market a report is about; a part that is None is not narrowed.

    `market` is that of the board, `industry` what its employer does, `city` a place as postings name it,
    `company` the name of one employer. All that are given hold together.
    """

    market: MarketName | None = None
    city: str | None = None
    industry: str | None = None
    company: str | None = None

    @property
    def parts(self) -> dict[str, str]:
        """Return what is narrowed, and to what."""
        return {part.name: value for part in fields(self) if (value := getattr(self, part.name)) is not None}

    @property
    def name(self) -> str:
        """Return the view in one line, "" for the whole; equal for equal views only."""
        return " ".join(f"{part}={value}" for part, value in self.parts.items())

    @property
    def options(self) -> str:
        """Return the view as options of the command line, each with a space before it."""
        return "".join(f" --{part} {_quoted(value)}" for part, value in self.parts.items())


WHOLE = View()


def folder_of(parts: Mapping[str, str]) -> str:
    """Return the name of a view's folder: safe as a file name, its own for each view, "" for none."""
    plain = "_".join(f"{part}-{value}" for part, value in parts.items())
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in plain)[:_LONGEST_NAME]
    if safe == plain:
        return safe
    return f"{safe}-{hashlib.sha256(plain.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"


def narrowed(facts: Facts, view: View) -> Facts:
    """Return the facts of one part of the market.

    Boards of another market or industry are not there at all. Those of another city or company are: what they
    list is read, and nothing of it belongs to the view. A view of a city or company needs the details of all
    postings (`Store.facts` without `details_from`).
    """
    if not view.parts:
        return facts
    units = {id: unit for id, unit in facts.units.items() if _is_of(unit, view)}
    postings = Postings.of(facts.postings)
    kept = np.isin(postings.unit, list(units))
    if view.city is not None:
        kept &= _has(postings, "places", lambda places: view.city in places)
    if view.company is not None:
        kept &= _has(postings, "company_name", lambda name: name == view.company)
    shown = postings.only(kept)
    if view.company is not None:
        units = {id: units[id] for id in sorted(set(shown.unit.tolist()))}
    boards = {unit.board for unit in units.values()}
    return replace(
        facts,
        units=units,
        postings=shown,
        fetches=tuple(fetch for fetch in facts.fetches if fetch.board in boards),
        breaks=tuple(b for b in facts.breaks if any(concerns(b, unit) for unit in units.values())),
    )


def _is_of(unit: Unit, view: View) -> bool:
    market = view.market is None or unit.market == LANGUAGE_OF[view.market]
    return market and view.industry in (None, unit.industry)


def _has(postings: Postings, fact: str, good: Callable[[Any], bool]) -> npt.NDArray[np.bool_]:
    """Tell of each posting whether its value of the fact is good; of one without details it is not."""
    column = postings.details.coded[fact]
    codes = np.array([good(value) for value in column.values], dtype=bool)
    found = np.zeros(len(postings.id), dtype=bool)
    detailed = postings.detail >= 0
    found[detailed] = codes[column.codes[postings.detail[detailed]]]
    return found


def _quoted(value: str) -> str:
    """Return a value as a shell reads it; names in any script stay as they are."""
    return value if value.isalnum() else "'" + value.replace("'", "'\\''") + "'"
