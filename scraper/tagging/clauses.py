"""What a clause does to the hits in it: preferred, negated, trend-watching, using a tool, a field of study.

Chinese marks the preferred clause by clause (…者优先), English by section and clause ("ideally …",
"… a plus"). Each function works on one folded sentence and returns spans; offsets are relative to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from scraper.tagging.tables import Lexicon, Span, load

_Found = Mapping[str, Sequence[Span]]

_CJK = re.compile(r"[\u3400-\u9fff]")
_ZH_CLAUSE = re.compile(r"[,，]")
_EN_CLAUSE = re.compile(
    r"[;()\[\]—]|\.\s|\s-\s|,\s+(?=(?:and |with |plus )?(?:experience|knowledge|familiarity"
    r"|background|exposure|understanding|prior|previous|ideally|preferably|degree|bonus|strong"
    r"|proficien|an? |but |ability))"
    # a higher degree wished for beside one that is asked for: "Bachelor's degree required, MBA preferred"
    # (but not in "Bachelor's or Master's preferred": there both are wishes)
    r"|(?<!\bor)(?<!\bor a)(?<!\bor an),?\s+(?=(?:and |with |but )?(?:an? )?(?:mba|m\.b\.a"
    r"|m\.?s\.?(?= (?:degree|or|in|is|an?|highly|strongly|preferred|desired)\b)"
    r"|master|ph\.?d|doctora|advanced|graduate degree)"
    r"[\w'./ ]{0,40}"
    r"(?:preferred|desired|desirable|a plus|a bonus|an asset|an advantage|nice to have|would be))"
)
_OPENS_CLAUSE = re.compile(
    r"\s*(?:同时|且|并且|另外|如果|若)?(?:有|具备|具有|熟悉|熟练|了解|掌握|拥有|能|会|懂|对|精通|擅长|做过|参与|从事|本科|硕士|博士|计算机|至少|统招|全日制|\d|[一二三四五六七八九十两]+年|大专|良好|较强|优秀|专业)"
)
_GOES_ON = re.compile(r"\s*(?:或|及|以及|和|并|如|例如|等|包括|尤其|特别)")
_NEGATION_STOPS = re.compile(r"[,;:。)]|\bbut\b|\band\b")
_REACH_ZH, _REACH_EN = 14, 45


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked spans of one sentence."""

    preferred: tuple[Span, ...] = ()
    negated: tuple[Span, ...] = ()
    trend: tuple[Span, ...] = ()
    use: tuple[Span, ...] = ()
    field: tuple[Span, ...] = ()
    hiring: bool = False


NO_MARKS = Marks()


def marks(sentence: str) -> Marks:
    """Return what marks the folded `sentence`."""
    language = "zh" if _CJK.search(sentence) else "en"
    found = _lexicon(language).scan(sentence)
    if not found:
        return NO_MARKS
    clauses = clause_spans(sentence, language)
    return Marks(
        preferred=tuple(_preferred(sentence, language, clauses, found)),
        negated=tuple(_negated(sentence, language, found)),
        trend=tuple(_both(clauses, found, "watch", "watched")),
        use=tuple(_both(clauses, found, "use", "used")),
        field=tuple((start, end) for start, end in clauses if _stands(found, "field", start, end)),
        hiring="hiring" in found,
    )


def inside(position: int, spans: Iterable[Span]) -> bool:
    """Tell whether `position` lies in one of `spans`."""
    return any(start <= position < end for start, end in spans)


@cache
def _lexicon(language: str) -> Lexicon:
    table = load("clauses")
    return Lexicon(
        {
            "preferred_after": table["preferred"][language]["after"],
            "preferred_before": table["preferred"][language]["before"],
            "negated_after": table["negated"][language]["after"],
            "negated_before": table["negated"][language]["before"],
            "negated_except": table["negated"][language]["except"],
            "watch": table["trend"][language]["watch"],
            "watched": table["trend"][language]["what"],
            "use": table["user"][language]["use"],
            "used": table["user"][language]["what"],
            "field": table["field"][language]["holds"],
            "hiring": table["hiring"][language]["holds"],
        }
    )


def clause_spans(sentence: str, language: str) -> list[Span]:
    """Cut a folded sentence into clauses (zh: at commas; en: at brackets and before a new head word)."""
    spans, start = [], 0
    for found in (_ZH_CLAUSE if language == "zh" else _EN_CLAUSE).finditer(sentence):
        spans.append((start, found.start()))
        start = found.end()
    return [*spans, (start, len(sentence))]


def _preferred(sentence: str, language: str, clauses: list[Span], found: _Found) -> Iterator[Span]:
    for start, end in found.get("preferred_before", ()):
        forward = language == "en" or sentence[end : end + 1] == ":"
        yield start, len(sentence) if forward else _clause_at(clauses, start)[1]
    for start, end in found.get("preferred_after", ()):
        index = next(i for i, span in enumerate(clauses) if start <= span[1])
        first = clauses[index][0] if language == "en" else _zh_start(sentence, clauses, index)
        yield first, max(end, clauses[index][1])


def _zh_start(sentence: str, clauses: list[Span], index: int) -> int:
    """Go back over clauses that are one list with the marked one: "熟悉ASR，TTS或NLP者优先"."""
    for _ in range(4):
        clause = sentence[slice(*clauses[index])]
        joined = _GOES_ON.match(clause) is not None
        if index == 0 or (_OPENS_CLAUSE.match(clause) and not joined):
            break
        index -= 1
    return clauses[index][0]


def _clause_at(clauses: list[Span], position: int) -> Span:
    return next((span for span in clauses if span[0] <= position <= span[1]), clauses[-1])


def _negated(sentence: str, language: str, found: _Found) -> Iterator[Span]:
    reach = _REACH_ZH if language == "zh" else _REACH_EN
    spared = found.get("negated_except", ())
    for start, end in found.get("negated_before", ()):
        if not inside(start, spared):
            stop = _NEGATION_STOPS.search(sentence, end, end + reach)
            yield start, stop.start() if stop else end + reach
    for start, end in found.get("negated_after", ()):
        if not inside(start, spared):
            cut = max(sentence.rfind(mark, 0, start) for mark in ",;:(、")
            yield max(cut, start - reach), end


def _both(clauses: list[Span], found: _Found, first: str, second: str) -> Iterator[Span]:
    if first in found and second in found:
        for start, end in clauses:
            if _stands(found, first, start, end) and _stands(found, second, start, end):
                yield start, end


def _stands(found: _Found, name: str, start: int, end: int) -> bool:
    return any(start <= place < end for place, _ in found.get(name, ()))
