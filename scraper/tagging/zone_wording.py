"""What the wording of a sentence says of the part of the posting that it belongs to."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, cast

from scraper.tagging.fields import OF_THE_JOB
from scraper.tagging.matching import Hit
from scraper.tagging.sections import Zone
from scraper.tagging.sentences import BULLETS, Piece
from scraper.tagging.tables import LANGUAGES, LATIN, Language, load

_TURN: tuple[Language, str] = ("en", "turn")
_ASIDE = ("benefits", "boilerplate")
"""Zones that the wording of a sentence gives to itself alone: pay is told among the duties, too."""
_CLOSING = ("boilerplate", "benefits", "company")
_BULLETS = "-*•●◦▪·–○➢✓"
_FIRST_MARK = re.compile(r"\s*\S")
_FIRST_WORD = re.compile(rf"[\s{re.escape(_BULLETS)}]*+([a-z]++)(?![\w'’-])")
_AS_A = re.compile(
    r"[\s*-]*as (?:an?|our|the|one of) [^.,]{2,70}, you(?:['’](?:ll|d)| (?:will|would|own|are)) "
)
"""How English speaks of the job in the middle of a section about the company."""
_ROLE = re.compile(r"[\s*-]*+(?:[a-z/&-]{2,16} ){0,3}product (?:manager|lead|owner)s?\b[^.:\n]{0,30}: [a-z]")
"""A line that names the role and says what it is, as where several openings share a text."""
_BEGINS_JOB = ("负责", "你将", "您将", "你会", "您会", "你需要", "您需要")
_LINE_START = re.compile(rf"(?:\A|\n)[ {BULLETS}]{{0,6}}\Z")
_BLANK_LINE = re.compile(rf"\n {{0,6}}\n[ {BULLETS}]{{0,6}}\Z")
_NEAR = 20
_LABEL = 12
_PARTS = re.compile(r"[^,;]+")


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


class Sentence(NamedTuple):
    """`[start:end)` of the text, its zone, and its number in a list if it has one."""

    start: int
    end: int
    zone: Zone
    number: int | None = None


class Wording:
    """Tells the zone of a sentence by its wording: `words` that stand in it, or how it begins."""

    def __init__(self, low: str, hits: Iterable[Hit[tuple[Language, str]]], language: Language):
        self.chinese = language == "zh"
        self.low = low
        self._order = _order(language)
        self._begins = _begins(language)
        self._known: dict[Piece, Zone] = {}
        self._hits = sorted((start, end, zone) for start, end, (of, zone) in hits if of == language)

    def zone(self, piece: Piece) -> Zone:
        """Return the zone of a sentence, unknown if nothing in it tells."""
        if piece in self._known:
            return self._known[piece]
        held = self._held(piece)
        beside = self.chinese and "benefits" in held
        zone = self._zone_beside_benefits(piece) if beside else self._zone(piece, held)
        self._known[piece] = zone
        return zone

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

    def asks(self, piece: Piece) -> bool:
        """Tell whether a sentence holds what only demands do: a degree, years, a wish."""
        return "required" in self._held(piece)

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

    def begins_row(self, start: int) -> bool:
        """Tell whether nothing but blanks and a bullet stands between a line end and `start`."""
        return (
            self.begins_line(start) or _LINE_START.search(self.low, max(0, start - _NEAR), start) is not None
        )

    def begins_paragraph(self, start: int) -> bool:
        """Tell whether a blank line stands before `start`."""
        return _BLANK_LINE.search(self.low, max(0, start - _NEAR), start) is not None

    def is_item(self, start: int) -> bool:
        """Tell whether a line with a bullet begins at `start`."""
        if not self.low[start].isspace():  # as nearly always
            return self.low[start] in _BULLETS and self.begins_line(start)
        found = _FIRST_MARK.match(self.low, start)
        return found is not None and found[0][-1] in _BULLETS and self.begins_line(start)

    def _held(self, piece: Piece) -> set[str]:
        if not self._hits:
            return set()
        start, end, _ = piece
        first = bisect_left(self._hits, (start,))
        last = bisect_left(self._hits, (end,), first)
        return {zone for _, stop, zone in self._hits[first:last] if stop <= end}


def in_zone(zone: Zone, pieces: Iterable[Piece]) -> list[Sentence]:
    """Return the sentences, all of one zone."""
    return [Sentence(start, end, zone, number) for start, end, number in pieces]


def by_wording(reader: Wording, pieces: Iterable[Piece], *, first: bool) -> list[Sentence]:
    """Judge each sentence by its own wording; `first`: they stand before the first heading."""
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
