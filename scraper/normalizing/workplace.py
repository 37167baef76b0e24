"""Where the work is done: remote, hybrid or on site, from what the board states, else from the words.

The order is that of trust: the board's own field, the title, the locations, then the text; in the text a
stated share of office days (hybrid) beats a general word, and words about the company, a perk or a tool
("remote-friendly stipend", "hybrid cloud", "interview on site") say nothing about the role.
"""

import re
from collections.abc import Sequence

from scraper.folding import fold
from storage.records import Workplace

_HYBRID = r"\bhybrid\b|混合办公|混合工作|弹性远程"
_ONSITE = r"\bon-?site\b|\bin[- ]office\b|\bin[- ]person\b|现场办公|线下办公|坐班|驻场办公|到岗办公"
_REMOTE = (
    r"\bremote(?:ly)?\b|\bwork from (?:home|anywhere)\b|\bwfh\b|\btelecommut\w+|"
    r"远程(?:办公|工作|岗位)?|居家(?:办公|工作)?|在家办公"
)

_FIELD_REMOTE = re.compile(rf"{_REMOTE}|\banywhere\b|\bworldwide\b|\bhome[- ]based\b|地点不限")
_FIELD_HYBRID = re.compile(_HYBRID)
_FIELD_ONSITE = re.compile(_ONSITE)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_NOT_REMOTE = _any(
    r"\b(?:not|non|isn't|cannot be|aren't)[- ](?:a |currently |fully |offering |considering |be )*remote",
    r"\bremote(?: work)? is not|\bno remote\b|非远程|(?:不支持|不接受|不可|不提供|无)远程",
)
_DAYS = r"(?:\(?[1-5]\)?|one|two|three|four|[1-5] ?(?:-|to) ?[1-5])[+x]?"
_OFFICE = r"(?:office|offices|hq|headquarters|in[- ]person|on-?site|hub)"
_A_WEEK = r"(?: a | per | each | every | ?/ ?| )?(?:week|wk)"
# "in office 3 days a week", "2-3 days/week in the office", "3x per week", "two days from home".
_OFFICE_DAYS = _any(
    rf"\b{_OFFICE}\b[^\n;]{{0,70}}?\b{_DAYS}(?: times| days?)?{_A_WEEK}",
    rf"\b{_DAYS}(?: days?| times)?{_A_WEEK}[^\n;]{{0,40}}?\b(?:{_OFFICE}|in (?:the|our))\b",
    rf"\b{_DAYS} (?:days?|times) (?:in|at|from) (?:the |our )?[\w ]{{0,20}}?{_OFFICE}\b",
    rf"\b(?:in[- ]office|onsite|on-site|in[- ]person) {_DAYS} days\b",
    rf"\b{_DAYS} (?:days?|times)?{_A_WEEK} (?:remote|from home|wfh)\b",
    rf"\b{_DAYS} remote days?\b|\bremote days\b|\bremote (?:work )?policy\W{{1,3}}{_DAYS} days?\b",
    r"(?:每周|一周)(?:到岗|坐班|线下|到公司|现场)?[1-4一二两三四]天(?:到岗|坐班|办公室|线下|远程|居家)",
)
_SAYS_HYBRID = _any(
    r"\bhybrid (?:work|role|position|schedule|model|environment|set-?up|policy|arrangement|team|opportunity|"
    r"office|job|in |based|- )|\b(?:is|as|are) (?:a )?hybrid\b|#li-hybrid",
    r"(?:location|work(?:place)?(?: type| model)?|schedule|policy|type|setup|style)\s?[:-]\s?.{0,40}hybrid",
    r"^\W*hybrid\b[^\n]{0,40}$|,\s?hybrid\b|\(hybrid\b|\bhybrid\s?[/(]",
    r"混合办公|混合工作",
)
_SAYS_REMOTE = _any(
    r"#li-remote|\b(?:100%|fully|completely|entirely|permanently|all) ?-?remote\b",
    r"\bremote[- ](?:first|only)\b",
    r"\bremote (?:role|position|opportunity|job|work environment|team|organi[sz]ation|company|within|in|from|"
    r"across|anywhere|—|-|–|u\.?s|united)",
    r"\b(?:is|as|are|be|work|working) (?:a )?(?:fully |100% )?remote(?:ly)?\b|\bopen to remote\b",
    r"\b(?:role|position|join)\b[^\n]{0,60}\bremotely\b|\bwork(?:ing)? from anywhere\b",
    r"(?:location|workplace|work type|based)\s?[:-]\s?[^\n]{0,40}\bremote\b|^\W*remote\b[^\n]{0,40}$",
    r"\bremote(?:-friendly)? \((?:us|uk|eu|europe|worldwide)",
    r"远程办公|远程工作|全远程|可远程|支持远程|居家办公|在家办公|远程岗位",
)
_SAYS_ONSITE = _any(
    r"#li-onsite|\b(?:fully |100% |is |be |work |working |role |an? |based )(?:fully )?"
    r"(?:on-?site|in[- ]office|in[- ]person)\b",
    r"\b(?:on-?site|in[- ]office|in[- ]person) (?:in|at) (?:our|the)\b",
    r"\bin[- ]person (?:team|culture|company)\b",
    r"(?:location|workplace|work type|where)[^:]{0,20}:.{0,50}\b(?:on-?site|in[- ]office|in[- ]person)\b",
    r"\(on-?site\)|^\W*on-?site\b[^\n]{0,40}$|\bfull[- ]time in (?:the|our) office\b",
    r"\b(?:5|five) days(?: a week| per week|/week)? (?:in|at|from) (?:the |our )?[\w ]{0,20}office",
    r"\bin (?:the|our) [\w ]{0,20}office (?:5|five) days|\bwork (?:best )?happens in person\b",
    r"现场办公|线下办公|坐班|线下实习|(?:每周|一周)[^，。；\n]{0,4}(?:线下|到公司|现场)[^，。；\n]{0,3}[4-7四五六]\s?天",
)
_REMOTE_TOOL = _any(
    r"remote (?:sens|control|access|procedure|monitor|patient|support|desktop|teams|assist|config)",
    r"远程(?:协作|诊断|控制|监控|运维|会议|医疗|教育|驾驶|升级|操控|面试|协助)",
)
# What stands near if the words speak of something else: perks, meals, the selection, the customer, a tool.
_DAYS_ASIDE = _any(
    r"\b(?:5|five) days",
    r"lunch|dinner|breakfast|snack|meal|food|gym|pets|午餐|零食",
    r"workshop|interview|面试",
)
_REMOTE_ASIDE = _any(
    r"stipend|allowance|budget|interview|workshop|onboard|collaborat|communicat|manage|experience|worked|previous|"
    r"prior|scheme|(?:weeks?|days?|months?)(?: a| per|/) ?year|occasional|we are (?:not|no)",
    _REMOTE_TOOL.pattern,
)
_ONSITE_ASIDE = _any(
    r"(?:customer|client)(?:s|'s)? (?:visit|site|meeting|office)",
    r"(?:with|at|to) (?:the |our )?(?:customer|client)",
    r"interview|gather|meet-?up|retreat|summit|event|off-?site|lunch",
)
_TEXT_RULES: tuple[tuple[re.Pattern[str], re.Pattern[str] | None, Workplace], ...] = (
    (_NOT_REMOTE, None, "onsite"),
    (_OFFICE_DAYS, _DAYS_ASIDE, "hybrid"),
    (_SAYS_HYBRID, None, "hybrid"),
    (_SAYS_REMOTE, _REMOTE_ASIDE, "remote"),
    (_SAYS_ONSITE, _ONSITE_ASIDE, "onsite"),
)
_NEAR = 50
# Every rule needs one of these; the rules are slow on ordinary prose.
_WORTH_A_LOOK = re.compile(
    r"remote|hybrid|site|office|person|hq|headq|hub|wfh|from home|from anywhere|week|\bwk\b|"
    r"远程|居家|在家|坐班|线下|现场|混合|每周|一周"
)
_TITLE_MARK = r"[(\[【|,–-]\s*[^()\[\]【】|]{0,30}"


def find_workplace(
    stated: Workplace | None, locations: Sequence[str], title: str, text: str
) -> Workplace | None:
    """Return how the role is done, or None where nothing says so.

    `stated` is the board's structured value and stands if given. "Not remote" alone means on site.
    """
    return stated or _of_title(title) or _of_locations(locations) or _of_text(text)


def _of_title(title: str) -> Workplace | None:
    text = fold(title)
    if _NOT_REMOTE.search(text):
        return "onsite"
    if re.search(rf"{_TITLE_MARK}(?:{_HYBRID})", text):
        return "hybrid"
    marked = re.search(rf"{_TITLE_MARK}(?:{_REMOTE})|^remote\b|远程办公|居家办公|可远程", text)
    if marked and not _REMOTE_TOOL.search(text):
        return "remote"
    return "onsite" if re.search(rf"[(\[【|,]\s*(?:{_ONSITE})", text) else None


def _of_locations(locations: Sequence[str]) -> Workplace | None:
    text = "\n".join(fold(location) for location in locations)
    if _NOT_REMOTE.search(text):
        return "onsite"
    remote, onsite = _FIELD_REMOTE.search(text), _FIELD_ONSITE.search(text)
    if _FIELD_HYBRID.search(text):
        return "hybrid"
    if remote:
        return "hybrid" if onsite else "remote"
    return "onsite" if onsite else None


def _line_of_fields(text: str) -> str | None:
    """Return the line "Company | Role | Remote (US) | Full-time" that names a product manager, if any."""
    for line in text.split("\n", 40)[:40]:
        if line.count("|") >= 2 and "product manager" in fold(line) and not _OFFICE_DAYS.search(fold(line)):
            return line
    return None


def _of_text(text: str) -> Workplace | None:
    fields = _line_of_fields(text)
    if fields:
        return _of_locations(fields.split("|"))
    sentences = [part for part in re.split(r"[\n。；!?]|\.(?=\s)", fold(text)) if _WORTH_A_LOOK.search(part)]
    for pattern, aside, workplace in _TEXT_RULES:
        for sentence in sentences:
            for match in pattern.finditer(sentence):
                near = sentence[max(0, match.start() - _NEAR) : match.end() + _NEAR]
                if not (aside and aside.search(near)):
                    return workplace
    return None
