"""Who hires, and where: T11."""

from reports.document.concentration import ConcentrationRow, Dimension
from reports.document.terms import RoleId
from reports.document.weekly import WeeklyReport
from reports.wording.escaping import Markdown, md
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

SHOWN_ROLES: tuple[RoleId, ...] = ("ai_pm", "aigc_pm")
NAMED = 3


def concentration(report: WeeklyReport, words: Words) -> Markdown:
    """Return T11 for AI PM and AIGC PM."""
    names = ("role", "largest_employers", "top_employers", "like_employers", "largest_cities", "like_cities")
    heads: list[Column] = [
        (words(f"column.{name}"), "right" if name.startswith(("top", "like")) else "left") for name in names
    ]
    return table(heads, [_line(report, words, role) for role in SHOWN_ROLES if _told(report, role)])


def basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the numbers of T11 mean, or that there are too few."""
    told = [role for role in SHOWN_ROLES if _told(report, role)]
    part = report["concentration"]
    sizes = {row["role"]: row["n"] + row["unnamed"] for row in part["rows"]}
    n_ai, n_aigc = (words.count(sizes.get(role, 0)) for role in SHOWN_ROLES)
    key = "say.concentration_basis" if told else "say.no_concentration"
    return words(key, window=words.window(part["window"]), n_ai=n_ai, n_aigc=n_aigc)


def _row(report: WeeklyReport, role: RoleId, grouped_by: Dimension) -> ConcentrationRow:
    rows = report["concentration"]["rows"]
    return next(row for row in rows if (row["role"], row["grouped_by"]) == (role, grouped_by))


def _told(report: WeeklyReport, role: RoleId) -> bool:
    return bool(report["concentration"]["rows"]) and _row(report, role, "employer")["print"] != "counts"


def _line(report: WeeklyReport, words: Words, role: RoleId) -> list[str]:
    employers, cities = _row(report, role, "employer"), _row(report, role, "city")
    return [
        words("say.role_n", role=words(f"role.{role}"), n=words.count(employers["n"])),
        _largest(report, words, role, "employer"),
        words.percent(employers["top5"]),
        _like(words, employers),
        _largest(report, words, role, "city"),
        _like(words, cities),
    ]


def _largest(report: WeeklyReport, words: Words, role: RoleId, grouped_by: Dimension) -> Markdown:
    told = [
        row
        for row in report["concentration"]["largest"]
        if (row["role"], row["grouped_by"]) == (role, grouped_by) and row["rank"] <= NAMED
    ]
    named = [Markdown(f"{md(row['held_by'])} {words.percent(row['held_share'])}") for row in told]
    return words.joined(named) if named else NOTHING


def _like(words: Words, row: ConcentrationRow) -> Markdown:
    if row["print"] == "counts" or row["effective"] is None:
        return NOTHING
    text = words.number(row["effective"], 1 if row["effective"] < 10 else 0)
    return text if row["print"] == "full" else Markdown(f"({text})")
