"""Section headings: where they stand, alone on a line or inside one, and which zone each opens."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from operator import itemgetter
from typing import Literal, NamedTuple, TypeVar, cast

from scraper.tagging import fields
from scraper.tagging.fields import Field, Line
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
SILENT: tuple[Zone, ...] = ("company", "benefits", "boilerplate")
"""Zones that do not speak of the candidate."""
_RANKS = {zone: rank for rank, zone in enumerate(ZONES)}
_EMPLOYER: Zone = "company"
_KINDS = ("start", "line", "inline", "zh_line", "zh_label", "word", "zh_word", "zh_tail", *fields.KINDS)
_WITHIN_A_LINE = ("word", "zh_word", "zh_tail")
_INLINE = ("start", "inline", "zh_line", "zh_label")
_ALNUM = LATIN - {"_"}
T = TypeVar("T")

ABOUT = ("about ", "关于")
"""How a line on the employer may begin ("About Acme"); signs for the scan."""

_DECORATION = re.compile(
    r"[^A-Za-z0-9\u00c0-\u024f\u3400-\u9fff]*(?:[一二三四五六七八九十]{1,2}[、.) ]|\d{1,2}[、.)])?"
    r"[^A-Za-z0-9\u00c0-\u024f\u3400-\u9fff]*"
)
_ORDINAL = re.compile(r"(?:^|[\s.。;!])[一二三四五六七八九十]{1,2}、\Z")
_ZH_ORDINAL = re.compile(r"(?<![一二三四五六七八九十])[一二三四五六七八九十]{1,2}[、.)]")
"""Numbers of sections; those of items are digits."""
_BULLET = re.compile(r"\s*[-*•●◦▪·–○➢✓]\s*")
_ITEM_OR_ENGLISH = re.compile(r" *(?:[*•●]|-(?=[^\w])|\([a-z])")
"""What may follow a Chinese heading in its line: the first item, or its name in English."""
_HEADING_LENGTH = 70
_WORD_HEADING_LENGTH = 60
_LETTERS_A_LINE = 500
"""More than this many, and line ends were lost."""
_PHRASE = 12
_SENTENCE_BEFORE = re.compile(r"(?:\A|[.!?:)] |[a-z.!?:)])\Z")
_SENTENCE_AFTER = re.compile(r":? ?[-•*]? ?[A-Z0-9]")
_NEAR = 80
"""A line end must be this near a word that makes its line a heading, decoration included."""
_ZH_WORD_HEADING_LENGTH = 20
_ZH_TAIL_HEADING_LENGTH = 14
_FRAMED_ABOUT = re.compile(r"关于(?![^】\]]{0,4}(?:岗位|职位|工作|角色|你))[^】\]\n]{1,12}[】\]]")
_CJK = re.compile(r"[\u3400-\u9fff]")


@cache
def headings() -> tuple[Heading, ...]:
    """Return all headings of headings.toml."""
    table = load("headings")
    return tuple(
        Heading(text, zone, kind) for zone in ZONES for kind in _KINDS for text in table[zone].get(kind, ())
    )


class Sections(NamedTuple):
    """Where sections begin, in order, and with which zone; and the fields, in order."""

    breaks: list[tuple[int, Zone]]
    fields: list[Field]


def find_sections(text: Text, found: Found) -> Sections:
    """Return the sections of `text`; a heading belongs to the section that it opens."""
    breaks: list[tuple[int, Zone]] = []
    said: list[Field] = []
    abouts = [
        (line.start, _EMPLOYER)
        for line, hits in _by_line(text.low, found.abouts)
        if hits[0][0] == line.content and _is_about(text.low[line.start : line.end].strip())
        if not any(line.start <= start < line.end for start, _, _ in found.headings)
    ]
    flat = text.low.count("\n") * _LETTERS_A_LINE < len(text.low)
    likely = [hit for hit in found.headings if _may_open(text, hit) or (flat and _opens_between(text, hit))]
    for line, hits in _by_line(text.low, likely):
        while abouts and abouts[0][0] < line.start:
            breaks.append(abouts.pop(0))
        _read_line(text, line, hits, breaks, said, flat=flat)
    framed = [(start, _EMPLOYER) for start, _, _ in found.abouts if _is_framed_about(text.low, start)]
    return Sections(sorted([*breaks, *abouts, *framed], key=itemgetter(0)), said)


def seams(text: Text, sections: Sections) -> frozenset[int]:
    """Return the breaks inside what looks like a word: headings that lost the blank before them."""
    low = text.low
    return frozenset(at for at, _ in sections.breaks if at and low[at] in LATIN and low[at - 1] in LATIN)


def _by_line(low: str, hits: Iterable[Hit[T]]) -> Iterator[tuple[Line, list[Hit[T]]]]:
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


def _opens_between(text: Text, hit: Hit[Heading]) -> bool:
    """Tell whether an English heading stands between sentences, where all lines were run together."""
    start, end, heading = hit
    if heading.match not in ("start", "line") or not text.cased[start].isupper():
        return False
    parted = _SENTENCE_BEFORE.search(text.low, max(0, start - 2), start) is not None
    said = heading.match == "start" and end - start >= _PHRASE
    return (parted or said) and _SENTENCE_AFTER.match(text.cased, end) is not None


def _line(low: str, start: int, end: int) -> Line:
    found = _DECORATION.match(low, start, end)
    content = found.end() if found else start
    close = content + len(low[content:end].rstrip(" :?-*#]】)》_.…|\u200b"))
    return Line(start, content, close, end)


def _is_bulleted(text: Text, line: Line) -> bool:
    return _BULLET.match(text.low, line.start, line.end) is not None


def _read_line(
    text: Text,
    line: Line,
    hits: list[Hit[Heading]],
    breaks: list[tuple[int, Zone]],
    said: list[Field],
    *,
    flat: bool,
) -> None:
    """Append the sections that begin in a line to `breaks`, and its fields to `said`."""
    zone = breaks[-1][1] if breaks else "unknown"
    taken = line.start
    hits = sorted(hits, key=_first_and_longest) if len(hits) > 1 else hits
    if not _begins_with_field(text, line, hits, zone):
        wholes = [hit for hit in hits if _is_line_heading(text, line, hit) and not _is_label(text, hit, zone)]
        if wholes:
            _, taken, heading = min(wholes, key=lambda hit: _rank(hit, line.content))
            zone = cast(Zone, heading.zone)
            breaks.append((line.start, zone))
    # A heading inside a line must come after the one that opens it.
    for hit in hits:
        if hit[0] < taken:
            continue
        if hit[2].match in fields.KINDS:
            if field := fields.field_at(text, hit, line, zone):
                said.append(field)
                taken = hit[1]
        elif (
            (hit[2].match in _INLINE and _is_inline_heading(text, line, hit))
            or (flat and _opens_between(text, hit))
        ) and not _is_label(text, hit, zone):
            if said and said[-1].end > hit[0]:
                said[-1] = said[-1]._replace(end=hit[0])
            zone = cast(Zone, hit[2].zone)
            breaks.append((hit[0], zone))
            taken = hit[1]


def _first_and_longest(hit: Hit[Heading]) -> tuple[int, int, bool]:
    start, end, heading = hit
    return start, -end, heading.match not in fields.KINDS


def _begins_with_field(text: Text, line: Line, hits: Iterable[Hit[Heading]], zone: Zone) -> bool:
    own = (hit for hit in hits if hit[0] == line.content and hit[2].match in fields.KINDS)
    return any(fields.field_at(text, hit, line, zone) for hit in own)


def _is_label(text: Text, hit: Hit[Heading], zone: Zone) -> bool:
    """Tell whether `hit` names what an item among the requirements asks for: "行业背景：做过金融"."""
    _, end, heading = hit
    if heading.match != "zh_label" or zone not in ("required", "preferred"):
        return False
    return text.low[end : end + 1] == ":" and text.low[end + 1 : end + 3].strip(" ")[:1] not in ("", "\n")


def _rank(hit: Hit[Heading], content: int) -> tuple[bool, bool, int, int]:
    start, end, heading = hit
    return (heading.match in _WITHIN_A_LINE, start != content, start - end, _RANKS[heading.zone])


def _is_line_heading(text: Text, line: Line, hit: Hit[Heading]) -> bool:
    """Tell whether `hit` makes `line` a heading (or its beginning, before a colon)."""
    start, end, heading = hit
    kind = heading.match
    if kind in fields.KINDS:
        return False
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
    if kind == "zh_line" and _ITEM_OR_ENGLISH.match(text.low, end, line.end):
        return True
    length = line.close - line.content
    if kind == "inline":
        return length <= 14
    if kind == "start" and length <= min(_HEADING_LENGTH, end - start + 40):
        rest = text.low[line.close : line.end].strip(" *#_")
        plain = rest.startswith("...") or rest[:1] not in (".", ";", ",")
        return plain and (line.close - end <= 4 or not _is_bulleted(text, line))
    return False


def _looks_like_heading(text: Text, line: Line) -> bool:
    if not 0 < line.close - line.content <= _WORD_HEADING_LENGTH:
        return False
    words = text.cased[line.content : line.end].strip()
    if words[-1] in ".;,!":
        return False
    long = re.findall(r"[A-Za-z']{4,}", words)
    return words[-1] == ":" or (bool(long) and all(word[0].isupper() for word in long))


def _looks_like_zh_heading(text: Text, line: Line) -> bool:
    """Tell whether a Chinese line is short, alone and no sentence: "我们希望你具备的能力与背景"."""
    if not 0 < line.close - line.content <= _ZH_WORD_HEADING_LENGTH:
        return False
    if _ZH_ORDINAL.sub("", text.low[line.start : line.content]).strip(" #*【[<《"):
        return False
    return not any(mark in text.low[line.content : line.end] for mark in ",;。、")


def _is_inline_heading(text: Text, line: Line, hit: Hit[Heading]) -> bool:
    start, end, heading = hit
    low, kind = text.low, heading.match
    before = low[start - 1] if start > line.content else ""
    after = low[end] if end < line.end else ""
    if kind == "inline":
        if after in (":", "】", "]") or before in ("【", "["):
            return True
        if low[start - 1 : start] == "、" and _ORDINAL.search(low, max(line.start, start - 5), start):
            return (
                True  # "三、加分项有…": an ordinal opens a section even where blanks and line ends were lost
            )
        edge = before == "" or not (before.isalnum() or before in ",、的与和及") or before.isdigit()
        return edge and (after == "" or after in " -—(" or after.isdigit() or not after.isalnum())
    if kind in ("zh_line", "zh_label"):
        opened = before == "" or not (before.isalnum() or before == ",")
        framed = low[line.start : start].rstrip(" ")[-1:] in ("【", "[", "《")
        closed = before != "" or low[end : line.end].lstrip(" ")[:1] in ("】", "]", "》")
        return (framed and closed) or (after == ":" and opened)
    if kind != "start" or end - start < 8 or not text.cased[start].isupper():
        return False
    glued = after != "" and (text.cased[end].isupper() or after.isdecimal())
    return (after == ":" or glued) and (before in ("", ".", " ", ")") or before.isalnum())


def _is_about(line: str) -> bool:
    short = len(line) <= (16 if _CJK.search(line) else 60) or line.endswith(":")
    return short and line[-1:] not in (".", "。", ";")


def _is_framed_about(low: str, start: int) -> bool:
    """Tell whether a heading on the employer stands in brackets before his text: "【关于某某】1、某某是…"."""
    return low[start - 1 : start] in ("【", "[") and _FRAMED_ABOUT.match(low, start) is not None
