"""Where the work is done: remote, hybrid or on site, from what the board states, else from the words.

The order is that of trust: the board's own field, the title, the locations, then the text; in the text a
stated share of office days (hybrid) beats a general word, and words about the company, a perk or a tool
("remote-friendly stipend", "hybrid cloud", "interview on site") say nothing about the role.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from scraper.bounds import MAX_READ
from scraper.normalizing.scanning import Scanned
from scraper.normalizing.titles import LONGEST_TITLE
from scraper.normalizing.workplace_words import (
    FIELD_HYBRID,
    FIELD_ONSITE,
    FIELD_REMOTE,
    NOT_REMOTE,
    OFFICE_DAYS,
    REMOTE_TOOL,
    RULES,
    TITLE_CUES,
    TITLE_HYBRID,
    TITLE_ONSITE,
    TITLE_REMOTE,
)
from scraper.parsing.folding import fold
from storage.records import Workplace

MAX_TELLING = 8_000
"""Characters of telling sentences that are read of a text; honest ones have half of that."""
_NEAR = 50
_SOME_ROLES = re.compile(
    r"(?:a few |some )?remote(?:-friendly)? roles|remote for (?:some|certain) roles", re.IGNORECASE
)
"""What a line of fields says of other roles."""
_STOPS = ("\n", "。", "；", "!", "?", ". ", ".\r")
_STOP = re.compile(r"[\n。；!?]|\.(?=\s)")


def find_workplace(
    stated: Workplace | None, locations: Sequence[str], title: str, text: Scanned
) -> Workplace | None:
    """Return how the role is done, or None where nothing says so.

    `stated` is the board's structured value and stands if given. "Not remote" alone means on site. Of the
    text the first `MAX_READ` characters are read.
    """
    return stated or _of_title(title[:LONGEST_TITLE]) or _of_locations("\n".join(locations)) or _of_text(text)


@lru_cache(maxsize=4096)
def _of_title(title: str) -> Workplace | None:
    text = fold(title)
    if not any(map(text.__contains__, TITLE_CUES)):
        return None
    if NOT_REMOTE.search(text):
        return "onsite"
    if TITLE_HYBRID.search(text):
        return "hybrid"
    if TITLE_REMOTE.search(text) and not REMOTE_TOOL.search(text):
        return "remote"
    return "onsite" if TITLE_ONSITE.search(text) else None


def _of_locations(locations: str) -> Workplace | None:
    """Read locations, one a line."""
    return _of_few_locations(locations) if len(locations) <= _FEW else _of_many_locations(locations)


_FEW = 200
"""Characters of locations up to which what was read is remembered: boards repeat them."""


def _of_many_locations(locations: str) -> Workplace | None:
    text = fold(locations[:MAX_READ])
    if NOT_REMOTE.search(text):
        return "onsite"
    remote, onsite = FIELD_REMOTE.search(text), FIELD_ONSITE.search(text)
    if FIELD_HYBRID.search(text):
        return "hybrid"
    if remote:
        return "hybrid" if onsite else "remote"
    return "onsite" if onsite else None


_of_few_locations = lru_cache(maxsize=8192)(_of_many_locations)


_LONGEST_FIELDS = 1_000
"""Characters of a line up to which it may be one of fields."""


def _line_of_fields(text: Scanned) -> str | None:
    """Return the line "Company | Role | Remote (US) | Full-time" that names a product manager, if any.

    Else the first line of the text, if it is one of fields and says where the work is done.
    """
    if text.raw.count("|", 0, MAX_READ) < 2:
        return None
    head = None
    for number, line in enumerate(text.raw[:MAX_READ].split("\n", 40)[:40]):
        if line.count("|") >= 2 and len(line) <= _LONGEST_FIELDS:
            low = fold(line)
            if OFFICE_DAYS.search(low):
                continue
            if "product manager" in low:
                return line
            if number == 0:
                head = _SOME_ROLES.sub("", line)
    return head if head and _of_locations(head.replace("|", "\n")) else None


def _of_text(text: Scanned) -> Workplace | None:
    fields = _line_of_fields(text)
    if fields:
        return _of_locations(fields.replace("|", "\n"))
    sentences = _telling_sentences(text)
    if not sentences:
        return None
    spoken_of = 0
    for sentence in sentences:
        spoken_of |= sentence.cues
    for rule in RULES:
        if not spoken_of & rule.cues:
            continue
        for sentence in sentences:
            if not sentence.cues & rule.cues:
                continue
            holds = sentence.text.__contains__
            if not all(any(map(holds, words)) for words in rule.words):
                continue
            for match in rule.says.finditer(sentence.text):
                near = sentence.text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
                if not (rule.aside and rule.aside.search(near)):
                    return rule.workplace
    return None


class _Sentence(NamedTuple):
    """A sentence with the cues in it."""

    text: str
    cues: int


def _telling_sentences(text: Scanned) -> list[_Sentence]:
    """Return the sentences that hold a cue."""
    low = text.low
    found: list[_Sentence] = []
    start = end = cues = read = 0
    for at, cue in text.cues:
        if at >= end:
            if cues:
                found.append(_Sentence(low[start:end], cues))
                read += end - start
                start = end
                cues = 0
            if read > MAX_TELLING:
                break
            start = max(max(low.rfind(stop, start, at) + 1 for stop in _STOPS), start, at - MAX_TELLING)
            stop = _STOP.search(low, at, at + MAX_TELLING)
            end = stop.start() if stop else min(len(low), at + MAX_TELLING)
        cues |= cue
    if cues:
        found.append(_Sentence(low[start:end], cues))
    return found
