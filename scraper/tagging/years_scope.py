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

_ALTERNATIVES = re.compile(r"\bor\b|/|、|或|, ")
_DIGIT = re.compile(r"\d")


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
    rest = low[found.end() : stop]
    before = max(low.rfind(",", start, found.start()), start)
    after = _scope_of(low, found.end(), stop, language, ai)
    if after in ("ai", "genai", "pm", "mgmt") or rest.strip(" 的of-"):
        if after == "total" and language == "zh" and rest.strip() in ("", "经验"):
            return _scope_of(low, before, found.start(), language, ai)
        return after
    return _scope_of(low, before, found.start(), language, ai)


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
