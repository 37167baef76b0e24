"""What a posting says: its title, sections and pay, composed from the fragments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chance import draw, pick, some
from openings import Opening

_YEARS = {
    "ai_pm": (3, 3, 4, 5, 5),
    "aigc_pm": (1, 2, 2, 3, 3, 4),
    "both": (3, 3, 4, 5),
    "other_pm": (2, 3, 3, 4, 5),
    "not_pm": (3,),
}
_AI_YEARS = {"ai_pm": (2, 2, 3, 3), "both": (2,)}
_SENIOR = {"Senior": 1, "高级": 1, "Lead": 2, "Principal": 2, "资深": 2}
_MORE_YEARS, _MORE_PAY = (0, 2, 3), (1.0, 1.18, 1.4)
_PAY_OF = {"ai_pm": 1.1, "aigc_pm": 1.05, "both": 1.1}
_DISCLOSED, _CROSSOVER, _SILENT_ON_YEARS = 0.7, 0.3, 0.1
_DUTIES = {"both": 5}  # all of them: a part could be of one kind only


@dataclass(frozen=True, slots=True)
class Money:
    """Pay as offered: per year (English boards) or per month with `months` salaries (Chinese boards)."""

    low: int
    high: int
    currency: str
    months: int = 0

    def zh(self) -> str:
        """Return it as Chinese postings write it, e.g. `25-40K·14薪`."""
        return f"{self.low // 1000}-{self.high // 1000}K·{self.months}薪"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its list."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """A posting in words. The numbers at the end are what the text states (None: nothing)."""

    title: str
    blurb: str
    intro: Section
    lists: tuple[Section, ...]
    benefits: Section
    pay: Money | None
    years: float | None = None
    ai_years: float | None = None
    degree: str | None = None


def word(opening: Opening, texts: Mapping[str, Any], week: int) -> Wording:
    """Compose the posting as it reads in `week`; `texts` are the fragments of its language."""
    if opening.role == "staff":
        return _staff(opening, texts)
    key, company = opening.requisition, opening.company
    part = texts[opening.archetype]
    headings = pick(texts["headings"]["styles"], "style", company.key)
    level = _SENIOR.get(opening.prefix.strip(), 0)
    years_line, years, ai_years = _years(opening, texts, level)
    degree_line, degree = _degree(opening, texts)
    needed = [*years_line, *degree_line, *some(part["requirements"], 3, "requirements", key)]
    needed += some(texts["general"]["requirements"], 1 + int(draw("more", key) < 0.5), "general", key)
    if opening.role in ("aigc_pm", "other_pm") and draw("user", key) < 0.2:
        needed += texts["general"]["user"]
    if opening.role in texts["crossover"] and draw("crossover", key) < _CROSSOVER:
        needed.append(pick(texts["crossover"][opening.role], "borrowed", key))
    if opening.edited is not None and week >= opening.edited:
        needed.append(texts["edits"]["rag"])
    return Wording(
        title=_title(opening),
        blurb=company.blurb,
        intro=Section(headings[0], (pick(part["intro"], "intro", key).format(area=opening.area),)),
        lists=(
            Section(headings[1], tuple(some(part["duties"], _DUTIES.get(opening.role, 4), "duties", key))),
            Section(headings[2], tuple(needed)),
            Section(headings[3], tuple(_preferred(opening, texts))),
        ),
        benefits=Section(headings[4], (pick(texts["general"]["benefits"], "benefits", company.key),)),
        pay=_pay(opening, level),
        years=years,
        ai_years=ai_years,
        degree=degree,
    )


def _staff(opening: Opening, texts: Mapping[str, Any]) -> Wording:
    headings = pick(texts["headings"]["styles"], "style", opening.company.key)
    line = texts["staff"][int(opening.archetype)]["text"].format(area=opening.area)
    benefits = pick(texts["general"]["benefits"], "benefits", opening.company.key)
    intro = Section(headings[0], (line,))
    return Wording(_title(opening), opening.company.blurb, intro, (), Section(headings[4], (benefits,)), None)


def _title(opening: Opening) -> str:
    name = opening.prefix + opening.title
    if opening.company.market == "zh":
        return f"{name}-{opening.area}" if "（" in name else f"{name}（{opening.area}）"
    return f"{name} – {opening.area}" if "," in name else f"{name}, {opening.area}"


def _years(
    opening: Opening, texts: Mapping[str, Any], level: int
) -> tuple[list[str], float | None, float | None]:
    """Return the sentence on experience, if there is one, with the (total, AI) years that it asks for."""
    role, key = opening.role, opening.requisition
    if draw("silent", key) < _SILENT_ON_YEARS:
        return [], None, None
    template, kind = pick(texts["years"][role], "experience", key)
    n = pick(_YEARS[role], "years", key) + _MORE_YEARS[level]
    m = pick(_AI_YEARS.get(role, (0,)), "ai years", key) + (level == 2)
    line = template.format(n=n, k=n + 2, m=m)
    if opening.company.market == "en":
        line = line.replace("1+ years", "1+ year").replace("At least 1 years", "At least 1 year")
    stated: dict[str, tuple[float | None, float | None]] = {
        "total": (n, None),
        "both": (n, m),
        "one": (n, 1),
        "ai": (m, m),
        "zero": (0, None),
    }
    return [line], *stated.get(kind, (None, None))


def _degree(opening: Opening, texts: Mapping[str, Any]) -> tuple[list[str], str | None]:
    chance = draw("degree", opening.requisition)
    if opening.role in ("ai_pm", "both"):
        level = "master" if chance < 0.25 else "bachelor" if chance < 0.85 else None
    else:
        level = "bachelor" if chance < 0.6 else None
    lines = [pick(texts["degrees"][level], "degree line", opening.requisition)] if level else []
    return lines, level


def _preferred(opening: Opening, texts: Mapping[str, Any]) -> list[str]:
    key = opening.requisition
    lines = some(texts[opening.archetype]["preferred"], 1, "preferred", key)
    lines += some(texts["general"]["preferred"], 1, "general preferred", key)
    if opening.role in ("ai_pm", "other_pm") and draw("trap", key) < 0.3:
        lines.append(pick(texts["general"]["trap_preferred"], "which trap", key))
    return lines


def _pay(opening: Opening, level: int) -> Money | None:
    key, company = opening.requisition, opening.company
    if draw("disclosed", key) >= _DISCLOSED:
        return None
    zh = company.market == "zh"
    factor = _MORE_PAY[level] * _PAY_OF.get(opening.role, 1.0) * (0.94 + 0.12 * draw("pay", key))
    step = 1 if zh else 2.5
    low, high = (int(round(end * factor / step) * step * 1000) for end in company.pay)
    return Money(low, high, company.currency, pick((13, 14, 14, 15, 16), "months", key) if zh else 0)
