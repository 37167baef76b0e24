"""What is paid beside the base salary: bonus and equity, and what is written of their size.

The same words name other things: a skill that is "a bonus", the equity of funds and of inclusion, prizes that
somebody won, shares that a product trades. So a mention counts only in a phrase that leaves no doubt, or in a
sentence that is about pay; and a duty to administer such schemes is none.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scraper.normalizing.money import amounts, iso_currency
from scraper.normalizing.scanning import Scanned, Word
from storage.records import Quote

ExtraKind = Literal["annual", "performance", "signing", "options", "shares", "other"]
_Kinds = tuple[tuple[ExtraKind, re.Pattern[str]], ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """A bonus or equity that is offered, with its quote.

    `kind`: annual, performance, signing or other for a bonus; options, shares or other for equity. As far as
    they are stated, `percent` (of the base salary, or of the company), `months` (salaries) and `amount` (in
    `currency`, ISO 4217) are ranges.
    """

    kind: ExtraKind
    quote: Quote
    percent: tuple[float, float] | None = None
    months: tuple[float, float] | None = None
    amount: tuple[float, float] | None = None
    currency: str | None = None

    @property
    def has_size(self) -> bool:
        """Whether the posting says how much it is."""
        return bool(self.percent or self.months or self.amount)


MAX_MENTIONS = 40
"""Mentions that are looked at in one text; an honest posting has a few."""
_AROUND = 110
"""Characters on each side of a mention that are looked at, as far as its sentence goes."""
_STOP = re.compile(r"[\n。；;!?•|]|\.(?=\s)")

# What makes a sentence one about pay, beside the words of pay.
_PERKS = (
    *("cash", "commission", "benefits", "401", "rrsp", "offer", "package", "rewards", "perks", "$", "£", "€"),
    *("提成", "福利", "五险", "六险", "公积金", "年假", "双休", "分红", "我们提供"),
)
# Those who administer such things for others, or study them.
_DUTIES = (
    *("payroll", "administ", "accrual", "reconcil", "carta", "shareworks", "409a", "asc 718", "calculat"),
    *("knowledge of", "understanding of", "experience with", "experience in", "experience using", "analyz"),
    *("experience managing", "background in", "concepts", "analys", "lifecycle", "for clients", "loyalty"),
    *("casino", "核算", "报表", "系统建设", "模块", "投研", "理财", "券商"),
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The words that name an extra, at `[start:end)`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Mention:
    """A word of an extra at `[start:end)`; `left` and `right` are the rest of its sentence, folded."""

    money: Scanned
    left: str
    word: str
    right: str
    start: int
    end: int
    in_field: bool

    def phrase(self, before: re.Match[str] | None, behind: re.Match[str] | None) -> _Phrase:
        """Return the word with those beside it: `before` ends with `left`, `behind` begins with `right`."""
        start = self.start - len(before[0]) if before else self.start
        end = self.end + behind.end() if behind else self.end
        return _Phrase(self.money.low[start:end], start, end)

    def named(self, pattern: re.Pattern[str], before: int, behind: int) -> _Phrase | None:
        """Return what `pattern` finds over the word, with so many characters of the sentence beside it."""
        left = self.left[max(0, len(self.left) - before) :]
        at = len(left)
        for match in pattern.finditer(left + self.word + self.right[:behind]):
            if match.start() < at + len(self.word) and match.end() > at:
                return _Phrase(match[0], self.start - at + match.start(), self.start - at + match.end())
        return None

    def is_about_pay(self) -> bool:
        """Tell whether the rest of the sentence, or the field it stands in, is about pay."""
        first, last = self.start - len(self.left), self.end + len(self.right)
        if self.in_field or self.money.speaks_of_pay(first, last):
            return True
        return any(map(f"{self.left}\n{self.right}".__contains__, _PERKS))

    def is_a_duty(self) -> bool:
        """Tell whether the sentence is about administering such things."""
        return any(map(f"{self.left}\n{self.right}".__contains__, _DUTIES))


def _mention(money: Scanned, word: Word, in_field: bool) -> _Mention:
    left = money.low[max(0, word.start - _AROUND) : word.start]
    begin = 0
    for match in _STOP.finditer(left):
        begin = match.end()
    left = left[begin:]
    right = money.low[word.end : word.end + _AROUND]
    stop = _STOP.search(right)
    right = right[: stop.start()] if stop else right
    return _Mention(money, left, money.low[word.start : word.end], right, word.start, word.end, in_field)


# --------------------------------------------------------------------------------------------- bonus

_BONUS_IS_A_PLUS = re.compile(
    r"(?:es)?\W{0,3}(?:points?|if\b|skills?|experience|qualifications?|context|technical|requirements|"
    r"to have|round|level|content|feature|allocation|campaign|but|for\b|you\b)"
)
_BONUS_OF_ELSE = re.compile(
    r"(?:referral|relocation|housing|wellness|welcome|deposit|loyalty|travel|commut\w+|anniversary|"
    r"recommendation)\W{1,2}$"
)
_BONUS_ALONE = re.compile(r"(?:\b(?:a|an|added|big|huge|strong|real|nice|great|extra|is|are)\s|^\W*|\()$")
_BONUS_BEFORE = re.compile(
    r"(?:annual|yearly|quarterly|monthly|biannual|performance|discretionary|target|incentive|cash|"
    r"year[- ]end|retention|sign(?:ing)?[- ]?on|signing|individual|company|corporate|variable|uncapped|"
    r"merit|profit)(?:[- ](?:based|related|linked|paid|target|cash|performance|incentive))*\W{1,2}$|"
    r"(?:\d ?%|\d ?k|\d{3}) $"
)
_BONUS_BEHIND = re.compile(
    r"(?:es)?(?:[- ](?:structure|scheme|plan|program|opportunit\w+|eligib\w+|potential|target|payout|pool|"
    r"component|package|percentage|pay\b)| (?=of (?:up to )?[\d$£€]))"
)
_PLURAL = re.compile(r"es\b")
_ZH_BONUS = re.compile(
    r"(?:年终(?:绩效)?|年底|年度|绩效|季度|月度|项目|业绩|销售|现金|额外|开单|签单|增长)"
    r"(?:绩效)?(?:奖[金励]?|双薪)|奖金|双薪"
)
_ZH_PRIZE = re.compile(
    r"(?:内推|推荐|伯乐|大赛|竞赛|比赛|获|得|荣获|抽|中|瓜分|用户|玩法|全勤)\S{0,3}奖|奖(?:金池|项|学金)"
)
_BONUS_KINDS: _Kinds = (
    ("signing", re.compile(r"sign(?:ing)?[- ]?on|signing")),
    ("annual", re.compile(r"(?<!bi-)(?<!bi)(?<!semi-)annual|yearly|year[- ]end|年终|年底|年度|双薪")),
    ("performance", re.compile(r"performance|quarterly|target|incentive|绩效|季度|业绩|项目")),
)


def find_bonus(money: Scanned, site: str | None, *, in_field: bool = False) -> Extra | None:
    """Return the bonus that `money` offers: one with a size before one without, a sign-on bonus last."""
    found = _found("bonus", _bonus, _BONUS_KINDS, money, site, in_field)
    return min(found, key=lambda one: (one.kind == "signing", not one.has_size), default=None)


def _bonus(mention: _Mention) -> _Phrase | None:
    if not mention.word.isascii():
        named = mention.named(_ZH_BONUS, 8, 4)
        if named is None or mention.named(_ZH_PRIZE, 8, 4):
            return None
        return named if named.text not in ("奖金", "双薪") or mention.is_about_pay() else None
    left, right = mention.left[-50:], mention.right
    if _BONUS_IS_A_PLUS.match(right) or _BONUS_OF_ELSE.search(left[-20:]):
        return None
    before, behind = _BONUS_BEFORE.search(left), _BONUS_BEHIND.match(right)
    if not (before or behind) and (
        not mention.is_about_pay() or (_BONUS_ALONE.search(left[-20:]) and not right.lstrip().startswith("+"))
    ):
        return None
    return mention.phrase(before, behind or _PLURAL.match(right))


# -------------------------------------------------------------------------------------------- equity

_OTHER_BEFORE = re.compile(
    r"(?:private|brand|home|health|racial|gender|pay|social|educational|language|sweat|data|public) $|"
    r"(?:diversity|inclusion|belonging|access|justice|fairness)\W{1,6}(?:and )?$"
)
_OTHER_BEHIND = re.compile(
    r"[- ](?:research|analyst|markets?\b|trad|deriv|funds?\b|firm|investor|investment|capital|crowdfund|"
    r"sponsor|accounting|partners|concepts|swap|platforms?\b)|"
    r"\W{1,6}(?:and |& )?(?:inclusion|diversity|belonging|access|justice|fairness|compassion|excellence|"
    r"equality)"
)
_EQUITY_BEFORE = re.compile(
    r"(?:competitive|meaningful|generous|early|early-stage|stage|founder|founding|significant|real|"
    r"substantial|company|pre-ipo|sizable|attractive|plus|offers|employee|offer|receive|through|via) "
    r"(?:early )?$|\+ ?$|(?<=%) ?$"
)
_EQUITY_BEHIND = re.compile(
    r" (?:package|grant|compensation|stake|award|participation|incentive|plan|program|offering|option|"
    r"component|upside|ownership|refresh|scheme)s?|(?= in (?:the|our|a) )|(?= ?\+)"
)
_EQUITY_HEADS = re.compile(r"\W{0,2}[:-]")
_STOCK_BEFORE = re.compile(r"(?:restricted|employee|company|phantom) $")
_STOCK_BEHIND = re.compile(
    r"[- ](?:option|grant|plan|award|unit|purchase|package|incentive|ownership)s?|[- ](?:based )?compensation"
)
_OPTIONS_TRADED = re.compile(r"[- ]options? (?:trad|market|pric|strateg|exercis)")
_ZH_EQUITY = re.compile(
    r"(?:原始|技术|丰厚|可观的?|员工|骨干|核心|全员|提供|享受?|授予|获得|谈|限制性)?"
    r"(?:股权|期权|股票|持股)(?:(?:/|和|或|及)?(?:期权|股权))?"
    r"(?:激励|奖励|计划|配比|平台|分红|授予|福利|池|丰厚|可谈)(?:计划)?|"
    r"(?:原始|技术|丰厚|可观的?|员工|骨干|核心|全员|提供|享受?|授予|获得|谈|限制性|"
    r"(?<=[+、/,和及]))(?:公司)?(?:股权|期权|股票|持股)|期权"
)
_ZH_TRADE = re.compile(
    r"股权(?:融资|投资|结构|调整|转让|众筹|质押|架构|变更|穿透|登记)|"
    r"股票(?:代码|基金|市场|交易|行情|软件|基础|投资|数据)|期权(?:交易|定价|策略|产品|行情)|"
    r"期货|衍生品|做市|证券|债券|量化|控股|持股比例"
)
_EQUITY_KINDS: _Kinds = (
    ("options", re.compile(r"option|vsop|期权")),
    ("shares", re.compile(r"^rsu|stock|share|espp|esop|股票|持股|股份")),
)


def find_equity(money: Scanned, site: str | None, *, in_field: bool = False) -> Extra | None:
    """Return the equity that `money` offers: one with a size before one without, then one with a kind."""
    found = _found("equity", _equity, _EQUITY_KINDS, money, site, in_field)
    return min(found, key=lambda one: (not one.has_size, one.kind == "other"), default=None)


def _equity(mention: _Mention) -> _Phrase | None:
    left, right = mention.left[-24:], mention.right
    if not mention.word.isascii():
        traded = _ZH_TRADE.search(left[-20:] + mention.word + right[:20])
        return None if traded else mention.named(_ZH_EQUITY, 8, 10)
    if mention.word == "stock":
        before, behind = _STOCK_BEFORE.search(left), _STOCK_BEHIND.match(right)
        offered = (before or behind) and not _OPTIONS_TRADED.match(right)
        return mention.phrase(before, behind) if offered else None
    if mention.word != "equity":  # RSU, ESOP, share options
        return mention.phrase(None, None)
    if _OTHER_BEFORE.search(left) or _OTHER_BEHIND.match(right):
        return None
    before, behind = _EQUITY_BEFORE.search(left), _EQUITY_BEHIND.match(right)
    heads = not mention.left.strip(" -*·•#") and _EQUITY_HEADS.match(right)
    return mention.phrase(before, behind) if before or behind or heads or mention.is_about_pay() else None


# ------------------------------------------------------------------------------ what they have in common


def _found(
    extra: str,
    phrase_of: Callable[[_Mention], _Phrase | None],
    kinds: _Kinds,
    money: Scanned,
    site: str | None,
    in_field: bool,
) -> list[Extra]:
    found: list[Extra] = []
    for word in money.extras[:MAX_MENTIONS]:
        if word.extra != extra:
            continue
        mention = _mention(money, word, in_field)
        phrase = None if mention.is_a_duty() else phrase_of(mention)
        if phrase is not None:
            named = (kind for kind, pattern in kinds if pattern.search(phrase.text))
            kind: ExtraKind = next(named, "other")
            found.append(_sized(money, mention, phrase, kind, site))
    return found


_NUMBER = r"(\d{1,3}(?:\.\d{1,3})?)"
_PERCENT = re.compile(rf"(?:{_NUMBER}\s?%?\s?(?:-|~|to|至|到)\s?)?{_NUMBER}\s?%")
_SALARIES = re.compile(rf"(?:{_NUMBER}\s?(?:-|~|至|到)\s?)?{_NUMBER}\s?(?:个\s?)?月")
_PERCENT_BEFORE = re.compile(_PERCENT.pattern + r"[\s(]{0,2}$")
_SALARIES_BEFORE = re.compile(_SALARIES.pattern + r"薪?的?[\s(]{0,2}$")
_NEAR_LEFT, _NEAR_RIGHT = 24, 40
_GAP = re.compile(r"[,、。:]|\b(?:and|plus|ote)\b|\+")


def _sized(money: Scanned, mention: _Mention, phrase: _Phrase, kind: ExtraKind, site: str | None) -> Extra:
    """Return the extra with the size that stands beside its phrase, in its own part of the sentence."""
    first = max(mention.start - len(mention.left), phrase.start - _NEAR_LEFT)
    left = money.low[first : phrase.start]
    right = money.low[phrase.start : min(mention.end + len(mention.right), phrase.end + _NEAR_RIGHT)]
    if gap := _GAP.search(right, phrase.end - phrase.start + 2):
        right = right[: gap.start()]
    last = phrase.start + len(right)
    numbers = money.numbers[bisect_left(money.numbers, first) : bisect_left(money.numbers, last)]
    if not numbers:
        return Extra(kind, Quote(money.raw[phrase.start : phrase.end], phrase.start, phrase.end))
    ends = [phrase.start, phrase.end]

    def size(pattern: re.Pattern[str], before: re.Pattern[str]) -> tuple[float, float] | None:
        match, at = pattern.search(right), phrase.start
        if match is None:
            match, at = before.search(left), first
        if match is None:
            return None
        ends.extend((at + match.start(), at + match.end()))
        return float(match[1] or match[2]), float(match[2])

    percent, months = size(_PERCENT, _PERCENT_BEFORE), size(_SALARIES, _SALARIES_BEFORE)
    paid = next((one for one in amounts(money.low, numbers) if one.currency and one.end <= last), None)
    # "$120,000+ bonus" and "$120k base, bonus": the amount before it is the salary.
    if paid and (paid.plus or _GAP.search(money.low, paid.end, max(paid.end, mention.start))):
        paid = None
    if paid:
        ends += [paid.start, paid.end]
    start, end = min(ends), max(ends)
    return Extra(
        kind=kind,
        quote=Quote(money.raw[start:end], start, end),
        percent=percent,
        months=months,
        amount=(paid.low, paid.high) if paid else None,
        currency=iso_currency(paid, site) if paid else None,
    )
