"""Which part of a posting a sentence belongs to.

A posting is cut into sentences (line ends, full stops, bullets, list numbers). Headings, alone on a line or
inside one ("岗位职责：1、…任职要求：…"), open a zone that lasts until the next. Where no heading stands, a
list whose numbers begin again is a new block, judged by its first items, and other sentences are judged
by their wording; what gives no sign stays `unknown`. Nothing becomes `required` by default.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from scraper.tagging.matching import Heading, Match, Text
from scraper.tagging.tables import Lexicon, Words, load, words_pattern

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
_KINDS = ("start", "line", "inline", "zh_line", "word")
_SPLIT = re.compile(
    r"\n+|[。!?;]+|\.(?=\s+[^a-z\s]|\s*$)|[●•◦▪■◆○➢✓]"
    r"|(?:(?<=^)|(?<=[^\dA-Za-z.,~\-\x00(]))(?P<number>\d{1,2})[、.)](?=[^\d])"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|inc|incl|min|vs|sr|jr|dr|approx|no|st|co|u\.s)|^[a-z])$", re.IGNORECASE
)
_DECORATION = re.compile(
    r"[^A-Za-z0-9\u3400-\u9fff]*(?:[一二三四五六七八九十]{1,2}[、.) ]|\d{1,2}[、.)])?"
    r"[^A-Za-z0-9\u3400-\u9fff]*"
)
_BULLET = re.compile(r"\s*[-*•●◦▪·–○➢✓]\s*")
_HEADING_LENGTH = 70
_SENTENCE_LENGTH = 800
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`[start:end)` of the text, its zone, and its number in a list if it has one."""

    start: int
    end: int
    zone: Zone
    number: int | None = None


class Zoning:
    """The sentences of one text, in order, covering all of it that is not a separator."""

    def __init__(self, sentences: Sequence[Sentence]):
        self.sentences = sentences
        self._starts = [sentence.start for sentence in sentences]

    def index(self, position: int) -> int:
        """Return the index of the sentence that holds `position` (of the one before, for a separator)."""
        return max(bisect_right(self._starts, position) - 1, 0)


@cache
def headings() -> tuple[Heading, ...]:
    """Return all headings of headings.toml."""
    table = load("headings")
    return tuple(
        Heading(text, zone, kind) for zone in ZONES for kind in _KINDS for text in table[zone].get(kind, ())
    )


def zone_text(text: Text, found: Iterable[Match[Heading]]) -> Zoning:
    """Cut `text` into sentences with their zones; `found` are the headings that the matcher saw."""
    breaks = _breaks(text, found)
    pieces = _sentences(text, [position for position, _ in breaks])
    chinese = _is_chinese(text.low)
    zoned: list[Sentence] = []
    for zone, group in _by_section(pieces, breaks):
        if chinese and zone in ("unknown", "responsibilities"):
            zoned.extend(_by_blocks(text, group, zone))
        elif zone == "unknown":
            zoned.extend(
                _by_wording(
                    text, group, first=bool(breaks) and group[0].start < breaks[0][0], chinese=chinese
                )
            )
        elif zone == "company" and not chinese:
            zoned.extend(_company(text, group))
        else:
            zoned.extend(Sentence(piece.start, piece.end, zone, piece.number) for piece in group)
    return Zoning(zoned)


def _is_chinese(low: str) -> bool:
    sample = low[:3000]
    return len(_CJK.findall(sample)) * 4 > len(sample)


# ------------------------------------------------------------------ headings


def _breaks(text: Text, found: Iterable[Match[Heading]]) -> list[tuple[int, Zone]]:
    """Return where sections begin, in order; a heading belongs to the section that it opens."""
    by_line: dict[int, list[Match[Heading]]] = {}
    lines = _lines(text.low)
    starts = [start for start, _ in lines]
    for match in found:
        by_line.setdefault(bisect_right(starts, match.start) - 1, []).append(match)
    breaks: list[tuple[int, Zone]] = []
    for index, (start, end) in enumerate(lines):
        matches = by_line.get(index, [])
        if matches:
            breaks.extend(_line_breaks(text, _line(text.low, start, end), matches))
        elif text.low.startswith(("about ", "关于"), _content(text.low, start, end)):
            breaks.extend(_about(text, start, end))
    return sorted(breaks)


def _lines(low: str) -> list[tuple[int, int]]:
    lines, start = [], 0
    for part in low.split("\n"):
        lines.append((start, start + len(part)))
        start += len(part) + 1
    return lines


def _content(low: str, start: int, end: int) -> int:
    found = _DECORATION.match(low, start, end)
    return found.end() if found else start


@dataclass(frozen=True, slots=True)
class _Line:
    """A line `[start:end)`: its words stand in `[content:close)`, decoration and colon aside."""

    start: int
    content: int
    close: int
    end: int
    bullet: bool


def _line(low: str, start: int, end: int) -> _Line:
    content = min(_content(low, start, end), end)
    close = content + len(low[content:end].rstrip(" :?-*#]】)》_.…|"))
    return _Line(start, content, close, end, _BULLET.match(low, start, end) is not None)


def _line_breaks(text: Text, line: _Line, matches: list[Match[Heading]]) -> list[tuple[int, Zone]]:
    ranked = sorted(matches, key=lambda match: _rank(match, line.content))
    whole = next((match for match in ranked if _is_line_heading(text, line, match)), None)
    breaks = [(line.start, cast(Zone, whole.what.zone))] if whole else []
    taken = whole.end if whole else line.start
    # A heading inside a line must come after the one that opens it; of overlapping ones the longest counts.
    for match in sorted(matches, key=lambda match: (match.start, match.start - match.end)):
        if match.start >= taken and _is_inline_heading(text, line, match):
            breaks.append((match.start, cast(Zone, match.what.zone)))
            taken = match.end
    return breaks


def _rank(match: Match[Heading], content: int) -> tuple[bool, bool, int, int]:
    at_start = match.start == content
    return (match.what.match == "word", not at_start, match.start - match.end, ZONES.index(match.what.zone))


def _is_line_heading(text: Text, line: _Line, match: Match[Heading]) -> bool:
    """Tell whether `match` makes `line` a heading (or its beginning, before a colon)."""
    kind, at_start = match.what.match, match.start == line.content
    if kind == "word":
        return not line.bullet and _looks_like_heading(text, line)
    if not at_start:
        return False
    after = text.low[match.end : min(match.end + 8, line.end)].lstrip(" 】])》*_")[:1]
    if after == ":" or match.end >= line.close:
        return True
    length = line.close - line.content
    if kind == "inline":
        return length <= 14
    if kind == "start" and length <= min(_HEADING_LENGTH, match.end - match.start + 40):
        plain = text.low[line.close : line.end].strip(" *#_")[:1] not in (".", ";", ",")
        return plain and (not line.bullet or line.close - match.end <= 4)
    return False


def _looks_like_heading(text: Text, line: _Line) -> bool:
    if not 0 < line.close - line.content <= 60:
        return False
    words = text.cased[line.content : line.end].strip()
    if words[-1] in ".;,!":
        return False
    long = re.findall(r"[A-Za-z']{4,}", words)
    return words[-1] == ":" or (bool(long) and all(word[0].isupper() for word in long))


def _is_inline_heading(text: Text, line: _Line, match: Match[Heading]) -> bool:
    low, kind = text.low, match.what.match
    before = low[match.start - 1] if match.start > line.content else ""
    after = low[match.end] if match.end < line.end else ""
    if kind == "inline":
        if after in (":", "】", "]") or before in ("【", "["):
            return True
        edge = before == "" or not (before.isalnum() or before in ",、的与和及") or before.isdigit()
        return edge and (after == "" or after in " -—(" or after.isdigit() or not after.isalnum())
    if kind == "zh_line":
        opened = before == "" or not (before.isalnum() or before == ",")
        return before in ("【", "[", "《") or (after == ":" and opened)
    if kind != "start" or match.end - match.start < 8 or not text.cased[match.start].isupper():
        return False
    glued = after != "" and text.cased[match.end].isupper()
    return (after == ":" or glued) and (before in ("", ".", " ", ")") or before.isalnum())


def _about(text: Text, start: int, end: int) -> list[tuple[int, Zone]]:
    line = text.low[start:end].strip()
    short = len(line) <= (16 if _CJK.search(line) else 60) or line.endswith(":")
    return [(start, "company")] if short and line[-1:] not in (".", "。", ";") else []


# ------------------------------------------------------------------ sentences


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    number: int | None


def _sentences(text: Text, breaks: list[int]) -> list[_Piece]:
    cuts: list[tuple[int, int, int | None]] = [(position, position, None) for position in breaks]
    for found in _SPLIT.finditer(text.cased):
        if found[0] == "." and _ABBREVIATED.search(text.cased, max(found.start() - 6, 0), found.start()):
            continue
        cuts.append((found.start(), found.end(), int(found["number"]) if found["number"] else None))
    cuts.sort(key=lambda cut: cut[:2])
    pieces: list[_Piece] = []
    start, number = 0, None
    for cut_start, cut_end, next_number in cuts:
        if text.low[start:cut_start].strip():
            pieces.extend(_pieces(text.low, start, cut_start, number))
            number = None
        start = max(start, cut_end)
        number = next_number if next_number is not None else number
    if text.low[start:].strip():
        pieces.extend(_pieces(text.low, start, len(text.low), number))
    return pieces


def _pieces(low: str, start: int, end: int, number: int | None) -> Iterator[_Piece]:
    """Yield a sentence in parts that are short enough for the work inside a sentence to stay bounded."""
    while end - start > _SENTENCE_LENGTH:
        middle, limit = start + _SENTENCE_LENGTH // 2, start + _SENTENCE_LENGTH
        cut = max(low.rfind(mark, middle, limit) for mark in (",", "、", " ")) + 1 or limit
        yield _Piece(start, cut, number)
        start = cut
    yield _Piece(start, end, number)


def _by_section(pieces: list[_Piece], breaks: list[tuple[int, Zone]]) -> list[tuple[Zone, list[_Piece]]]:
    sections: list[tuple[Zone, list[_Piece]]] = []
    positions = [position for position, _ in breaks]
    last = -1
    for piece in pieces:
        index = bisect_right(positions, piece.start)
        if index != last:
            sections.append((breaks[index - 1][1] if index else "unknown", []))
            last = index
        sections[-1][1].append(piece)
    return sections


# ------------------------------------------------------------------ wording, where no heading tells


def _by_blocks(text: Text, pieces: list[_Piece], zone: Zone) -> list[Sentence]:
    """Judge each run of list numbers by its first items; a run ends where the numbers begin again."""
    blocks: list[list[_Piece]] = [[]]
    highest = 0
    for piece in pieces:
        if piece.number is not None:
            if piece.number == 1 and highest > 1:
                blocks.append([])
                highest = 0
            highest = max(highest, piece.number)
        blocks[-1].append(piece)
    if zone == "responsibilities" and len(blocks) == 1:
        return [Sentence(piece.start, piece.end, zone, piece.number) for piece in pieces]
    sentences: list[Sentence] = []
    for block in blocks:
        numbered = [piece for piece in block if piece.number is not None][:3]
        asked = sum(_wording(text, piece, chinese=True) == "required" for piece in numbered)
        if len(numbered) < 2:
            if zone == "responsibilities":
                sentences.extend(Sentence(piece.start, piece.end, zone, piece.number) for piece in block)
            else:
                sentences.extend(_by_wording(text, block, first=False, chinese=True))
            continue
        verdict: Zone = "required" if asked * 2 > len(numbered) else "responsibilities"
        for piece in block:
            own = _wording(text, piece, chinese=True) if piece.number is None else verdict
            settled = verdict if own == "unknown" else own
            sentences.append(Sentence(piece.start, piece.end, settled, piece.number))
    return sentences


def _by_wording(text: Text, pieces: list[_Piece], *, first: bool, chinese: bool) -> list[Sentence]:
    sentences = []
    before: Zone = "company" if first and not chinese else "unknown"
    for piece in pieces:
        zone = _wording(text, piece, chinese=chinese)
        if zone == "unknown" and not chinese:
            # English prose before the first heading: one subject per paragraph, so a sentence without a
            # sign of its own goes on with what the last one spoke about.
            zone = before
        before = zone
        sentences.append(Sentence(piece.start, piece.end, zone, piece.number))
    return sentences


def _company(text: Text, pieces: list[_Piece]) -> list[Sentence]:
    """A section about the company often ends with the job, without a heading."""
    turn = _turn()
    return [
        Sentence(
            piece.start,
            piece.end,
            "summary" if turn.stand_in(text.low[piece.start : piece.end]) else "company",
        )
        for piece in pieces
    ]


def _wording(text: Text, piece: _Piece, *, chinese: bool) -> Zone:
    wording = _wordings("zh" if chinese else "en")
    sentence = text.low[piece.start : piece.end].strip(" -*·,:")
    held = wording.holds.scan(sentence)
    for zone, begins in wording.begins:
        if zone in held or (begins is not None and begins.match(sentence)):
            return zone
    return "unknown"


@dataclass(frozen=True, slots=True)
class _Wording:
    """`holds`: words by zone; `begins`: how a sentence starts, by zone, in the order of asking."""

    holds: Lexicon
    begins: tuple[tuple[Zone, re.Pattern[str] | None], ...]


@cache
def _turn() -> Words:
    return Words(load("wording")["company_turn"]["holds"])


@cache
def _wordings(language: str) -> _Wording:
    zones = load("wording")[language]
    begins = (
        (cast(Zone, zone), _begins(entry["begins"]) if entry.get("begins") else None)
        for zone, entry in zones.items()
    )
    return _Wording(Lexicon({zone: entry.get("holds", ()) for zone, entry in zones.items()}), tuple(begins))


def _begins(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:[^,。:]{{0,12}}:)?\s*(?:{words_pattern(words)})")
