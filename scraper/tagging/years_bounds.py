"""What a number of years is bound to: a degree that it holds for, or another number beside which it suffices.

"8+ years, or 5+ years with an MBA" asks for 8 and, of those with the degree, for 5; "3 years in product or
5 years in consulting" is met by either; "应届毕业生，或有1-2年工作经验" also by none.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from scraper.tagging.education import degree_at, degree_before
from scraper.tagging.tables import Span

_REACH = 160
"""Letters between two numbers of years, or a number and a degree, that may be bound to each other."""
_EN_DEGREE_NEXT = re.compile(
    r"(?:(?!\b(?:or|and|plus|knowledge|ability)\b)[^.;,()\d]){0,70}?\b(?:with|plus|and|for|if you have|\+)\s+"
    r"(?:an?\s+|the\s+)?"
)
_ZH_DEGREE_BEFORE = re.compile(
    r"(?:本科|学士|硕士|研究生|博士|大专)(?:研究)?生?(?:学历|学位|毕业)?(?:者|的)?:?\s*+"
    r"(?:(?:需要?|有|具备|可|放宽|[至到为])++\s*+)?$"
)
_OR = re.compile(
    r"(?:\bor\b|\balternatively\b|或者?|;\s*or\b)\s*+(?:,\s*+)?(?:(?:else|alternatively)\s*+)?"
    r"(?:(?:at least|a minimum of|with)\s*+)?(?:(?:具备|具有|拥有|有|是)\s*+)?$"
)
_NEW_DEMAND = re.compile(r"\n|;(?!\s*(?:or\b|或))|。|\.\s")
_FRESH_OR = re.compile(r"[^;。.\n]{0,8}(?:或者?|/|\bor\b)\s*+(?:(?:有|具备|具有|拥有)\s*+)?$")
_OR_FRESH = re.compile(r"[^;。.\n]{0,16}(?:或者?|/|\bor\b)\s*+(?:\w{1,10}\s*+)?$")


def degree_bound(low: str, start: int, place: int, end: int, stop: int) -> str | None:
    """Return the degree that the years at `[place:end)` of the sentence `[start:stop)` hold for, if any."""
    found = _ZH_DEGREE_BEFORE.search(low, max(start, place - 24), place)
    if found:
        return degree_at(low, found.start(), place)
    before = degree_before(low, start, place)
    if before is not None:
        return before
    following = _EN_DEGREE_NEXT.match(low, end, min(stop, end + _REACH))
    return degree_at(low, following.end(), stop) if following else None


def suffices_beside(low: str, before: int, place: int) -> bool:
    """Tell whether the years at `place` are an alternative to those that end at `before`."""
    if place - before > _REACH or _NEW_DEMAND.search(low, before, place):
        return False
    return _OR.search(low, before, place) is not None


def fresh_beside(low: str, fresh: Sequence[Span], place: int, end: int) -> Span | None:
    """Return where graduates are asked for as an alternative to the years at `[place:end)`, if they are.

    `fresh` are the words for graduates, in order.
    """
    index = bisect_left(fresh, (place, 0))
    if (
        index
        and place - fresh[index - 1][1] < _REACH
        and _FRESH_OR.fullmatch(low, fresh[index - 1][1], place)
    ):
        return fresh[index - 1]
    if index < len(fresh) and 0 <= fresh[index][0] - end < _REACH:
        return fresh[index] if _OR_FRESH.fullmatch(low, end, fresh[index][0]) else None
    return None
