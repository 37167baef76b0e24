"""Section headings: where they stand, alone on a line or inside one, and which zone each opens."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple, TypeVar, cast

from scraper.tagging.masking import Text
from scraper.tagging.matching import Found, Heading, Hit
from scraper.tagging.tables import LATIN, load

Zone = Literal[
    "title",
    "summary",
    "responsibilities",
    "required",
    "preferred",
    "company",
    "benefits",
    "boilerplate",
    "unknown",
]

ZONES = ("preferred", "required", "responsibilities", "summary", "boilerplate", "benefits", "company")
_RANKS = {zone: rank for rank, zone in enumerate(ZONES)}
_KINDS = ("start", "line", "inline", "zh_line", "word", "zh_word", "zh_tail")
_WITHIN_A_LINE = ("word", "zh_word", "zh_tail")
_INLINE = ("start", "inline", "zh_line")
_ALNUM = LATIN - {"_"}
T = TypeVar("T")

ABOUT = ("about ", "关于")
"""How a line on the employer may begin ("About Acme"); signs for the scan."""

_DECORATION = re.compile(
    r"[^A-Za-z0-9\u00c0-\u024f\u3400-\u9fff]*(?:[一二三四五六七八九十]{1,2}[、.) ]|\d{1,2}[、.)])?"
    r"[^A-Za-z0-9\u00c0-\u024f\u3400-\u9fff]*"
)
_BULLET = re.compile(r"\s*[-*•●◦▪·–○➢✓]\s*")
_HEADING_LENGTH = 70
_WORD_HEADING_LENGTH = 60
_NEAR = 80
"""A line end must be this near a word that makes its line a heading, decoration included."""
_ZH_WORD_HEADING_LENGTH = 20
_ZH_TAIL_HEADING_LENGTH = 14
_CJK = re.compile(r"[\u3400-\u9fff]")


@cache
def headings() -> tuple[Heading, ...]:
    """Return all headings of headings.toml."""
    table = load("headings")
    return tuple(
        Heading(text, zone, kind) for zone in ZONES for kind in _KINDS for text in table[zone].get(kind, ())
    )


class _Line(NamedTuple):
    """A line `[start:end)`: its words stand in `[content:close)`, decoration and colon aside."""

    start: int
    content: int
    close: int
    end: int


def find_sections(text: Text, found: Found) -> list[tuple[int, Zone]]:
    """Return where sections begin, in order; a heading belongs to the section that it opens."""
    breaks: list[tuple[int, Zone]] = []
    for line, hits in _by_line(text.low, [hit for hit in found.headings if _may_open(text, hit)]):
        breaks += _line_breaks(text, line, hits)
    for line, abouts in _by_line(text.low, found.abouts):
        if abouts[0][0] == line.content and _is_about(text.low[line.start : line.end].strip()):
            named = any(line.start <= start < line.end for start, _, _ in found.headings)
            if not named:
                breaks.append((line.start, "company"))
    return sorted(breaks)


def seams(text: Text, breaks: Iterable[tuple[int, Zone]]) -> frozenset[int]:
    """Return the breaks inside what looks like a word: headings that lost the blank before them."""
    low = text.low
    return frozenset(at for at, _ in breaks if at and low[at] in LATIN and low[at - 1] in LATIN)


def _by_line(low: str, hits: Iterable[Hit[T]]) -> Iterator[tuple[_Line, list[Hit[T]]]]:
    """Yield the lines that hold hits, with them."""
    start, end = 0, -1
    group: list[Hit[T]] = []
    for hit in hits:
        if hit[0] > end:
            if group:
                yield _line(low, start, end), group
            start = low.rfind("\n", end + 1, hit[0]) + 1 or end + 1
            end = low.find("\n", hit[0])
            end = end if end >= 0 else len(low)
            group = []
        group.append(hit)
    if group:
        yield _line(low, start, end), group


def _may_open(text: Text, hit: Hit[Heading]) -> bool:
    """Tell whether `hit` is worth a closer look; most are words inside a sentence ("your experience")."""
    start, end, heading = hit
    low, kind = text.low, heading.match
    if kind in _WITHIN_A_LINE:  # the line must be a short one
        return (start < _NEAR or low.find("\n", start - _NEAR, start) >= 0) and (
            end + _NEAR > len(low) or low.find("\n", end, end + _NEAR) >= 0
        )
    if kind == "line" and low[end : end + 1] == " " and low[end + 1 : end + 2] in _ALNUM:
        return False
    if kind not in ("start", "line") or start < 2:
        return True
    before = low[start - 1]
    if before == "\n" or not (before in _ALNUM or (before == " " and low[start - 2] in _ALNUM)):
        return True
    if kind == "line" or not text.cased[start].isupper():
        return False
    after = text.cased[end : end + 1]
    return after == ":" or after.isupper() or after.isdecimal()


def _line(low: str, start: int, end: int) -> _Line:
    found = _DECORATION.match(low, start, end)
    content = found.end() if found else start
    close = content + len(low[content:end].rstrip(" :?-*#]】)》_.…|"))
    return _Line(start, content, close, end)


def _is_bulleted(text: Text, line: _Line) -> bool:
    return _BULLET.match(text.low, line.start, line.end) is not None


def _line_breaks(text: Text, line: _Line, hits: list[Hit[Heading]]) -> list[tuple[int, Zone]]:
    wholes = [hit for hit in hits if _is_line_heading(text, line, hit)]
    whole = min(wholes, key=lambda hit: _rank(hit, line.content)) if wholes else None
    breaks = [(line.start, cast(Zone, whole[2].zone))] if whole else []
    taken = whole[1] if whole else line.start
    # A heading inside a line must come after the one that opens it; of overlapping ones the longest counts.
    inner = [hit for hit in hits if hit[0] >= taken and hit[2].match in _INLINE]
    for hit in sorted(inner, key=lambda hit: (hit[0], -hit[1])) if len(inner) > 1 else inner:
        if hit[0] >= taken and _is_inline_heading(text, line, hit):
            breaks.append((hit[0], cast(Zone, hit[2].zone)))
            taken = hit[1]
    return breaks


def _rank(hit: Hit[Heading], content: int) -> tuple[bool, bool, int, int]:
    start, end, heading = hit
    return (heading.match in _WITHIN_A_LINE, start != content, start - end, _RANKS[heading.zone])


def _is_line_heading(text: Text, line: _Line, hit: Hit[Heading]) -> bool:
    """Tell whether `hit` makes `line` a heading (or its beginning, before a colon)."""
    start, end, heading = hit
    kind = heading.match
    if kind == "word":
        return not _is_bulleted(text, line) and _looks_like_heading(text, line)
    if kind == "zh_word":
        return _looks_like_zh_heading(text, line)
    if kind == "zh_tail":
        short = line.close - line.content <= _ZH_TAIL_HEADING_LENGTH
        return end == line.close and short and _looks_like_zh_heading(text, line)
    if start != line.content:
        return False
    if end >= line.close or text.low[end : min(end + 8, line.end)].lstrip(" 】])》*_")[:1] == ":":
        return True
    length = line.close - line.content
    if kind == "inline":
        return length <= 14
    if kind == "start" and length <= min(_HEADING_LENGTH, end - start + 40):
        rest = text.low[line.close : line.end].strip(" *#_")
        plain = rest.startswith("...") or rest[:1] not in (".", ";", ",")
        return plain and (line.close - end <= 4 or not _is_bulleted(text, line))
    return False


def _looks_like_heading(text: Text, line: _Line) -> bool:
    if not 0 < line.close - line.content <= _WORD_HEADING_LENGTH:
        return False
    words = text.cased[line.content : line.end].strip()
    if words[-1] in ".;,!":
        return False
    long = re.findall(r"[A-Za-z']{4,}", words)
    return words[-1] == ":" or (bool(long) and all(word[0].isupper() for word in long))


def _looks_like_zh_heading(text: Text, line: _Line) -> bool:
    """Tell whether a Chinese line is short, alone and no sentence: "我们希望你具备的能力与背景"."""
    if not 0 < line.close - line.content <= _ZH_WORD_HEADING_LENGTH:
        return False
    if text.low[line.start : line.content].strip(" #*【[<《"):
        return False
    return not any(mark in text.low[line.content : line.end] for mark in ",;。、")


def _is_inline_heading(text: Text, line: _Line, hit: Hit[Heading]) -> bool:
    start, end, heading = hit
    low, kind = text.low, heading.match
    before = low[start - 1] if start > line.content else ""
    after = low[end] if end < line.end else ""
    if kind == "inline":
        if after in (":", "】", "]") or before in ("【", "["):
            return True
        edge = before == "" or not (before.isalnum() or before in ",、的与和及") or before.isdigit()
        return edge and (after == "" or after in " -—(" or after.isdigit() or not after.isalnum())
    if kind == "zh_line":
        opened = before == "" or not (before.isalnum() or before == ",")
        return before in ("【", "[", "《") or (after == ":" and opened)
    if kind != "start" or end - start < 8 or not text.cased[start].isupper():
        return False
    glued = after != "" and (text.cased[end].isupper() or after.isdecimal())
    return (after == ":" or glued) and (before in ("", ".", " ", ")") or before.isalnum())


def _is_about(line: str) -> bool:
    short = len(line) <= (16 if _CJK.search(line) else 60) or line.endswith(":")
    return short and line[-1:] not in (".", "。", ";")
