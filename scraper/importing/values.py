"""Cells of files as plain values: text without debris, lists, numbers, instants; nothing nested."""

import ast
import json
import math
import re
import warnings
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from scraper.importing.cleaning import plain_characters

Plain: TypeAlias = str | int | float | bool | datetime | list[str]

_BLANK_WORDS = frozenset(("", "null", "none", "nan", "n/a", "#n/a", "-", "--", "—", "undefined"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_DEBRIS = re.compile("[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f\ufeff]|_x000D_")
_NAME_KEYS = ("display", "name", "text", "value", "label", "title")
# What is left of a list that was written with str() and then cut at its commas: quotes and brackets.
_TORN = re.compile(r"\[?\s*+'(.*)'\s*+(?:,\s*+)?(?:\]\s*+)?,?", re.DOTALL)
_POINTS_PART_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})*\.\d{2}0|(?:\.\d{3}){2,}|(?:\.\d{3})+,\d+)")
_COMMA_BEFORE_FRACTION = re.compile(r"(?:\d+|\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+),\d{1,2}")
_BLANKS = re.compile(r"(?<=\d)[ '’\u00a0\u202f](?=\d{3}(?!\d))")
_DEEPEST = 20
_LONGEST_LIST = 50_000


def clean(text: str) -> str:
    """Return `text` in plain characters, with its line breaks as \\n, without NUL and lone surrogates."""
    text = plain_characters(text)
    if not _DEBRIS.search(text):
        return text.strip()
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()


def plain(value: object) -> Plain | None:
    """Return a cell as a plain value, None where it is blank.

    An object gives its display name, a list the texts of its items; text that is a written-out list
    (JSON or Python) becomes one.
    """
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) or math.isinf(value) else value
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  (dates.py gives it its zone)
    if isinstance(value, Mapping):
        return next((text for key in _NAME_KEYS if (text := _scalar(value.get(key)))), None)
    if isinstance(value, list | tuple):
        return _texts(value) or None
    text = clean(str(value)) if value is not None else ""
    if len(text) < 10 and text.casefold() in _BLANK_WORDS:
        return None
    return _written_list(text) if text.startswith(("[", "'")) else text


def as_text(value: Plain | None, separator: str = "\n") -> str:
    """Return a plain value as text; whole floats without their point."""
    if value is None:
        return ""
    if isinstance(value, list):
        return separator.join(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


def as_number(value: Plain | None) -> float | None:
    """Return a positive number, also from text such as "15,000" or "15.000,50"; None for everything else."""
    if isinstance(value, str):
        try:
            value = float(_plain_decimal(value))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e12 else None


def _plain_decimal(text: str) -> str:
    """Return how Python writes a number in which points, commas or blanks part thousands or the fraction.

    "15.500" is fifteen thousand, while "45.673" is a fraction: a program that computed it would have written
    no 0 at its end.
    """
    text = text.strip().replace("，", ",")
    if _POINTS_PART_THOUSANDS.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _COMMA_BEFORE_FRACTION.fullmatch(text):
        return _BLANKS.sub("", text).replace(",", ".")
    return _BLANKS.sub("", text).replace(",", "")


def _scalar(value: object) -> str:
    if isinstance(value, str):
        text = clean(value)
        return "" if text.casefold() in _BLANK_WORDS else text
    return as_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _texts(items: list[object] | tuple[object, ...]) -> list[str]:
    texts = []
    for item in items:
        value = plain(item) if isinstance(item, Mapping) else _scalar(item)
        if value:
            texts.append(as_text(value))
    return texts


def _written_list(text: str) -> Plain | None:
    nested = text.startswith("[" * _DEEPEST)  # how deep a parser goes differs between Pythons
    if text.startswith("[") and text.endswith("]") and len(text) <= _LONGEST_LIST and not nested:
        for parse in (json.loads, ast.literal_eval):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of Python about "\\d" in somebody's cell
                    items = parse(text)
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
            if isinstance(items, list):
                return _texts(items) or None
    torn = _TORN.fullmatch(text)
    return torn[1].replace("\\n", "\n").strip() or None if torn else text
