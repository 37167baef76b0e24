"""The lowest degree that a posting asks for."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, groupby
from typing import Literal, NamedTuple, cast

from scraper.parsing.folding import fold
from scraper.tagging.clauses import Marks
from scraper.tagging.masking import Text
from scraper.tagging.matching import Hit
from scraper.tagging.sections import SILENT
from scraper.tagging.tables import Lexicon, Words, inside, leftmost_longest, load
from scraper.tagging.zones import Sentence, Zoning
from storage.records import EducationLevel

LEVELS: tuple[EducationLevel, ...] = ("none", "high_school", "associate", "bachelor", "master", "doctorate")
_UNNAMED = "unnamed"
_MOST = 200
"""Words for degrees that are looked at in one text; honest postings have a dozen."""
_NAME = 48
"""Letters of the longest name of a degree, or more."""
_LEAD = 120
"""Letters before a degree in which years may be named that it shortens."""
_ENOUGH = re.compile(r"(?:院校|高校)?及?以上学历")
_STILL_ASKED = re.compile(
    r"(?:(?!优先|加分|佳|学历|以上)[^,;。])*+(?:学历|以上)(?:(?!优先|加分|佳)[^,;。])*(?:[,;。]|$)"
    # "本科(硕士优先)": the wish is what the brackets hold
    r"|[^,;。()]{0,8}\([^()]{2}(?:(?!优先|加分|佳)[^()])*+(?:优先|加分|佳)[^()]*\)"
)
_DEMANDS_BEFORE = re.compile(
    r"(?:at least|minimum(?: of)?:?|minimum requirement:|required:|requires|must (?:have|hold|possess))"
    r"\s+(?:an?\s+)?$"
)
_DEMANDS_AFTER = re.compile(
    # What may stand between a degree and what is said of it: its field, no other demand.
    r"(?:(?!\d|\b(?:experience|knowledge|skills?|familiar|ability|understanding)\b)[^;()。]){0,80}?"
    r"(?:(?P<wish>preferred|a plus|desir|a bonus|an asset|an advantage|nice to have|ideal|not required"
    r"|优先|加分|佳)"
    r"|(?P<demand>\b(?:required|(?:a|is) must|mandatory|essential|necessary)\b|必须|必需|必备|硬性要求))"
)
# Who has the degree is asked for fewer years: "(7 with a Master's)", "or 5+ years with an MBA", "(硕士2年)".
_SHORTENS_BEFORE = re.compile(
    r"(?:\bor\b|\()[^.;()\d]{0,20}\d{1,2}\s*+(?:(?:\+|or more)\s*+)?(?:years?|yrs?)?"
    r"[^.;()\d]{0,60}\bwith\s+(?:an?\s+)?$"
)
_SHORTENS_ZH_BEFORE = re.compile(r"年[^;。(\d]{0,16}\((?:有|其中)?$")
_SHORTENS_ZH_AFTER = re.compile(
    r"(?:学历|学位|毕业)?(?:者|及以上)?(?:可|放宽|[至到为]|只?需)*\s*[\d一二两三]\s*年|(?:学历|学位)?(?:者)?可?放宽"
)
# Who has less is admitted on a condition, perhaps in a later sentence: "硕士及以上；本科需具备5年以上经验".
_ADMITS = re.compile(
    r"(?:学历|学位|毕业)?者?(?:则?需|须)(?:具备|具有|拥有|有|满)?\s*[\d一二两三四五六七八九十]{1,2}\s*年"
)
_BINDS = ("with", "plus", "and", "+", "(", "at least", "a minimum of")
_BOUND = re.compile(r"(?:with|plus|and|\+|\()\s*+(?:(?:at least|a minimum of)\s*+)?$")
_ALTERNATIVE = re.compile(r"\W*(?:degree\s*)?(?:or|/|或|、)\s*(?:an?\s+)?")


class Degree(NamedTuple):
    """A degree asked for at `[start:end)` of the text."""

    level: EducationLevel
    requirement: Literal["required", "preferred"]
    start: int
    end: int


def find_education(
    text: Text, zoning: Zoning, hits: Sequence[Hit[str]], marked: Callable[[int], Marks]
) -> Degree | None:
    """Return the lowest degree required in `text`, or the lowest preferred one if none is required.

    `hits` are those of `words`; `marked(i)` gives the marks of the i-th sentence. Within one sentence
    degrees are alternatives ("Bachelor's or Master's"); over sentences, the lowest of the first sentence that
    requires one counts, since later ones refine it, but for one that admits a lower degree on a condition.
    """
    by_sentence: dict[int, list[Degree]] = {}
    for degree in _degrees(text, zoning, hits, marked):
        by_sentence.setdefault(zoning.index(degree.start), []).append(degree)
    for requirement in ("required", "preferred"):
        for degrees in by_sentence.values():
            asked = [degree for degree in degrees if degree.requirement == requirement]
            if asked:
                admitted = [
                    one
                    for one in chain(*by_sentence.values())
                    if one.requirement == requirement and _ADMITS.match(text.low, one.end)
                ]
                return min([*asked, *admitted], key=lambda degree: (LEVELS.index(degree.level), degree.start))
    return None


@lru_cache(maxsize=4096)
def parse_education(raw: str) -> EducationLevel | None:
    """Read a board's education field ("本科", "大专及以上", "1-3年本科"); None if it is silent."""
    low = fold(raw)
    if "不限" in low:
        return "none"
    scanned = _degree_words().scan(low)
    found = [level for level in LEVELS if level in scanned]
    if found:
        return found[0]
    return "none" if "初中" in low else "bachelor" if _UNNAMED in scanned else None


def degree_before(low: str, start: int, stop: int) -> str | None:
    """Return the degree that a number of years is bound to ("Bachelor's degree with 5 years"), if any."""
    part = low[start:stop]
    cut = max(part.rfind(" or "), part.rfind("或"), part.rfind(";"))
    part = part[cut + 1 :]
    if not (part.rstrip().endswith(_BINDS) and _BOUND.search(part)):
        return None
    scanned = _degree_words().scan(part)
    return next((level for level in reversed(LEVELS) if level != "none" and level in scanned), None)


def degree_at(low: str, start: int, stop: int) -> str | None:
    """Return the degree whose name begins at `start` of `[start:stop)`, if any."""
    part = low[start : min(stop, start + _NAME)]
    found = [level for level, spans in _degree_words().scan(part).items() if spans[0][0] == 0]
    return next((level for level in LEVELS if level in found), None)


def _degrees(
    text: Text, zoning: Zoning, hits: Sequence[Hit[str]], marked: Callable[[int], Marks]
) -> list[Degree]:
    """Return the degrees asked for, in order; an unnamed one ("degree in …", 985) yields to a named one."""
    degrees: list[Degree] = []
    by_name: dict[str, list[tuple[int, int]]] = {}
    for start, end, name in hits[:_MOST]:
        by_name.setdefault(name, []).append((start, end))
    spans = sorted((*span, name) for name, found in by_name.items() for span in leftmost_longest(found))
    for index, grouped in groupby(spans, key=lambda span: zoning.index(span[0])):
        group = list(grouped)
        sentence = zoning.sentences[index]
        if sentence.zone in SILENT:
            continue
        marks = marked(index)
        alone = len({start for start, _, name in group if name != _UNNAMED}) == 1
        rejected = _signs("reject").stand_in(text.low[sentence.start : sentence.end])
        named: list[Degree] = []
        unnamed: list[Degree] = []
        for start, end, name in group:
            local = start - sentence.start
            if (
                rejected
                or (alone and _shortens(text.low, sentence, start, end))
                or _is_other_word(text, start, end)
                or (inside(local, marks.negated) and name != "none")
            ):
                continue
            preferred = sentence.zone == "preferred" or (
                inside(local, marks.preferred)
                # "本科及以上学历，计算机专业优先": the field is preferred, the degree is not
                and not _STILL_ASKED.match(text.low, end, sentence.end)
            )
            if preferred and _demanded(text.low, sentence, group, start):
                preferred = False
            wished = preferred and name != "none"  # "degree not required" is no wish for none
            requirement: Literal["required", "preferred"] = "preferred" if wished else "required"
            if name == _UNNAMED and not _ENOUGH.match(text.low, end):
                unnamed.append(Degree("bachelor", requirement, start, end))
            else:
                level = "bachelor" if name == _UNNAMED else cast(EducationLevel, name)
                named.append(Degree(level, requirement, start, end))
        degrees.extend(named)
        degrees.extend(one for one in unnamed if not any(_settles(other, one) for other in named))
    return sorted(degrees, key=lambda degree: degree.start)


def _shortens(low: str, sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether the only degree of a sentence is no demand: it lets fewer years suffice."""
    if _SHORTENS_BEFORE.search(low, max(sentence.start, start - _LEAD), start):
        return True
    if not _SHORTENS_ZH_AFTER.match(low, end, sentence.end):
        return False
    return low[end : end + 4].strip("学历位者可").startswith("放") or bool(
        _SHORTENS_ZH_BEFORE.search(low, max(sentence.start, start - _LEAD), start)
    )


def _demanded(low: str, sentence: Sentence, group: Sequence[tuple[int, int, str]], start: int) -> bool:
    """Tell whether the words around the degree at `start` demand it: "PhD preferred, Master's required".

    `group` are the degrees of the sentence, in order. What is said of the last of some alternatives is said
    of each ("BS or MS required"); what is said of another degree is not said of this one.
    """
    limit, end = sentence.end, start
    for following, stop, _ in group:
        if following > end > start and not _ALTERNATIVE.fullmatch(low, end, following):
            limit = following
            break
        if following >= start:
            end = max(end, stop)
    # From `start` on, since the spelling itself may hold the word ("master required").
    said = _DEMANDS_AFTER.match(low, start, limit)
    if said:
        return said["demand"] is not None
    return _DEMANDS_BEFORE.search(low, sentence.start, start) is not None


def _settles(named: Degree, unnamed: Degree) -> bool:
    overlaps = named.start < unnamed.end and unnamed.start < named.end
    return overlaps or named.requirement in ("required", unnamed.requirement)


def _is_other_word(text: Text, start: int, end: int) -> bool:
    """Tell whether an abbreviation of a degree means something else here (MS Office)."""
    spellings = _abbreviations().get(text.low[start:end])
    if spellings is None:
        return False
    return text.cased[start:end] not in spellings or _signs("not_abbr_near").stand_in(
        text.low[end : end + 14]
    )


@cache
def _abbreviations() -> dict[str, set[str]]:
    table, result = load("education"), dict[str, set[str]]()
    for level in LEVELS:
        for word in table[level].get("abbr", ()):
            result.setdefault(fold(word), set()).add(word)
    return result


@cache
def _signs(name: str) -> Words:
    return Words(load("education")["signs"][name])


@cache
def words() -> Mapping[str, Sequence[str]]:
    """Return the words for degrees by level, for the scan."""
    table = load("education")
    levels: dict[str, Sequence[str]] = {
        level: (*table[level]["words"], *map(fold, table[level].get("abbr", ()))) for level in LEVELS
    }
    return {_UNNAMED: table[_UNNAMED]["words"], **levels}


@cache
def _degree_words() -> Lexicon:
    return Lexicon(words())
