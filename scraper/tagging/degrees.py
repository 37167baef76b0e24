"""What is asked of a degree besides its height: a university of rank, full-time study, a technical field.

`elite_school` (985, 211, 双一流, QS top n, 名校), `full_time` (统招, 全日制), `technical_major` (computer
science, engineering, 理工科 ...).
"""

import re
from collections.abc import Callable, Iterable, Iterator

from scraper.tagging.asked_words import AskedWords, Word
from scraper.tagging.clauses import Marks
from scraper.tagging.masking import Text
from scraper.tagging.sections import SILENT
from scraper.tagging.tables import inside
from scraper.tagging.zones import Sentence, Zoning
from storage.records import Asked, Quote

_Cue = tuple[int, int, str | None]

_SCHOOL = re.compile(
    r"院校|高校|学历|本科|硕士|研究生|毕业|大学|双一流|名校|优先|学校|university|universities|school|league"
)
_BOAST = re.compile(r"团队|创始|成员|来自|人均|同事|我们是|核心团|共事|校友|founder|our team|alumni")
_ONE_LOOK = 160
"""Letters up to which a sentence on a degree is read whole from its first word on."""
_NUMBERS = ("985", "211")
_ELITE_RUN = re.compile(r"(?:985|211|双一流|名校|c9)(?:[ /、,或和及]{0,3}(?:985|211|双一流|名校|c9))*")
_QS = re.compile(r"qs\s*+(?:世界)?(?:排名)?\s*+(?:前|top)?\s*+-?(\d{2,3})")
_NOT_FULL_TIME_BEFORE = re.compile(r"(?:非|不限|无需|不要求)$")
_NOT_FULL_TIME_AFTER = re.compile(r"(?:实习|到岗|工作|上班|坐班|出勤|兼职|岗位|在岗|远程)")
_ZH_MAJOR = re.compile(
    r"[^;。\n]{0,48}?(?:专业(?!软件|知识|能力|素养|的|工具|度|领域的|人)|学科|学位|背景|学历|毕业|类(?:本科|硕士))|科?本科|科?硕士|[^,;。\n]{0,12}(?:硕士|本科)"
)
_DEMANDED = re.compile(
    r"(?:(?!优先|加分|佳|可|学历)[^,;。\n])*+学历(?:(?!优先|加分|佳)[^,;。\n])*(?:[,;。\n]|$)"
)
_ZH_MAJOR_BEFORE = re.compile(r"(?:专业|学历|学科|本科|硕士|研究生)[^;。\n]{0,24}$")
_ZH_FIELD = re.compile(
    r"计算机|软件(?:工程|技术|开发|专业|类|、|/|相关)|人工智能|电子|自动化|通信|信息(?:技术|工程|科学|管理与)|数学|统计|数据科学"
    r"|大数据|理工(?!作)|理科|工科|机械|物理|嵌入式|电气|机器学习|模式识别|机器人|s(?<=\bs)tem\b"
)
_EN_FIELD = re.compile(
    r"\b(?:computer science|computer engineering|cs\b|engineering|software|stem|mathematics|maths?|statistics"
    r"|physics|data science|machine learning|artificial intelligence|information (?:systems|technology)"
    r"|electrical|(?:technical|quantitative|analytical|scientific) (?:or \w+ )?(?:degree|field|discipline)s?"
    r"|computer-related|informatics)\b"
)
_STEM = re.compile(r"[^.;,\n]{0,24}?\b(?:degree|background|major|education|discipline)s?\b")
_EN_STOP = re.compile(
    r"[.;\n](?=\s|$)|\b(?:\d+\+? years|(?<!relevant )(?<!equivalent )experience (?:in|with)|strong|proven)\b"
)
_EN_REACH_BEFORE, _EN_REACH_AFTER = 90, 130


def find_degree_specials(
    text: Text, zoning: Zoning, words: AskedWords, marked: Callable[[int], Marks]
) -> tuple[Asked, ...]:
    """Return what is asked of the degree, each kind once with its strongest demand, in order."""
    best: dict[str, Asked] = {}
    for id, found, cue in (
        ("elite_school", words.get("elite", ()), _elite),
        ("full_time", words.get("full_time", ()), _full_time),
        ("technical_major", words.get("degree_zh", ()), _zh_major),
        ("technical_major", words.get("degree_en", ()), _en_major),
    ):
        for asked in _asked(id, text, zoning, found, cue, marked) if found else ():
            known = best.get(id)
            if known is None or (known.requirement, asked.requirement) == ("preferred", "required"):
                best[id] = asked
            if best[id].requirement == "required":
                break
    return tuple(sorted(best.values(), key=lambda asked: asked.quote.start or 0))


def _asked(
    id: str,
    text: Text,
    zoning: Zoning,
    words: Iterable[Word],
    cue: Callable[[str, Word, Sentence], _Cue | None],
    marked: Callable[[int], Marks],
) -> Iterator[Asked]:
    done = -1
    for word in words:
        index = word.sentence
        sentence = zoning.sentences[index]
        if index == done or sentence.zone in SILENT:
            continue
        found = cue(text.low, word, sentence)
        done = index if id == "technical_major" and sentence.end - sentence.start < _ONE_LOOK else -1
        if found is None:
            continue
        start, end, level = found
        marks, local = marked(index), (word.start if id != "technical_major" else start) - sentence.start
        if inside(local, marks.negated):
            continue
        wish = sentence.zone == "preferred" or (
            inside(local, marks.preferred)
            # "理工科本科及以上学历,名校优先": the rank of the school is a wish, the field is not
            and not _DEMANDED.match(text.low, start, sentence.end)
        )
        yield Asked(id, "preferred" if wish else "required", Quote(text.raw[start:end], start, end), level)


def _elite(low: str, word: Word, sentence: Sentence) -> _Cue | None:
    around = low[sentence.start : sentence.end]
    if not _SCHOOL.search(around) or _BOAST.search(around):
        return None
    named = low[word.start : word.end]
    ranked = _QS.match(low, word.start, sentence.end)
    if named == "qs" and ranked is None:
        return None
    if ranked:
        return word.start, ranked.end(), f"qs{ranked[1]}"
    run = _ELITE_RUN.match(low, word.start, sentence.end)
    end = run.end() if run else word.end
    if named in _NUMBERS:
        # "985/211" asks for 211 at least
        return word.start, end, "211" if "211" in low[word.start : end] else "985"
    return word.start, end, "double_first_class" if named == "双一流" else None


def _full_time(low: str, word: Word, sentence: Sentence) -> _Cue | None:
    if _NOT_FULL_TIME_BEFORE.search(low, max(sentence.start, word.start - 4), word.start):
        return None
    if _NOT_FULL_TIME_AFTER.match(low, word.end, sentence.end):
        return None
    return word.start, word.end, None


def _zh_major(low: str, word: Word, sentence: Sentence) -> _Cue | None:
    for named in _ZH_FIELD.finditer(low, sentence.start, sentence.end):
        after = _ZH_MAJOR.match(low, named.end(), sentence.end)
        if after:
            return named.start(), after.end(), None
        before = _ZH_MAJOR_BEFORE.search(low, max(sentence.start, named.start() - 30), named.start())
        if before:
            return before.start(), named.end(), None
    return None


def _en_major(low: str, word: Word, sentence: Sentence) -> _Cue | None:
    stop = _EN_STOP.search(low, word.end, sentence.end)
    end = min(stop.start() if stop else sentence.end, word.end + _EN_REACH_AFTER)
    if low.startswith("stem", word.start):
        named = _STEM.match(low, word.end, sentence.end)
        return (word.start, named.end(), None) if named else None
    after = _EN_FIELD.search(low, word.end, end)
    if after:
        return word.start, after.end(), None
    before = _EN_FIELD.search(low, max(sentence.start, word.start - _EN_REACH_BEFORE), word.start + 6)
    return (before.start(), word.end, None) if before else None
