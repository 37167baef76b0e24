"""The words that tell what an amount of money is: pay, on-target earnings, bonus, equity, other money."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

Meaning = Literal["salary", "ote", "other", ""]
Extra = Literal["bonus", "equity", "ote", ""]

# A bar is the edge of a word. "-" and " " stand for both.
_SALARY = """
    salary salaries compensation remuneration |comp| |pay| |wage| |wages| |earn| hiring_range |ctc| |base|
    hourly_rate 薪 待遇 工资 月入 年包 总包 报酬 年收入 月收入"""
_OTE = "|ote| |ote_salary| |ote_compensation| |ote_pay| |on-target target_earnings"
# Money that is never base pay, however near the word salary stands.
_NEVER_PAY = """
    |arr| |mrr| revenue raised funding funded |series_a| |series_b| |series_c| |series_d| |series_e|
    |series_f| valuation valued |401 match sign-on| signon| signing-on| signing relocation stipend budget
    reimburs allowance grant referral wellness fertility |hsa| |hra| |fsa| coverage donation charit |acv|
    quota |gmv| |aum| prize spend options
    用户 日活 月活 |dau| |mau| 预算 融资 营收 流水 市值 估值 补贴 补助 餐补 房补 津贴 报销 福利 基金 礼金
    粉丝 注册资 投资 投入 客单 销售额 业绩 成交 交易额 产值 提成 押金 学费 罚"""
_BONUS = "bonus 奖"
_EQUITY = "equity stock |rsu| |rsus|"
# Not money at all, or nothing that tells of the amount beside it.
_NEUTRAL = "customer_base| user_base| code_base| client_base| 薪资报"
_NEUTRAL_BONUS = "双薪"
_NEUTRAL_EQUITY = "期权 股票 股权 持股 |espp| |esop| |vsop| share_option share_scheme"


class MoneyWord(NamedTuple):
    """A written form, whether a word must begin and end with it, and what it says."""

    form: str
    edge_before: bool
    edge_behind: bool
    meaning: Meaning
    extra: Extra


def _entries() -> Iterator[MoneyWord]:
    groups: tuple[tuple[str, Meaning, Extra], ...] = (
        (_SALARY, "salary", ""),
        (_OTE, "ote", "ote"),
        (_NEVER_PAY, "other", ""),
        (_BONUS, "other", "bonus"),
        (_EQUITY, "other", "equity"),
        (_NEUTRAL, "", ""),
        (_NEUTRAL_BONUS, "", "bonus"),
        (_NEUTRAL_EQUITY, "", "equity"),
    )
    for words, meaning, extra in groups:
        for written in words.split():
            word = written.strip("|").replace("_", " ")
            for form in {word, word.replace("-", " ")}:
                yield MoneyWord(form, written.startswith("|"), written.endswith("|"), meaning, extra)


MONEY_WORDS = tuple(_entries())
"""All of them; what they say of an amount beside them (`meaning`) and which extra they name."""
