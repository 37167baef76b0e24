"""The wording of remote, hybrid and on-site work, in English and Chinese."""

import re
from typing import NamedTuple

from storage.records import Workplace

# --------------------------------------------------------------------- what a sentence speaks of: bits

REMOTE, HYBRID, ONSITE, OFFICE, WEEK = (1 << bit for bit in range(5))
CUES: dict[int, tuple[str, ...]] = {
    REMOTE: ("remote", "anywhere", "远程", "远端", "远距", "居家", "在家"),
    HYBRID: ("hybrid", "混合"),
    ONSITE: (
        *("onsite", "on-site", "in-office", "in office", "in-person", "in person"),
        *("office-based", "office based"),
        *("坐班", "线下", "现场", "驻场"),
    ),
    OFFICE: ("office", "hub", "hq", "headq"),
    WEEK: ("week", "wk", "每周", "一周"),
}
"""Words that a sentence holds if it says anything of the workplace. None of them overlaps a word of money."""


def _words(*alternatives: str) -> str:
    """Return a pattern for alternatives that begin with a word: tried at the beginnings of words only."""
    return rf"\b(?:{'|'.join(alternatives)})"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# --------------------------------------------------------------------- fields: a title, locations

_HYBRID = r"\bhybrid\b|混合办公|混合工作|弹性远程"
_ONSITE = r"\bon-?site\b|\bin[- ]office\b|\bin[- ]person\b|现场办公|线下办公|坐班|驻场办公|到岗办公"
_REMOTE = (
    r"\bremote(?:ly)?\b|\bwork from (?:home|anywhere)\b|\bwfh\b|\btelecommut\w+|"
    r"远程(?:办公|工作|岗位)?|远[端距](?:办公|工作|上班|职缺)|居家(?:办公|工作)?|在家(?:办公|工作|上班)"
)
FIELD_REMOTE = re.compile(rf"{_REMOTE}|\banywhere\b|\bworldwide\b|\bhome[- ]based\b|地点不限")
FIELD_HYBRID = re.compile(_HYBRID)
FIELD_ONSITE = re.compile(_ONSITE)

TITLE_CUES = (
    *("remote", "hybrid", "site", "office", "person", "wfh", "work from", "telecommut"),
    *("远程", "远端", "远距", "居家", "在家", "混合", "办公", "坐班"),
)
"""Every rule for titles needs one of these."""
_MARK = r"[(\[【|,–-]\s*[^()\[\]【】|]{0,30}"
TITLE_HYBRID = re.compile(rf"{_MARK}(?:{_HYBRID})")
TITLE_REMOTE = re.compile(
    rf"{_MARK}(?:{_REMOTE})|^remote\b|远程办公|居家办公|可远[程端距]|远[端距](?:办公|工作)"
)
TITLE_ONSITE = re.compile(rf"[(\[【|,]\s*(?:{_ONSITE})")

NOT_REMOTE = _any(
    _words(
        r"(?:not|non|isn't|cannot be|aren't)[- ](?:a |currently |fully |offering |considering |be )*remote",
        r"remote(?: work)? is not",
        r"no remote\b",
    ),
    r"(?:非|不支[持援]|不接受|不可|不能|不提供|无)(?:远[程端距]|居家)",
)
REMOTE_TOOL = _any(
    r"remote (?:sens|control|access|procedure|monitor|patient|support|desktop|teams|assist|config)",
    r"远程(?:协作|诊断|控制|监控|运维|会议|医疗|教育|驾驶|升级|操控|面试|协助)",
)

# --------------------------------------------------------------------- sentences of the text

_DAYS = r"(?:\(?[1-5]\)?|one|two|three|four|[1-5] ?(?:-|to) ?[1-5])[+x]?"
_OFFICE = r"(?:office|offices|hq|headquarters|in[- ]person|on-?site|hub)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri)days?\b"
_A_WEEK = r"(?: a | per | each | every | ?/ ?| )?(?:week|wk)"
_ZH_WEEK = "(?:每周|一周|每星期|每个?礼拜)"
_ZH_DAYS = r"[1-4一二两三四](?:\s?[-~到至]\s?[1-4一二两三四])?\s?天"
_ZH_AWAY = "(?:远程|远端|远距|居家|在家)"
_ZH_GAP = r"[^\n,。;]{0,6}?"
# "in office 3 days a week", "2-3 days/week in the office", "3x per week", "two days from home".
OFFICE_DAYS = _any(
    _words(
        rf"{_OFFICE}\b[^\n;]{{0,70}}?\b{_DAYS}(?: times| days?)?{_A_WEEK}",
        rf"{_DAYS}(?: days?| times)?{_A_WEEK}[^\n;]{{0,40}}?\b(?:{_OFFICE}|in (?:the|our))\b",
        rf"{_DAYS} (?:days?|times) (?:\([^()\n]{{1,20}}\) )?(?:in|at|from) (?:the |our )?"
        rf"[\w ]{{0,20}}?{_OFFICE}\b",
        rf"{_DAYS} days? (?:remote|from home|wfh)\b",
        rf"(?:in[- ]office|onsite|on-site|in[- ]person) {_DAYS} days\b",
        rf"{_DAYS} (?:days?|times)?{_A_WEEK} (?:remote|from home|wfh)\b",
        rf"(?:work(?:ing)? from home|wfh|remote(?:ly)?|home office) [^\n;.]{{0,20}}?\b"
        rf"{_DAYS} (?:days?|times){_A_WEEK}",
        rf"{_DAYS} remote days?\b(?! (?:a|per) (?:year|quarter|month))",
        rf"remote (?:work )?policy\W{{1,3}}{_DAYS} days?\b",
        rf"{_OFFICE}\b[^\n;]{{0,40}}?\b{_WEEKDAY}",
        rf"{_WEEKDAY}\b[^\n;]{{0,30}}\b(?:in|from|at) (?:the|our) [\w ]{{0,20}}office",
    ),
    rf"{_ZH_WEEK}(?:到岗|坐班|线下|到公司|现场)?{_ZH_DAYS}(?:到岗|坐班|办公室|线下)",
    rf"{_ZH_WEEK}{_ZH_GAP}{_ZH_DAYS}{_ZH_GAP}{_ZH_AWAY}",
    rf"{_ZH_WEEK}{_ZH_GAP}{_ZH_AWAY}{_ZH_GAP}{_ZH_DAYS}",
    rf"{_ZH_AWAY}{_ZH_GAP}{_ZH_WEEK}{_ZH_GAP}{_ZH_DAYS}",
    rf"{_ZH_AWAY}(?:办公|工作)?,{_ZH_WEEK}(?:到岗|坐班|到公司|线下|现场|进办公室){_ZH_GAP}{_ZH_DAYS}",
    rf"{_ZH_WEEK}{_ZH_GAP}(?:到岗|坐班|到公司|线下|现场|进办公室){_ZH_GAP}{_ZH_DAYS}[^\n。;]{{0,12}}{_ZH_AWAY}",
    rf"(?:周|星期)[一二三四五](?:[、/和及](?:周|星期)?[一二三四五]){{0,3}}{_ZH_GAP}{_ZH_AWAY}",
)
_SAYS_HYBRID = _any(
    _words(
        r"hybrid (?:work|role|position|schedule|model|environment|set-?up|policy|arrangement|team|"
        r"opportunity|office|job|in |based|- )",
        r"(?:is|as|are) (?:a )?hybrid\b",
        r"hybrid\s?[/(]",
        r"(?:on-?site|in[- ]office|remote)\s?/\s?hybrid\b",
    ),
    r"#li-hybrid",
    r"(?:location|work(?:place)?(?: type| model)?|schedule|policy|type|setup|style|shift)\s?[:-]\s?"
    r".{0,40}hybrid",
    r"^\W*hybrid\b[^\n]{0,40}$|,\s?hybrid\b|\(hybrid\b",
    r"混合办公|混合工作",
)
_JOBS = r"(?:engineer|manager|designer|developer|analyst|scientist|director|owner|lead|head)\b"
_REMOTE_OBJECTS = "teams?|work|sens|monitor|control|patient|access|support|employee|device"
_SAYS_REMOTE = _any(
    _words(
        r"(?:100 ?%|fully|completely|entirely|permanently|all) ?-?remote\b",
        r"remote[- ](?:first|only)\b",
        r"remote (?:role|position|opportunity|job|work environment|team|organi[sz]ation|company|within|in|"
        r"from|across|anywhere|—|-|–|u\.?s|united)",
        r"(?:is|as|are|be|work|working) (?:a )?(?:fully |100% )?remote(?:ly)?\b",
        r"open to remote\b",
        rf"(?:hiring|looking for|seeking|recruiting) an? (?:fully |100% )?remote[- ](?!{_REMOTE_OBJECTS})"
        rf"[^\n.,;]{{0,40}}?{_JOBS}",
        r"(?:from|in|at) (?:the|our|one of our) [\w ]{0,30}offices?,? or (?:work )?"
        r"(?:fully |100% )?remote(?:ly)?\b",
        r"(?:role|position|join)\b[^\n]{0,60}\bremotely\b",
        r"work(?:ing)? from anywhere\b",
        r"remote(?:-friendly)? \((?:us|uk|eu|europe|worldwide)",
    ),
    r"#li-remote",
    r"(?:location|workplace|work type|based)\s?[:-]\s?[^\n]{0,40}\bremote\b",
    r"^\W*remote\b(?! days)[^\n]{0,40}$",
    r"(?:远程|居家|在家)(?:办公|工作|上班)|(?:全|可|支[持援])远[程端距]|远[端距](?:办公|工作|上班|职缺)|远程岗位",
)
_SAYS_ONSITE = _any(
    _words(
        r"(?:fully |100% |is |be |work |working |role |an? |based )(?:fully )?"
        r"(?:on-?site|in[- ]office|in[- ]person)\b",
        r"(?:on-?site|in[- ]office|in[- ]person) (?:in|at) (?:our|the)\b",
        r"in[- ]person (?:team|culture|company)\b",
        r"full[- ]time in (?:the|our) office\b",
        r"(?:5|five) days(?: a week| per week|/week)? (?:in|at|from) (?:the |our )?[\w ]{0,20}office",
        r"in (?:the|our) [\w ]{0,20}office (?:5|five) days",
        r"work (?:best )?happens in person\b",
        r"in[- ]person (?:5|five) days",
        r"office[- ]based (?:role|position|job|working)\b",
        r"from (?:the|our) [\w ]{0,20}?office (?:5|five) days",
        r"(?:roles?|positions?|jobs?) (?:is|are) (?:based |located )?(?:in|at|out of) (?:the|our) "
        r"[\w ]{0,30}office",
    ),
    r"#li-onsite",
    r"(?:location|workplace|type|where)[^:]{0,20}:.{0,50}\b(?:on-?site|in[- ]office|in[- ]person)\b",
    r"\(on-?site\)|^\W*(?:on-?site|in[- ]person)\b"
    r"(?! (?:collaborat|event|meal|gather|meeting|interview|training|support|visit))[^\n]{0,40}$",
    r"现场办公|线下办公|驻场办公|坐班|线下实习|(?:每周|一周)[^，。；\n]{0,4}(?:线下|到公司|现场)[^，。；\n]{0,3}[4-7四五六]\s?天",
)
# The office that one is to come to is named: what else the sentence says (journeys, a retreat) is beside it.
_SAYS_ONE_OFFICE = _any(
    _words(
        r"(?:on-?site|in[- ]person|full[- ]time) (?:in|at|from) (?:our|the) [\w ]{0,20}office\b",
        r"join (?:the|our|us)\b[^\n.;]{0,28}? in (?:our|the) [\w ]{0,18}office\b",
    )
)
_OFFICE_ASIDE = re.compile(r"interview|\bor remote|remotely|\bmeet|\bvisit|events?\b")
# What stands near if the words speak of something else: perks, meals, the selection, the customer, a tool.
_DAYS_ASIDE = _any(
    r"\b(?:5|five) days|mon(?:days?)? ?(?:through|thru|to|-|~) ?fri",
    r"lunch|dinner|breakfast|snack|meal|food|gym|pets|drinks|happy hour|social|午餐|零食",
    r"workshop|interview|面试",
)
_REMOTE_DAYS = re.compile(r"\bremote days\b")
_DAYS_A_YEAR = re.compile(r"(?:weeks?|days?|months?)(?: a| per|/) ?(?:year|quarter|month)")
_HYBRID_ASIDE = _any(
    r"new normal|whether|some roles|experience (?:in|with|working|managing)|workforces?\b",
    r"(?:remote|on-?site|office|person),? (?:or |and )?hybrid,? (?:or|and)\b",
    r"hybrid role (?:that )?(?:requir|combin|blend|bridg)|hybrid model (?:system|arch|train)",
)
_REMOTE_ASIDE = _any(
    r"stipend|allowance|budget|interview|workshop|onboard|collaborat|communicat|manag(?:e|es|ed|ing|ement)\b|experience|worked|"
    r"previous|prior|scheme|new normal|whether|(?:weeks?|days?|months?)(?: a| per|/) ?year|occasional|"
    r"we are (?:not|no)",
    REMOTE_TOOL.pattern,
)
_ONSITE_ASIDE = _any(
    r"(?:customer|client)(?:s|'s)? (?:visit|site|meeting|office)",
    r"(?:with|at|to) (?:the |our )?(?:customer|client)",
    r"interview|gather|meet-?up|retreat|summit|event|off-?site|lunch",
)


class Rule(NamedTuple):
    """`says` counts in sentences with one of `cues` and one of each of `words`, unless `aside` is near."""

    cues: int
    words: tuple[tuple[str, ...], ...]
    says: re.Pattern[str]
    aside: re.Pattern[str] | None
    workplace: Workplace


_A_TIME = ("day", "week", "wk", "times", "天", "周", "星期")
_A_PLACE = ("day", "full", "role", "position", "job", "天")
_A_NUMBER = ("1", "2", "3", "4", "5", "one", "two", "three", "four", "day", *"一二两三四")
RULES = (
    Rule(REMOTE, (), NOT_REMOTE, None, "onsite"),
    Rule(WEEK | REMOTE | ONSITE | OFFICE, (_A_TIME, _A_NUMBER), OFFICE_DAYS, _DAYS_ASIDE, "hybrid"),
    Rule(HYBRID, (), _SAYS_HYBRID, _HYBRID_ASIDE, "hybrid"),
    Rule(REMOTE, (), _SAYS_REMOTE, _REMOTE_ASIDE, "remote"),
    Rule(ONSITE, (), _SAYS_ONSITE, _ONSITE_ASIDE, "onsite"),
    Rule(
        WEEK | OFFICE,
        (_A_PLACE,),
        _SAYS_ONSITE,
        _ONSITE_ASIDE,
        "onsite",
    ),
    Rule(OFFICE, (("office",),), _SAYS_ONE_OFFICE, _OFFICE_ASIDE, "onsite"),
    # Days that are a perk, and nothing else is said.
    Rule(REMOTE, (), _REMOTE_DAYS, _DAYS_A_YEAR, "hybrid"),
)
"""In the order of trust: the first that holds anywhere decides."""
