"""How much the work travels: percent of the time, journeys a year, a word for how often, or that it does not.

Of "1-2 times a quarter" the larger counts, 8 a year: as with "up to 30%" it is what one must be ready for.

Travel as a benefit, an industry or a figure of speech is none; nor is 输出差异, which holds 出差.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from scraper.tagging.asked_words import Word
from scraper.tagging.clauses import Marks
from scraper.tagging.masking import Text
from scraper.tagging.sections import SILENT
from scraper.tagging.tables import inside
from scraper.tagging.zones import Sentence, Zoning
from storage.records import Quote, TravelAsked

Often = Literal["none", "occasional", "frequent"]
_Cue = tuple[int, int]
_CLAUSE_ZH, _CLAUSE_EN = ",;。", ".;"
_REACH = 70

_ZH_NOT_BEFORE = re.compile(r"[输支产突付退写展给杰]$")
_ZH_NOT_AFTER = re.compile(
    r"[异距错别价额值]|(?:住宿|交通)?(?:补贴|补助|津贴|餐补|福利|报销|实报)|机会|自己|费用|标准|系统|管理|平台|产品|报账|审批|场景"
)
_ZH_NONE = re.compile(r"(?:不|无|没有|零)(?:需要?|涉及|用|必|会|安排|接受)?(?:经常|频繁|长期)?$")
_ZH_OCCASIONAL = re.compile(r"偶尔|偶有|少量|不定期|阶段性|必要|低频|适当")
_ZH_FREQUENT = re.compile(r"经常|频繁|高频|长期|常年|中等频度|频度较高")

# "能接受出差,比例不超过30%"
_ZH_GOES_ON = re.compile(
    r",\s*+(?:出差)?(?:比例|频率|频次|时间|占比)?(?:在|为|大?约|一般|最多|控制在|不超过?|不高于|不多于|低于|小于|<=?|≤)*\s*\d{1,3}\s*%(?:以内|以下|左右)?"
)

_EN_NOT_AFTER = re.compile(
    r"[\s-]*(?:stipend|allowance|expense|agenc|industry|app\b|apps\b|brand|insurance|credit|budget|perk|discount"
    r"|reimburse|benefit|portal|platform|compan|tech|fintech|product|experience|supply|provider|inventory|space|sector"
    r"|card|planning|booking|reward|cost|rich|landscape|domain|and (?:hospitality|expense|leisure|tourism))"
)
_EN_SPEECH_BEFORE = re.compile(
    r"(?:\b(?:shape|future of|encourage|help|love to|people|ideas|we|customers|travelers|they|who|in"
    r"|space available|corporate|and|of|access|world|business) (?:team members to )?)$"
)
_EN_ASKED_BEFORE = re.compile(
    r"\b(?:willing(?:ness)?|able|ability|availab\w+|require[sd]?|requiring|requirements?|expect(?:ed)?|must|may|will"
    r"|need(?:ed)?|comfortable|open|happy|ready|prepared|occasional(?:ly)?|frequent(?:ly)?|some|minimal|no|regular(?:ly)?"
    r"|periodic(?:ally)?|limited|light|moderate|extensive|significant|involves?|includes?)\b[^.;\n]{0,32}$"
)
_EN_ASKED_AFTER = re.compile(
    r"[^.;,\n]{0,60}?\b(?:required|requirements?|expected|needed|necessary|part of)\b|\s*:"
    r"|[^.;,\n]{0,40}?\b(?:a|per|each|every) (?:year|quarter|month|week)\b"
    r"|[^.;,\n]{0,24}?\b(?:quarterly|monthly|annually)\b"
)
_EN_NONE = re.compile(r"\b(?:no|without|not require|not involve|zero)\b[^.;,\n]{0,10}$")
# "Travel: none", "Travel required: No", "出差：不需要": a field says it behind the word.
_NONE_BEHIND = re.compile(
    r"[^:.;,\n]{0,12}:\s*(?:none|no|n/a|not (?:required|needed|applicable)|无|没有|不需要?|无需|否)\b"
    r"|\s*(?:is |are )?not (?:required|needed|necessary|expected)\b"
)
_EN_OCCASIONAL = re.compile(
    r"occasional|\bsome\b|minimal|limited|\blight\b|periodic|as needed|as required|\bmay\b"
)
_EN_FREQUENT = re.compile(r"frequent|extensive|significant|\bregular|heavy|\boften\b")
_PERCENT = re.compile(
    r"(?P<upto>up to|less than|no more than|max(?:imum)?(?: of)?"
    r"|<=?|≤|不超过?|不多于|不高于|低于|小于|少于|最多)?(?:(?<!\s)\s++)?(?:(?:~约?|约)\s*+)?(?P<low>\d{1,3})\s*+(?:%\s*+)?"
    r"(?:(?:-|~|to)\s*+(?P<high>\d{1,3})\s*+)?(?:%|percent)"
    r"(?P<within>\s*(?:以内|以下|之内|or less))?"
)
_TIMES = re.compile(
    r"(?P<n>\d{1,2}|once|twice|two|three|four)(?:\s*(?:-|to)\s*(?P<most>\d{1,2}))?\s*(?:(?:times|trips|x|weeks?)\s*)?"
    r"(?:a|an|per|each|every|/)\s*(?P<unit>year|quarter|month|week)|(?P<word>quarterly|monthly|weekly|annually)"
)
_COUNT = {"once": 1, "twice": 2, "two": 2, "three": 3, "four": 4}
_A_YEAR = {"year": 1, "quarter": 4, "month": 12, "week": 52}
_A_YEAR |= {"quarterly": 4, "monthly": 12, "weekly": 52, "annually": 1}


def find_travel(
    text: Text, zoning: Zoning, words: Iterable[Word], marked: Callable[[int], Marks]
) -> TravelAsked | None:
    """Return the first statement on travel that says how much, else the first one; None if there is none."""
    first: TravelAsked | None = None
    for word in words:
        index = word.sentence
        sentence = zoning.sentences[index]
        cue = _cue(text.low, word, sentence)
        if cue is None:
            continue
        local = word.start - sentence.start
        wish = sentence.zone == "preferred" or inside(local, marked(index).preferred)
        found = _read(text, cue, word, "preferred" if wish else "required")
        if found.percent_max is not None or found.times_a_year is not None:
            return found
        first = first or found
    return first


def _cue(low: str, word: Word, sentence: Sentence) -> _Cue | None:
    """Return the clause around `word` if it speaks of the candidate's travel."""
    start, end = sentence.start, sentence.end
    chinese = low[word.start] > "\u3400"
    if chinese:
        if _ZH_NOT_BEFORE.search(low, start, word.start) or _ZH_NOT_AFTER.match(low, word.end, end):
            return None
        first, last = _clause(low, word, sentence, _CLAUSE_ZH)
        goes_on = _ZH_GOES_ON.match(low, last, end)
        last = goes_on.end() if goes_on else last
        told = sentence.zone == "boilerplate" and _PERCENT.search(low, word.end, last)
        none = _ZH_NONE.search(low, start, word.start) or _NONE_BEHIND.match(low, word.end, end)
        if sentence.zone in SILENT and not told and not none:
            return None
        return first, last
    if _EN_NOT_AFTER.match(low, word.end, end):
        return None
    first, last = _clause(low, word, sentence, _CLAUSE_EN)
    percent = _PERCENT.search(low, max(first, word.start - 30), min(last, word.end + 60))
    if percent and int(percent["low"]) <= 100 and "travel" in low[word.start : word.end]:
        return first, last
    if low.startswith("trips", word.start) or _EN_SPEECH_BEFORE.search(low, first, word.start):
        return None
    asked = _EN_ASKED_AFTER.match(low, word.end, last)
    if asked is None and sentence.zone not in SILENT:
        asked = _EN_ASKED_BEFORE.search(low, max(first, word.start - 60), word.start)
    return (first, last) if asked else None


def _clause(low: str, word: Word, sentence: Sentence, marks: str) -> _Cue:
    start, end = sentence.start, sentence.end
    left = max([start, word.start - _REACH, *(low.rfind(mark, start, word.start) + 1 for mark in marks)])
    stops = (low.find(mark, word.end, end) for mark in marks)
    right = min([end, word.end + _REACH, *(stop for stop in stops if stop >= 0)])
    while left < word.start and not low[left].isalnum():
        left += 1
    while right > word.end and low[right - 1].isspace():
        right -= 1
    return left, right


def _read(text: Text, cue: _Cue, word: Word, requirement: Literal["required", "preferred"]) -> TravelAsked:
    start, end = cue
    clause = text.low[start:end]
    percent, times = _PERCENT.search(clause), _TIMES.search(clause)
    low_end = high_end = None
    if percent:
        low_end, high_end = float(percent["low"]), float(percent["high"] or percent["low"])
        if (percent["upto"] or percent["within"]) and not percent["high"]:
            low_end = 0.0
    a_year = None
    if times and not percent:
        said = times["most"] or times["n"]
        count = 1 if times["word"] else _COUNT.get(said) or int(said)
        a_year = float(count * _A_YEAR[times["word"] or times["unit"]])
    quote = Quote(text.raw[start:end], start, end)
    return TravelAsked(requirement, quote, low_end, high_end, a_year, _often(text.low, cue, word))


def _often(low: str, cue: _Cue, word: Word) -> Often | None:
    start, end = cue
    if low[word.start] > "\u3400":
        none, frequent, occasional = _ZH_NONE, _ZH_FREQUENT, _ZH_OCCASIONAL
    else:
        none, frequent, occasional = _EN_NONE, _EN_FREQUENT, _EN_OCCASIONAL
    if none.search(low, start, word.start) or _NONE_BEHIND.match(low, word.end, end):
        return "none"
    if frequent.search(low, start, end):
        return "frequent"
    return "occasional" if occasional.search(low, start, end) else None
