"""The lowest degree that a posting asks for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from scraper.folding import fold
from scraper.tagging.clauses import Marks, inside
from scraper.tagging.matching import Text
from scraper.tagging.tables import Lexicon, Words, load, lowered
from scraper.tagging.zones import Sentence, Zoning
from storage.records import EducationLevel

LEVELS: tuple[EducationLevel, ...] = ("none", "high_school", "associate", "bachelor", "master", "doctorate")
_GATE = re.compile(
    r"学历|本科|专科|大专|硕士|博士|研究生|学士|高中|中专|985|211|degree|bachelor|master|phd|ph\.d|\bb\.?[as]\b|\bm\.?s\b|mba|undergrad|diploma|ged\b|一本|双一流|大学"
)

_STILL_ASKED = re.compile(
    r"(?:(?!优先|加分|佳)[^,;。])*(?:学历|以上)(?:(?!优先|加分|佳)[^,;。])*(?:[,;。]|$)"
)


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree asked for at `[start:end)` of the text."""

    level: EducationLevel
    requirement: Literal["required", "preferred"]
    start: int
    end: int


def find_education(text: Text, zoning: Zoning, marked: Callable[[int], Marks]) -> Degree | None:
    """Return the lowest degree required in `text`, or the lowest preferred one if none is required.

    Within one sentence degrees are alternatives ("Bachelor's or Master's"); over sentences, the lowest of
    the first sentence that requires one counts, since later ones refine it.
    """
    if not _GATE.search(text.low):
        return None
    by_sentence: dict[int, list[Degree]] = {}
    for degree in _degrees(text, zoning, marked):
        by_sentence.setdefault(zoning.index(degree.start), []).append(degree)
    for requirement in ("required", "preferred"):
        for degrees in by_sentence.values():
            asked = [degree for degree in degrees if degree.requirement == requirement]
            if asked:
                return min(asked, key=lambda degree: (LEVELS.index(degree.level), degree.start))
    return None


def parse_education(raw: str) -> EducationLevel | None:
    """Read a board's education field ("本科", "大专及以上", "1-3年本科"); None if it is silent."""
    low = lowered(raw)
    if "不限" in low:
        return "none"
    scanned = _degree_words().scan(low)
    found = [level for level in LEVELS if level in scanned]
    if not found and "初中" in low:
        return "none"
    return found[0] if found else None


def degree_before(low: str, start: int, stop: int) -> str | None:
    """Return the degree that a number of years is bound to ("Bachelor's degree with 5 years"), if any."""
    part = low[start:stop]
    cut = max(part.rfind(" or "), part.rfind("或"), part.rfind(";"))
    part = part[cut + 1 :]
    if not re.search(r"(?:with|plus|and|\+|\()\s*(?:at least|a minimum of)?\s*$", part):
        return None
    scanned = _degree_words().scan(part)
    return next((level for level in reversed(LEVELS) if level != "none" and level in scanned), None)


def _degrees(text: Text, zoning: Zoning, marked: Callable[[int], Marks]) -> list[Degree]:
    degrees = []
    scanned = _degree_words().scan(text.low)
    for level, start, end in ((name, *span) for name in LEVELS for span in scanned.get(name, ())):
        index = zoning.index(start)
        sentence = zoning.sentences[index]
        if sentence.zone in ("company", "benefits", "boilerplate") or _rejected(text, start, end, sentence):
            continue
        local = start - sentence.start
        if inside(local, marked(index).negated) and level != "none":
            continue
        preferred = inside(local, marked(index).preferred)
        if preferred and _STILL_ASKED.match(text.low, end, sentence.end):
            preferred = False  # "本科及以上学历，计算机专业优先": the field is preferred, the degree is not
        wish = preferred or sentence.zone == "preferred"
        degrees.append(Degree(level, "preferred" if wish else "required", start, end))
    return sorted(degrees, key=lambda degree: degree.start)


def _rejected(text: Text, start: int, end: int, sentence: Sentence) -> bool:
    if _signs("reject").stand_in(text.low[sentence.start : sentence.end]):
        return True
    spellings = _abbreviations().get(text.low[start:end])
    if spellings is None:
        return False
    return text.cased[start:end] not in spellings or _signs("not_abbr_near").stand_in(
        text.low[end : end + 14]
    )


@cache
def _abbreviations() -> dict[str, set[str]]:
    table, result = load("education"), dict[str, set[str]]()
    for level in LEVELS:
        for word in table[level].get("abbr", ()):
            result.setdefault(fold(word), set()).add(word)
    return result


@cache
def _signs(name: str) -> Words:
    return Words(load("education")["signs"][name])


@cache
def _degree_words() -> Lexicon:
    table = load("education")
    return Lexicon(
        {level: (*table[level]["words"], *map(fold, table[level].get("abbr", ()))) for level in LEVELS}
    )
