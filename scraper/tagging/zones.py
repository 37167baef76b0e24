"""Which part of a posting a sentence belongs to.

A posting is cut into sentences (sentences.py). Headings open a zone that lasts until the next (sections.py).
Where no heading stands, a list whose numbers begin again is a new block, judged by its first items, and
other sentences are judged by their wording; what gives no sign stays `unknown`. Nothing becomes `required`
by default.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import NamedTuple, cast

from scraper.tagging.fields import OF_THE_JOB, Field
from scraper.tagging.masking import Text
from scraper.tagging.matching import Found, Hit
from scraper.tagging.sections import ZONES, Sections, Zone, headings
from scraper.tagging.sentences import Piece, cut_sentences
from scraper.tagging.tables import LANGUAGES, LATIN, Language, load

__all__ = ["ZONES", "Sentence", "Zone", "Zoning", "headings", "words", "zone_text"]

_NO_IDEOGRAPHS = bytes(byte for byte in range(256) if not 0xE4 <= byte <= 0xE9)
"""All but the bytes that begin an ideograph (U+4000 to U+9FFF) in UTF-8."""
_TURN: tuple[Language, str] = ("en", "turn")
_CLOSING = ("boilerplate", "benefits", "company")
_BULLETS = "-*•●◦▪·–○➢✓"
_FIRST_MARK = re.compile(r"\s*\S")
_FIRST_WORD = re.compile(rf"[\s{re.escape(_BULLETS)}]*+([a-z]++)(?![\w'’-])")
_FIRST_ITEMS = 3
"""Items of a list that tell what it is about."""
_ASIDE = ("benefits", "boilerplate")
"""Zones that the wording of a sentence gives to itself alone: pay is told among the duties, too."""
_AS_A = re.compile(
    r"[\s*-]*as (?:an?|our|the|one of) [^.,]{2,70}, you(?:['’](?:ll|d)| (?:will|would|own|are)) "
)
"""How English speaks of the job in the middle of a section about the company."""
_ROLE = re.compile(r"[\s*-]*+(?:[a-z/&-]{2,16} ){0,3}product (?:manager|lead|owner)s?\b[^.:\n]{0,30}: [a-z]")
"""A line that names the role and says what it is, as where several openings share a text."""
_BEGINS_JOB = ("负责", "你将", "您将", "你会", "您会", "你需要", "您需要")
_LABEL = 12
_PARTS = re.compile(r"[^,;]+")


class Sentence(NamedTuple):
    """`[start:end)` of the text, its zone, and its number in a list if it has one."""

    start: int
    end: int
    zone: Zone
    number: int | None = None


class Zoning:
    """The sentences of one text, in order, covering all of it that is not a separator; and their starts."""

    def __init__(self, sentences: Sequence[Sentence]):
        self.sentences = sentences
        self.starts = [start for start, _, _, _ in sentences]

    def index(self, position: int) -> int:
        """Return the index of the sentence that holds `position` (of the one before, for a separator)."""
        after = bisect_right(self.starts, position)
        return after - 1 if after else 0


@cache
def words() -> Mapping[tuple[Language, str], Sequence[str]]:
    """Return the words that tell the zone of a sentence, by language and zone, for the scan."""
    table = load("wording")
    lists = {
        (language, zone): entry.get("holds", ())
        for language in LANGUAGES
        for zone, entry in table[language].items()
    }
    closing = {_closing_name(zone): table["closing"][zone] for zone in ("boilerplate", "benefits")}
    return {**lists, **closing, _TURN: table["company_turn"]["holds"]}


def _closing_name(zone: str) -> tuple[Language, str]:
    return "en", f"closing {zone}"


def zone_text(text: Text, found: Found, sections: Sections, lost: AbstractSet[int] = frozenset()) -> Zoning:
    """Cut `text` into sentences with their zones; `found` is what the scan found in it.

    `lost` are the places at which line ends were lost.
    """
    breaks, said = sections
    cuts = [position for position, _ in breaks]
    pieces = cut_sentences(text, [*cuts, *lost, *(edge for field in said for edge in field[:2])])
    spoken, pieces = _of_fields(pieces, said) if said else ([], pieces)
    reader = _Wording(text.low, found.wording, "zh" if _is_chinese(text.low) else "en")
    zoned = spoken
    for zone, group in _by_section(pieces, breaks):
        first = bool(breaks) and group[0][0] < breaks[0][0]
        if reader.chinese and zone in ("unknown", "responsibilities"):
            zoned += _by_blocks(reader, group, zone, first=first)
        elif zone == "unknown":
            zoned += _by_wording(reader, group, first=first)
        elif zone == "company":
            zoned += (_company_zh if reader.chinese else _company)(reader, group)
        elif zone in ("responsibilities", "required", "preferred") and not reader.chinese:
            zoned += _closed(reader, group, zone)
        else:
            zoned += _in_zone(zone, group)
    return Zoning(sorted(zoned) if said else zoned)


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


def _in_zone(zone: Zone, pieces: Iterable[Piece]) -> list[Sentence]:
    return [Sentence(start, end, zone, number) for start, end, number in pieces]


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


def _by_blocks(reader: "_Wording", pieces: list[Piece], zone: Zone, *, first: bool = False) -> list[Sentence]:
    """Judge each run of list numbers by its first items; a run ends where the numbers begin again.

    `first`: the pieces stand before the first heading.
    """
    blocks: list[list[Piece]] = [[]]
    highest = 0
    for piece in pieces:
        number = piece[2]
        if number is not None:
            if number == 1 and highest > 1:
                blocks.append([])
                highest = 0
            highest = max(highest, number)
        blocks[-1].append(piece)
    if zone == "responsibilities" and len(blocks) == 1:
        return _in_zone(zone, pieces)
    sentences: list[Sentence] = []
    for block in blocks:
        numbered = [piece for piece in block if piece[2] is not None][:_FIRST_ITEMS]
        if len(numbered) >= 2:
            asked = [reader.zone(piece) for piece in numbered].count("required")
            verdict: Zone = "required" if asked * 2 > len(numbered) else "responsibilities"
            for piece in block:
                own = reader.zone(piece) if piece[2] is None else verdict
                start, end, number = piece
                sentences.append(Sentence(start, end, verdict if own == "unknown" else own, number))
        elif zone == "responsibilities":
            sentences += _in_zone(zone, block)
        else:
            sentences += _by_wording(reader, block, first=first)
    return sentences


def _by_wording(reader: "_Wording", pieces: Iterable[Piece], *, first: bool) -> list[Sentence]:
    sentences: list[Sentence] = []
    before: Zone = "company" if first and not reader.chinese else "unknown"
    for piece in pieces:
        zone = reader.zone(piece)
        if zone == "unknown" and (not reader.chinese or (first and before == "company")):
            # Prose before the first heading: one subject per paragraph, so a sentence without a sign of its
            # own goes on with what the last one spoke about; in Chinese, if that was the employer.
            zone = "summary" if reader.names_role(piece) else before
        if zone not in _ASIDE:
            before = zone
        start, end, number = piece
        sentences.append(Sentence(start, end, zone, number))
    return sentences


def _company(reader: "_Wording", pieces: Sequence[Piece]) -> Iterator[Sentence]:
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


def _duty_list(reader: "_Wording", pieces: Sequence[Piece], bullets: Sequence[bool]) -> Sequence[int]:
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


def _company_zh(reader: "_Wording", pieces: list[Piece]) -> list[Sentence]:
    """Return a Chinese section about the company, which ends where a list that speaks of the job begins."""
    for at, piece in enumerate(pieces):
        if at and reader.begins_job(piece):
            return _in_zone("company", pieces[:at]) + _by_blocks(reader, pieces[at:], "unknown")
        if piece[2] == 1 and reader.begins_line(piece[0] - len("1、")):
            items = [item for item in pieces[at:] if item[2] is not None][:_FIRST_ITEMS]
            speaking = sum(reader.zone(item) in ("responsibilities", "required") for item in items)
            if len(items) > 1 and speaking * 2 > len(items):
                return _in_zone("company", pieces[:at]) + _by_blocks(reader, pieces[at:], "unknown")
    return _in_zone("company", pieces)


def _closed(reader: "_Wording", pieces: Iterable[Piece], zone: Zone) -> Iterator[Sentence]:
    """Yield a section whose list often ends with paragraphs on something else, without a heading."""
    listed = False
    for piece in pieces:
        start, end, number = piece
        if reader.is_item(start):
            listed = True
        elif listed and reader.begins_line(start):
            zone = reader.closing(piece) or zone
        yield Sentence(start, end, zone, number)


class _Wording:
    """Tells the zone of a sentence by its wording: `words` that stand in it, or how it begins."""

    def __init__(self, low: str, hits: Iterable[Hit[tuple[Language, str]]], language: Language):
        self.chinese = language == "zh"
        self.low = low
        self._order = _order(language)
        self._begins = _begins(language)
        self._hits = sorted((start, end, zone) for start, end, (of, zone) in hits if of == language)

    def zone(self, piece: Piece) -> Zone:
        held = self._held(piece)
        if self.chinese and "benefits" in held:
            return self._zone_beside_benefits(piece)
        return self._zone(piece, held)

    def _zone_beside_benefits(self, piece: Piece) -> Zone:
        """Return the zone of a sentence with a benefit: that of its other parts, if they speak of the job.

        A posting in one sentence says "负责…，经验不限，五险一金，…优先".
        """
        start, end, _ = piece
        asked: set[Zone] = set()
        for part in _PARTS.finditer(self.low, start, end):
            place = part.start(), part.end(), None
            held = self._held(place)
            if "benefits" not in held:
                asked.add(self._zone(place, held))
        return next((zone for zone in self._order if zone in asked and zone in OF_THE_JOB), "benefits")

    def _zone(self, piece: Piece, held: set[str]) -> Zone:
        sentence = self.low[piece[0] : piece[1]].strip(" -*·,:")
        for at in _first_words(sentence):
            for word, zone in self._begins.get(sentence[at : at + 1], ()):
                if _stands_at(word, sentence, at):
                    held.add(zone)
        if not self.chinese and "responsibilities" in held:
            held.discard("company")  # "Build features that serve millions of users"
        return next((zone for zone in self._order if zone in held), "unknown") if held else "unknown"

    def turns(self, piece: Piece) -> bool:
        """Tell whether a sentence of a section about the company speaks of the job after all."""
        said = ", you" in self.low[piece[0] : piece[1]] and _AS_A.match(self.low, *piece[:2])
        return bool(said) or _TURN[1] in self._held(piece)

    def begins_job(self, piece: Piece) -> bool:
        """Tell whether a sentence begins as those on the duties do, and none on the employer."""
        return self.low[piece[0] : piece[1]].lstrip(" -*·").startswith(_BEGINS_JOB)

    def names_role(self, piece: Piece) -> bool:
        """Tell whether a line names the role and says what it is."""
        return ": " in self.low[piece[0] : piece[1]] and _ROLE.match(self.low, *piece[:2]) is not None

    def begins_duty(self, piece: Piece) -> bool:
        """Tell whether an English sentence begins with a verb of a duty: "Own …", "Writing and testing …"."""
        found = _FIRST_WORD.match(self.low, piece[0], piece[1])
        return found is not None and found[1] in _duty_verbs()

    def closing(self, piece: Piece) -> Zone | None:
        """Return what a paragraph after a list speaks of, if not of what the list does."""
        held = self._held(piece)
        for zone in _CLOSING:
            if zone in held or _closing_name(zone)[1] in held:
                return cast(Zone, zone)
        begins, spared = _closing_begins()
        said = self.low[piece[0] : piece[1]].lstrip()
        opens = said.startswith(begins) and not said.startswith(spared)
        return "company" if opens and _TURN[1] not in held else None

    def begins_line(self, start: int) -> bool:
        """Tell whether nothing but blanks stands between `start` and the line end before or at it."""
        low = self.low
        while start and low[start - 1] == " ":
            start -= 1
        return not start or low[start - 1] == "\n" or low[start] == "\n"

    def is_item(self, start: int) -> bool:
        """Tell whether a line with a bullet begins at `start`."""
        found = _FIRST_MARK.match(self.low, start)
        return found is not None and found[0][-1] in _BULLETS and self.begins_line(start)

    def _held(self, piece: Piece) -> set[str]:
        if not self._hits:
            return set()
        start, end, _ = piece
        first = bisect_left(self._hits, (start,))
        last = bisect_left(self._hits, (end,), first)
        return {zone for _, stop, zone in self._hits[first:last] if stop <= end}


def _first_words(sentence: str) -> tuple[int, ...]:
    """Return where a sentence may be said to begin: at its start, or after a short label ("经验背景：…")."""
    blanks = len(sentence) - len(sentence.lstrip()) if sentence[:1].isspace() else 0
    colon = sentence.find(":", 0, _LABEL + 1)
    if colon < 0 or sentence.find(",", 0, colon) >= 0 or sentence.find("。", 0, colon) >= 0:
        return (blanks,)
    after = colon + 1
    return blanks, after + len(sentence) - after - len(sentence[after:].lstrip())


def _stands_at(word: str, sentence: str, at: int) -> bool:
    if not sentence.startswith(word, at):
        return False
    return word[-1] not in LATIN or sentence[at + len(word) : at + len(word) + 1] not in LATIN


@cache
def _order(language: str) -> Sequence[Zone]:
    """Return the zones in the order in which they are asked."""
    return tuple(cast(Zone, zone) for zone in load("wording")[language])


@cache
def _begins(language: str) -> Mapping[str, Sequence[tuple[str, Zone]]]:
    """Return the words that begin the sentences of a zone, with it, by their first letter."""
    by_letter: dict[str, list[tuple[str, Zone]]] = {}
    for zone, entry in load("wording")[language].items():
        for word in entry.get("begins", ()):
            by_letter.setdefault(word[0], []).append((word, cast(Zone, zone)))
    return by_letter


@cache
def _duty_verbs() -> frozenset[str]:
    """Return the verbs with which the items of a list of duties begin, as they are and with -ing."""
    return frozenset(load("wording")["duty_list"]["begins"])


@cache
def _closing_begins() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return how a paragraph on the company begins, and what begins so and is not on it."""
    table = load("wording")["closing"]
    return tuple(table["begins"]), tuple(table["not_begins"])
