"""The invented employers and the fragments their postings are made of, read from TOML."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).resolve().parent
ROLES = ("ai_pm", "aigc_pm", "both", "other_pm")


@dataclass(frozen=True, slots=True)
class Company:
    """An invented employer and its board. `since` is the first week in which the board is followed."""

    name: str
    family: Literal["greenhouse", "ashby", "lever"]
    key: str
    market: Literal["en", "zh"]
    blurb: str
    areas: tuple[str, ...]
    places: tuple[str, ...]
    currency: str
    pay: tuple[float, float]
    staff: int
    mix: Mapping[str, float]
    roles: Mapping[str, list[str]]
    numbered: bool = False
    since: int = 0

    @property
    def board(self) -> str:
        """The name of the board as reports print it."""
        return f"{self.family}:{self.key}"


@dataclass(frozen=True, slots=True)
class Story:
    """The script of the market; tables as in story.toml."""

    start: datetime
    weeks: int
    notice: str
    stock: Mapping[str, list[int]]
    lifetime: Mapping[str, float]
    shift: list[dict[str, Any]]
    event: list[dict[str, Any]]
    posting: list[dict[str, Any]]

    def label(self, week: int) -> str:
        """Return the ISO label of a week, e.g. `2026-W36` for 0."""
        year, number, _ = (self.start + timedelta(weeks=week)).isocalendar()
        return f"{year}-W{number:02d}"

    def events(self, board: str, week: int) -> list[dict[str, Any]]:
        """Return what goes wrong with the reply of a board (its key) in a week."""
        return [event for event in self.event if event["board"] == board and event["week"] == week]


def story() -> Story:
    """Read story.toml."""
    return Story(**_load("story"))


def companies(told: Story) -> list[Company]:
    """Read companies.toml, in the order in which the boards are asked."""
    labels = [told.label(week) for week in range(told.weeks)]
    found = []
    for entry in _load("companies")["company"]:
        entry["since"] = labels.index(entry.get("since", labels[0]))
        entry |= {name: tuple(entry[name]) for name in ("areas", "places", "pay")}
        found.append(Company(**entry))
    return found


def texts() -> Mapping[str, Mapping[str, Any]]:
    """Read the fragments of both languages: `en`, `zh`."""
    return {market: _load(f"texts_{market}") for market in ("en", "zh")}


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
