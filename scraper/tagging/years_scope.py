"""What years of experience are of: generative AI, AI, management, product, something else, or anything."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import Literal, NamedTuple

from scraper.tagging.counting import Counted
from scraper.tagging.tables import load
from scraper.tagging.years_words import years_words

Scope = Literal["total", "pm", "ai", "genai", "mgmt", "other"]

_ALTERNATIVES = re.compile(r"\bor\b|[/\\、或]|, ")
_DIGIT = re.compile(r"\d")
# A list that a comma goes on with and "or" ends: "focused on AI/ML, software platforms, or automotive".
_LISTED = re.compile(r"(?:,[^,;.()\n\d]{1,60}){1,6}")
_DEGREE = re.compile(r"\b(?:ph\.?d|degree|master|bachelor|mba|doctorate)")
_CLOSED = re.compile(r"experience\s*$")
_WRAPPED = re.compile(r"\n[^\S\n]*(?![-*•(\d]|[一二三四五六七八九十]、)[^\n,;。]{2,40}(?:经验|经历)")
"""A line that goes on with the demand that the line before broke off."""
_ZH_SAID = re.compile(r"(?:经验|经历)\s*:")
"""Where it is said what Chinese years are of, and what follows is another demand: "1年AI产品经验:熟悉…"."""
_ZH_IN_FIELD = re.compile(r"在[^,;。\n]{2,30}(?:方面|领域|方向)(?:有|具备|具有|拥有)?\s*\Z")
# What is no part of the work that the years are of: experience of another kind, of which no years are said
# ("building products with AI experience"), and who the employer was ("managing clusters at AI labs").
_ASIDE = re.compile(
    r"\bwith\b[^,;]{0,60}\bexperience\b"
    r"|\b(?:at|for)\s[^,;]{0,40}\b(?:labs?|compan(?:y|ies)|start-?ups?|providers?|vendors?|firms?)\b"
)
# Fields beside AI: where two alternatives name AI and one of these, the years are still AI years. Search
# and recommendation beside an AI by name are kinds of it.
_BESIDE_AI = re.compile(r"数据|data\b|data-driven")
_KIND_OF_AI = re.compile(r"\b(?:ai|ml)-\w|搜索|推荐|search\b|recommend|ranking|personali[sz]ation")
_ROLE_ONLY = re.compile(
    r"(?:产品|项目|策划|运营|研发|开发|设计|解决方案|方案|技术|管理|平台|应用|智能|经理|专家|领域|方向|岗位|工作|从业|相关|经验"
    r"|经历|背景|的|类|等)+"
)


class AiSpans:
    """Where the text speaks of AI, and whether of the generative kind.

    A technique of AI does (NLP, speech recognition), and a field where an algorithm or a model of it is named
    (推荐算法, recommender systems); a business that may do without does not (搜索, 推荐策略, 车载语音).
    """

    def __init__(self, low: str, hits: Sequence[Counted]):
        """Take the folded text and the hits of the vocabulary in it."""
        self._low, self._hits = low, hits
        self._starts: list[int] | None = None

    def names(self, start: int, end: int) -> bool:
        """Tell whether a word of the vocabulary begins in `[start:end)`."""
        return bool(self._inside(start, end))

    def kind(self, start: int, end: int) -> Literal["genai", "ai"] | None:
        """Return what kind of AI is named in `[start:end)`."""
        words = _ai_words()
        eras = {
            alias.tag.era
            for _, _, alias, _ in self._inside(start, end)
            if alias.tag.category in words.categories
            and alias.tag.id not in words.not_tags
            and alias.text not in words.not_words
        }
        if eras:
            return "genai" if "genai" in eras else "ai"
        part = self._low[start:end]
        return "ai" if any(word in part and sign.search(part) for word, sign in words.signs) else None

    def _inside(self, start: int, end: int) -> Sequence[Counted]:
        if self._starts is None:  # most numbers of years are dropped before this is asked
            self._hits = sorted(self._hits, key=itemgetter(0))
            self._starts = [hit[0] for hit in self._hits]
        return self._hits[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


class _AiWords(NamedTuple):
    """See years.toml."""

    categories: frozenset[str]
    not_tags: frozenset[str]
    not_words: frozenset[str]
    signs: Sequence[tuple[str, re.Pattern[str]]]


@cache
def _ai_words() -> _AiWords:
    table = load("years")["ai"]
    beside = "|".join(table["beside"])
    signs = [(word, re.compile(f"{word}(?!s? ?(?:{beside}))")) for word in table["signs"]]
    return _AiWords(
        frozenset(table["categories"]), frozenset(table["not_tags"]), frozenset(table["not_words"]), signs
    )


def scope_of_years(low: str, found: re.Match[str], language: str, start: int, cut: int, ai: AiSpans) -> Scope:
    """Return what the years are of: told from them to `cut`, the end of their clause, else before them."""
    following = _DIGIT.search(low, found.end(), cut)
    stop = following.start() if following else cut
    if language == "en" and ai.kind(found.end(), stop) is not None:
        stop = _work_of(low, found.end(), stop, more=following is None)
    elif language == "zh" and low[stop : stop + 1] == "\n" and not low[found.end() : stop].strip():
        wrapped = _WRAPPED.match(low, stop)
        stop = wrapped.end() if wrapped else stop
    if language == "zh" and (said := _ZH_SAID.search(low, found.end(), stop)):
        stop = stop if is_generic(low[found.end() : said.start()], "zh") else said.start()
    rest = low[found.end() : stop]
    before = max(low.rfind(",", start, found.start()), start)
    after = _scope_of(low, found.end(), stop, language, ai)
    if after in ("ai", "genai", "pm", "mgmt") or rest.strip(" 的of-"):
        if (
            after == "total"
            and language == "zh"
            and (rest.strip() in ("", "经验") or _ZH_IN_FIELD.search(low, before, found.start()))
        ):
            return _scope_of(low, before, found.start(), language, ai)
        return after
    return _scope_of(low, before, found.start(), language, ai)


def _work_of(low: str, start: int, stop: int, *, more: bool) -> int:
    """Return where the work ends that English years are of; `more`: a list may go on behind `stop`."""
    aside = _ASIDE.search(low, start, stop)
    if aside and not is_generic(low[start : aside.start()], "en"):
        return aside.start()
    listed = _LISTED.match(low, stop) if more and not _CLOSED.search(low, start, stop) else None
    if listed is None or " or " not in low[low.rfind(",", stop, listed.end()) : listed.end()]:
        return stop
    return stop if _DEGREE.search(low, stop, listed.end()) else listed.end()


def _scope_of(low: str, start: int, stop: int, language: str, ai: AiSpans) -> Scope:
    kind = _ai_share(low, start, stop, ai)
    if kind is not None:
        return kind
    words, part = years_words(language), low[start:stop]
    if words.management.stand_in(part):
        return "mgmt"
    if words.product.stand_in(part):
        return "pm"
    return "total" if is_generic(part, language) else "other"


def _ai_share(low: str, start: int, stop: int, ai: AiSpans) -> Literal["genai", "ai"] | None:
    """Return the kind of AI in `[start:stop)` if whoever has the years must have them in AI.

    More than half of the alternatives name AI, and the others at most data ("AI, ML or data-driven
    products"): whoever may have worked in another field instead has no AI years to show.
    """
    kind = ai.kind(start, stop)
    if kind is None:
        return None
    marks = [(m.start(), m.end()) for m in _ALTERNATIVES.finditer(low, start, stop)]
    named = beside = others = 0
    for (before, a), (b, _) in pairwise([(start, start), *marks, (stop, stop)]):
        part, mark = low[a:b], low[before:a]
        if _is_filler(part) or (named and mark in ("/", "\\", "、") and _ROLE_ONLY.fullmatch(_bare(part))):
            continue
        if ai.kind(a, b) is not None or _KIND_OF_AI.search(part):
            named += 1
        elif _BESIDE_AI.search(part):
            beside += 1
        else:
            others += 1
    return kind if named > beside and not others else None


def _bare(part: str) -> str:
    return part.strip(" /\\、或,")


def _is_filler(part: str) -> bool:
    """Tell whether an alternative names nothing of its own ("或相关领域", "or a related field")."""
    return not _bare(part) or _bare(part).startswith(
        ("相关", "类似", "related", "similar", "a related", "a similar", "equivalent")
    )


_GENERIC_EN = re.compile(
    r"\b(?:of|relevant|professional|work|working|full-time|industry|related|prior|previous|hands-on|progressive|proven|combined|total|overall|the|an?|in|experience|exp|experiences|or|more|career|you|have|with|s|'|required|preferred|minimum|with|bachelor's|master's|degree|phd)\b"
)


def is_generic(part: str, language: str) -> bool:
    """Tell whether a part of a clause names nothing that years could be of."""
    if language == "en":
        return not re.search(r"[a-z]{3,}", _GENERIC_EN.sub("", part))
    rest = part
    for word in load("years")["zh"]["generic"]:
        rest = rest.replace(word, "")
    return not re.search(r"[\w]{2,}", rest)
