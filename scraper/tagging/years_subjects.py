"""Whose years a number of years are: the candidate's, or those of a founder, a team, the company.

The subject decides: who stands as the subject before the number and has the years ("our CEO brings over 15
years", 创始人拥有20年经验) is not asked for them, unless the clause asks ("you", 具备, 要求).
"""

import re

_REACH = 240
"""Letters before a number in which its subject is looked for."""
_HAS_REACH = 64
"""Letters before a number in which stands that the subject has the years."""
_EN_LEADER = (
    r"(?:co-?)?founders?|founding team|ceo|cto|coo|cpo|cfo|chief [a-z]+ officer|leadership|executives?"
    r"|investors?|advisors?|board"
)
_EN_GROUP = (
    r"team|company|firm|start-?up|agency|organi[sz]ation|group|staff|engineers|people"
    r"|partners|colleagues"
)
_EN_HAS = (
    r"(?:\bwho )?\b(?:has|have|had|having|brings?|bringing|with|boasts?|averag\w+|share|shares|holds?|spans?"
    r"|draws? on|built on|possess\w*|spent)\b"
)
_EN_HAS_END = re.compile(rf"{_EN_HAS}[^.;:\n]{{0,40}}$")
_EN_SUBJECT = re.compile(
    # "our founder (has)", "the team (brings)", "led by a CPO (with)"
    rf"(?:\bour\b[^.;:]{{0,40}}?\b(?:{_EN_LEADER}|{_EN_GROUP})\b"
    rf"|(?:^|[,(:\n]|\bthe\b|\band\b)[^\S\n]*(?:{_EN_LEADER})\b|\bthe (?:{_EN_GROUP})\b"
    r"|\ba (?:[\w-]+ )?team of\b"
    rf"|\b(?:report(?:s|ing)? (?:directly )?to|led by|founded by|backed by|mentor(?:ed|ship) (?:by|from)"
    rf"|learn(?:ing)? from|join(?:ing)?|alongside|guided by|run by)\b)[^.;:\n]{{0,90}}$"
)
_EN_OURS = re.compile(
    r"\bwe(?: have|'ve| bring| had)\b[^.;:\n]{0,50}$|\b(?:average|combined|collective)\b[^.;:\n]{0,24}$"
)
_EN_ASKS = re.compile(
    r"\b(?:you|your|you'll|you've|candidates?|applicants?|someone|ideal(?:ly)?|looking for|seek(?:s|ing)?"
    r"|needs?|wants?|hiring|requires?|required|requirements?|must|minimum|should|prefer\w*|qualifications?)\b"
)
_EN_BIOGRAPHY = re.compile(rf"(?:^|[\s(,:&/-])(?:{_EN_LEADER})\b[^.;]{{0,80}}$")
_EN_AS_LEADER = re.compile(r"[^.;,\n]{0,30}?\bas (?:an? |the )?(?:ceo|cto|coo|cpo|cfo|chief)\b")
_EN_COMPANY_TURN = re.compile(r"[^.;\n]{0,90}?,\s*(?:we|our|the company)\b")

_ZH_HAS_END = re.compile(
    r"(?:有|平均|人均|均|来自|深耕|成立|创立|历经|经过|凭借|用|从业|积累|沉淀|超过|超|近)[^;。\n]{0,24}$"
)
_ZH_SUBJECT = re.compile(
    r"(?:^|[,;:。\s(、\"“的由]|我们|公司)"
    r"(?:(?:联合)?创始人|创始团队|合伙人|创始成员|核心团队|核心成员|核心骨干|团队成员|成员|我司|本公司|集团|ceo|cto"
    r"|老板|投资人|投资方|导师|我们(?!的产品)|公司(?!产品|管理|级)|团队(?!管理|协作|合作|领导|意识|建设|精神|沟通))"
    r"[^;。\n]{0,60}$"
)
_ZH_LEAD = re.compile(r"(?:平均|人均|积累了?|沉淀了?|历经|成立)(?:了|约|近|超过|超|已|有)?\s*$")
_ZH_ASKS = re.compile(
    r"你|您|具备|要求|需要|需有|须|应有|候选|应聘|至少|希望|期待|期望|寻找|招|任职|欢迎|能独立|优先|学历|本科"
)
_ZH_SEEKS = re.compile(r"要求|需要|希望|期待|寻找|招|欢迎|成为")
_ZH_OF_LEADER = re.compile(
    r"[^,;。\n]{0,14}?(?:经验|经历|背景)的\s*[^,;。\n]{0,8}?(?:cpo|ceo|cto|创始人|导师|专家团队|\w{0,4}专家[^,;。\n]{0,6}(?:带教|指导|带队|授课)|leader|大佬|前辈"
    r"|高管|大牛|合伙人)"
)


def of_others(low: str, start: int, place: int, end: int, stop: int, *, language: str, asked: bool) -> bool:
    """Tell whether the years at `[place:end)` of a sentence `[start:stop)` are not asked of the candidate.

    `asked`: the sentence stands among the requirements, where a title alone is no biography.
    """
    start = max(start, place - _REACH)
    if language == "zh":
        return _chinese(low, start, place, end, stop)
    return _english(low, start, place, end, stop, asked)


def _chinese(low: str, start: int, place: int, end: int, stop: int) -> bool:
    if _ZH_LEAD.search(low, max(start, place - 12), place):
        return True
    if _ZH_OF_LEADER.match(low, end, stop) and not _ZH_SEEKS.search(low, start, place):
        return True
    has = _ZH_HAS_END.search(low, max(start, place - _HAS_REACH), place)
    found = _ZH_SUBJECT.search(low, start, has.start()) if has else None
    return found is not None and not _ZH_ASKS.search(low, found.start(), place)


def _english(low: str, start: int, place: int, end: int, stop: int, asked: bool) -> bool:
    has = _EN_HAS_END.search(low, max(start, place - _HAS_REACH), place)
    found = _EN_SUBJECT.search(low, start, has.start()) if has else None
    found = found or _EN_OURS.search(low, max(start, place - _HAS_REACH), place)
    if found and not _EN_ASKS.search(low, found.start(), place):
        return True
    if low[start:place].strip(" -*•\n") == "with" and _EN_COMPANY_TURN.match(low, end, stop):
        return True
    if asked or _EN_ASKS.search(low, start, place):
        return False
    return bool(_EN_AS_LEADER.match(low, end, stop) or _EN_BIOGRAPHY.search(low, start, place))
