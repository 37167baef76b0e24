"""The one place where text from outside is made harmless for markdown, CSV and SVG.

Postings are written by strangers: a title may hold a pipe, a script tag, a formula or a character that
turns the reading direction around. What is stored stays as it was; what is written passes here.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urlsplit

# Invisible, yet neither control (Cc) nor format (Cf): combining grapheme joiner, Hangul and Khmer fillers.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})

# An underscore between two letters or digits never opens or closes emphasis; names keep theirs.
_SPECIAL = re.compile(r"[\\`*{}\[\]<>|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)")
# GitHub finds mentions and e-mail addresses after parsing, where no backslash is left to stop it; a
# full-width sign reads the same and links nowhere.
_MENTION = re.compile(r"@(?=\w)")
_BLOCK_START = re.compile(r"^(?:(\d{1,9})([.)])(?=\s|$)|([#+\-=:]))")

# OWASP "CSV Injection": what makes a spreadsheet take a cell for a formula, full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_BEGINNING = 80  # characters in which a formula would have begun, whatever invisible ones stand before it
_URL_SAFE = "/:?#@!$&'+,;=%~"


class Characters(dict[int, str]):
    """A table for `str.translate`: what a function makes of each character, asked once for each."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, code: int) -> str:
        made = self[code] = self._make(chr(code))
        return made


class Markdown(str):
    """Text that is markdown already: our own words, with everything from outside escaped."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return `text` as one line: whitespace runs become one space, invisible characters are dropped.

    Dropped are control, zero-width, bidirectional and other format characters, lone surrogates and
    noncharacters, so that the result may stand in UTF-8, XML and a terminal.
    """
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """Return `text` without invisible characters; every kind of white space becomes a plain space."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_VISIBLE)


def md(text: str) -> Markdown:
    """Return `text` cleaned and escaped, safe in a markdown paragraph, heading or table cell; Markdown as is.

    Any CommonMark or GFM reader shows it as plain text: no markup, HTML, entity, autolink, mention,
    block start, math or further table column.
    """
    if isinstance(text, Markdown):
        return text
    escaped = _SPECIAL.sub(r"\\\g<0>", clean(text))
    escaped = _ENTITY.sub(r"\\&", escaped)
    escaped = _AUTOLINK.sub(lambda m: f"{m[1] or m[3]}\\{m[2] or m[4]}", escaped)
    escaped = _MENTION.sub("＠", escaped)
    return Markdown(_BLOCK_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped))


def link(text: str, url: str) -> Markdown:
    """Return a markdown link to `url` if that is a plain http(s) address, else `text` alone, escaped."""
    target = _web_address(url)
    return Markdown(f"[{md(text)}]({target})") if target else md(text)


def csv_cell(value: object) -> str:
    """Return one CSV field (unquoted): numbers as Python writes them, None as an empty field.

    A text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    if isinstance(value, str):
        return _csv_line(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else _csv_line(str(value))


@lru_cache(maxsize=4096)  # most of them are names of roles, tags and weeks
def _csv_line(raw: str) -> str:
    text = clean(raw)
    return f"'{text}" if raw.startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


def csv_text(text: str) -> str:
    """Return a text for a CSV file that must give it back as it was: with an apostrophe before it, or as is.

    It gets one if a spreadsheet might run it as a formula, or if it begins with an apostrophe.
    """
    if text[:1].isalnum():
        return text
    shown = clean(text[:_BEGINNING])
    risky = text.startswith(("'", *_FORMULA_STARTS)) or shown.startswith(_FORMULA_STARTS)
    return f"'{text}" if risky else text


def _visible(char: str) -> str:
    if char.isspace():
        return " "
    code = ord(char)
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    if noncharacter or char in _INVISIBLE or unicodedata.category(char) in _DROPPED_CATEGORIES:
        return ""
    return char


_VISIBLE = Characters(_visible)


def _web_address(url: str) -> str | None:
    stripped = clean(url)
    try:
        parts = urlsplit(stripped)
        host = parts.hostname
    except ValueError:  # e.g. an unbalanced bracket in the host
        return None
    # A user part ("https://known.example@elsewhere") only serves to mislead.
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return _ENTITY.sub("&amp;", quote(stripped, safe=_URL_SAFE))
