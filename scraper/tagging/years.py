"""Years of experience asked for: how many, of what, required or preferred.

Grammar: a number (digits, Chinese numerals, English words, "three (3)", months) or a range, an open or
upper end, a unit, and a sign that experience is meant: a cue word in the clause, or an open end with a cue
in the sentence. What it is experience of (scope) is read from the number to the next number or comma,
else from the text before it: generative AI > AI > management > product > other > total. "AI or X" is no AI
experience: more than half of the alternatives must be AI. Ages, contracts, company history, road maps and
recency ("within the last 3 years") are no experience.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from operator import attrgetter
from typing import Literal, NamedTuple

from scraper.parsing.folding import fold
from scraper.tagging.clauses import Marks
from scraper.tagging.counting import Counted
from scraper.tagging.masking import Text
from scraper.tagging.matching import Found
from scraper.tagging.numerals import number, pair
from scraper.tagging.sections import SILENT
from scraper.tagging.tables import inside, leftmost_longest, load
from scraper.tagging.years_bounds import degree_bound, fresh_beside, suffices_beside
from scraper.tagging.years_grammar import (
    AT_LEAST,
    AT_MOST,
    EN,
    EN_NUMBER,
    EN_PART,
    MONTHS,
    ZH,
    numbers_of_parts,
    numbers_with_units,
    without_list_numbers,
)
from scraper.tagging.years_scope import AiSpans, Scope, is_generic, scope_of_years
from scraper.tagging.years_subjects import of_others
from scraper.tagging.years_words import years_words
from scraper.tagging.zones import Zoning

_CUT = re.compile(
    r"[,;。()\n]|\.\s|，|、(?=有|具备|具有|熟悉|拥有)|其中|including"
    rf"|of which(?=\s+(?:{AT_LEAST}\s+)?{EN_NUMBER}\b)"
    r"|\bwith (?=at least|\d)|(?<=management experience) with\b|(?<=experience) to\b"
)
_AT_SCHOOL = ("期间", "时", "成绩", "表现", "经历")
"""What makes 在校 a time in the life of the candidate, and no demand for students."""
_CLASS_OF = re.compile(
    r"20\d\d\s*(?:年\s*)?(?:届|(?:及之后|及以后|年)?毕业(?!于))"
    r"|(?<!\d)\d\d届|(?<![\d-])(?:2\d\s*-\s*)?2\d\s*年\s*毕业(?!于)"
)


class YearsPhrase(NamedTuple):
    """One demand at `[start:end)`; `max` None is open.

    `condition` is the degree that it holds for; `part`: these years are among those named just before;
    `alternative`: they suffice beside those named just before.
    """

    min: float
    max: float | None
    scope: Scope
    requirement: Literal["required", "preferred", "none"]
    start: int
    end: int
    condition: str | None = None
    part: bool = False
    alternative: bool = False


@cache
def words() -> Mapping[str, Sequence[str]]:
    """Return the words that say without a number what experience is asked, for the scan."""
    return {
        f"{name}.{language}": load("years")[language][name]
        for language in ("zh", "en")
        for name in ("none", "fresh")
    }


def find_years(
    text: Text,
    found: Found,
    zoning: Zoning,
    hits: Sequence[Counted],
    marked: Callable[[int], Marks],
) -> list[YearsPhrase]:
    """Return the demands for experience in `text`, in order.

    `found` is what the scan found, `hits` are those of its vocabulary hits that count; `marked(i)` gives the
    marks of the i-th sentence.
    """
    phrases = _numbered(text.low, found, zoning, hits, marked) if found.units else []
    if all(phrase.requirement == "preferred" for phrase in phrases):  # a wish does not tell who may apply
        phrases = sorted([*phrases, *_without_number(text.low, found, zoning)], key=attrgetter("start"))
    return phrases


def _numbered(
    low: str,
    found: Found,
    zoning: Zoning,
    hits: Sequence[Counted],
    marked: Callable[[int], Marks],
) -> list[YearsPhrase]:
    low = without_list_numbers(low, found.list_numbers)
    numbers = list(numbers_with_units(low, found.units))
    if not numbers:
        return []
    ai = AiSpans(low, hits)
    first = min(match.start() for match in numbers)
    numbers += numbers_of_parts(low, [start for start, _, _ in found.parts if start > first])
    fresh = [
        (start, end)
        for start, end, name in found.fresh
        if name.startswith("fresh") and not low.startswith(_AT_SCHOOL, end)
    ]
    if "届" in low:
        fresh = sorted({*fresh, *_graduates(low)})
    phrases: list[YearsPhrase] = []
    for match in sorted(numbers, key=lambda match: match.start()):
        if phrases and match.start() < phrases[-1].end:
            continue
        if match.re is EN_PART and not _is_part(match, phrases, zoning):
            continue
        phrase = _phrase(low, match, zoning, ai, marked)
        if phrase is None:
            continue
        beside = fresh_beside(low, fresh, match.start(), match.end()) if fresh else None
        if beside:
            phrases.append(YearsPhrase(0, 0, "total", phrase.requirement, *beside))
        other = bool(phrases) and suffices_beside(low, phrases[-1].end, match.start())
        # "3年以上，其中1年AI，或2年电商": what may stand for a part is a part.
        part = phrase.part or (other and phrases[-1].part)
        phrases.append(phrase._replace(part=part, alternative=bool(beside) or (other and not part)))
    return phrases


def _is_part(found: re.Match[str], phrases: Sequence[YearsPhrase], zoning: Zoning) -> bool:
    """Tell whether a number without a unit is a part of years that were named just before."""
    if not phrases or zoning.index(found.start("a")) - zoning.index(phrases[-1].start) > bool(found["them"]):
        return False
    return not found["loose"] or bool(found["plus"] or found["pre"] or found["them"])


@lru_cache(maxsize=4096)
def parse_experience(raw: str) -> tuple[float, float | None] | None:
    """Read a board's experience field: "3-5年", "1年以内", "经验不限", "应届生", "3-4年经验", "5+ years".

    A bare "3年" is the band (3, 4) of the boards that write so. None if it names no years of experience
    (the intern form "4天/周 6个月").
    """
    low = fold(raw).strip()
    words = years_words("zh")
    if any(mark in low for mark in ("天/周", "/周")):
        return None
    if words.fresh.stand_in(low) or years_words("en").fresh.stand_in(low):
        return 0, 0
    found = next(
        (match for match in (ZH.search(low), EN.search(low)) if match and match["unit"] != "个月"), None
    )
    if found is None:
        return (0, None) if "不限" in low or "无" in low or words.none.stand_in(low) else None
    low_end, high_end = _range(found)
    bare = high_end is None and not (found["post"] or found["pre"] or found["plus"])
    return (low_end, low_end + 1) if bare and found["unit"] == "年" else (low_end, high_end)


# ------------------------------------------------------------------ one demand


def _phrase(
    low: str, found: re.Match[str], zoning: Zoning, ai: AiSpans, marked: Callable[[int], Marks]
) -> YearsPhrase | None:
    index = zoning.index(found.start("a"))
    sentence = zoning.sentences[index]
    if sentence.zone in SILENT:
        return None
    language = "zh" if found.re is ZH else "en"
    start, end = sentence.start, sentence.end
    cut = _CUT.search(low, found.end(), end)
    clause_end = cut.start() if cut else end
    asked = sentence.zone in ("required", "preferred")
    degree = degree_bound(low, start, found.start(), found.end(), end)
    if degree is None and not _is_experience(low, found, language, start, clause_end, end, asked and ai):
        return None
    if of_others(low, start, found.start(), found.end(), end, language=language, asked=asked):
        return None
    scope = scope_of_years(low, found, language, start, clause_end, ai)
    preferred = sentence.zone == "preferred" or inside(
        found.start("a") - sentence.start, marked(index).preferred
    )
    low_end, high_end = _range(found)
    start, end = found.start(), found.end()
    if found.re is EN_PART:
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
        degree,
        _names_part(low, found, sentence.start),
    )


def _names_part(low: str, found: re.Match[str], start: int) -> bool:
    """Tell whether the years found are introduced as part of others, in a sentence that begins at `start`."""
    if found.re is EN_PART:
        return True
    lead = low[max(start, found.start("a") - 80) : found.start("a")]
    if any(word in lead for word in _PART_WORDS) and _PART_OF.search(lead):
        return True
    return _OF_THEM.match(low, found.end()) is not None


def _range(found: re.Match[str]) -> tuple[float, float | None]:
    groups = found.groupdict()
    first, unit = groups["a"], groups.get("unit") or "years"
    both = pair(first)
    low_end = 10.0 if first == "decade" else both[0] if both else number(first) or 0.0
    high_end = number(groups["b"]) if groups.get("b") else both[1] if both else None
    if groups.get("half"):
        low_end += 0.5
    if unit in MONTHS:
        low_end, high_end = low_end / 12, high_end / 12 if high_end else None
    post, pre = (groups.get("post") or "").strip(), (groups.get("pre") or "").strip()
    if high_end is None and (post in ("以下", "以内") or pre in AT_MOST):
        return 0, low_end
    if "以上" in post or "+" in post or groups.get("plus2") or (groups.get("b") and groups.get("plus")):
        high_end = None
    return round(low_end, 2), high_end


def _is_experience(
    low: str,
    found: re.Match[str],
    language: str,
    start: int,
    cut: int,
    end: int,
    asked: AiSpans | Literal[False],
) -> bool:
    """Tell whether the number found is of experience, in a sentence `[start:end)`, its clause up to `cut`.

    Among the requirements (`asked`, which knows the words of the vocabulary) a number needs a cue of work in
    its sentence, or a field of the vocabulary in its clause, or nothing else in the clause ("3年以上").
    """
    words = years_words(language)
    place = found.start()
    marks = (low.rfind(mark, start, place) for mark in ",;。(")
    first = max(start, *[mark + 1 for mark in marks])
    clause = low[first:cut]
    before = low[max(start, found.start() - 18) : found.start("a")]
    if words.before_reject.stand_in(before) or (_number_of(found) or 0) > 30:
        return False
    near = low[found.start() : min(end, found.end() + 14)]
    groups = found.groupdict()
    if groups.get("dash") and "experience" not in clause:
        return False
    if _PLAN.match(low, found.end(), end):
        return False
    if words.reject.stand_in(clause if language == "zh" else near) and not _saved(clause, language):
        return False
    if groups.get("unit") in MONTHS and not _MONTHS_OF.search(clause):
        return False  # how long an internship or a project lasts
    if words.cue.stand_in(clause) or groups.get("unit") == "yoe":
        return True
    if _BARE.match(low, found.end(), end) or _names_part(low, found, start):
        return True
    open_end = bool(groups.get("plus") or groups.get("post") or groups.get("pre"))
    if open_end and _OF_WHAT.match(low, found.end(), end):
        return True
    if (asked or open_end) and words.cue.stand_in(low[start:end]):
        return True
    return asked is not False and (
        asked.names(first, cut)
        or is_generic(
            _BESIDE.split(low[first:place])[-1] + " " + _BESIDE.split(low[found.end() : cut])[0], language
        )
    )


def _saved(clause: str, language: str) -> bool:
    """Tell whether a clause with a rejecting word still asks for experience ("本科毕业，3年以上工作经验")."""
    return ("经验" in clause) if language == "zh" else "experience" in clause and "ago" not in clause


def _number_of(found: re.Match[str]) -> float | None:
    return number(found["a"])


# What the years are of, with nothing after it: "5+ years PM.", "7 yrs of PM", "5年产品，2年AI".
_BARE = re.compile(
    r"\s*+(?:(?:of |in |as |的)\s*+)?(?:(?:ai|ml|llm|genai|aigc|大模型)\s*)?"
    r"(?:产品(?:经理)?|pm|product|ai|ml|llms?|genai|aigc|大模型)\s*(?:[,;.()、/+|]|$)"
)
_PLAN = re.compile(
    r"\s*(?:(?:product|company|business|technology|strategic) )?(?:strategy|vision|roadmap|plan)\b"
    r"|\s*(?:college|university|degree)\b"
)
_PART_OF = re.compile(
    r"(?:years?\b[^.;]{0,80}\bwith|\bincluding|\bincl\.?|\bof which|其中|含|包括)\s*+"
    r"(?:(?:at least|至少|有)\s*+)?$"
)
_PART_WORDS = ("with", "incl", "of which", "其中", "含", "包括")
_OF_THEM = re.compile(r"\s*of (?:which|those|these|them)\b")
_OF_WHAT = re.compile(
    r"\s+(?:of|in|with|as|building|working|managing|leading|owning|shipping|using|focus(?:ed|ing))\b"
)
_MONTHS_OF = re.compile(r"经验|经历|从业|使用|experience")
_BESIDE = re.compile(r"[·|/]")


def _without_number(low: str, found: Found, zoning: Zoning) -> Iterator[YearsPhrase]:
    """Yield the first sign of a text without numbers: no experience is asked, or graduates are."""
    if not found.fresh and "届" not in low and "毕业" not in low:
        return
    by_name: dict[str, list[tuple[int, int]]] = {}
    for start, end, name in found.fresh:
        if not low.startswith(_AT_SCHOOL, end):
            by_name.setdefault(name, []).append((start, end))
    for language in ("zh", "en"):
        none, fresh = (leftmost_longest(by_name.get(f"{name}.{language}", [])) for name in ("none", "fresh"))
        for spans, upper in ((none, None), (chain(fresh, _graduates(low)), 0.0)):
            for start, end in spans:
                if zoning.sentences[zoning.index(start)].zone not in ("company", "benefits"):
                    yield YearsPhrase(0, upper, "total", "required" if upper == 0 else "none", start, end)
                    return


def _graduates(low: str) -> Iterator[tuple[int, int]]:
    """Yield where the class of a year is asked for (2026届, 2025年毕业)."""
    if "届" in low or "毕业" in low:
        yield from (found.span() for found in _CLASS_OF.finditer(low))
