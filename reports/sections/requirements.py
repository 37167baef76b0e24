"""What is asked for: T3 and T6."""

from reports.document.composition import ContrastRow, SkillRow
from reports.document.terms import RoleId
from reports.document.weekly import WeeklyReport
from reports.escaping import Markdown
from reports.sections.parts import named_table, texts, with_rest
from reports.tables import Column, table
from reports.words import NOTHING, Words, spark

CONTRAST_ROWS, SKILL_ROWS = 12, 8
SKILL_ROLES: tuple[RoleId, ...] = ("aigc_pm", "ai_pm")


def shown_contrasts(report: WeeklyReport) -> list[ContrastRow]:
    """Return the rows of T6 worth showing: the largest differences, in the order of the table."""
    rows = [
        r
        for r in report["contrast"]["rows"]
        if r["ai"]["share"] is not None and r["aigc"]["share"] is not None
    ]

    def weight(row: ContrastRow) -> tuple[bool, float]:
        decided = row["direction"] in ("higher_in_aigc", "higher_in_ai")
        return decided, abs((row["aigc"]["share"] or 0) - (row["ai"]["share"] or 0))

    kept = sorted(rows, key=weight, reverse=True)[:CONTRAST_ROWS]
    return [row for row in rows if row in kept]


def contrast(report: WeeklyReport, words: Words) -> Markdown:
    """Return T6."""
    heads: list[Column] = [
        (words("column.requirement"), "left"),
        (words("role.ai_pm"), "right"),
        (words("role.aigc_pm"), "right"),
        (words("column.difference"), "right"),
        (words("column.verdict"), "left"),
    ]

    def line(row: ContrastRow) -> list[str]:
        change = row["difference"]
        return [
            words.tag(row),
            words.share(row["ai"]),
            words.share(row["aigc"]),
            words.difference(change),
            words(f"direction.{row['direction']}"),
        ]

    return table(heads, [line(row) for row in shown_contrasts(report)])


def contrast_basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the shares of T6 rest on, and how many rows are not shown."""
    part = report["contrast"]
    basis = words(
        "say.contrast_basis" if part["tested"] else "say.contrast_untested",
        window=words.window(part["window"]),
        n_ai=words.count(part["n_ai"]),
        n_aigc=words.count(part["n_aigc"]),
        tested=words.count(part["tested"]),
        different=words.count(part["different"]),
    )
    return with_rest(words, basis, len(part["rows"]) - len(shown_contrasts(report)), "contrast.csv")


def skills(report: WeeklyReport, words: Words, role: RoleId) -> Markdown:
    """Return T3 for one role class, the skills asked for most."""
    columns = ("requirement", "share", "employers", "required", "standardised", "spark")
    read = texts(report)[0] > 0  # a title alone never says that something is required

    def line(row: SkillRow) -> list[str]:
        counts = row["print"] == "counts"
        return [
            words.tag(row),
            words.share(row),
            Markdown(f"{row['employers_y']}/{row['employers']}")
            if counts
            else words.percent(row["employer_share"]),
            Markdown(f"{row['required']}/{row['y']}") if read else NOTHING,
            words.percent(row["standardised"]),
            spark(row["spark"]),
        ]

    rows = [row for row in report["skills"]["rows"] if row["role"] == role]
    return named_table(words, columns, [line(row) for row in rows[:SKILL_ROWS]])


def names_skills(report: WeeklyReport) -> bool:
    """Tell whether T3 has a row for a class that the section shows."""
    return any(row["role"] in SKILL_ROLES for row in report["skills"]["rows"])


def skills_basis(report: WeeklyReport, words: Words, role: RoleId) -> Markdown:
    """Return what the shares of T3 for one role class rest on, and how many rows are not shown."""
    part = report["skills"]
    base = next(base for base in part["bases"] if base["role"] == role)
    basis = words(
        "say.skills_basis",
        role=words(f"role.{role}"),
        window=words.window(part["window"]),
        n=words.count(base["n"]),
        employers=words.count(base["employers"]),
    )
    rows = sum(row["role"] == role for row in part["rows"])
    return with_rest(words, basis, rows - SKILL_ROWS, "skills.csv")
