"""How a list is written of which one item suffices: what stands between two things, before and behind them.

"SQL、Python 或 R" and "SQL, Python, or R" leave a choice; "SQL、Python" and "SQL and Python" do not. Of a
mixed list "or" binds the nearest two: "A and B, or C" is read as A, and B or C. Whoever meets that meets the
other reading, too. The words stand in alternatives.toml.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from scraper.tagging.tables import Language, load

Joint = Literal["or", "clause_or", "slash", "list", "and"]
"""What joins two things; `clause_or` joins clauses ("…，或有…经验"), so only the nearest two."""

# Each branch begins with a character of its own and no class or \b: so `re` passes over all that begins none
# of them in one loop, which is three to six times as fast.
_ONE_OF = r"任|一[种项门类个]|之一|其一|皆可|均可|都可|即可|e(?<=\be)\.g\."
SIGNS = re.compile(rf"或|/|o(?<=\bo)r\b|{_ONE_OF}|a(?<=\ba)ny|o(?<=\bo)ne")
"""What finds one of the signs that stand in every sentence that leaves a choice."""

_ONE = re.compile(
    rf"{_ONE_OF}|至少|a(?<=\ba)ny\b|o(?<=\bo)ne\b|e(?<=\be)ither\b|s(?<=\bs)uch\b|l(?<=\bl)ike\b"
)


class Hints(NamedTuple):
    """Whether a sentence holds an "or" (`either`), and a word that may say that one will do (`one`)."""

    either: bool
    one: bool


NO_HINTS = Hints(False, False)


def hints_of(sentence: str) -> Hints:
    """Return what in a folded sentence makes it worth looking closer."""
    return Hints("或" in sentence or _EN_OR.search(sentence) is not None, _ONE.search(sentence) is not None)


_LONGEST_GAP = 120
_JOINS = re.compile(r"[或、/,和与及并且兼&]|同时|\bor\b|\band\b")
_PARENTHESIS = re.compile(r"\([^()]{0,60}\)")
_ZH_STOPS = re.compile(r"[();:。!?•●]|(?:^|\s)[-–—]\s")
_EN_STOPS = re.compile(r"[();:!?.•●—]|(?:^|\s)[-–]\s")
_ZH_ITEMS = re.compile(r"[、/]")
_AND_OR = re.compile(r"\band ?/? ?or\b")
_EN_OR = re.compile(r"\bor\b")
_EN_WORD = re.compile(r"[^\s,/'’]+")
_SLASH = re.compile(r"\s*/\s*")
_LONGEST_ITEM, _LONGEST_HEAD, _LONGEST_TAIL = 10, 14, 12
_MOST_WORDS, _MOST_ITEMS = 5, 4
_ZH_AND_REACH, _EN_AND_WORDS = 6, 3
_NEAR, _AFTER, _AFTER_EN, _BEFORE_ZH, _BEFORE_EN = 8, 20, 150, 24, 60
"""Letters around a list in which it is looked for what makes it a choice."""
_LONGEST_WORD = 8
_ZH_ENDS = re.compile(r"[,;。:()]")


class _Zh(NamedTuple):
    choice: re.Pattern[str]
    joins: re.Pattern[str]
    demands: re.Pattern[str]
    stops: re.Pattern[str]
    head_noun: re.Pattern[str]
    offers: re.Pattern[str]
    one_after: re.Pattern[str]
    one_before: re.Pattern[str]
    kinds: re.Pattern[str]
    tools: re.Pattern[str]
    known: re.Pattern[str]
    used: re.Pattern[str]
    all: re.Pattern[str]


class _En(NamedTuple):
    stops: frozenset[str]
    stops_behind: frozenset[str]
    within: frozenset[str]
    more: frozenset[str]
    one_before: re.Pattern[str]
    all: re.Pattern[str]


# ------------------------------------------------------------------ between two things


def joint(gap: str, language: Language) -> Joint | None:
    """Return what the folded text between two things makes of them; None if they have nothing to do."""
    if len(gap) > _LONGEST_GAP or (len(gap) > 1 and not _JOINS.search(gap)):
        return None
    if "(" in gap:
        gap = _PARENTHESIS.sub("", gap)
    gap = gap.removeprefix(")").strip()  # that of a parenthesis in which the first thing stands
    return _zh_joint(gap) if language == "zh" else _en_joint(gap)


def _zh_joint(gap: str) -> Joint | None:
    if gap == "、":
        return "list"
    if gap == "/":
        return "slash"
    words = _zh()
    if _ZH_STOPS.search(gap):
        return None
    head, *others = words.choice.split(gap)
    if others:
        clause = head.endswith(",")
        head, *middle, tail = (part.strip() for part in (head.rstrip(", "), *others))
        if len(tail) > _LONGEST_TAIL or any(len(part) > _LONGEST_HEAD for part in (head, *middle)):
            return None
        if any("," in part or words.stops.search(part) for part in (head, *middle, tail)):
            return None
        if "、" in tail or words.head_noun.search(tail):
            return None
        if words.joins.search(head.replace("参与", "")) or words.demands.search(head):
            return None
        return "clause_or" if clause or words.demands.match(tail) else "or"
    if gap == ",":
        return "list"
    if "," in gap:
        return None
    items = _ZH_ITEMS.split(gap)
    if words.stops.search(gap) or any(
        len(item) > _LONGEST_ITEM or words.demands.match(item.strip()) for item in items
    ):
        return None
    if words.joins.search(gap.replace("参与", "")):
        return "and" if len(gap) <= _ZH_AND_REACH else None
    if len(items) == 1 or words.head_noun.search(gap):
        return None
    return "slash" if "/" in gap else "list"


def _en_joint(gap: str) -> Joint | None:
    words = _en()
    gap = _AND_OR.sub("or", gap)
    if _EN_STOPS.search(gap):
        return None
    if _SLASH.fullmatch(gap):
        return "slash"
    choices = _EN_OR.split(gap)
    if len(choices) > 1:
        head, tail = choices[0], choices[-1]
        behind = _EN_WORD.findall(tail)
        if "," in tail or len(behind) > _MOST_WORDS or not words.stops_behind.isdisjoint(behind):
            return None
        if behind and (behind[0] in words.more or not words.within.isdisjoint(behind[1:])):
            return None
        return "or" if _are_items(head) else None
    if gap.endswith((",", " and", " &")) or gap in ("and", "&") or gap.startswith(("and ", "& ")):
        rest = re.sub(r"(?:^|(?<=\s))(?:and|&)(?=\s|$)", "", gap)
        if rest != gap:
            return "and" if len(_EN_WORD.findall(rest)) <= _EN_AND_WORDS and _are_items(rest) else None
    return "list" if "," in gap and _are_items(gap) else None


def _are_items(gap: str) -> bool:
    """Tell whether `gap` holds ends of items, and whole items, of an English list."""
    items = gap.split(",")
    if len(items) > _MOST_ITEMS + 1:
        return False
    words = [_EN_WORD.findall(item) for item in items]
    return all(len(item) <= _MOST_WORDS and _en().stops.isdisjoint(item) for item in words)


# ------------------------------------------------------------------ around a list


def leaves_choice(sentence: str, start: int, end: int, language: Language) -> bool:
    """Tell whether what stands around the list `[start:end)` of a folded sentence says that one will do."""
    if language == "en":
        return _en().one_before.search(sentence, max(0, start - _BEFORE_EN), start) is not None
    zh = _zh()
    return (
        _next(zh.one_after, sentence, end, _AFTER) is not None
        or zh.one_before.search(sentence, max(0, start - _BEFORE_ZH), start) is not None
    )


def ends_in_or(sentence: str, end: int, language: Language) -> bool:
    """Tell whether the list that ends at `end` offers one more, of which nothing is known: ", or similar"."""
    if language == "zh":
        zh = _zh()
        found = _next(zh.choice, sentence, end, _LONGEST_TAIL)
        return (
            found is not None
            and zh.demands.search(sentence, end, found.start()) is None
            and zh.offers.match(sentence, found.end()) is not None
        )
    found = _EN_OR.search(sentence, end, end + _AFTER_EN)
    if found is None:
        return False
    head = sentence[end : found.start()].removesuffix("and/")
    behind = _EN_WORD.search(sentence, found.end())
    offered = behind is not None and behind[0] not in _en().more
    return offered and not _EN_STOPS.search(head) and _are_items(head)


def slash_leaves_choice(sentence: str, start: int, end: int, language: Language) -> bool:
    """Tell whether things joined by slashes at `[start:end)` are of a kind of which one will do."""
    if language == "en":
        return False
    zh, before = _zh(), max(0, start - _NEAR)
    if zh.used.search(sentence, before, start) or _next(zh.tools, sentence, end, _NEAR):
        return True
    return bool(_next(zh.kinds, sentence, end, _NEAR)) and not zh.known.search(sentence, before, start)


def _next(pattern: re.Pattern[str], sentence: str, end: int, reach: int) -> re.Match[str] | None:
    """Return the first match of `pattern` that begins within `reach` of `end`, nothing between ending it."""
    found = pattern.search(sentence, end, end + reach + _LONGEST_WORD)
    if found is None or found.start() > end + reach:
        return None
    between = sentence[end : found.start()]
    if "(" in between:
        between = _PARENTHESIS.sub("", between)
    return None if _ZH_ENDS.search(between) else found


def means_all(sentence: str, start: int, end: int, language: Language) -> bool:
    """Tell whether the choice at `[start:end)` is none: "无论…或…", "whether … or …"."""
    pattern = _zh().all if language == "zh" else _en().all
    return pattern.search(sentence, max(0, start - 30), end) is not None


# ------------------------------------------------------------------ the words


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def _zh() -> _Zh:
    words = load("alternatives")["zh"]
    choice, demands = _any(words["or"]), _any(words["demands"])
    return _Zh(
        choice=re.compile(rf"{choice}|\bor\b"),
        joins=re.compile(_any(words["and"])),
        demands=re.compile(demands),
        # a demand of its own behind a lost line end; what the things are for
        stops=re.compile(rf"\s(?:{demands})|{_any(words['stops'])}"),
        # "无人机/机器人的算法产品": what follows is no item of the list but what its items are of
        head_noun=re.compile(r"(?<!相关)(?<!类似)的$"),
        offers=re.compile(rf"(?!许|多|\s?(?:{demands}))\s?[^\s,;。:()]"),
        one_after=re.compile(_any(words["one_after"])),
        one_before=re.compile(rf"(?:{_any(words['one_before'])})[^,;。、/]{{0,14}}$"),
        kinds=re.compile(_any(words["kinds"])),
        tools=re.compile(_any(words["tools"])),
        known=re.compile(rf"(?:{_any(words['known'])})\s*$"),
        used=re.compile(rf"(?:{_any(words['used'])}):?\s*$"),
        all=re.compile(_any(words["all"])),
    )


@cache
def _en() -> _En:
    words = load("alternatives")["en"]
    kinds = rf"(?: [\w-]+){{0,3}} (?:{_any(words['kinds'])})"
    return _En(
        stops=frozenset((*words["stops"], *words["within"])),
        stops_behind=frozenset(words["stops_behind"]),
        within=frozenset(words["within"]),
        more=frozenset(words["more"]),
        one_before=re.compile(
            rf"\b(?:(?:{_any(words['one_before'])})(?: [\w-]+){{0,4}}:? ?$"
            rf"|(?:an?|any|one){kinds} ?\(?(?:e\.g\.|such as|like),? ?$"
            rf"|(?:any|one){kinds} ?\($)"
        ),
        all=re.compile(rf"\b(?:{_any(words['all'])})\b"),
    )
