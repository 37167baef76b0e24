"""What is said of the permit to work: sponsorship offered or not, a right to work or a clearance needed.

Ids: `sponsorship`, `no_sponsorship`, `work_authorization`, `clearance`. Visa the company, sponsored
events and what anti-discrimination notices list are none. The zone does not matter: permits are settled in
the small print.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from scraper.tagging.asked_words import Word
from scraper.tagging.clauses import Marks
from scraper.tagging.masking import Text
from scraper.tagging.tables import inside
from scraper.tagging.zones import Sentence, Zoning
from storage.records import Asked, Quote

Permit = Literal["sponsorship", "no_sponsorship", "work_authorization", "clearance"]
_REACH = 110

_REFUSED_BEFORE = re.compile(
    r"\b(?:not|unable|cannot|can't|don't|won't|doesn't|no|without|neither|unfortunately)\b[^.;]{0,70}$"
)
_REFUSED_AFTER = re.compile(
    r"[^.;]{0,40}?\b(?:not (?:available|offered|provided|possible|be (?:provided|offered))|unavailable)\b"
)
_NO_PERMIT_AFTER = re.compile(
    r"\s*(?:by|event|health|activit|program|content|& |and event|deal|opportunit|package|team|manage|sales)"
    r"|s\b(?! visa| employment)"
)
_NO_PERMIT_BEFORE = re.compile(
    r"(?:events?(?: &| and)?|company|executive|brand|corporate|employer|fully|& )[ -]*$"
)
_IMMIGRATION = re.compile(
    r"\b(?:visas?|h-?1b|immigration|employment|work(?:ing)? (?:permit|authori|visa)|relocat\w+|authori[sz]ed)"
    r"(?![a-z])"
)
_VISA_OFFERED = re.compile(
    r"\s*(?:and \w+ )?(?:sponsor|support|assist|help|package|transfer)"
    r"|s? (?:is |are )?(?:provided|offered|available|covered)"
)
_CHECKING = re.compile(r"\be-?verify|\bconfirm (?:employee |they|you|that|work)|regardless of|without regard")
_CLEARED = re.compile(
    r"\b(?:secret|security|government|dod|ts/sci|active|existing|eligib\w+|obtain\w*|hold|holding|maintain"
    r"|u\.?s\.?|top|public trust|sc|dv)\b"
)
_NO_CLEARANCE = re.compile(
    r"\b(?:customs|sales?|background|inventory|price|medical|tax|rights|auth|check)\b[^.;]{0,12}$"
)
_CITIZEN_ASKED = re.compile(r"\b(?:must|require[sd]?|only|need|eligib\w+|limited to|restricted to|due to)\b")
_ZH_OFFERED = re.compile(r"(?:提供|协助|支持|办理|帮助|赞助|担保)[^,;。]{0,8}$")
_ZH_OFFERED_AFTER = re.compile(r"[^,;。]{0,4}(?:支持|赞助|办理|担保)")
_ZH_REFUSED = re.compile(r"(?:不|无法|暂不)(?:能|可以)?(?:提供|协助|支持|办理)[^,;。]{0,8}$")


def find_permits(
    text: Text, zoning: Zoning, words: Iterable[Word], marked: Callable[[int], Marks]
) -> tuple[Asked, ...]:
    """Return what is said of permits, each kind once, in the order of the text."""
    found: dict[str, Asked] = {}
    for word in words:
        index = word.sentence
        sentence = zoning.sentences[index]
        permit = _permit(text, word, sentence)
        if permit is None or permit in found:
            continue
        wish = permit == "clearance" and (
            sentence.zone == "preferred" or inside(word.start - sentence.start, marked(index).preferred)
        )
        start, end = _around(text.low, word, sentence)
        quote = Quote(text.raw[start:end], start, end)
        found[permit] = Asked(permit, "preferred" if wish else "required", quote)
    if "no_sponsorship" in found:
        found.pop("sponsorship", None)
    return tuple(found.values())


def _permit(text: Text, word: Word, sentence: Sentence) -> Permit | None:
    low, named = text.low, text.low[word.start : word.end]
    start, end = sentence.start, sentence.end
    before = max(start, word.start - 110)
    if named > "\u3400":
        return _zh_permit(low, word, start, end)
    if _CHECKING.search(low, before, end):
        return None
    if named.startswith(("sponsor", "visa", "h-1b", "h1b")):
        return _sponsorship(text, word, sentence)
    if named == "clearance":
        if _NO_CLEARANCE.search(low, before, word.start):
            return None
        near = low[max(start, word.start - 40) : min(end, word.end + 40)]
        return "clearance" if _CLEARED.search(near) else None
    if "citizen" in named or "person" in named or named in ("green card", "permanent resident"):
        asked = _CITIZEN_ASKED.search(low, before, min(end, word.end + 40))
        return "work_authorization" if asked else None
    return "work_authorization"


def _sponsorship(text: Text, word: Word, sentence: Sentence) -> Permit | None:
    low, start, end = text.low, sentence.start, sentence.end
    named = low[word.start : word.end]
    before = max(start, word.start - 90)
    refused = _REFUSED_BEFORE.search(low, before, word.start) or _REFUSED_AFTER.match(low, word.end, end)
    if named.startswith("visa"):
        # the card company writes itself with a capital
        offered = _VISA_OFFERED.match(low, word.end, end)
        if text.cased[word.start] == "V" and not offered:
            return None
        if offered:
            return "no_sponsorship" if refused else "sponsorship"
        return None
    if named.startswith("h"):
        return None
    around = low[before : min(end, word.end + 60)]
    if _NO_PERMIT_AFTER.match(low, word.end, end) or _NO_PERMIT_BEFORE.search(low, before, word.start):
        return "no_sponsorship" if refused and _IMMIGRATION.search(around) else None
    if refused:
        return "no_sponsorship"
    if named in ("sponsor", "sponsorship", "sponsoring") and _IMMIGRATION.search(around):
        return "sponsorship"
    return None


def _zh_permit(low: str, word: Word, start: int, end: int) -> Permit:
    if _ZH_REFUSED.search(low, start, word.start):
        return "no_sponsorship"
    if _ZH_OFFERED.search(low, start, word.start) or _ZH_OFFERED_AFTER.match(low, word.end, end):
        return "sponsorship"
    return "work_authorization"


def _around(low: str, word: Word, sentence: Sentence) -> tuple[int, int]:
    """Return the sentence, or as much of it around `word` as is worth quoting."""
    start, end = max(sentence.start, word.start - _REACH), min(sentence.end, word.end + _REACH)
    if start > sentence.start:  # not in the middle of a word
        start = low.find(" ", start, word.start) + 1 or start
    while start < word.start and not low[start].isalnum():
        start += 1
    while end > word.end and low[end - 1].isspace():
        end -= 1
    return start, end
