"""The name of a board that it hid inside the texts of its postings, taken out again."""

import re
import tomllib
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice

_BARE = "来自"
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_ITEM_START = re.compile(r"(?:^|[\n【\[：:；;。]|[-•·*●]|\d{1,2}\s?[、.．)）])\s*$")
_BEFORE_A_NAME = (
    "在",
    "上",
    "过",
    "到",
    "用",
    "请",
    "于",
    "从",
    "向",
    "和",
    "与",
    "为",
    "是",
    "及",
    "或",
    "、",
)
_LONGEST = 6
MOST_MARKS = 1_000
"""Marks of one text that are looked at; one that hides its name has some dozens. Later ones stay."""


@dataclass(frozen=True, slots=True)
class _Words:
    names: tuple[str, ...]
    marks: re.Pattern[str]
    hidden: re.Pattern[str]
    pairs: Set[str]
    terms: Set[str]
    openers: tuple[str, ...]
    torn: re.Pattern[str]


@cache
def _words() -> _Words:
    data = tomllib.loads((files(__package__) / "watermarks.toml").read_text(encoding="utf-8"))
    marks, headings = data["marks"], data["headings"].split()
    firsts = "".join({heading[0] for heading in headings})
    names = "|".join(re.escape(mark) for mark in marks if mark != _BARE)
    # Only where the break is inside a word: "工作" may end a line, "内容" begin one.
    torn = "|".join(
        rf"{head[:at]}[ \t]*\n[ \t]*{head[at:]}" for head in headings for at in range(1, len(head), 2)
    )
    return _Words(
        names=tuple(mark.lower() for mark in marks),
        marks=re.compile(r"((?:(?<!\s)\s+)?)(" + "|".join(map(re.escape, marks)) + r")(\s*)", re.IGNORECASE),
        hidden=re.compile(rf"<(span|i|em|b|p)\s[^<>]*>\s*(?:{names})\s*</\1>", re.IGNORECASE),
        pairs=frozenset(data["words"].split()),
        terms=frozenset((*headings, *data["terms"].split())),
        openers=(*headings, *data["openers"].split()),
        torn=re.compile(rf"(?=[{firsts}])(?<![\u4e00-\u9fff])(?:{torn})"),
    )


def may_hold_watermarks(text: str) -> bool:
    """Tell fast whether a board's name, or what is left of it, stands anywhere in `text`."""
    low = text.lower()
    return not low.isascii() and any(map(low.__contains__, _words().names))


def without_watermarks(text: str) -> str:
    """Return `text` without the marks that a board put into it, and words that they had torn joined again.

    A mark is taken out only where it parts a known word or heading, or stands where no sentence could have
    it; a text with such a mark also loses the board's name between two ideographs, unless a preposition
    stands before it. "来自" as a verb and the board's name in a sentence stay.
    """
    words = _words()
    if "<" in text:
        text = words.hidden.sub("", text)  # how a page holds it: an element with a class made up for it
    if "\n" in text:
        text = words.torn.sub(lambda match: re.sub(r"\s+", "", match[0]), text)
    marks = list(islice(words.marks.finditer(text), MOST_MARKS))
    if not any(_is_intruder(text, match) for match in marks):
        return text
    kept: list[str] = []
    end = 0
    for match in marks:
        parts = _parts_a_word(text, match)
        if not (parts or _opens_an_item(text, match) or _is_name_between_ideographs(text, match)):
            continue
        kept.append(text[end : match.start()])
        # Blanks around a mark inside a word came with it; elsewhere they are the text's own.
        kept.append("" if parts else max(match[1], match[3], key=_breaks))
        end = match.end()
    kept.append(text[end:])
    return "".join(kept)


def _breaks(blanks: str) -> tuple[int, int]:
    return blanks.count("\n"), len(blanks)


def _is_intruder(text: str, match: re.Match[str]) -> bool:
    return _parts_a_word(text, match) or _opens_an_item(text, match)


def _parts_a_word(text: str, match: re.Match[str]) -> bool:
    words = _words()
    left, right = (
        text[max(0, match.start() - _LONGEST) : match.start()],
        text[match.end() : match.end() + _LONGEST],
    )
    if not left or not right:
        return False
    for term_start in range(1, min(len(left), _LONGEST) + 1):
        for term_end in range(1, min(len(right), _LONGEST - term_start) + 1):
            if left[-term_start:] + right[:term_end] in words.terms:
                return True
    # Between two whole words (成员|来自|工厂) the joined pair (员工) proves nothing.
    return (
        left[-1] + right[0] in words.pairs and left[-2:] not in words.pairs and right[:2] not in words.pairs
    )


def _opens_an_item(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start(2) - 8) : match.start(2)], text[match.end() : match.end() + 8]
    return bool(_ITEM_START.search(before)) and after.startswith(_words().openers)


def _is_name_between_ideographs(text: str, match: re.Match[str]) -> bool:
    if match[2] == _BARE or match[1] or match[3]:
        return False
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return bool(_HAN.match(before) and _HAN.match(after)) and not before.startswith(_BEFORE_A_NAME)
