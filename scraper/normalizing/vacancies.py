"""A posting → the signature by which its vacancy is found: what of its title and text is the opening's own.

Not part of it is what changes from listing to listing of one opening: case, blanks, punctuation, all figures
(pay, years, phone numbers; the years asked are kept apart), lines that only tell where or for how much, and
of the title places, codes and marks. The comparison is in storage.recording.vacancies.
"""

import re
import zlib
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from scraper.normalizing.text import detect_language
from scraper.normalizing.titles import clean_title
from scraper.parsing.folding import fold
from storage.recording.vacancies import (
    BINS,
    CHINESE,
    HEAD,
    INTERN,
    JUNIOR,
    PLACES,
    SENIOR,
    VETERAN,
    Signature,
)

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+")
_SHINGLE = 3
"""Words (Latin) or characters (Chinese) in a row: the order counts, a changed word costs three."""
_HEAD = 30
"""Words by which the beginning of a text is known again."""

_LEVEL_WORDS = (
    (INTERN, re.compile(r"实习生?|\bintern(?:ship)?s?\b")),
    (JUNIOR, re.compile(r"助理|初级|管培生|培训生|\b(?:junior|jr|assistant)\b")),
    (SENIOR, re.compile(r"高级|\b(?:senior|sr|snr)\b")),
    (VETERAN, re.compile(r"资深")),
    (HEAD, re.compile(r"副?总监|总经理|负责人|\b(?:director|head|vp|vice president)\b")),
)
_SPELLINGS = {"sr": "senior", "snr": "senior", "jr": "junior", "mgr": "manager"}
_FILLERS = frozenset(("the", "a", "an", "of", "for", "and", "in", "at", "to", "remote", "岗", "位"))
_MARK = re.compile(r"(?<![a-z\d])(?:[pt]\d{1,2}|i{2,3}|iv)(?![a-z\d])")
_TITLE_WORD = re.compile(r"[\u3400-\u9fff]|\d+|[^\W\d_\u3400-\u9fff]+")

_ABOUT_PLACE_OR_PAY = re.compile(
    r"[^\w]*(?:工作地[点址]?|工作城市|上班地[点址]|办公地[点址]|base|地[点址]|城市|薪[资酬]\w{0,4}|月薪|年薪|待遇|"
    r"locations?|salary(?: range)?|compensation|pay(?: range)?)\s*[:：]"
)
_PLACE_LINE = 60
_CUT_NOTE = re.compile(r"登录查看完整内容|查看完整职位|\bshow more\b")
_ZH_NUMBERS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_YEARS = re.compile(
    r"(?<![\d.])(1[0-5]|[1-9])(?:\s*(?:-|~|to|至|到)\s*\d{1,2})?\s*(?:\+\s*)?(?:years?|yrs?|年)|([一二两三四五六七八九十])年"
)


def signature_of(title: str, text: str, places: Sequence[str] = (), requisition: str = "") -> bytes:
    """Return the signature of a posting (300 bytes): plain text, normalised places, the board's requisition.

    A requisition without any digit ("n/a") is none.
    """
    heading = fold(clean_title(title)) or fold(title)
    words = _title_words(heading)
    body = fold(text)
    spoken = _words(body)
    bins, size = _min_hash(spoken)
    number = fold(requisition).strip()
    return Signature(
        title=_digest(*sorted(words)),
        job=_digest(*sorted(_title_words(_without_levels(heading)))),
        requisition=_digest(number) if any(char.isdigit() for char in number) else bytes(6),
        head=_digest(*spoken[:_HEAD])[:4],
        levels=_levels(heading) | (CHINESE if detect_language(text) != "en" else 0),
        years=_years(body),
        mark=_mark(heading),
        size=size,
        places=tuple(sorted({_short(fold(place)) for place in places if place}))[:PLACES],
        bins=bins,
    ).pack()


def _title_words(heading: str) -> list[str]:
    words = (_SPELLINGS.get(word, word) for word in _TITLE_WORD.findall(heading))
    return [word for word in words if word not in _FILLERS]


def _levels(heading: str) -> int:
    return sum(level for level, pattern in _LEVEL_WORDS if pattern.search(heading))


def _without_levels(heading: str) -> str:
    for _, pattern in _LEVEL_WORDS:
        heading = pattern.sub(" ", heading)
    return heading


def _mark(heading: str) -> int:
    found = sorted(set(_MARK.findall(heading)))
    return _short(" ".join(found)) if found else 0


def _years(body: str) -> int:
    return sum({1 << (int(figure) if figure else _ZH_NUMBERS[word]) for figure, word in _YEARS.findall(body)})


def _words(body: str) -> list[str]:
    lines = (line for line in _CUT_NOTE.sub("", body).splitlines() if not _is_about_place_or_pay(line))
    return _WORD.findall("\n".join(lines))


def _is_about_place_or_pay(line: str) -> bool:
    return len(line) <= _PLACE_LINE and bool(_ABOUT_PLACE_OR_PAY.match(line))


def _min_hash(words: Sequence[str]) -> tuple[bytes, int]:
    """Return the bins of the words' shingles and how many different shingles there are."""
    if len(words) < _SHINGLE:
        return bytes(BINS), 0
    codes = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words], dtype=np.uint64)
    mixed = np.zeros(len(codes) - _SHINGLE + 1, dtype=np.uint64)
    for offset in range(_SHINGLE):
        mixed = _mix(mixed + codes[offset : offset + len(mixed)])
    shingles = np.unique(mixed)
    # Three independent parts of the hash: which bin, which byte stands for it, and the order within a bin.
    order = np.argsort(shingles >> np.uint64(16))[::-1]
    kept = shingles[order]
    bins = np.zeros(BINS, dtype=np.uint8)
    bins[kept & np.uint64(BINS - 1)] = 1 + (kept >> np.uint64(8) & np.uint64(0xFF)) % np.uint64(255)
    return bins.tobytes(), len(shingles)


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """SplitMix64 (Steele, Lea, Flood 2014): every bit of a value moves every bit of the result."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)


def _digest(*parts: str) -> bytes:
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=6).digest()


def _short(text: str) -> int:
    """Return a hash of 16 bits that is never 0."""
    return 1 + int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=2).digest()) % 65535
