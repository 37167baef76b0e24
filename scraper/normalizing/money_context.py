"""The words beside an amount, and what they say it is: pay, on-target earnings, or other money."""

import re
from collections.abc import Iterator
from typing import Literal

from scraper.normalizing.money import Amount, amounts
from scraper.normalizing.money_words import Meaning
from scraper.normalizing.scanning import Scanned
from storage.records import Period

_LEFT, _AFTER, _HEADING, _LINE = 90, 40, 200, 200
"""Characters beside an amount that are looked at: of its clause, behind it, for a heading, of its line."""

# Words of money that are also words of a role or a company: they decide only where no word of pay stands.
_MAY_BE_OTHER = (
    r"invest|learning|insurance|deals?\b|contracts?\b|assets|\bfine|penalt|market|saving|costs?\b|credit|commission|"
    r"transact|payments?\b|sales\b|profit|customers?|users?|discount|perks?\b|education|tuition|childcare|equipment|"
    r"travel|lunch|meal|loan|规模|团队"
)
_WEAK_WORDS = re.compile(_MAY_BE_OTHER)
_SUPER_BEHIND = re.compile(r"\W{0,3}super(?:annuation)?\b")
_OTE_BEHIND = re.compile(
    r"[^\w\n]{0,6}(?:\bote\b|(?:on[- ])?target earnings|on[- ]target)(?![^\n]{0,8}[:$£€]|\W{0,3}\d)"
)

_CLAUSE_START = re.compile(r"[\n;!?。；|•]|\.(?=\s)")
_CLAUSE_END = re.compile(r"[\n;,，。；|•+(\[]|\.(?!\d)|\b(?:plus|and|with|as well)\b|\s[-/]\s")
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


class Neighbours:
    """What stands beside an amount.

    `left` is its clause so far and `after` the next characters, folded. `topic` is what the nearest telling
    word says the money is. The rest is looked up when it is asked for, since it mostly is not.
    """

    __slots__ = ("_end", "_start", "_text", "after", "left", "topic")

    def __init__(self, amount: Amount, text: Scanned):
        self._start, self._end, self._text = amount.start, amount.end, text
        self.after = text.low[amount.end : amount.end + _AFTER]
        first = max(0, self._start - _LEFT)
        line_start = text.low.rfind("\n", first, self._start) + 1
        left = text.low[max(line_start, first) : self._start]
        clause = 0
        for match in _CLAUSE_START.finditer(left):
            clause = match.end()
        self.left = left[clause:]
        self.topic: Meaning = self._topic()

    def _topic(self) -> Meaning:
        after, left = self.after, self.left
        if ("ote" in after or "target" in after) and _OTE_BEHIND.match(after):
            return "ote"
        if "super" in after and _SUPER_BEHIND.match(after):
            return "salary"
        end = _CLAUSE_END.search(after)
        right = after[: end.start()] if end else after
        behind = self._text.first(self._end, self._end + len(right))
        before = self._text.last(self._start - len(left), self._start)
        if before and before.meaning == "salary" and ")" in left and self._within_ote(left):
            return "ote"
        if behind and before:
            is_nearer = behind.start - self._end <= self._start - before.end
            return behind.meaning if is_nearer else before.meaning
        if near := behind or before:
            return near.meaning
        return "other" if _WEAK_WORDS.search(right[:20]) or _WEAK_WORDS.search(left[-50:]) else ""

    def _within_ote(self, left: str) -> bool:
        """Tell whether the last words remark on on-target earnings: "OTE (base salary and commission)"."""
        opened = left.rfind("(")
        if opened < 0 or left.find(")", opened) < 0:
            return False
        outside = self._text.last(self._start - len(left), self._start - len(left) + opened)
        return outside is not None and outside.meaning == "ote"

    def chinese(self) -> bool:
        """Tell whether the whole text is in Chinese."""
        return self._text.chinese

    def period(self) -> Period | None:
        """Return a period named to the left ("年薪", "annual base")."""
        named = [match.lastindex for match in _PERIOD.finditer(self.left) if match.lastindex]
        return _PERIOD_WORDS[named[-1] - 1][1] if named else None

    def under_salary_heading(self) -> bool:
        """Tell whether a word of pay stands within the last lines."""
        return self._text.speaks_of_pay(max(0, self._start - _HEADING), self._start)

    def ends_line(self) -> bool:
        """Tell whether nothing follows in its line, or only what comes on top ("+ equity")."""
        rest = self.after.split("\n")[0].strip(" .")
        return not rest or rest.startswith(("+", "plus "))

    def line_role(self) -> Literal["pm", "other", ""]:
        """Tell whether its line names a product manager, another role, or none."""
        low = self._text.low
        first = max(0, self._start - _LINE)
        first = max(low.rfind("\n", first, self._start) + 1, first)
        last = low.find("\n", self._end, self._end + _LINE)
        line = low[first : last if last >= 0 else self._end + _LINE]
        return "pm" if _PM_ROLE.search(line) else "other" if _OTHER_ROLE.search(line) else ""


def amounts_in_context(text: Scanned) -> Iterator[tuple[Amount, Neighbours]]:
    """Yield every amount of `text` with its neighbourhood."""
    for amount in amounts(text.low, text.numbers):
        yield amount, Neighbours(amount, text)
