"""Fields: a heading word with its value in the same line ("Base salary: $120,000", "工作地点：北京").

A heading that stands alone opens a section. A field only speaks for itself: what follows it goes on with what
was spoken of before.
"""

import re
from typing import NamedTuple

from scraper.tagging.masking import Text
from scraper.tagging.matching import Heading, Hit
from scraper.tagging.tables import LATIN

KINDS = ("field", "early_field")
"""Kinds of headings that may be fields: always, or only as long as no section on the job has begun."""

OF_THE_JOB = frozenset({"summary", "responsibilities", "required", "preferred"})

_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_REST_OF_LABEL = re.compile(r"[^\n:.;,。!?|\]】]{0,30}?(?:[:】\]][*_ ]{0,3}){1,2}")
_ZH_REST_OF_LABEL = re.compile(r"[^\n:.;,。!?|\]】a-z0-9]{0,6}?(?:[:】\]][*_ ]{0,3}){1,2}")
_SIZE = re.compile(r"[^\n:.;]{0,30}?[$€£]?\d")
_LIST = re.compile(r"[\s*_-]{0,4}(?:\(?\d{1,2}[、.)](?!\d)|[①-⑩一二三四五][、.]?(?=\W)|[-•●◦▪·○➢✓])")
_BEFORE = frozenset("\n.。;,|!?)】]([【")
_GAP = "  "
_VALUE = re.compile(r"[ *_:#-]{0,20}[^\s*_:#-]")
_LONGEST = 800
"""Characters in which the end of a value is looked for; longer sentences are cut anyway."""
_VALUE_END = re.compile(r"[;!?]|\s\|\s|\.\s")
_ZH_VALUE_END = re.compile(r"[|。;!?]|,(?!\d)| (?=[\u3400-\u9fff]{2})")


class Line(NamedTuple):
    """A line `[start:end)`: its words stand in `[content:close)`, decoration and colon aside."""

    start: int
    content: int
    close: int
    end: int


class Field(NamedTuple):
    """A field `[start:end)` and its zone; `in_line` if it takes all of that, else only its first sentence."""

    start: int
    end: int
    zone: str
    in_line: bool


def field_at(text: Text, hit: Hit[Heading], line: Line, zone: str) -> Field | None:
    """Return the field that `hit` begins in `line`, if it is one; `zone` is what is spoken of before it."""
    start, end, heading = hit
    low = text.low
    opens = start == line.content
    known = zone in OF_THE_JOB
    if (heading.match == "early_field" and known) or not (opens or _may_begin(text, start)):
        return None
    chinese = low[start] not in LATIN
    label = (_ZH_REST_OF_LABEL if chinese else _REST_OF_LABEL).match(low, end)
    if label is None and not (opens and _SIZE.match(low, end)):
        return None
    value = label.end() if label else end
    if not _VALUE.match(low, value, line.end) or _LIST.match(low, value, line.end):
        return None
    if opens and known:
        return Field(line.start, line.end, heading.zone, in_line=True)
    limit = min(line.end, value + _LONGEST)
    stop = (_ZH_VALUE_END if chinese else _VALUE_END).search(low, value, limit)
    return Field(line.start if opens else start, stop.start() if stop else limit, heading.zone, in_line=False)


def _may_begin(text: Text, start: int) -> bool:
    """Tell whether a field may begin at `start` inside a line: behind a mark or a gap, and not in a word."""
    before = text.low[max(0, start - 8) : start]
    if text.low[start] not in LATIN:
        return before[-1] in _BEFORE or before[-1] == " "
    apart = before.endswith(_GAP) or before.rstrip()[-1:] in _BEFORE
    return apart and text.cased[start].isupper()
