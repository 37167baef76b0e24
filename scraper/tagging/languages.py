"""Which languages the candidate is asked to speak or read, and how well where that is said.

The name of a language counts only beside a word of command of it (流利, 听说读写, 工作语言, CET-6,
fluent, native, proficiency ...), so that an English course, a Japanese market or a CV in English are no
demand. The title counts too: "(Japanese speaking)", "会说粤语".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from scraper.tagging.asked_words import Word
from scraper.tagging.clauses import Marks
from scraper.tagging.masking import Text
from scraper.tagging.sections import SILENT
from scraper.tagging.tables import inside
from scraper.tagging.zones import Zoning
from storage.records import Asked, Quote

_REACH = 60
_CJK = re.compile(r"[\u3400-\u9fff]")
_TESTS = (
    *("cet", "雅思", "托福", "ielts", "toefl", "专八", "专四", "专业八级", "toeic", "托业", "topik", "jlpt"),
    *("中英双语", "双语"),
)

# What makes the language a thing and no skill: English lessons, a Japanese market, documents in English.
_TOPIC_AFTER = re.compile(
    r"\s*(?:学习|教学|教育|培训|学科|课程|课|产品|app|网站|站点|版|名称|名\b|单词|词汇|题|市场|用户|语料"
    r"|素材|内容|绘本|启蒙|口语产品|学员|辅导|教研|歌|小说|简历"
    r"|(?:market|citizen|user|customer|people|food|timezone|cv|resume|course|lesson|learner|learning|teacher"
    r"|content|government|compan(?:y|ie)|version|check|language (?:learning|market|content))s?\b)"
)
_TOPIC_BEFORE = re.compile(
    r"(?:\b(?:plain|cv in|resume in|application in|apply in|letter in|learn|learning|teach|teaching)\s+"
    r"|[教学]|查看)$"
)
# Words of two others: 算法语言, 道德语境, 今日语录, 中国语言.
_ACROSS = re.compile(r"(?<=[算方无书])法语|(?<=[道品公])德语|(?<=[今每当])日语|(?<=[中外各])国语")
_ZH_CUE = re.compile(
    r"流利|流畅|熟练|读写|听说|口语|书面|能力|水平|语言|沟通|交流|表达|阅读|优先(?![级权顺次排])|加分|佳|良好|优秀|较好"
    r"|精通|基础|母语|无障碍|技能|写作|过关|不错|特别好|懂|双语|[一二三四五六八1-6]级|及格|掌握|能说|讲|通晓"
    r"|(?<![社机])会(?=说|[粤日韩英法德西俄葡泰越阿])|n[1-5](?![a-z0-9])"
)
_EN_CUE = re.compile(
    r"\b(?:fluen(?:t|cy|tly)|proficien\w+|native|speak(?:s|ing|er)?|spoken|written|verbal|bilingual"
    r"|trilingual|communicat\w+|conversational|command of|working language|business[- ]level|level|languages?"
    r"|[bc][12]|(?:upper[- ])?intermediate|advanced|mandatory|required|must|plus|preferred|nice to have|bonus"
    r"|n[1-5]|jlpt|topik|toeic|ability to (?:read|write)|skills?|knowledge of|asset)\b"
)
_WISH = re.compile(
    r"优先(?![级权顺次排])|加分|佳|最好|更好|\bplus\b|prefer|bonus|nice|asset|advantage|desir|ideal|helpful|beneficial"
    r"|not required"
)
_EN_WORKING = r"working language|\bprofessional\b|\bbusiness[- ](?:level|fluent)"
_OWN_LEVELS: Mapping[str, re.Pattern[str]] = {
    "japanese": re.compile(r"(?<![a-z0-9])n\s?([1-5])(?![a-z0-9])"),
    "korean": re.compile(r"topik"),
}
_ORNAMENT = " \n\t-•*·、,.;:。()0123456789"
_ENGLISH_TESTS = ("cet6", "cet4", "tem8", "ielts", "toefl", "toeic")
_LEVELS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (level, re.compile(words))
    for level, words in (
        ("cet6", r"cet-? ?6|(?:六|6)级"),
        ("cet4", r"cet-? ?4|(?:四|4)级"),
        ("tem8", r"专业?八级?|tem-? ?8"),
        ("ielts", r"雅思|ielts"),
        ("toefl", r"托福|toefl"),
        ("toeic", r"托业|toeic"),
        ("native", r"母语|\bnative\b"),
        ("working", rf"(?:工作|办公)语言|语言工作|作为工作|{_EN_WORKING}"),
        ("fluent", r"流利|流畅|精通|无障碍|\bfluen|\bbilingual|\bc[12]\b"),
        ("proficient", r"熟练|听说读写|\bproficien|\badvanced\b|excellent|\bb2\b|upper[- ]intermediate"),
        ("conversational", r"口语|沟通|交流|conversation|\bspoken\b|\bspeak"),
        ("reading", r"读写|阅读|\bread(?:ing)?\b"),
        ("basic", r"基础|一点|basic|\bb1\b|\ba[12]\b"),
    )
)


def find_languages(
    head: Text,
    head_words: Iterable[Word],
    body: Text,
    zoning: Zoning,
    words: Iterable[Word],
    marked: Callable[[int], Marks],
) -> tuple[Asked, ...]:
    """Return the languages asked for in title and text, each once with its strongest demand.

    `head_words` and `words` are the names of languages and tests in title and text.
    """
    best: dict[str, Asked] = {}
    for asked in (*_in_title(head, head_words), *_in_text(body, zoning, words, marked)):
        known = best.get(asked.id)
        if known is None or _strength(asked) > _strength(known):
            best[asked.id] = asked
    return tuple(best.values())


def _strength(asked: Asked) -> tuple[bool, bool]:
    return asked.requirement == "required", asked.level is not None


def _in_title(head: Text, words: Iterable[Word]) -> Iterator[Asked]:
    for word in words:
        cue = _asks(head.low, word, 0, len(head.low), title=True)
        if cue is not None:
            start, end = cue
            level = _level(word.id, head.low[start:end])
            yield Asked(word.id, "required", Quote(head.raw[start:end], start, end, "title"), level)


def _in_text(
    text: Text, zoning: Zoning, words: Iterable[Word], marked: Callable[[int], Marks]
) -> Iterator[Asked]:
    for word in words:
        index = word.sentence
        sentence = zoning.sentences[index]
        if sentence.zone in SILENT:
            continue
        cue = _asks(text.low, word, sentence.start, sentence.end)
        if cue is None:
            continue
        marks, local = marked(index), word.start - sentence.start
        if inside(local, marks.negated):
            continue
        start, end = cue
        # "fluent English, German is a plus": the wish is said of the language in its own part of the sentence
        wished = inside(local, marks.preferred) and _WISH.search(text.low, start, end)
        wish = sentence.zone == "preferred" or wished
        quote = Quote(text.raw[start:end], start, end)
        yield Asked(word.id, "preferred" if wish else "required", quote, _level(word.id, text.low[start:end]))


def _asks(low: str, word: Word, start: int, end: int, *, title: bool = False) -> tuple[int, int] | None:
    """Return the span of name and command in `[start:end)` if the language is asked for."""
    if _TOPIC_AFTER.match(low, word.end, end) or _ACROSS.match(low, word.start):
        return None
    if _TOPIC_BEFORE.search(low, max(start, word.start - 16), word.start):
        return None
    chinese = _CJK.search(low, max(start, word.start - 4), min(end, word.end + 4)) is not None
    cue = _ZH_CUE if chinese else _EN_CUE
    if not low[start : word.start].strip(_ORNAMENT) and not low[word.end : end].strip(_ORNAMENT):
        return word.start, word.end  # an item of a list, nothing but the name
    narrow = _around(low, word, start, end, ",;。" if chinese else ",.;")
    if cue.search(low, *narrow) or low.startswith(_TESTS, word.start):
        return narrow
    wide = narrow if chinese else _around(low, word, start, end, ".;")
    return wide if cue.search(low, *wide) or (title and "speak" in low) else None


def _around(low: str, word: Word, start: int, end: int, marks: str) -> tuple[int, int]:
    """Return the part of `[start:end)` around `word` up to one of the `marks`, not far away."""
    left = max([start, word.start - _REACH, *(low.rfind(mark, start, word.start) + 1 for mark in marks)])
    stops = (low.find(mark, word.end, end) for mark in marks)
    right = min([end, word.end + _REACH, *(stop for stop in stops if stop >= 0)])
    while left < word.start and low[left] in " \n-•*·、":
        left += 1
    while right > word.end and low[right - 1].isspace():
        right -= 1
    return left, right


def _level(language: str, clause: str) -> str | None:
    """Return the level asked for: of a test of the language (of "N1/N2" the lower), else a word."""
    own = _OWN_LEVELS.get(language)
    if own is not None and (grades := own.findall(clause)):
        return f"jlpt_n{max(grades)}" if language == "japanese" else grades[0]
    return next(
        (
            level
            for level, words in _LEVELS
            if (language == "english" or level not in _ENGLISH_TESTS) and words.search(clause)
        ),
        None,
    )
