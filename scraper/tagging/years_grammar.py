"""How numbers of years are written, in Chinese and in English, and where they stand in a text.

The grammars are tried only where the one scan found a unit, or what a number without a unit ends with.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from scraper.tagging.matching import Hit
from scraper.tagging.numerals import ENGLISH_WORDS
from scraper.tagging.tables import Span, blanked

_ZH_WORD = r"[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]{1,2}|半"
_ZH_NUMBER = rf"(?:\d{{1,2}}(?:\.5)?|{_ZH_WORD})"
ZH = re.compile(
    rf"(?P<pre>至少|不少于|不低于|最少|大于|超过|满|<=?|(?<![a-z/\"'])>=?|≥|≧)?(?:(?<!\s)\s+)?(?<!\d)(?P<a>(?<!\.)\d{{1,2}}(?:\.5)?|{_ZH_WORD})\s*(?:(?P<plus>\+)\s*)?"
    rf"(?:(?:年\s*)?(?:-|~|至|到|—)+\s*(?P<b>{_ZH_NUMBER})\s*(?:\+\s*)?)?(?P<unit>年|个月)(?!级|轻|终|末|初|薪|化|报|代|货|前|来|内|份|龄|检|假|会|度|后|均|间)"
    r"(?P<half>半)?\s*+(?P<post>\+|(?:[(]?(?:含含|及?含?)[)]?\s*或?以上)|以下|以内|起|左右)*"
)
EN_NUMBER = rf"(?:(?<!\d)\d{{1,2}}(?:\.\d)?|(?<![\w-])(?:{'|'.join(ENGLISH_WORDS)}))"
EN = re.compile(
    rf"(?P<pre>at least|minimum of|minimum|min\.?|more than|over|up to|less than|under|<=?"
    r"|(?<![a-z/\"'])>=?|≥|\+|a)?(?:(?<!\s)\s+)?"
    rf"(?<![.$,-])(?P<a>{EN_NUMBER}|decade)\s*(?:\(\d{{1,2}}\+?\)\s*)?(?:(?P<plus>\+|or more|plus)\s*)?"
    rf"(?:(?:-|~|to|/)\s*(?P<b>{EN_NUMBER})\s*(?:\(\d{{1,2}}\)\s*)?(?:(?P<plus2>\+|plus)\s*)?)?"
    r"(?:\(\d{1,2}\s*[-~]\s*\d{1,2}\)\s*)?(?P<dash>-)?(?P<unit>years?|yrs?|yoe|months?|(?<=decade))\b\.?'?"
    r"(?P<post>\s*\+|\s+or more|\s+minimum|\s+plus)?"
)
_BETWEEN = re.compile(r"(?<=between )(\d{1,2}) and (?=\d{1,2}\+? ?(?:years|yrs))")
AT_LEAST = r"(?:at least|(?:an? )?minimum of|minimum|more than|over)"
# A part of the years named before, without a unit of its own: "…, of which 2 in ML", "(3+ on AI)", "two of
# them shipping LLM products". A comma or bracket alone opens one only with a lower bound or "of them".
EN_PART = re.compile(
    rf"(?:\b(?:with|including|incl\.?|of which|and|ideally|preferably)|(?P<loose>[,;(]))\s*"
    rf"(?:(?P<pre>{AT_LEAST})\s*)?(?P<a>{EN_NUMBER})(?:\s*(?P<plus>\+|or more))?\s+"
    r"(?:(?P<them>of (?:which|those|these|them))(?: years)?\b"
    r"|(?:in|on|spent|as|with|working|building|shipping|leading|managing|focused)\b)(?!\s+(?:a|the) )"
)
_EN_PART_SIGN = re.compile(
    rf"(?:\d\+?|or more|{'|'.join(ENGLISH_WORDS)}) (?:of (?:which|th)|in|on|spent|as|with|\w+ing|foc)"
)
MONTHS = ("个月", "month", "months")
AT_MOST = ("up to", "less than", "under", "<", "<=")
_ZH_DIGITS = frozenset("0123456789一二两三四五六七八九十半")
_GAP = 8
"""Blanks between a Chinese number and its unit."""
_ZH_REACH = 28
"""What a Chinese range takes before its unit, and what may follow."""
_EN_LEAD = 16
"""What may stand before the first digit of an English number: "minimum of "."""
_EN_WORDS = ("decade", *ENGLISH_WORDS)
_EN_NUMBER_WORD = re.compile(rf"decade|(?<![\w-])(?:{'|'.join(ENGLISH_WORDS)})")
_DIGIT = re.compile(r"\d")
_REACH = 48
"""What an English range takes before its unit, and what may follow."""
_LIST_LEAD = 9
"""What the sign of a list item looks back at: "要求:", blanks, a bracket, a digit."""
_LIST_AHEAD = 4
"""What it looks ahead at: the number of years and its unit."""
_MOST = 100
"""Numbers with a unit that are looked at in one text; honest postings have a handful."""
_LIST_NUMBER = re.compile(
    r"(?:(?<=\n)|(?<=^)|(?<=[;。】\]])|(?<=要求:)|(?<=资格:)|(?<=条件:)) *[(]?\d{1,2}[.、)]"
    r"(?= *[\d一二两三四五六七八九十])"
    # no posting asks for "1.1年" or "2.10年": that is an item and its years
    r"|(?<![\d.])\d{1,2}\.(?=(?!5(?!\d))[1-9]\d?\s*年)"
)
_OPENS_NUMBER = frozenset("0123456789一二两三四五六七八九十")


def units() -> Mapping[str, Sequence[str]]:
    """Return the units that numbers of years stand before, by language, as signs for the scan."""
    return {"zh": ("年", "个月"), "en": ("year", "yr", "yoe", "month", "decade")}


def parts() -> Mapping[None, Sequence[str]]:
    """Return what a number of years without a unit ends with ("of which 2 in ML"), as signs for the scan."""
    return {None: [f"{number} " for number in (*"0123456789", "+", "or more", *ENGLISH_WORDS)]}


def without_list_numbers(low: str, numbers: Iterable[Hit[None]]) -> str:
    """Blank the numbers of list items that begin with a number: "1、3年以上" asks for 3 years."""
    items: list[Span] = []
    for start, end, _ in numbers:
        following = end
        while low[following : following + 1] == " ":
            following += 1
        if low[following : following + 1] in _OPENS_NUMBER:
            item = _LIST_NUMBER.search(low, max(start - _LIST_LEAD, 0), following + _LIST_AHEAD)
            if item and (not items or item.start() >= items[-1][1]):
                items.append(item.span())
    return blanked(low, items, " ") if items else low


def numbers_with_units(low: str, units: Iterable[Hit[str]]) -> Iterator[re.Match[str]]:
    """Yield the numbers with a unit, Chinese ones first; the grammars are tried only around a unit."""
    if "between " in low:
        low = _BETWEEN.sub(r"\1 to  ", low)  # as long as before: nothing moves
    done = 0
    for start in islice((start for start, _, of in units if of == "zh"), _MOST):
        if low[max(start - _GAP, 0) : start].rstrip(" +")[-1:] in _ZH_DIGITS:
            found = ZH.search(low, max(done, start - _ZH_REACH), start + _ZH_REACH)
            if found:
                yield found
                done = found.end()
    done = 0
    for start, end in islice(((start, end) for start, end, of in units if of == "en"), _MOST):
        first = max(done, start - _REACH)
        digit = _DIGIT.search(low, first, start)
        if digit is None and any(map(low[first:end].__contains__, _EN_WORDS)):
            digit = _EN_NUMBER_WORD.search(low, first, end)
        if digit:
            # "three (3) years": the number may begin with its word
            lead = 2 * _EN_LEAD if low[digit.start() - 1 : digit.start()] == "(" else _EN_LEAD
            found = EN.search(low, max(done, digit.start() - lead), end + 1 + _REACH)
            if found:
                yield found
                done = found.end()


def numbers_of_parts(low: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Yield the numbers without a unit that may be a part of others."""
    done = 0
    signs = (_EN_PART_SIGN.match(low, start - (low[start] == "+")) for start in starts)
    for sign in islice(filter(None, signs), _MOST):
        found = EN_PART.search(low, max(done, sign.start() - _REACH), min(sign.end() + _REACH, len(low)))
        if found:
            yield found
            done = found.end()
