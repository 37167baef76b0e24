"""Pay, years, degree and place that an export put together in one cell."""

import re
from collections.abc import Iterable

_DEGREE = re.compile(
    r"(?:统招|全日制)?(?:学历不限|初中及以下|中专/中技|中技|中专|高中|大专|专科|本科|硕士|研究生|博士|MBA/EMBA|EMBA|MBA)"
    r"(?:及?以上)?$"
)
_YEARS = re.compile(
    r"(?:经验)?(?:不限|\d+(?:\s*[-~至]\s*\d+)?\s*年(?:及?以上|以内|以下)?(?:经验)?|[一二三四五六七八九十]+年(?:及?以上|以内)?)"
    r"|经验不限|无经验|无需经验|在校/?应届生?|应届(?:毕业)?生?|在校生(?:/应届生)?|\d+天/周(?:\d+个月)?"
)
_PAY = re.compile(
    r"(?:薪资)?面议|\d[\d.]*\s*(?:[kK千万元]\s*)?[-~–至]\s*\d[\d.]*\s*(?:[kK]|千|万|元)(?:/[年月天日时])?(?:\s*[·*xX]\s*\d+薪)?"
)
_PLACE = re.compile(r"[【\[]([^【\[】\]]*)[】\]]")
_PARTS = re.compile(r"\n|(?<=\s)/|/(?=\s)|[|｜]")


def split_facts(parts: Iterable[str]) -> dict[str, str]:
    """Return salary, experience, education and location as far as `parts` hold them, each the first found.

    A part may glue years and degree ("3-5年本科") or hold several facts between " /", "|" or line breaks.
    What is none of these (keywords, 急聘) is left out.
    """
    found: dict[str, str] = {}
    for part in parts:
        place = _PLACE.search(part)
        if place and place[1].strip():
            found.setdefault("location", place[1].strip())
        for piece in _PARTS.split(_PLACE.sub("\n", part)):
            _sort(piece.strip(), found)
    return found


def split_title(cell: str) -> tuple[str, dict[str, str]]:
    """Return the title and the facts of a cell that holds a whole search card, one fact a line.

    A title that is merely broken over lines is joined.
    """
    first, *rest = [line.strip() for line in cell.split("\n") if line.strip()] or [""]
    facts = split_facts(["\n".join(rest)]) if rest else {}
    title = first if facts else " ".join((first, *rest))
    return " ".join(title.split()), facts


def _sort(piece: str, found: dict[str, str]) -> None:
    if _PAY.fullmatch(piece):
        found.setdefault("salary", piece)
        return
    degree = _DEGREE.search(piece)
    years = piece[: degree.start()].strip() if degree else piece
    if years and not _YEARS.fullmatch(years):
        return
    if degree:
        found.setdefault("education", degree[0])
    if years:
        found.setdefault("experience", years.removeprefix("经验") if years != "经验不限" else years)
