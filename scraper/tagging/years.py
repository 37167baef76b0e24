"""Years of experience asked for: how many, of what, required or preferred.

Grammar: a number (digits, Chinese numerals, English words, "three (3)", months) or a range, an open or
upper end, a unit, and a sign that experience is meant: a cue word in the clause, or an open end with a cue
in the sentence. What it is experience of (scope) is read from the number to the next number or comma,
else from the text before it: generative AI > AI > management > product > other > total. "AI or X" is no AI
experience: more than half of the alternatives must be AI. Ages, contracts, company history, road maps and
recency ("within the last 3 years") are no experience.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from scraper.tagging.clauses import Marks, inside
from scraper.tagging.education import degree_before
from scraper.tagging.matching import Match, Text
from scraper.tagging.numerals import ENGLISH_WORDS, number, pair
from scraper.tagging.tables import Words, load, lowered
from scraper.tagging.taxonomy import Alias
from scraper.tagging.zones import Zoning

Scope = Literal["total", "pm", "ai", "genai", "mgmt", "other"]

_ZH_NUMBER = (
    r"(?:\d{1,2}(?:\.5)?|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]{1,2}|半)"
)
_ZH = re.compile(
    rf"(?P<pre>至少|不少于|不低于|最少|大于|超过|满)?\s*(?<![\d.])(?P<a>{_ZH_NUMBER})\s*(?P<plus>\+)?\s*"
    rf"(?:年?\s*(?:-|~|至|到|—)+\s*(?P<b>{_ZH_NUMBER})\s*\+?\s*)?(?P<unit>年|个月)(?!级|轻|终|末|初|薪|化|报|代|货|前|来|内|份|龄|检|假|会|度|后|均|间)"
    r"(?P<half>半)?\s*(?P<post>\+|(?:[(]?[及含]?(?:含)?[)]?\s*或?以上)|以下|以内|起|左右)*"
)
_EN_NUMBER = rf"(?:(?<!\d)\d{{1,2}}(?:\.\d)?|(?<![\w-])(?:{'|'.join(ENGLISH_WORDS)}))"
_EN = re.compile(
    rf"(?P<pre>at least|minimum of|minimum|min\.?|more than|over|up to|less than|under|\+|a)?\s*"
    rf"(?<![.$,-])(?P<a>{_EN_NUMBER}|decade)\s*(?:\(\d{{1,2}}\+?\)\s*)?(?P<plus>\+|or more|plus)?\s*"
    rf"(?:(?:-|~|to|/)\s*(?P<b>{_EN_NUMBER})\s*(?:\(\d{{1,2}}\)\s*)?(?P<plus2>\+|plus)?\s*)?"
    r"(?:\(\d{1,2}\s*[-~]\s*\d{1,2}\)\s*)?(?P<dash>-)?(?P<unit>years?|yrs?|yoe|months?|(?<=decade))\b\.?'?"
    r"(?P<post>\s*\+|\s+or more|\s+minimum|\s+plus)?"
)
_AT_LEAST = r"(?:at least|(?:an? )?minimum of|minimum|more than|over)"
# A part of the years named before, without a unit of its own: "…, of which 2 in ML", "(3+ on AI)", "two of
# them shipping LLM products". A comma or bracket alone opens one only with a lower bound or "of them".
_EN_PART = re.compile(
    rf"(?:\b(?:with|including|incl\.?|of which|and|ideally|preferably)|(?P<loose>[,;(]))\s*"
    rf"(?P<pre>{_AT_LEAST})?\s*(?P<a>{_EN_NUMBER})\s*(?P<plus>\+|or more)?\s+"
    r"(?:(?P<them>of (?:which|those|these|them))(?: years)?\b"
    r"|(?:in|on|spent|as|with|working|building|shipping|leading|managing|focused)\b)(?!\s+(?:a|the) )"
)
_ZH_UNIT = re.compile(r"年|个月")
_EN_UNIT = re.compile(r"years?|yrs?|yoe|months?|decade")
_EN_PART_SIGN = re.compile(
    rf"(?:\d\+?|or more|{'|'.join(ENGLISH_WORDS)}) (?:of (?:which|th)|in|on|spent|as|with|\w+ing|foc)"
)
_REACH = 48
_LIST_NUMBER = re.compile(
    r"(?:(?<=\n)|(?<=^)|(?<=[;。】\]])|(?<=要求:)|(?<=资格:)|(?<=条件:)) *[(]?\d{1,2}[.、)](?= *\d)"
)
_GATE = re.compile(r"年|月|经验|year|yr|yoe|month|decade|experience|应届|在读|在校|new grad|graduate|届")
_CUT = re.compile(
    rf"[,;。()\n]|\.\s|，|其中|including|of which(?=\s+(?:{_AT_LEAST}\s+)?{_EN_NUMBER}\b)"
    r"|\bwith (?=at least|\d)"
)
_ALTERNATIVES = re.compile(r"\bor\b|/|、|或|, ")
_DIGIT = re.compile(r"\d")
_CLASS_OF = re.compile(r"20\d\d\s*(?:年)?\s*(?:届|(?:及之后|及以后|年)?毕业)|(?<!\d)\d\d届")


@dataclass(frozen=True, slots=True)
class YearsPhrase:
    """One demand at `[start:end)`; `max` None is open.

    `condition` is the degree that it holds for; `part`: these years are among those named just before.
    """

    min: float
    max: float | None
    scope: Scope
    requirement: Literal["required", "preferred", "none"]
    start: int
    end: int
    condition: str | None = None
    part: bool = False


def find_years(
    text: Text, zoning: Zoning, hits: Sequence[Match[Alias]], marked: Callable[[int], Marks]
) -> list[YearsPhrase]:
    """Return the demands for experience in `text`, in order.

    `hits` are the vocabulary hits in `text`; `marked(i)` gives the marks of the i-th sentence.
    """
    if not _GATE.search(text.low):
        return []
    low = _LIST_NUMBER.sub(lambda found: " " * (found.end() - found.start()), text.low)
    ai = _AiSpans(hits)
    phrases: list[YearsPhrase] = []
    for found in sorted(_numbers(low), key=lambda found: found.start()):
        if phrases and found.start() < phrases[-1].end:
            continue
        if found.re is _EN_PART and not _is_part(found, phrases, zoning):
            continue
        phrase = _phrase(low, found, zoning, ai, marked)
        if phrase is not None:
            phrases.append(phrase)
    return phrases or list(_without_number(low, zoning))


def _numbers(low: str) -> Iterator[re.Match[str]]:
    """Yield every number with its unit; the grammars are tried only around a unit, to stay linear."""
    for grammar, units in ((_ZH, _ZH_UNIT), (_EN, _EN_UNIT), (_EN_PART, _EN_PART_SIGN)):
        done = 0
        for unit in units.finditer(low):
            found = grammar.search(low, max(done, unit.start() - _REACH), min(unit.end() + _REACH, len(low)))
            if found:
                yield found
                done = found.end()


def _is_part(found: re.Match[str], phrases: Sequence[YearsPhrase], zoning: Zoning) -> bool:
    """Tell whether a number without a unit is a part of years that were named just before."""
    if not phrases or zoning.index(found.start("a")) - zoning.index(phrases[-1].start) > bool(found["them"]):
        return False
    return not found["loose"] or bool(found["plus"] or found["pre"] or found["them"])


def parse_experience(raw: str) -> tuple[float, float | None] | None:
    """Read a board's experience field: "3-5年", "1年以内", "经验不限", "应届生", "3-4年经验", "5+ years".

    A bare "3年" is the band (3, 4) of the boards that write so. None if it names no years of experience
    (the intern form "4天/周 6个月").
    """
    low = lowered(raw).strip()
    words = _words("zh")
    if any(mark in low for mark in ("天/周", "/周")):
        return None
    if words.fresh.stand_in(low) or _words("en").fresh.stand_in(low):
        return 0, 0
    found = next(
        (match for match in (_ZH.search(low), _EN.search(low)) if match and match["unit"] != "个月"), None
    )
    if found is None:
        return (0, None) if "不限" in low or "无" in low or words.none.stand_in(low) else None
    low_end, high_end = _range(found)
    bare = high_end is None and not (found["post"] or found["pre"] or found["plus"])
    return (low_end, low_end + 1) if bare and found["unit"] == "年" else (low_end, high_end)


# ------------------------------------------------------------------ one demand


class _AiSpans:
    """Where the text speaks of AI, and whether of the generative kind."""

    def __init__(self, hits: Sequence[Match[Alias]]):
        table = load("years")
        categories, spared = set(table["ai_categories"]), set(table["not_ai_tags"])
        chosen = sorted(
            (hit.start, hit.end, hit.what.tag.era == "genai")
            for hit in hits
            if hit.what.tag.category in categories and hit.what.tag.id not in spared
        )
        self._spans = chosen
        self._starts = [start for start, _, _ in chosen]

    def kind(self, start: int, end: int) -> Literal["genai", "ai"] | None:
        """Return what kind of AI is named in `[start:end)`."""
        first = bisect_left(self._starts, start)
        inner = []
        for span in self._spans[first:]:
            if span[0] >= end:
                break
            inner.append(span[2])
        return None if not inner else "genai" if any(inner) else "ai"


def _phrase(
    low: str, found: re.Match[str], zoning: Zoning, ai: _AiSpans, marked: Callable[[int], Marks]
) -> YearsPhrase | None:
    index = zoning.index(found.start("a"))
    sentence = zoning.sentences[index]
    if sentence.zone in ("company", "benefits", "boilerplate"):
        return None
    language = "zh" if found.re is _ZH else "en"
    if not _is_experience(
        low, found, language, sentence.start, sentence.end, sentence.zone in ("required", "preferred")
    ):
        return None
    scope = _scope(low, found, language, (sentence.start, sentence.end), ai)
    preferred = sentence.zone == "preferred" or inside(
        found.start("a") - sentence.start, marked(index).preferred
    )
    low_end, high_end = _range(found)
    start, end = found.start(), found.end()
    if found.re is _EN_PART:
        start = found.start("pre") if found["pre"] else found.start("a")
    while low[start].isspace():
        start += 1
    return YearsPhrase(
        low_end,
        high_end,
        scope,
        "preferred" if preferred else "required",
        start,
        end,
        degree_before(low, sentence.start, found.start()),
        _names_part(low, found, sentence.start),
    )


def _names_part(low: str, found: re.Match[str], start: int) -> bool:
    """Tell whether the years found are introduced as part of others, in a sentence that begins at `start`."""
    if found.re is _EN_PART:
        return True
    lead = low[max(start, found.start("a") - 80) : found.start("a")]
    return _PART_OF.search(lead) is not None or _OF_THEM.match(low, found.end()) is not None


def _range(found: re.Match[str]) -> tuple[float, float | None]:
    groups = found.groupdict()
    first, unit = groups["a"], groups.get("unit") or "years"
    both = pair(first)
    low_end = 10.0 if first == "decade" else both[0] if both else number(first) or 0.0
    high_end = number(groups["b"]) if groups.get("b") else both[1] if both else None
    if groups.get("half"):
        low_end += 0.5
    if unit in ("个月", "month", "months"):
        low_end, high_end = low_end / 12, high_end / 12 if high_end else None
    post, pre = (groups.get("post") or "").strip(), (groups.get("pre") or "").strip()
    if high_end is None and (post in ("以下", "以内") or pre in ("up to", "less than", "under")):
        return 0, low_end
    if "以上" in post or "+" in post or groups.get("plus2") or (groups.get("b") and groups.get("plus")):
        high_end = None
    return round(low_end, 2), high_end


def _is_experience(low: str, found: re.Match[str], language: str, start: int, end: int, asked: bool) -> bool:
    words = _words(language)
    cut = _CUT.search(low, found.end(), end)
    clause_start = max((low.rfind(mark, start, found.start()) + 1 for mark in ",;。("), default=start)
    clause = low[max(clause_start, start) : cut.start() if cut else end]
    before = low[max(start, found.start() - 18) : found.start("a")]
    if words.before_reject.stand_in(before) or (_number_of(found) or 0) > 30:
        return False
    near = low[found.start() : min(end, found.end() + 14)]
    if found.groupdict().get("dash") and "experience" not in clause:
        return False
    if _PLAN.match(low, found.end(), end):
        return False
    if words.reject.stand_in(clause if language == "zh" else near) and not _saved(clause, language):
        return False
    if words.cue.stand_in(clause) or found.groupdict().get("unit") == "yoe":
        return True
    if _BARE.match(low, found.end(), end) or _names_part(low, found, start):
        return True
    groups = found.groupdict()
    open_end = bool(groups.get("plus") or groups.get("post") or groups.get("pre"))
    if open_end and _OF_WHAT.match(low, found.end(), end):
        return True
    return asked or (open_end and words.cue.stand_in(low[start:end]))


def _saved(clause: str, language: str) -> bool:
    """Tell whether a clause with a rejecting word still asks for experience ("本科毕业，3年以上工作经验")."""
    return ("经验" in clause) if language == "zh" else "experience" in clause and "ago" not in clause


def _number_of(found: re.Match[str]) -> float | None:
    return number(found["a"])


def _scope(low: str, found: re.Match[str], language: str, sentence: tuple[int, int], ai: _AiSpans) -> Scope:
    start, end = sentence
    cut = _CUT.search(low, found.end(), end)
    following = _DIGIT.search(low, found.end(), end)
    stop = min(cut.start() if cut else end, following.start() if following else end)
    after = _scope_of(low, found.end(), stop, language, ai)
    if after in ("ai", "genai", "pm", "mgmt") or low[found.end() : stop].strip(" 的of-"):
        if after == "total" and language == "zh" and low[found.end() : stop].strip() in ("", "经验"):
            return _scope_of(
                low, max(low.rfind(",", start, found.start()), start), found.start(), language, ai
            )
        return after
    return _scope_of(low, max(low.rfind(",", start, found.start()), start), found.start(), language, ai)


def _scope_of(low: str, start: int, stop: int, language: str, ai: _AiSpans) -> Scope:
    kind = _ai_share(low, start, stop, ai)
    if kind is not None:
        return kind
    words, part = _words(language), low[start:stop]
    if words.management.stand_in(part):
        return "mgmt"
    if words.product.stand_in(part):
        return "pm"
    return "total" if _is_generic(part, language) else "other"


def _ai_share(low: str, start: int, stop: int, ai: _AiSpans) -> Literal["genai", "ai"] | None:
    kind = ai.kind(start, stop)
    if kind is None:
        return None
    cuts = [start, *(m.end() for m in _ALTERNATIVES.finditer(low, start, stop)), stop]
    parts = [(a, b) for a, b in pairwise(cuts) if not _is_filler(low[a:b])]
    named = [ai.kind(a, b) is not None for a, b in parts]
    return kind if sum(named) * 2 > len(named) else None


def _is_filler(part: str) -> bool:
    """Tell whether an alternative names nothing of its own ("或相关领域", "or a related field")."""
    return part.strip(" /、或,").startswith(
        ("相关", "类似", "related", "similar", "a related", "a similar")
    ) or not part.strip(" /、或,")


# What the years are of, with nothing after it: "5+ years PM.", "7 yrs of PM", "5年产品，2年AI".
_BARE = re.compile(
    r"\s*(?:of |in |as |的)?\s*(?:(?:ai|ml|llm|genai|aigc|大模型)\s*)?"
    r"(?:产品(?:经理)?|pm|product|ai|ml|llms?|genai|aigc|大模型)\s*(?:[,;.()、/+|]|$)"
)
_PLAN = re.compile(
    r"\s*(?:(?:product|company|business|technology|strategic) )?(?:strategy|vision|roadmap|plan)\b"
)
_PART_OF = re.compile(
    r"(?:years?\b[^.;]*\bwith|\bincluding|\bincl\.?|\bof which|其中|含|包括)\s*(?:at least|至少|有)?\s*$"
)
_OF_THEM = re.compile(r"\s*of (?:which|those|these|them)\b")
_OF_WHAT = re.compile(r"\s+(?:of|in|with|as|building|working|managing|leading|owning|shipping)\b")
_GENERIC_EN = re.compile(
    r"\b(?:of|relevant|professional|work|working|full-time|industry|related|prior|previous|hands-on|progressive|proven|combined|total|overall|the|an?|in|experience|exp|experiences|or|more|career|you|have|with|s|'|required|preferred|minimum|with|bachelor's|master's|degree|phd)\b"
)


def _is_generic(part: str, language: str) -> bool:
    if language == "en":
        return not re.search(r"[a-z]{3,}", _GENERIC_EN.sub("", part))
    rest = part
    for word in load("years")["zh"]["generic"]:
        rest = rest.replace(word, "")
    return not re.search(r"[\w]{2,}", rest)


def _without_number(low: str, zoning: Zoning) -> Iterator[YearsPhrase]:
    """Yield the first sign of a text without numbers: no experience is asked, or graduates are."""
    graduates = [found.span() for found in _CLASS_OF.finditer(low)]
    for language in ("zh", "en"):
        words = _words(language)
        for spans, upper in ((words.none.spans(low), None), ([*words.fresh.spans(low), *graduates], 0.0)):
            for start, end in spans:
                if zoning.sentences[zoning.index(start)].zone not in ("company", "benefits"):
                    yield YearsPhrase(0, upper, "total", "required" if upper == 0 else "none", start, end)
                    return


@dataclass(frozen=True, slots=True)
class _Words:
    cue: Words
    product: Words
    management: Words
    reject: Words
    before_reject: Words
    none: Words
    fresh: Words


@cache
def _words(language: str) -> _Words:
    table = load("years")[language]
    names = ("cue", "product", "management", "reject", "before_reject", "none", "fresh")
    return _Words(*(Words(table[name]) for name in names))
