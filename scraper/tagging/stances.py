"""What a clause does with AI: whether it is worked with as a tool, or only watched.

What is made for others is no tool ("打造AI辅助备课平台"), and who must know the principles of a thing does
more than watch it. The words stand in clauses.toml.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter

from scraper.tagging.tables import Language, Span, edges, inside, load

Found = Mapping[str, Sequence[Span]]
"""Where the words of a sentence stand, by what they are signs of."""
_END = itemgetter(1)
_ZH_NAMES = re.compile(r"\s*(?:包括|包含|涵盖|例如|比如|如|尤其|特别是|重点(?:关注|包括))")
_ZH_KNOWS = re.compile(r"了解|熟悉|掌握|精通")
_ZH_OWN_PAPERS = re.compile(r"\s*(?:prd|原型|文档|需求|竞品|撰写|写)")


def clause_at(clauses: list[Span], position: int) -> int:
    """Return the index of the first clause that does not end before `position`."""
    return bisect_left(clauses, position, key=_END)


def watching(sentence: str, language: Language, clauses: list[Span], found: Found) -> Iterator[Span]:
    """Yield the clauses on what is watched, and those that say what it is: ", 包括多模态、智能体等方向".

    Who is to know the principles of a thing does not only watch it: "了解大模型原理及最新进展".
    """
    watch = found["watch"]
    if language == "zh":
        knows, known = _knowing()
        watch = [
            (start, end)
            for start, end in watch
            if sentence[start:end] not in knows
            or not known.search(sentence, *clauses[clause_at(clauses, start)])
        ]
    watched = set(_holding_both(clauses, watch, found["watched"]))
    goes_on = False
    for span in clauses:
        goes_on = span in watched or (goes_on and language == "zh" and _names_more(sentence, span))
        if goes_on:
            yield span


def _names_more(sentence: str, clause: Span) -> bool:
    """Tell whether a clause only goes on to say what the one before is about."""
    return _ZH_NAMES.match(sentence, *clause) is not None and not _ZH_KNOWS.search(sentence, *clause)


@cache
def _knowing() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the words of knowing, and those that say that knowledge is meant."""
    words = load("clauses")["trend"]["zh"]
    return frozenset(words["knows"]), re.compile("|".join(map(re.escape, words["known"])))


def using(sentence: str, language: Language, clauses: list[Span], found: Found) -> Iterator[Span]:
    """Yield the clauses on AI as a tool: a tool is named, or using and what for.

    What is made for others to use is none: "integrating AI tools to help customers", "打造AI辅助生产平台".
    """
    spared = edges(found.get("use_except", ()))
    tool, use, used = (
        [span for span in found.get(name, ()) if not inside(span[0], spared)]
        for name in ("tool", "use", "used")
    )
    if tool:
        yield from holding(
            clauses, [span for span in tool if not _is_made(sentence, language, clauses, span)]
        )
    if use and used:
        if language == "en":
            use = [span for span in use if not _is_leverage_of_product(sentence, clauses, span)]
        yield from _holding_both(clauses, use, used)


def _is_leverage_of_product(sentence: str, clauses: list[Span], span: Span) -> bool:
    """Tell whether "leveraging" says what a product is made with: "Build search leveraging AI to …"."""
    return sentence.startswith("leverag", span[0]) and _is_made(sentence, "en", clauses, span)


def _is_made(sentence: str, language: Language, clauses: list[Span], span: Span) -> bool:
    """Tell whether the tool at `span` is the object of making, and not what it is done with.

    English says so at the beginning of the sentence, Chinese anywhere in the clause. What a product manager
    writes himself is no product ("负责AI辅助PRD").
    """
    place, end = span
    if _ZH_OWN_PAPERS.match(sentence, end):
        return False
    makes, with_ = _making(language)
    start = clauses[clause_at(clauses, place)][0] if language == "zh" else 0
    made = [verb.end() for verb in makes.finditer(sentence, start, place)]
    return bool(made) and not with_.search(sentence, made[-1], place)


@cache
def _making(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what makes a thing, and what works with it."""
    words = load("clauses")["user"][language]
    makes, with_ = ("|".join(map(re.escape, words[name])) for name in ("makes", "with"))
    if language == "zh":
        return re.compile(makes), re.compile(with_)
    opens = r"\A[^a-z]{0,6}(?:(?:in this role, )?you(?:['’]ll| will) )?"
    return re.compile(rf"{opens}(?:{makes})\b"), re.compile(rf"\b(?:{with_})\b")


def _holding_both(clauses: list[Span], first: Iterable[Span], second: Iterable[Span]) -> Iterable[Span]:
    """Return the clauses that hold a word of both kinds."""
    return set(holding(clauses, first)) & set(holding(clauses, second))


def holding(clauses: list[Span], words: Iterable[Span]) -> Iterator[Span]:
    """Yield the clauses in which one of `words` begins."""
    for place, _ in words:
        start, end = clauses[clause_at(clauses, place)]
        if start <= place < end:
            yield start, end
