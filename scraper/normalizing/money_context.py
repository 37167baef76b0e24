"""The words beside an amount, and what they say it is: pay, on-target earnings, or other money."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scraper.folding import fold
from scraper.normalizing.money import Amount, amounts
from scraper.normalizing.text import detect_language
from storage.records import Period

Topic = Literal["salary", "ote", "other", ""]

_SALARY = (
    r"salar(?:y|ies)|compensation|remuneration|\bcomp\b|\bpay\b|\bwages?\b|\bearn\b|hiring range|\bctc\b|"
    r"(?<!customer )(?<!user )(?<!code )(?<!client )\bbase\b|hourly rate|"
    r"薪(?!资报)|待遇|工资|月入|年包|总包|报酬|年收入|月收入"
)
_OTE = r"\bote\b|on[- ]target|target earnings"
# Money that is never pay, however near the word salary stands.
_NEVER_PAY = (
    r"\barr\b|\bmrr\b|revenue|raised|funding|funded|\bseries [a-f]\b|valuation|valued|\b401|match|"
    r"sign(?:ing)?[- ]?on\b|signing|relocation|stipend|budget|reimburs|allowance|bonus|equity|stock|"
    r"\brsus?\b|options|grant|referral|wellness|fertility|\bhsa\b|\bhra\b|\bfsa\b|coverage|donation|charit|\bacv\b|quota|\bgmv\b|\baum\b|prize|spend|"
    r"用户|日活|月活|\bdau\b|\bmau\b|预算|融资|营收|流水|市值|估值|补贴|补助|餐补|房补|津贴|奖|报销|福利|基金|礼金|粉丝|注册资|"
    r"投资|投入|客单|销售额|业绩|成交|交易额|产值|提成|押金|学费|罚"
)
# Words of money that are also words of a role or a company: they decide only where no word of pay stands.
_MAY_BE_OTHER = (
    r"invest|learning|insurance|deals?\b|contracts?\b|assets|\bfine|penalt|market|saving|costs?\b|credit|commission|"
    r"transact|payments?\b|sales\b|profit|customers?|users?|discount|perks?\b|education|tuition|childcare|equipment|"
    r"travel|lunch|meal|loan|规模|团队"
)
_WORDS = re.compile(rf"(?P<salary>{_SALARY})|(?P<ote>{_OTE})|(?P<other>{_NEVER_PAY})")
_WEAK_WORDS = re.compile(_MAY_BE_OTHER)
_SUPER_BEHIND = re.compile(r"\W{0,3}super(?:annuation)?\b")
_OTE_BEHIND = re.compile(rf"\W{{0,6}}(?:{_OTE})(?!\W{{0,3}}\d)")

_CLAUSE_START = re.compile(r"[\n;!?。；|•]|\.(?=\s)")
_CLAUSE_END = re.compile(r"[\n;,，。；|•+(\[]|\.(?!\d)|\b(?:plus|and|with|as well)\b|\s[-/]\s")
_HEADING = re.compile(rf"{_SALARY}|pay transparency")
_PERIOD_WORDS: tuple[tuple[str, Period], ...] = (
    (r"年薪|总包|年包|年收入|annual|yearly|per (?:year|annum)", "year"),
    (r"月薪|底薪|经常性薪资|月入|月收入|monthly|per month", "month"),
    (r"日薪|daily", "day"),
    (r"时薪|hourly", "hour"),
)
_PERIOD = re.compile("|".join(f"({words})" for words, _ in _PERIOD_WORDS))
_OTHER_ROLE = re.compile(
    r"engineer(?!ing)|designer|analyst|scientist|developer|researcher|marketer|recruiter|account executive|"
    r"工程师|设计师|分析师"
)
_PM_ROLE = re.compile(r"product (?:manager|owner|lead|director)|head of product|产品")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands beside an amount.

    `left` is its clause so far and `after` the next characters, folded. `topic` is what the nearest
    telling word says the money is. `period` is a period named to the left ("年薪", "annual base").
    `under_salary_heading`: a word of pay stands within the last lines. `line_role` tells whether its line
    names a product manager, another role, or none. `ends_line`: nothing follows.
    `chinese`: the whole text is.
    """

    left: str
    after: str
    topic: Topic
    period: Period | None
    under_salary_heading: bool
    line_role: Literal["pm", "other", ""]
    ends_line: bool
    chinese: bool


def amounts_in_context(text: str) -> Iterator[tuple[Amount, Neighbours]]:
    """Yield every amount of `text` with its neighbourhood."""
    folded = fold(text)
    chinese = detect_language(text) != "en"
    for amount in amounts(text):
        line_start = folded.rfind("\n", 0, amount.start) + 1
        line_end = folded.find("\n", amount.end)
        line_end = line_end if line_end >= 0 else len(folded)
        line = folded[max(line_start, amount.start - 200) : min(line_end, amount.end + 200)]
        left = folded[max(line_start, amount.start - 90) : amount.start]
        left = left[max((match.end() for match in _CLAUSE_START.finditer(left)), default=0) :]
        after = folded[amount.end : amount.end + 40]
        named = [match.lastindex for match in _PERIOD.finditer(left) if match.lastindex]
        yield (
            amount,
            Neighbours(
                left=left,
                after=after,
                topic=_topic(left, after),
                period=_PERIOD_WORDS[named[-1] - 1][1] if named else None,
                under_salary_heading=bool(_HEADING.search(folded[max(0, amount.start - 200) : amount.start])),
                line_role="pm" if _PM_ROLE.search(line) else "other" if _OTHER_ROLE.search(line) else "",
                ends_line=not after.split("\n")[0].strip(" ."),
                chinese=chinese,
            ),
        )


def _topic(left: str, after: str) -> Topic:
    if _OTE_BEHIND.match(after):
        return "ote"
    if _SUPER_BEHIND.match(after):
        return "salary"
    end = _CLAUSE_END.search(after)
    right = after[: end.start()] if end else after
    near = [(match.start(), match.lastgroup) for match in _WORDS.finditer(right)][:1]
    near += [(len(left) - match.end(), match.lastgroup) for match in _WORDS.finditer(left)][-1:]
    if near:
        topic = min(near)[1]
        return "salary" if topic == "salary" else "ote" if topic == "ote" else "other"
    return "other" if _WEAK_WORDS.search(right[:20]) or _WEAK_WORDS.search(left[-50:]) else ""
