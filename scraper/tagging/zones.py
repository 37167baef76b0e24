"""Which part of a posting a sentence belongs to.

A posting is cut into sentences (sentences.py). Headings open a zone that lasts until the next (sections.py).
Where no heading stands, Chinese lists and lines are judged as blocks (zh_blocks.py) and other sentences by
their wording (zone_wording.py); what gives no sign stays `unknown`. Nothing becomes `required` by default.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from scraper.stages import Stages
from scraper.tagging.fields import Field
from scraper.tagging.masking import Text
from scraper.tagging.matching import Found
from scraper.tagging.sections import ZONES, Sections, Zone, headings
from scraper.tagging.sentences import Piece, cut_sentences
from scraper.tagging.zh_blocks import by_blocks, company_zh
from scraper.tagging.zone_wording import Sentence, Wording, by_wording, in_zone

__all__ = ["ZONES", "Sentence", "Zone", "Zoning", "headings", "zone_text"]

_NO_IDEOGRAPHS = bytes(byte for byte in range(256) if not 0xE4 <= byte <= 0xE9)
"""All but the bytes that begin an ideograph (U+4000 to U+9FFF) in UTF-8."""
_ASKED = ("required", "responsibilities", "unknown")
_WISHED = re.compile(r"(?:以下|下面|下列|如下)[^,;。:\n]{0,14}(?:优先|加分|尤佳|更佳)(?:考虑|录用)?者?:\s*")
_ITEM = re.compile(r"\s*([(*•●◦▪·-])")


class Zoning:
    """The sentences of one text, in order, covering all of it that is not a separator; and their starts."""

    def __init__(self, sentences: Sequence[Sentence]):
        self.sentences = sentences
        self.starts = [start for start, _, _, _ in sentences]

    def index(self, position: int) -> int:
        """Return the index of the sentence that holds `position` (of the one before, for a separator)."""
        after = bisect_right(self.starts, position)
        return after - 1 if after else 0


def zone_text(
    text: Text, found: Found, sections: Sections, lost: AbstractSet[int] = frozenset()
) -> Stages[Zoning]:
    """Cut `text` into sentences with their zones; `found` is what the scan found in it.

    `lost` are the places at which line ends were lost.
    """
    breaks, said = sections
    cuts = [position for position, _ in breaks]
    pieces = cut_sentences(text, [*cuts, *lost, *(edge for field in said for edge in field[:2])])
    yield
    spoken, pieces = _of_fields(pieces, said) if said else ([], pieces)
    reader = Wording(text.low, found.wording, "zh" if _is_chinese(text.low) else "en")
    zoned = spoken
    for zone, group in _by_section(pieces, breaks):
        first = bool(breaks) and group[0][0] < breaks[0][0]
        if reader.chinese and zone in ("unknown", "responsibilities"):
            zoned += by_blocks(reader, group, zone, first=first)
        elif zone == "unknown":
            zoned += by_wording(reader, group, first=first)
        elif zone == "company":
            zoned += (company_zh if reader.chinese else _company)(reader, group)
        elif zone in ("responsibilities", "required", "preferred") and not reader.chinese:
            zoned += _closed(reader, group, zone)
        else:
            zoned += in_zone(zone, group)
    if reader.chinese and ("优先" in text.low or "佳:" in text.low or "加分:" in text.low):
        zoned = _with_wishes(text.low, zoned)
    return Zoning(sorted(zoned) if said else zoned)


def _with_wishes(low: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences, items of a list in a list as wishes: "4、有以下经验者优先: 1)做过… 2)懂…"."""
    wished = list(sentences)
    for at, (start, end, zone, _) in enumerate(sentences):
        opened = _WISHED.search(low, start, end) if zone in _ASKED else None
        if opened is None:
            continue
        first = at + 1
        for place in range(first, first + _items_of(low, sentences, at, opened.end())):
            wished[place] = wished[place]._replace(zone="preferred")
    return wished


def _items_of(low: str, sentences: Sequence[Sentence], at: int, stop: int) -> int:
    """Return how many sentences behind the one at `at` are items of the list that it opens at `stop`.

    The list goes on as long as its items are marked in the same way, which is another than that of the list
    around it. Where the sentence itself says what is wished for it opens none.
    """
    _, end, zone, _ = sentences[at]
    inside = _ITEM.match(low, stop, end)
    if stop < end and not inside:
        return 0
    around, mark = _mark(low, sentences[at]), inside[1] if inside else ""
    count = 0
    for sentence in sentences[at + 1 :]:
        own = _mark(low, sentence)
        mark = mark or own
        if sentence.zone != zone or own != mark or mark in ("", around):
            break
        count += 1
    return count


def _mark(low: str, sentence: Sentence) -> str:
    """Return what marks a sentence as an item: what follows its number, a bracket, a bullet, or nothing."""
    if sentence.number is not None:
        return low[sentence.start - 1]
    found = _ITEM.match(low, sentence.start, sentence.end)
    return found[1] if found else ""


def _of_fields(pieces: Iterable[Piece], said: Sequence[Field]) -> tuple[list[Sentence], list[Piece]]:
    """Return the sentences of the fields, and the other pieces."""
    spoken: list[Sentence] = []
    others: list[Piece] = []
    waiting = list(reversed(said))
    for piece in pieces:
        start, end, number = piece
        while waiting and waiting[-1].end <= start:
            waiting.pop()
        if waiting and waiting[-1].start <= start:
            spoken.append(Sentence(start, end, cast(Zone, waiting[-1].zone), number))
            if not waiting[-1].in_line:
                waiting.pop()
        else:
            others.append(piece)
    return spoken, others


def _is_chinese(low: str) -> bool:
    sample = low[:3000]
    if sample.isascii():
        return False
    return len(sample.encode().translate(None, _NO_IDEOGRAPHS)) * 4 > len(sample)


def _by_section(
    pieces: Iterable[Piece], breaks: Sequence[tuple[int, Zone]]
) -> Iterator[tuple[Zone, list[Piece]]]:
    """Yield the sentences from each break to the next; those before the first are of no known zone."""
    zone: Zone = "unknown"
    group: list[Piece] = []
    opened = 0
    for piece in pieces:
        if opened < len(breaks) and piece[0] >= breaks[opened][0]:
            if group:
                yield zone, group
                group = []
            while opened < len(breaks) and piece[0] >= breaks[opened][0]:
                zone = breaks[opened][1]
                opened += 1
        group.append(piece)
    if group:
        yield zone, group


def _company(reader: Wording, pieces: Sequence[Piece]) -> Iterator[Sentence]:
    """Yield a section about the company, which often ends with the job, without a heading."""
    listed = False
    bullets = [reader.is_item(start) for start, _, _ in pieces]
    duties = _duty_list(reader, pieces, bullets) if True in bullets else ()
    for at, piece in enumerate(pieces):
        start, end, number = piece
        if at in duties:
            yield Sentence(start, end, "responsibilities", number)
            continue
        bullet = bullets[at]
        turned = reader.turns(piece) or (listed and bullet)
        # "As a product lead, you'll:" turns the items that follow it, too.
        listed = turned and (bullet or reader.low[start:end].rstrip().endswith(":"))
        yield Sentence(start, end, "summary" if turned else "company", number)


def _duty_list(reader: Wording, pieces: Sequence[Piece], bullets: Sequence[bool]) -> Sequence[int]:
    """Return which of `pieces` are a list whose items (`bullets` tells which) mostly begin as duties do."""
    opened, items = 0, list[int]()
    for at, piece in enumerate((*pieces, None)):
        if piece is not None and bullets[at]:
            opened, items = (opened, [*items, at]) if items else (at, [at])
        elif items and (piece is None or reader.begins_line(piece[0])):
            begun = sum(reader.begins_duty(pieces[item]) for item in items)
            if len(items) > 1 and begun * 2 > len(items):
                return range(opened, at)
            items = []
    return ()


def _closed(reader: Wording, pieces: Iterable[Piece], zone: Zone) -> Iterator[Sentence]:
    """Yield a section whose list often ends with paragraphs on something else, without a heading."""
    listed = False
    for piece in pieces:
        start, end, number = piece
        if reader.is_item(start):
            listed = True
        elif listed and reader.begins_line(start):
            zone = reader.closing(piece) or zone
        yield Sentence(start, end, zone, number)
