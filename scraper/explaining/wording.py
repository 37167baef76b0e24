"""The words of explanations (words.toml), and how a quote, a number, a line is written."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import click

from scraper.understanding.posting import TAXONOMY
from storage.records import Quote

Words = Mapping[str, Any]

_QUOTE_LENGTH = 80

COLOURS = {"required": "green", "duty": "cyan", "preferred": "yellow", "mentioned": "bright_black"}
"""Of the levels of a tag."""


@cache
def words_of(language: str) -> Words:
    """Return the words of a language: "en" or "zh"."""
    raw = resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(raw)[language]  # type: ignore[no-any-return]


def line(label: str, value: str) -> str:
    """Return a line with its label."""
    return f"{click.style(label, bold=True)}: {value}"


def item(value: str) -> str:
    """Return a line below another."""
    return f"  {value}"


def cite(quote: Quote, words: Words) -> str:
    """Return a quote, grey; one of a board's field says so."""
    where = "" if quote.start is not None else f" [{words['field']}]"
    return quoted(quote.text) + (click.style(where, fg="bright_black") if where else "")


def quoted(text: str) -> str:
    """Return a piece of the posting in quotation marks, grey."""
    return click.style(f"“{short(text)}”", fg="bright_black")


def short(text: str) -> str:
    """Return a text on one line, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTE_LENGTH else flat[: _QUOTE_LENGTH - 1] + "…"


def number(value: float) -> str:
    """Return a number with no decimals that say nothing."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def ends(low: float, high: float) -> str:
    """Return a range of numbers, one number where both are the same."""
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def level(requirement: str, words: Words) -> str:
    """Return what is to be said of a requirement: only that something is preferred."""
    if requirement != "preferred":
        return ""
    return click.style(f" ({words['levels']['preferred']})", fg=COLOURS["preferred"])


def tag_name(tag: str, words: Words) -> str:
    """Return the name of a tag; its id, if this vocabulary does not have it."""
    names = next((record for record in TAXONOMY.tags if record.id == tag), None)
    return tag if names is None else names.en if words["lang"] == "en" else names.zh
