"""Which industries the candidate is asked to know: experience in one, a background, knowledge of its trade.

The employer's own industry, the customers a duty serves and the colleagues one works with are no such
demand. So the name of an industry counts only where its clause asks for it: "有金融行业经验",
"熟悉电商业务", "experience in fintech", "healthcare background". In duties only experience counts, since
"understand the business of our retail customers" is work and no demand.
"""

import re
from collections.abc import Callable, Iterable

from scraper.tagging.asked_words import Word
from scraper.tagging.clauses import Marks
from scraper.tagging.masking import Text
from scraper.tagging.sections import SILENT
from scraper.tagging.tables import inside
from scraper.tagging.zones import Sentence, Zoning
from storage.records import Asked, Quote

# Branches of these begin with a character and no class, so that `re` skips all else at once (see choices.py).
# What is said after the name: "金融、保险行业的产品经验", "物流业务优先", outside duties "医疗行业认知".
_ZH_HAD = re.compile(
    r"经验|背景|从业|经历|履历|出身|积累|工作过|做过|待过|任职|担任过|优先(?![级权顺次排])|加分|者佳|尤佳|更佳"
)
_ZH_KNOWN = re.compile(r"知识|认知|理解|了解|认识|洞察|见解")
_HAD_REACH, _KNOWN_REACH = 30, 16
# "有广告,传媒,商务推广等工作经验": a list parted by commas
_ZH_LONG_LIST = re.compile(r"[^,]{0,6}(?:,[^,]{1,8}){1,4}等[^,]{0,8}(?P<cue>经验|背景|从业)")
# What is said before it: "熟悉电商业务", "深刻理解漫剧等短内容"; in duties only what is surely no work.
_ZH_KNOWS = re.compile(r"熟悉|熟知|精通|掌握|懂|从事过?|做过|了解|理解(?![、/])|深谙|洞悉")
_ZH_KNOWS_SURELY = re.compile(r"熟悉|熟知|精通|从事过")
_KNOWS_REACH = 24
_ZH_LIST = re.compile(r"(?:相关行业|(?:行业|领域)(?:经验|背景)):")
_ZH_MAJOR = re.compile(r"[^,]{0,40}?专业(?!知识|经验|能力|领域|度|性|化|的)")
_ZH_FAN = re.compile(r"[^,]{0,4}(?:爱好者|玩家|发烧友)")
_ZH_NEWS = re.compile(r"[^,]{0,14}(?:动态|趋势|政策动向|前沿)")

_ZH_ANY = re.compile(
    r"经验|背景|从业|经历|熟悉|熟知|精通|掌握|懂|从事|做过|了解|理解|深谙|洞悉|履历|出身|积累|工作过|待过"
    r"|任职|担任过|优先(?![级权顺次排])|加分|者佳|尤佳|更佳|知识|认知|认识|洞察|见解|相关行业"
)

_EN_CUE = re.compile(
    r"\bexperienced?\b(?! (?:manager|team|design))"
    r"(?<!user experience)(?<!customer experience)(?<!patient experience)(?<!product experience)"
    r"(?<!digital experience)(?<!developer experience)(?<!employee experience)(?<!member experience)"
    r"(?<!equivalent experience)"
    r"|\b(?:background|expertise|knowledge(?:able)?|understanding|familiar(?:ity)?|exposure|track record"
    r"|worked|fluency|literacy|well[- ]versed|veteran"
    r"|ideally|preferably|prefer(?:red)?|bonus|a plus|nice to have)\b"
    r"|\b\d\+? years?'? (?:of|in|as|at|within|with|working|building|experience|product|focused)\b"
)
_EN_DEMAND = re.compile(
    r"\b\d\+? years\b|\byears of\b"
    r"|\b(?:must have|you have|you bring|candidates?|a (?:\w+ )?plus|we seek)\b"
)
# How a demand begins that stands among duties, since its heading was not seen to be one.
_EN_DEMAND_BEGINS = re.compile(
    r"[^a-z]*(?:(?:have|some|strong|proven|solid|deep|clear|direct|prior|previous|hands-on|demonstrated) )*"
    r"(?:experience|background|familiarity|knowledge|understanding|exposure|expertise)\b"
)
_EN_PARTNERS = re.compile(
    r"\b(?:partner|partnering|collaborat\w+|liais\w+|interfac\w+|coordinat\w+|communicat\w+)\b"
    r"(?: \w+)? with\b"
    r"|\bstakeholders?\b|\bcross-functional|\bbecom(?:e|ing)\b"
)
_EN_WITH = re.compile(r"\b(?:work\w*|partner\w*|alongside)(?: \w+)? (?:with|alongside)?\b")
_EN_PEOPLE = re.compile(r"[^.;,\n]{0,16}?\b(?:stakeholders?|teams?|partners|colleagues|departments?)\b")
_EN_BOAST = re.compile(
    r"\b(?:our|whose|the) (?:\w+ )?(?:team|founders?|people|leadership|company|advisors|investors)\b"
)
_EN_GLUED = re.compile(r"(?<=[a-z]{3})\.(?=[a-z])")
_EN_BREAK = re.compile(r"[,;]|\.(?=\D)")
_BEFORE_EN, _AFTER_EN = 150, 60
_CJK = re.compile(r"[\u3400-\u9fff]")


def find_industries(
    text: Text, zoning: Zoning, words: Iterable[Word], marked: Callable[[int], Marks]
) -> tuple[Asked, ...]:
    """Return the industries asked for, each once with its strongest demand, in the order of the text.

    `words` are the names of industries in `text.low`; `marked(i)` gives the marks of the i-th sentence.
    """
    best: dict[str, Asked] = {}
    cues: dict[int, _Cues | None] = {}
    for word in words:
        known = best.get(word.id)
        if known is not None and known.requirement == "required":
            continue
        index = word.sentence
        sentence = zoning.sentences[index]
        if index not in cues:
            cues[index] = _cues(text.low, word, sentence)
        look = cues[index]
        cue = look(text.low, word, sentence) if look else None
        if cue is None:
            continue
        marks, local = marked(index), word.start - sentence.start
        if inside(local, marks.negated) or marks.hiring:
            continue
        wish = sentence.zone == "preferred" or inside(local, marks.preferred)
        if known is None or not wish:
            start, end = min(cue[0], word.start), max(cue[1], word.end)
            best[word.id] = Asked(
                word.id, "preferred" if wish else "required", Quote(text.raw[start:end], start, end)
            )
    return tuple(sorted(best.values(), key=lambda asked: (asked.quote.start, asked.id))) if best else ()


_Cues = Callable[[str, Word, Sentence], tuple[int, int] | None]


def _cues(low: str, word: Word, sentence: Sentence) -> _Cues | None:
    """Return what looks for demands in `sentence`, in the language around `word`; None if it holds none."""
    if sentence.zone in SILENT:
        return None
    start, end = sentence.start, sentence.end
    if low[word.start] > "\u3400" or _CJK.search(low, max(word.start - 6, start), min(word.end + 6, end)):
        return _zh_cue if _ZH_ANY.search(low, start, end) else None
    demands = _EN_DEMAND.search(low, start, end) or _EN_DEMAND_BEGINS.match(low, start, end)
    return None if _is_duty(sentence) and not demands else _en_cue


def _is_duty(sentence: Sentence) -> bool:
    return sentence.zone in ("responsibilities", "summary")


def _zh_cue(low: str, word: Word, sentence: Sentence) -> tuple[int, int] | None:
    start = low.rfind(",", sentence.start, word.start) + 1 or sentence.start
    end = low.find(",", word.end, sentence.end)
    end = sentence.end if end < 0 else end
    if (low.find("专业", word.end, end) >= 0 and _ZH_MAJOR.match(low, word.end, end)) or _ZH_FAN.match(
        low, word.end, end
    ):
        return None
    found = _ZH_HAD.search(low, word.end, min(end, word.end + _HAD_REACH))
    if found:
        return found.span()
    duty = _is_duty(sentence)
    knows = _ZH_KNOWS_SURELY if duty else _ZH_KNOWS
    found = knows.search(low, max(start, word.start - _KNOWS_REACH), word.start)
    if found and not _ZH_NEWS.match(low, word.end, end):
        return found.span()
    if not duty:
        found = _ZH_KNOWN.search(low, word.end, min(end, word.end + _KNOWN_REACH))
        if found and not _ZH_NEWS.match(low, word.end, end):
            return found.span()
    found = _ZH_LIST.search(low, max(sentence.start, word.start - 40), word.start)
    if found is None and end < sentence.end:
        listed = _ZH_LONG_LIST.match(low, word.end, sentence.end)
        return listed.span("cue") if listed else None
    return found.span() if found else None


def _en_cue(low: str, word: Word, sentence: Sentence) -> tuple[int, int] | None:
    start, end = sentence.start, sentence.end
    first = max(start, word.start - _BEFORE_EN)
    for glued in _EN_GLUED.finditer(low, first, word.start):
        first = glued.end()
    if _EN_PEOPLE.match(low, word.end, end) and _EN_WITH.search(low, first, word.start):
        return None
    found = _EN_CUE.search(low, first, word.start)
    if found and not _EN_PARTNERS.search(low, found.start(), word.start):
        return None if _EN_BOAST.search(low, start, word.start) else found.span()
    stop = _EN_BREAK.search(low, word.end, min(end, word.end + _AFTER_EN))
    found = _EN_CUE.search(low, word.end, stop.start() if stop else min(end, word.end + _AFTER_EN))
    return found.span() if found and not _EN_BOAST.search(low, start, word.start) else None
