"""What a clause does to the hits in it: preferred, negated, trend-watching, using a tool, a field of study.

Chinese marks the preferred clause by clause (…者优先), English by section and clause ("ideally …",
"… a plus"). All words stand in the one scan of matching.py; here the hits of one sentence are judged, with
offsets relative to it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from scraper.tagging.masking import Text
from scraper.tagging.matching import Hit
from scraper.tagging.stances import Found, clause_at, holding, using, watching
from scraper.tagging.tables import LANGUAGES, Language, Span, edges, inside, leftmost_longest, load

_CJK = re.compile(r"[\u3400-\u9fff]")
_ZH_CLAUSE = re.compile(r"[,，]")
_EN_HEAD = (
    r"[;()\[\]—]|\.\s|\s-\s|,\s+(?=(?:and |with |plus )?(?:experience|knowledge|familiarity"
    r"|background|exposure|understanding|prior|previous|ideally|preferably|degree|bonus|strong"
    r"|proficien|an? |but |ability))"
)
_EN_CLAUSE = re.compile(_EN_HEAD)
_HIGHER = (
    "mba",
    "m.b.a",
    "ms ",
    "ms.",
    "m.s",
    "master",
    "phd",
    "ph.d",
    "doctora",
    "advanced",
    "graduate degree",
)
_EN_DEGREE_CLAUSE = re.compile(
    rf"{_EN_HEAD}"
    # a higher degree wished for beside one that is asked for: "Bachelor's degree required, MBA preferred"
    # (but not in "Bachelor's or Master's preferred": there both are wishes)
    r"|(?<!\bor)(?<!\bor a)(?<!\bor an)(?:,|(?<!\s))\s+(?=(?:and |with |but )?(?:an? )?(?:mba|m\.b\.a"
    r"|m\.?s\.?(?= (?:degree|or|in|is|an?|highly|strongly|preferred|desired)\b)"
    r"|master|ph\.?d|doctora|advanced|graduate degree)"
    r"[\w'./ ]{0,40}"
    r"(?:preferred|desired|desirable|a plus|a bonus|an asset|an advantage|nice to have|would be))"
)
_EN_TO_DEGREE = re.compile(r"(?:,| and| plus| with)(?: an?)?(?: [\w.]{1,12})?['’]?s? ?\Z")
_BESIDE_DEGREE = {
    "en": re.compile(
        r"(?:,| and| plus| with) (?=(?:[\w+'-]{1,20} ){0,3}(?:knowledge|experience|understanding|familiarity"
        r"|proficien|expertise|fluency|skills?\b|ability|exposure|years))"
    ),
    "zh": re.compile("(?:且|并且?|同时| )(?=熟悉|熟练|有|具备|具有|拥有|掌握|精通|了解|懂|会)"),
}
_OPENS_CLAUSE = re.compile(
    r"\s*(?:同时|且|并且|另外|如果|若)?(?:有|具备|具有|熟悉|熟练|了解|掌握|拥有|能|会|懂|对|精通|擅长|做过|参与|从事|本科|硕士|博士|计算机|至少|统招|全日制|\d|[一二三四五六七八九十两]+年|大专|良好|较强|优秀|专业)"
)
_ZH_WISH_ALONE = re.compile(r"\s*(?:那|则|也|都|就|将|会|更|可以|可|是|为|作为|被|视为|一个|很大的){1,6}")
_OWN_DEMAND = re.compile(r"[\d一二两三四五六七八九十]\s*\+?年|学历")
# A wish closes its clause even where the comma or line end behind it was lost: "…优先 具备…", "…优先2、3年".
_ZH_NEXT_DEMAND = re.compile(
    r"(?:考虑|录用)?(?= ?(?:[-–] ?)?\d| (?:具备|具有|拥有|有|熟悉|熟练|了解|掌握|精通|能|会|良好|较强))"
)
_ZH_YEARS_THEN = re.compile(r"[\d一二两三四五六七八九十]\s*\+?年[^,、]{0,40}、(?=有|具备|具有|熟悉|拥有)")
_GOES_ON = re.compile(r"\s*(?:或|及|以及|和|并|如|例如|等|包括|尤其|特别)")
# A wish closes its clause; elsewhere 优先 is a verb or a rank of work (优先级, 优先保障), and 更好, 最佳
# compare what is made (最佳实践, 更好地).
_ZH_CLOSES = re.compile(r"[^\u3400-\u9fff]|$")
_ZH_GOES_BEFORE = ("优先", "重点考虑", "更好", "更优", "更佳", "最佳", "最好", "择优", "加成")
_ZH_WISH_TAIL = re.compile(r"(?:考虑|录用|录取|条件|加分|项|者|资格|要求|经验)")
_ZH_WISHED = re.compile(r"(?:者|经验|经历|背景|专业|案例|学历|院校|毕业|项目)\s*$")
_ZH_LISTED = re.compile(r"(?:以下|下面|下列|如下)[^,;。:]{0,14}$")
_ZH_LIST_AHEAD = re.compile(r"(?:考虑|录用)?者?:")
_ZH_RANK = re.compile(r"[级权顺次排]")
_ZH_WISHED_AFTER = re.compile(
    r"\s*(?:具备|具有|拥有|有|熟悉|掌握|懂|本科|硕士|博士|研究生|大专|统招|侧重"
    r"|[^,;。]{0,16}(?:产品|工作|从业|项目|相关|专业)(?:经验|背景|经历|专业))"
)
_ZH_MADE = re.compile(r"[得到做变更成让使]")
_EN_OF_WORK = re.compile(
    r"\s(?:outcomes?|results?|states?|behaviou?rs?|impact|effects?|goals?|partners?|providers?|vendors?"
    r"|suppliers?|locations?|names?|pronouns?|channels?|users?)\b"
)
# What may stand before a wish that is a clause of its own, and one that holds nothing else.
_EN_BARE = re.compile(
    r"[\s,]*(?:(?:an?|is|are|but|and|not|strongly|highly|very|big|huge|strong|definite)\s+)*"
)
_EN_LAST = re.compile(
    r"(?:preferred|plus|have|bonus|desirable|desired|advantage|asset|required|beneficial)[\s.!]*\Z"
)
_NEGATION_STOPS = re.compile(r"[,;:。)]|\bbut\b|\band\b")
_REACH_ZH, _REACH_EN = 14, 45


class Marks(NamedTuple):
    """The marked spans of one sentence, each kind as the edges of their union (tables.inside asks it)."""

    preferred: tuple[int, ...] = ()
    negated: tuple[int, ...] = ()
    trend: tuple[int, ...] = ()
    use: tuple[int, ...] = ()
    field: tuple[int, ...] = ()
    hiring: bool = False


NO_MARKS = Marks()

Word = tuple[Language, str]
"""What a clause word is: a sign of this name, in sentences of this language."""


@cache
def words() -> Mapping[Word, Sequence[str]]:
    """Return the words that mark clauses."""
    table = load("clauses")
    lists: dict[Word, Sequence[str]] = {}
    for language in LANGUAGES:
        lists |= {
            (language, "preferred_after"): table["preferred"][language]["after"],
            (language, "preferred_before"): table["preferred"][language]["before"],
            (language, "negated_after"): table["negated"][language]["after"],
            (language, "negated_before"): table["negated"][language]["before"],
            (language, "negated_except"): table["negated"][language]["except"],
            (language, "watch"): table["trend"][language]["watch"],
            (language, "watched"): table["trend"][language]["what"],
            (language, "use"): table["user"][language]["use"],
            (language, "used"): table["user"][language]["what"],
            (language, "tool"): table["user"][language]["holds"],
            (language, "use_except"): table["user"][language]["except"],
            (language, "field"): table["field"][language]["holds"],
            (language, "hiring"): table["hiring"][language]["holds"],
        }
    return lists


def marks(sentence: str, start: int, hits: Iterable[Hit[Word]]) -> Marks:
    """Return what `hits` mark, the clause words in the folded `sentence`, which begins at `start`."""
    language: Language = "en" if sentence.isascii() or not _CJK.search(sentence) else "zh"
    found: dict[str, list[Span]] = {}
    for place, stop, (of, name) in hits:
        if of == language:
            spans = found.get(name)
            if spans is None:
                spans = found[name] = []
            spans.append((place - start, stop - start))
    wishes = "preferred_after" in found or "preferred_before" in found
    negates = "negated_before" in found or "negated_after" in found
    watches = "watch" in found and "watched" in found
    uses = "tool" in found or ("use" in found and "used" in found)
    if not (wishes or negates or watches or uses or "field" in found or "hiring" in found):
        return NO_MARKS
    for name, spans in found.items():
        if len(spans) > 1:
            found[name] = leftmost_longest(spans)
    clauses = clause_spans(sentence, language) if wishes or watches or uses or "field" in found else []
    return Marks(
        edges(_preferred(sentence, language, clauses, found)) if wishes else (),
        edges(_negated(sentence, language, found)) if negates else (),
        edges(watching(sentence, language, clauses, found)) if watches else (),
        edges(using(sentence, language, clauses, found)) if uses else (),
        edges(_field(sentence, language, clauses, found["field"])) if "field" in found else (),
        "hiring" in found,
    )


class Marked:
    """The marks of each sentence of a text, found when first asked for."""

    def __init__(
        self, text: Text, sentences: Sequence[tuple[int, int, object, object]], hits: Iterable[Hit[Word]]
    ):
        """Take the text, its sentences (start and end first) and the clause words that the scan found."""
        self._low, self._sentences = text.low, sentences
        self._known: dict[int, Marks] = {}
        self._hits: dict[int, list[Hit[Word]]] = {}
        starts = [sentence[0] for sentence in sentences]
        for hit in hits:
            index = bisect_right(starts, hit[0]) - 1
            if index >= 0 and hit[1] <= sentences[index][1]:
                self._hits.setdefault(index, []).append(hit)

    def __call__(self, index: int) -> Marks:
        """Return the marks of the sentence `index`."""
        known = self._known.get(index)
        if known is None:
            hits = self._hits.get(index)
            known = NO_MARKS
            if hits:
                start, end = self._sentences[index][:2]
                known = marks(self._low[start:end], start, hits)
            self._known[index] = known
        return known


def clause_spans(sentence: str, language: Language) -> list[Span]:
    """Cut a folded sentence into clauses (zh: at commas; en: at brackets and before a new head word)."""
    if language == "zh":
        cut = _ZH_CLAUSE
    else:
        cut = _EN_DEGREE_CLAUSE if any(word in sentence for word in _HIGHER) else _EN_CLAUSE
    spans, start = [], 0
    for found in cut.finditer(sentence):
        spans.append((start, found.start()))
        start = found.end()
    return [*spans, (start, len(sentence))]


def _field(sentence: str, language: Language, clauses: list[Span], words: Iterable[Span]) -> Iterator[Span]:
    """Yield what names a field of study, without what is asked beside it.

    "Experience with search and a degree in law and knowledge of SQL": only law is studied.
    """
    for place, stop in words:
        for start, end in holding(clauses, [(place, stop)]):
            before = _EN_TO_DEGREE.search(sentence, start, place) if language == "en" else None
            beside = _BESIDE_DEGREE[language].search(sentence, place, end)
            yield before.start() if before else start, beside.start() if beside else end


def _preferred(sentence: str, language: Language, clauses: list[Span], found: Found) -> Iterator[Span]:
    for start, end in found.get("preferred_before", ()):
        forward = language == "en" or sentence[end : end + 1] == ":"
        yield start, len(sentence) if forward else clauses[clause_at(clauses, start)][1]
    leading = dict(found.get("preferred_before", ()))
    for start, end in found.get("preferred_after", ()):
        index = clause_at(clauses, start)
        if language == "zh" and _opens_list(sentence, clauses[index][0], start, end):
            yield start, len(sentence)
            continue
        if language == "zh" and not _zh_wish(sentence, start, end):
            if _zh_wish_ahead(sentence, start, end):
                yield start, clauses[index][1]
            continue
        if language == "en" and _EN_OF_WORK.match(sentence, end):
            continue  # "the desired outcomes", "a preferred partner"
        if language == "zh" and sentence[leading.get(start, len(sentence)) : clauses[index][1]].strip(" )"):
            continue  # "优先考虑有…背景": the wish is what follows
        starting = _en_start if language == "en" else _zh_start
        first = starting(sentence, clauses, index, start)
        closed = _ZH_NEXT_DEMAND.match(sentence, end) if language == "zh" else None
        yield first, closed.end() if closed else max(end, clauses[index][1])


def _opens_list(sentence: str, first: int, start: int, end: int) -> bool:
    """Tell whether the wish at `[start:end)` of a clause is for what follows: "有以下经验者优先:"."""
    return _ZH_LIST_AHEAD.match(sentence, end) is not None and bool(_ZH_LISTED.search(sentence, first, start))


def _zh_wish(sentence: str, start: int, end: int) -> bool:
    """Tell whether the word at `[start:end)` wishes for what stands before it: "…经验优先", "…者更好"."""
    word = sentence[start:end]
    if not word.startswith(_ZH_GOES_BEFORE):
        return True
    if word == "优先":
        if sentence[start - 1 : start] in ("高", "低") or _ZH_RANK.match(sentence, end):
            return False
        if _ZH_WISH_TAIL.match(sentence, end) or _ZH_WISHED.search(sentence, max(0, start - 4), start):
            return True
    elif word == "重点考虑":
        return not sentence[end : end + 1].isalnum()
    elif word == "择优":
        return sentence.startswith(("录", "考虑"), end)
    elif word in ("更好", "更优", "最好") and _ZH_MADE.search(sentence, max(0, start - 6), start):
        return False
    return _ZH_CLOSES.match(sentence, end) is not None


def _zh_wish_ahead(sentence: str, start: int, end: int) -> bool:
    """Tell whether the word at `[start:end)` wishes for what follows it: "优先具备…", "，最好是…"."""
    word = sentence[start:end]
    if word == "最好":  # not "行业最好的", "做最好用的"
        return not _CJK.match(sentence[start - 1 : start]) and not sentence.startswith(("的", "用"), end)
    return word == "优先" and _ZH_WISHED_AFTER.match(sentence, end) is not None


def _en_start(sentence: str, clauses: list[Span], index: int, place: int) -> int:
    """Return where the clause of an English wish begins; of one said behind it, apart, the clause before.

    So in "SQL (nice to have)", "SQL, a plus" and "SQL - preferred". What is required before is no part of it.
    """
    start, end = clauses[index]
    if index and _EN_BARE.fullmatch(sentence, start, place):
        before = clauses[index - 1]
        apart = sentence[before[1] : start].strip()
        if apart in ("(", "[", ",", "-", "—") and _EN_LAST.search(sentence[place:end]):
            return before[0]
    demand = sentence.rfind(" required,", start, place)
    return start if demand < 0 else demand + len(" required,")


def _zh_start(sentence: str, clauses: list[Span], index: int, place: int) -> int:
    """Go back over clauses that are one list with the one marked at `place`: "熟悉ASR，TTS或NLP者优先".

    A wish in brackets is about what they hold, if anything ("硕士(优先)"); a demand of years or a degree is
    none of the list.
    """
    opened = sentence.rfind("(", 0, place)
    if opened >= 0 and sentence[opened + 1 : place].strip() and sentence.find(")", opened, place) < 0:
        return opened
    if index and _ZH_WISH_ALONE.fullmatch(sentence, clauses[index][0], place):
        index -= 1
    for _ in range(4):
        if index == 0:
            break
        start, end = clauses[index]
        if _OPENS_CLAUSE.match(sentence, start, end) and not _GOES_ON.match(sentence, start, end):
            break
        if _OWN_DEMAND.search(sentence, *clauses[index - 1]):
            break
        index -= 1
    start = clauses[index][0]
    own = _ZH_YEARS_THEN.search(sentence, start, place)
    return own.end() if own else start


def _negated(sentence: str, language: Language, found: Found) -> Iterator[Span]:
    reach = _REACH_ZH if language == "zh" else _REACH_EN
    spared = edges(found.get("negated_except", ()))
    wished = found.get("preferred_after", ()) if language == "en" else ()
    for start, end in found.get("negated_before", ()):
        if not inside(start, spared):
            stop = _NEGATION_STOPS.search(sentence, end, end + reach)
            yield start, stop.start() if stop else end + reach
    for start, end in found.get("negated_after", ()):
        # "preferred but not required" is a wish; "not required" alone is among the words for one, too
        beside = any(start - reach < place != start and stop < end + reach for place, stop in wished)
        if not beside and not inside(start, spared):
            cut = max(sentence.rfind(mark, 0, start) for mark in ",;:(、")
            yield max(cut, start - reach), end
