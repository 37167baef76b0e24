"""Which demands are alternatives of one another: "experience with LLMs, RAG, or agents" asks for one of them.

Looked at are the required and the preferred hits of one sentence, and of the items below a heading that says
so ("one or more of the following:"). choices.py tells what stands between them. Hits that overlap or touch
are one thing, which may bring several tags ("healthcare AI"); of these its techniques count, if it has any.
Nothing is an alternative by default: a list without a word of choice asks for all of it. A language that has
no tag ("Python or R") is `other` beside a tag, since whoever has it needs the tag no more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import Literal, NamedTuple, cast

from scraper.tagging.choices import (
    NO_HINTS,
    SIGNS,
    Hints,
    Joint,
    ends_in_or,
    hints_of,
    joint,
    leaves_choice,
    means_all,
    slash_leaves_choice,
)
from scraper.tagging.hits import Hit, ListHits
from scraper.tagging.masking import Text
from scraper.tagging.tables import Language, load
from scraper.tagging.zones import Sentence
from storage.records import Alternatives, Quote

_ASKED = ("required", "preferred")
_CJK = re.compile(r"[\u3400-\u9fff]")
_START = itemgetter(1)
_MOST_HITS = 60
"""Hits of one sentence that are looked at; an honest one has some ten."""
_BEFORE = 80
"""Letters before the first hit in which it may be said that one of a list will do."""
_MOST_ITEMS = 12
OTHER = "other"
"""What stands for something without a tag among the alternatives of a tag."""
_HEADINGS = "alternatives.list"
_BULLET = re.compile(r"\s*(?:[-*•●◦▪·–○➢✓]|\(?[0-9a-z]{1,2}[.、)])")


class _Thing(NamedTuple):
    """What one place `[start:end)` names: the hits that stand in it, outermost ones and those inside.

    Without hits: a language that has no tag.
    """

    start: int
    end: int
    hits: tuple[Hit, ...]


_Group = list[_Thing]


def find_alternatives(
    text: Text, hits: Sequence[Hit], sentences: Sequence[Sentence], words: ListHits
) -> tuple[Alternatives, ...]:
    """Return the groups of alternatives among the counted hits of a text, in its order.

    `words` are the hits of the word lists (see matching.py). No hit is in two groups. A tag that a group
    offers and that another hit asks for by itself is named in `alone` as well. A tag whose alternatives have
    no tag has OTHER beside it.
    """
    by_sentence: dict[int, list[Hit]] = {}
    last, here = -1, [*()]
    for hit in hits:
        level = hit[5]
        if level == "required" or level == "preferred":
            if hit[7] != last:
                last = hit[7]
                here = by_sentence.setdefault(last, [])
            here.append(hit)
    groups: list[_Group] = []
    taken: set[int] = set()
    if _HEADINGS in words:
        groups += _listed(text.low, sentences, by_sentence, words[_HEADINGS])
        taken = {hit[7] for group in groups for thing in group for hit in thing.hits}
    untold = _untold().tags
    for index, here in by_sentence.items():
        first = here[0][0].out
        if index in taken or (first not in untold and not _are_several(first, here)):
            continue
        start, end = sentences[index][:2]
        if SIGNS.search(text.low, max(start, here[0][1] - _BEFORE), end):
            groups += _in_sentence(text.low[start:end], start, here)
    return _told(groups, by_sentence, text.raw) if groups else ()


def _are_several(tag: str, hits: Sequence[Hit]) -> bool:
    """Tell whether the hits name more than one tag; the first names `tag`."""
    return len(hits) > 1 and (hits[-1][0].out != tag or any([hit[0].out != tag for hit in hits]))


# ------------------------------------------------------------------ one sentence


def _in_sentence(sentence: str, place: int, hits: Sequence[Hit]) -> Iterator[_Group]:
    """Yield the groups of a folded sentence that begins at `place`."""
    language: Language = "en" if sentence.isascii() or not _CJK.search(sentence) else "zh"
    hints = hints_of(sentence)
    if hints == NO_HINTS and (language == "en" or "/" not in sentence):
        return
    required = [hit for hit in hits if hit[5] == "required"]
    levels = [required]
    if len(required) < len(hits):
        levels.append([hit for hit in hits if hit[5] == "preferred"])
    for here in levels:
        things = _things(sentence, place, here[:_MOST_HITS])
        if any([hit[0].out in _untold().tags for hit in here]):
            things = _with_untold(sentence, place, things)
        if len(things) > 1:
            yield from _in_list(sentence, place, things, language, hints)


def _things(sentence: str, place: int, hits: Iterable[Hit]) -> list[_Thing]:
    """Return what the hits name, in order: those that overlap or touch are one thing."""
    things: list[_Thing] = []
    start = end = -1
    members: list[Hit] = []
    for hit in sorted(hits, key=_START):
        if members and (hit[1] <= end or (hit[1] == end + 1 and sentence[end - place] in " -")):
            members.append(hit)
            end = max(end, hit[2])
            continue
        if members:
            things.append(_Thing(start, end, tuple(members)))
        start, end, members = hit[1], hit[2], [hit]
    return [*things, _Thing(start, end, tuple(members))] if members else things


class _Untold(NamedTuple):
    """See alternatives.toml."""

    tags: frozenset[str]
    words: re.Pattern[str]


@cache
def _untold() -> _Untold:
    table = load("alternatives")["untold"]
    words = "|".join(re.escape(word) for word in sorted(table["words"], key=len, reverse=True))
    return _Untold(frozenset(table["tags"]), re.compile(rf"(?<![a-z0-9_.+#&-])(?:{words})(?![a-z0-9_+#&-])"))


def _with_untold(sentence: str, place: int, things: list[_Thing]) -> list[_Thing]:
    """Return `things` and the languages without a tag beside them, in order."""
    found = [_Thing(place + m.start(), place + m.end(), ()) for m in _untold().words.finditer(sentence)]
    free = [one for one in found if not any(a < one.end and one.start < b for a, b, _ in things)]
    return sorted([*things, *free[:_MOST_ITEMS]], key=itemgetter(0))


def _ids(group: _Group) -> tuple[str, ...]:
    """Return the tags that a group offers, in order: of each thing its techniques if it has any, else all.

    OTHER stands for things without a tag, beside one tag alone.
    """
    bare = _bare()
    found: dict[str, None] = {}
    for thing in group:
        if not thing.hits:
            continue
        if len(thing.hits) == 1:
            found[thing.hits[0][0].out] = None
            continue
        hits = sorted(thing.hits, key=_order)
        tags = [hit[0] for hit in hits if hit[0].id not in bare] or [hits[0][0]]
        for tag in [tag for tag in tags if tag.groups] or tags:
            found[tag.out] = None
    if len(found) == 1 and not all([thing.hits for thing in group]):
        found[OTHER] = None
    return tuple(found)


def _order(hit: Hit) -> tuple[int, int, str]:
    return hit[1], -hit[2], hit[0].id


@cache
def _bare() -> frozenset[str]:
    return frozenset(load("alternatives")["bare"])


def _in_list(
    sentence: str, place: int, things: list[_Thing], language: Language, hints: Hints
) -> Iterator[_Group]:
    """Yield the groups among the things of one sentence, which are in order."""
    joints = [joint(sentence[a.end - place : b.start - place], language) for a, b in pairwise(things)]
    if joints.count(None) == len(joints):
        return
    first = 0
    for last in range(len(things)):
        if last < len(joints) and joints[last] is not None:
            continue
        if last > first:
            run, between = things[first : last + 1], cast(list[Joint], joints[first:last])
            for group in _of_run(sentence, place, run, between, language, hints):
                start, end = group[0].start - place, group[-1].end - place
                if len(_ids(group)) > 1 and not means_all(sentence, start, end, language):
                    yield group
        first = last + 1


def _of_run(
    sentence: str, place: int, run: list[_Thing], joints: list[Joint], language: Language, hints: Hints
) -> Iterator[_Group]:
    """Yield the groups of things that are joined one to the next."""
    start, end = run[0].start - place, run[-1].end - place
    if hints.one and "or" not in joints and leaves_choice(sentence, start, end, language):
        yield run
        return
    if hints.either and joints[-1] in ("list", "slash") and ends_in_or(sentence, end, language):
        joints = [*joints, "or"]
    done = 0
    while done < len(joints):
        ors = [i for i in range(done, len(joints)) if joints[i] in ("or", "clause_or")]
        if not ors:
            if "slash" in joints:
                yield from _by_slash(sentence, place, run[done:], joints[done:], language)
            return
        begin = last = ors[0]
        # "A、B 或 C" is one list; in "A、B，或有 C" only the nearest is joined.
        joining = ("list", "slash") if joints[begin] == "or" else ("slash",)
        while begin > done and joints[begin - 1] in joining:
            begin -= 1
        while last + 1 < len(joints) and joints[last + 1] in ("or", "clause_or", "slash"):
            last += 1
        if begin - done > 1:
            yield from _by_slash(sentence, place, run[done:begin], joints[done : begin - 1], language)
        yield run[begin : last + 2]
        done = last + 2


def _by_slash(
    sentence: str, place: int, run: list[_Thing], joints: Sequence[Joint], language: Language
) -> Iterator[_Group]:
    """Yield the stretches of a list whose things are joined by slashes and leave a choice."""
    first = 0
    for i in range(len(joints) + 1):
        if i < len(joints) and joints[i] == "slash":
            continue
        group = run[first : i + 1]
        first = i + 1
        if len(group) > 1 and not _same(group):
            start, end = group[0].start - place, group[-1].end - place
            if slash_leaves_choice(sentence, start, end, language):
                yield group


def _same(group: _Group) -> bool:
    """Tell whether a slash joins two words for one thing: "AI/大模型"."""
    if len(group) != 2 or not all(thing.hits for thing in group):
        return False
    bare = any(thing.hits[0][0].id in _bare() and len(thing.hits) == 1 for thing in group)
    return bare and all(thing.hits[0][0].era != "none" for thing in group)


# ------------------------------------------------------------------ lists over several lines


@cache
def word_lists() -> Mapping[str, Sequence[str]]:
    """Return the headings of lists of which one item suffices, for the scan."""
    words = load("alternatives")["list"]
    return {_HEADINGS: (*words["zh"], *words["en"])}


def _listed(
    low: str,
    sentences: Sequence[Sentence],
    by_sentence: Mapping[int, Sequence[Hit]],
    headings: Iterable[tuple[int, int, int]],
) -> Iterator[_Group]:
    """Yield a group for each heading that offers the items below it."""
    done = -1
    for _, _, head in headings:
        if head <= done:
            continue
        items = list(_items(low, sentences, head))
        done = items[-1] if items else head
        for level in _ASKED:
            things = [
                thing
                for index in items
                for thing in _things(
                    low[sentences[index].start : sentences[index].end],
                    sentences[index].start,
                    [hit for hit in by_sentence.get(index, ()) if hit[5] == level],
                )
            ]
            if len({thing.hits[0][7] for thing in things}) > 1 and len(_ids(things)) > 1:
                yield things


def _items(low: str, sentences: Sequence[Sentence], head: int) -> Iterator[int]:
    """Yield the indexes of the items below a heading: lines with a bullet or number, without a gap."""
    if not low[sentences[head].start : sentences[head].end].rstrip(" )").endswith((":", "即可", "之一")):
        return
    before = sentences[head].end
    for index in range(head + 1, min(head + 1 + _MOST_ITEMS, len(sentences))):
        start, end, zone, number = sentences[index]
        gap = low[before:start]
        bulleted = number is not None or _BULLET.match(gap.lstrip("\n") + low[start : start + 8])
        if zone != sentences[head].zone or gap.count("\n") > 1 or not bulleted:
            return
        before = end
        yield index


# ------------------------------------------------------------------ what is told


def _told(
    groups: Sequence[_Group], by_sentence: Mapping[int, Sequence[Hit]], raw: str
) -> tuple[Alternatives, ...]:
    grouped = {id(hit) for group in groups for thing in group for hit in thing.hits}
    others = [hit for hits in by_sentence.values() for hit in hits if id(hit) not in grouped]
    required = {hit[0].out for hit in others if hit[5] == "required"}
    preferred = {hit[0].out for hit in others if hit[5] == "preferred"}
    plain = {"required": required, "preferred": required | preferred}
    found: dict[tuple[str, frozenset[str]], Alternatives] = {}
    for group in sorted(groups, key=lambda group: group[0].start):
        level = next(thing.hits[0][5] for thing in group if thing.hits)
        requirement = cast(Literal["required", "preferred"], level)
        ids = _ids(group)
        start, end = group[0].start, group[-1].end
        alone = tuple(tag for tag in ids if tag in plain[requirement])
        quote = Quote(raw[start:end], start, end)
        found.setdefault((requirement, frozenset(ids)), Alternatives(ids, requirement, quote, alone))
    return tuple(found.values())
