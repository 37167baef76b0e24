"""Personal data leaves a text before it is stored: e-mails, phones, messenger ids, recruiters' names.

All patterns read the folded text (`scraper.parsing.folding`), which is as long as the text itself: so
full-width digits, colons and brackets, special blanks and traditional characters need no patterns of their
own, and what is found there is cut from the text at the same place. Every repetition is bounded: time
is linear. The patterns are slow, so they are asked only of lines with a sign of a contact, and of a bounded
number of characters.
"""

import re
from collections.abc import Iterator
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from scraper.parsing.folding import folded

_HAN = "[\u3400-\u9fff]"
# Han may stand right before a number or an address ("电话138…"), Latin letters and digits may not.
_FREE = r"(?<![A-Za-z0-9_/=.-])"
_WORD = r"(?<![A-Za-z])"
# What follows a number that counts something: 10000000用户, 400万, 1.5.
_NO_COUNT = r"(?!\d|[.,]\d|\s?(?:[万亿千百+%个人次条件元年版台]|用户|users|DAU|MAU))"

_HOST = r"[A-Za-z0-9-]{1,63}(?:(?:\.|\s?[\[({]\s?(?:dot|点)\s?[\])}]\s?|\sdot\s)[A-Za-z0-9-]{1,63}){1,8}"
_MAILBOX = r"(?<![A-Za-z0-9._%+/-])[A-Za-z0-9._%+-]{1,64}"
_EMAIL = (
    rf"{_MAILBOX}(?:@|\s?[\[({{<]\s?at\s?[\])}}>])\s?{_HOST}"
    # With a blank before the sign it may be an employer: "Product Manager @ Example.com".
    r"|(?<![A-Za-z0-9._%+/-])(?:(?=[A-Za-z]{0,63}[\d._%+-])[A-Za-z0-9._%+-]{1,64}"
    rf"|hr|jobs?|careers?|recruit\w{{0,8}}|talent|hiring|hello|info|contact|resumes?|cv)\s@\s?{_HOST}"
    rf"|{_MAILBOX}(?:\sdot\s[A-Za-z0-9-]{{1,63}})?\sat\s[A-Za-z0-9-]{{1,63}}\sdot\s[A-Za-z]{{2,10}}(?![A-Za-z])"
    rf"|{_MAILBOX}#(?!(?:asp|vb|ado|ml)\.net)(?:[A-Za-z0-9-]{{1,63}}\.){{1,4}}(?:com|cn|net|org|io|ai)(?![A-Za-z0-9/])"
    r"|[(\[]?(?:请?[将把])?\s?[#*]\s?请?(?:自行)?(?:替换|更换|换|改)[成为]?\s?@\s?[)\]]?"
)

_CN_MOBILE = (
    rf"(?:{_FREE}|(?<=tel)|(?<=phone)|(?<=[vw]x)|(?<=hr)|(?<=qq))(?<!编号)(?<!编号[: ])"
    r"(?:(?:\(\+?86\)|\+?86|0086)[-\s]?)?1[3-9]\d(?:[-\s]?\d{4}){2}(?![\d-]{0,20}\d)(?!\s?[万亿元条])"
)
_CN_LANDLINE = (
    r"(?<![A-Za-z0-9_/=.])(?:\(0\d{2,3}\)|0\d{2,3}-|0(?:10|2\d|[3-9]\d\d)\s)\s?\d{3,4}[-\s]?\d{4}"
    r"(?:-\d{1,6})?(?!\d)"
    rf"|{_FREE}[48]00-(?:\d{{3}}-?\d{{4}}|\d{{4}}-?\d{{3}})(?![\d万亿元])|{_FREE}400\s\d{{3}}\s\d{{4}}(?![\d万亿元])"
)
_NORTH_AMERICAN = (
    r"(?<![A-Za-z0-9_/=.$€£¥-])(?<!\d,)(?:\+?1[-.\s])?(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}(?!\d)"
)
_INTERNATIONAL = (
    # After Han only where a number is announced: "底薪+20000" is none.
    r"(?:(?<![\w/])|(?<=[话机线号码电打信系]))\+(?!\d{4,6}-\d{4,6}(?!\d))[1-9]\d{0,2}[-.\s(]{0,3}\d"
    r"(?:[-.\s()]{0,3}\d){6,12}(?!\d)"
)
_PHONE = "|".join((_CN_MOBILE, _CN_LANDLINE, _NORTH_AMERICAN, _INTERNATIONAL))
# Seven to twelve digits are a phone only behind a label with a colon; "2019-2026" is none there either.
_LOCAL_PHONE = (
    r"(?:电话|座机|热线|联系方式|手机号?码?|(?<![A-Za-z])tel(?:ephone)?)\s?:\s?"
    r"(?!(?:19|20)\d\d[-\s](?:19|20)\d\d)\d{3,4}[-\s]?\d{4}\d{0,4}" + _NO_COUNT
)

# An id has a digit, an underscore or a hyphen. Where less announces it, hyphens are too common in words and
# single digits in names of products (Agent2, iPhone9), and some words are those of an interface.
_ID_END = r"(?![A-Za-z0-9_-])"
_NO_TERM = (
    r"(?![a-z]{1,2}-|(?:js)?api|sdk|gpt|web|ios|oauth|mini|open|union|app|pay|llm|llama|qwen|claude|gemini"
    r"|bot|agent)"
)
_ID = rf"{_NO_TERM}(?=[A-Za-z]{{1,19}}[\d_-])[A-Za-z][-_A-Za-z0-9]{{4,19}}{_ID_END}"
_DIGIT_ID = rf"{_NO_TERM}(?=[-A-Za-z]{{1,19}}[\d_])[A-Za-z][-_A-Za-z0-9]{{4,19}}{_ID_END}(?!\.\d)"
_CLEAR_ID = (
    rf"{_NO_TERM}(?:(?=[-A-Za-z0-9]{{1,19}}_)|(?=[-A-Za-z]{{1,19}}\d[-A-Za-z]{{0,19}}\d))"
    rf"[A-Za-z][-_A-Za-z0-9]{{5,19}}{_ID_END}(?!\.\d)"
)
_LETTERS_ID = rf"{_NO_TERM}[A-Za-z]{{6,20}}{_ID_END}(?!\s?[A-Za-z(/])"
_NUMBER_ID = r"[1-9]\d{4,10}" + _NO_COUNT
_LONE_NUMBER_ID = r"[1-9]\d{5,10}" + _NO_COUNT
_HANDLE = r"@[A-Za-z][A-Za-z0-9_]{3,31}"

_WECHAT = rf"(?:微\s?信|威信|{_WORD}WeChat|{_WORD}Weixin)"
# Words that are used for nothing but to pass an id on.
_ADD_ME = (
    rf"(?:微信号|加微信?号?|薇信号?|{_WORD}V信号?|{_WORD}WeChat ID|{_WORD}[VW]X号?(?![A-Za-z])"
    r"|[加+]\s?V[X信]|[加+]\s?V(?=\s?[:\s]))"
)
_QQ = r"(?:(?<![A-Za-z])Q\s?Q|扣扣)"
_CHAT = (
    rf"(?:{_WORD}(?:Telegram|WhatsApp|LINE\s?ID|TG|KakaoTalk|Viber|Zalo|Lark|Feishu|DingTalk)|钉钉|飞书|电报)"
)
_ID_WORD = r"(?:号码?|ID|账号|帐号)"
_DIALLED = rf"(?:{_CN_MOBILE}|{_INTERNATIONAL})"
_MESSENGER = "|".join(
    (
        r"\(?(?:微信|电话|手机|V信?)同号\)?",
        rf"(?:加|联系|添加)?\s?(?:微\s?信|威信)\s?{_ID_WORD}?\s?:\s?{_ID}",
        rf"(?:加|联系|添加)?\s?{_WECHAT}\s?{_ID_WORD}?\s?:\s?(?:{_DIGIT_ID}|{_NUMBER_ID}|{_DIALLED})",
        rf"(?:加|联系|添加)?\s?{_WECHAT}\s?(?:[(\[【]\s?{_CLEAR_ID}\s?[)\]】]|{_CLEAR_ID}|{_DIALLED})",
        rf"{_ADD_ME}\s?(?::\s?{_LETTERS_ID}|[:(\[]?\s?(?:{_ID}|{_LONE_NUMBER_ID}|{_DIALLED})[)\]]?)",
        rf"{_QQ}\s?(?:号码?|(?:交流|招聘|求职)?群号?)?\s?:\s?{_NUMBER_ID}",
        rf"{_QQ}(?:号码?|(?:交流|招聘|求职)?群号?)\s?[(]?{_NUMBER_ID}[)]?",
        rf"{_QQ}\s?[(]?{_LONE_NUMBER_ID}[)]?",
        rf"{_CHAT}\s?{_ID_WORD}?\s?:\s?(?:{_HANDLE}|{_DIGIT_ID}|[A-Za-z]{{5,32}}(?=\s?(?:$|[)。]))|{_DIALLED})",
        rf"{_WORD}Skype\s?(?:ID)?\s?:\s?(?:live:)?[A-Za-z.][\w.-]{{4,30}}[A-Za-z0-9_]",
        rf"{_CHAT}{_ID_WORD}\s?{_ID}",
        rf"(?:{_CHAT}|{_WORD}Skype)\s?[(]?\s?(?:{_HANDLE}|{_CLEAR_ID}|{_DIALLED})\s?[)]?",
        r"(?:https?://)?(?<![A-Za-z0-9.-])(?:t\.me|telegram\.me|wa\.me|line\.me)/[\w+@/?=%.-]{2,63}[\w/]",
        r"(?:linkedin\s?:\s?)?(?:https?://)?(?<![A-Za-z0-9-])(?:[a-z]{2,3}\.)?linkedin\.com/(?:in|pub)/"
        r"(?:[A-Za-z0-9%_-]{2,100}|[\w%-]{2,40})/?",
    )
)

_SURNAME = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭林罗郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜叶魏苏吕丁沈姚卢姜崔钟谭陆"
    "汪范廖贾夏韦邹孟熊秦邱江尹薛闫侯陶黎贺郝龚邵钱覃戴莫孔汤]"
)
_MR = "(?:先生|女士|小姐)"
_BY_TITLE = rf"(?:{_HAN}{{1,4}}{_MR}|{_SURNAME}(?:老师|经理|总监?|主管|同学|姐|哥))"
_LATIN_NAME = r"[A-Z][\w'.-]{1,30}(?: [A-Z][\w'.-]{0,30}){0,3}"
# The label goes with what it announces; a label alone stays.
_LABEL = (
    r"(?:(?:简历)?(?:请)?(?:投递|发送|投)?(?:至|到)?\s?(?:邮箱|邮件|电邮)|联系电话|联系方式|手机号?码?|座机"
    r"|(?:咨询|招聘|服务|客服)?(?:电话|热线)|请?(?:致电|拨打|来电)"
    r"|(?<![A-Za-z])(?:e-?mail|mail|phone|tel(?:ephone)?|mobile|cell))\s?[:.]?\s?"
    rf"|(?:contact|reach out to|e-?mail|write to|call)\s(?-i:{_LATIN_NAME})\s(?:at|on|via|by)\s"
    rf"|{_SURNAME}{_HAN}{{0,2}}(?:{_MR}|老师)\s?[:,(]?\s?"
)
_ADDRESS = (
    rf"(?:{_LABEL})?(?:{_EMAIL}|(?:{_PHONE})(?:\s?(?:转|ext\.?)\s?\d{{1,6}})?)"
    rf"(?:\s?\(?{_SURNAME}{_HAN}{{0,2}}(?:{_MR}|老师)\)?)?|{_LOCAL_PHONE}"
)

# "HR" before two to four Han is a name only if none of these is among them: HR系统, HR专家, HR数字化.
_NO_NAME = (
    "系统场景专家产品流程管理领域学团队经总监负责人数字化面试服务行业工具背部门方向平台功能模块等和与及或的是会将在"
    "为对可招聘培训薪酬绩效员组织事共享中心伙伴政策咨询顾问智助手机器科技软件解决案端类岗位侧线上下运营大型信息"
    "应用需求合规主管高级助务同事们沟通反馈筛选约谈有无需了解懂直接联系投递简历各社保入离职实习生文"
)
_NAME = rf"(?:(?:(?![{_NO_NAME}]){_HAN}){{2,4}}|{_SURNAME}(?![{_NO_NAME}]){_HAN}{{1,2}}|{_BY_TITLE})"
_NAME_END = r"(?=[\s,;。.()/|!]|$)"
_RECRUITER = r"联系人|联络人|招聘负责人|招聘联系人|招聘者|招聘顾问|发布人|职位发布者|猎头顾问"
_PERSON = re.compile(
    rf"(?:{_RECRUITER})\s?:\s?(?:{_HAN}{{1,4}}(?:{_MR}|老师|经理|总|HR|hr)?|{_LATIN_NAME}){_NAME_END}"
    rf"|(?:{_RECRUITER})\s?(?:{_BY_TITLE}|{_SURNAME}(?![{_NO_NAME}]){_HAN}{{1,2}}{_NAME_END})"
    rf"|(?<![A-Za-z])HR\s?:\s?(?:{_NAME}|{_HAN}(?:先生|女士|小姐|老师|经理|总)?|{_LATIN_NAME}){_NAME_END}"
    rf"|(?:(?<![^,。;|(\s])|(?<=请联系)|(?<=联系))(?:HR|hr)\s?{_NAME}{_NAME_END}"
    rf"|请?(?:直接)?(?:联系|联络|咨询)\s?(?:HR|hr)?\s?{_BY_TITLE}"
    r"|(?i:(?<![a-z])(?:your |the )?"
    r"(?:recruiter|recruiting contact|talent partner|contact person|hiring contact)"
    rf"(?: is|:)|(?<![a-z])(?:your|our) recruiter,?)\s?{_LATIN_NAME}"
    rf"|(?i:posted by|(?<![a-z])contact):\s?{_LATIN_NAME}"
    r"|(?i:(?:please )?(?:send|submit|forward|e-?mail) (?:your |a |an |the )?"
    r"(?:cv|resume|application|portfolio) to )"
    r"(?!(?:The|Our|Human|Talent|Hiring|People|Recruit\w*|HR|Careers?)\b)"
    r"[A-Z][a-z'-]{1,30} [A-Z][a-z'-]{1,30}"
    rf"|^\s*{_HAN}{{1,3}}{_MR}\s?[·|/-]?\s?(?:HR|hr|HRBP|hrbp|人事|招聘|猎头)[^\n。]{{0,20}}$",
)
# The patterns are slow on ordinary prose, so each is tried only on lines with a sign of what it finds: an
# address or a number, an id in a messenger, a person.
_BY_ADDRESS, _BY_MESSENGER, _BY_PERSON = 1, 2, 4
_SIGN_WORDS = {
    _BY_MESSENGER: "威信|薇信|v信|同号|扣扣|钉钉|飞书|电报|linkedin|t.me/|w.me/|e.me/|telegram.me",
    _BY_PERSON: "联系|联络|咨询|招聘|发布|猎头|先生|女士|小姐",
}
_SIGN_BEGINNINGS = {
    _BY_MESSENGER: (
        "tg|vx|wx|wechat|weixin|telegram|whatsapp|skype|kakaotalk|viber|zalo|lark|feishu|dingtalk"
    ),
    _BY_PERSON: (
        "hr|recruit|talent p|contact|hiring c|posted by|cv to |resume to |application to |portfolio to "
    ),
}
"""Those of Latin letters, where none stands before them."""
# A "_" is a blank but no line end: each sign stands in one line.
_SIGN_SHAPES = tuple(
    (kind, re.compile(shape.replace("_", r"[^\S\n]")))
    for kind, shape in (
        (_BY_ADDRESS, r"\d(?:[\d().-]|_){5}"),
        (_BY_ADDRESS, r"[\[({<]_?at_?[\])}>]"),
        (_BY_ADDRESS, "[@#](?:[@#]|_)*"),
        (_BY_ADDRESS, "dot_"),
        (_BY_MESSENGER, "微_?信"),
        (_BY_MESSENGER, "[加+]_?v"),
        (_BY_MESSENGER, "q_?q"),
        (_BY_MESSENGER, "line_?id"),
    )
)
_ENTRIES = [
    (word, kind, edged)
    for edged, words in ((False, _SIGN_WORDS), (True, _SIGN_BEGINNINGS))
    for kind, joined in words.items()
    for word in joined.split("|")
]
_FIND = AhoCorasick(
    [word for word, _, _ in _ENTRIES], matchkind=MatchKind.Standard, implementation=Implementation.DFA
).find_matches_as_indexes
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


@cache
def _patterns(signs: int) -> tuple[re.Pattern[str], ...]:
    """Return what to take out of a line with these kinds of signs."""
    parts = [part for kind, part in ((_BY_ADDRESS, _ADDRESS), (_BY_MESSENGER, _MESSENGER)) if signs & kind]
    contact = [re.compile("|".join(parts), re.IGNORECASE)] if parts else []
    return (*contact, *([_PERSON] if signs & _BY_PERSON else []))


MOST_LOOKED_AT = 14 * 1024
"""Characters of the lines with a sign of a contact that are looked through; the longest honest posting of
thousands of boards has 13,569. Further such lines are left out, since nobody knows what they hold."""
_LINE = 24
"""Characters that a line counts for besides its own: looking through an empty one takes time, too."""
_PAUSES = " ,;。、"
"""Where a line is cut of which only a part is looked through."""
_SIGNS = re.compile(r"[\W_]+")
_LEFTOVER = ("", "或", "and", "or")


def drop_contacts(text: str) -> str:
    """Return the text without e-mail addresses, phone numbers, messenger ids and named recruiters.

    A label before what is dropped goes with it; a line of which only signs are left goes too. Numbers of
    other kinds (years, pay, users, requisitions, dates) stay. Text without contacts comes back unchanged.
    """
    forms = folded(text)
    suspects = _suspects(forms.low)
    if not suspects:
        return text
    lines: list[str] = []
    left = MOST_LOOKED_AT
    for number, (line, cased) in enumerate(zip(text.split("\n"), forms.cased.split("\n"), strict=True)):
        signs = suspects.get(number)
        if signs is None:
            lines.append(line)
            continue
        if left <= 0:
            continue
        end = len(line) if len(line) <= left else max(cased.rfind(mark, 0, left) for mark in _PAUSES) + 1
        kept = _without_contacts(line[:end], cased[:end], signs)
        if kept == line:
            lines.append(line)
        elif _SIGNS.sub("", kept).lower() not in _LEFTOVER:
            lines.append(re.sub(r"[(（\[【]\s?[)）\]】]", "", re.sub(r" {2,}", " ", kept)).rstrip())
        left -= len(line) + _LINE
    return "\n".join(lines)


def _suspects(low: str) -> dict[int, int]:
    """Return number (from 0) -> kinds of signs, for the lines of a folded text that hold one of a contact."""
    lines: dict[int, int] = {}
    number = read = end = 0
    for at, kind in sorted(_signs(low)):
        if at >= end:
            number += low.count("\n", read, at)
            read, end = at, low.find("\n", at)
            end = end if end >= 0 else len(low)
        lines[number] = lines.get(number, 0) | kind
    return lines


def _signs(low: str) -> Iterator[tuple[int, int]]:
    """Yield where signs of a contact stand in a folded text, and of which kind, in no order."""
    for index, start, _ in _FIND(low, overlapping=True):
        _, kind, edged = _ENTRIES[index]
        if not (edged and start and low[start - 1] in _LETTERS):
            yield start, kind
    for kind, shape in _SIGN_SHAPES:
        yield from ((found.start(), kind) for found in shape.finditer(low))


def _without_contacts(line: str, folded: str, signs: int) -> str:
    for pattern in _patterns(signs):
        kept, start = [], 0
        for found in pattern.finditer(folded):
            kept.append((start, found.start()))
            start = found.end()
        kept.append((start, len(line)))
        line, folded = ("".join(words[a:b] for a, b in kept) for words in (line, folded))
    return line
