"""What is asked for: T3 and T6."""

from reports.document.composition import ContrastRow, SkillRow
from reports.document.terms import RoleId
from reports.document.weekly import WeeklyReport
from reports.sections.parts import marked, named_table, texts, with_rest
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words, spark

CONTRAST_ROWS, SKILL_ROWS = 8, 6
SKILL_ROLES: tuple[RoleId, ...] = ("ai_pm", "aigc_pm")


def shown_contrasts(report: WeeklyReport) -> list[ContrastRow]:
    """Return the rows of T6 worth showing, in the order of the table: the largest differences.

    At most half of them are techniques that tell the classes apart, so that the others are not crowded out.
    """
    rows = [
        r
        for r in report["contrast"]["rows"]
        if r["ai"]["share"] is not None and r["aigc"]["share"] is not None
    ]

    def weight(row: ContrastRow) -> tuple[bool, float]:
        decided = row["direction"] in ("higher_in_aigc", "higher_in_ai")
        return decided, abs((row["aigc"]["share"] or 0) - (row["ai"]["share"] or 0))

    ordered = sorted(rows, key=weight, reverse=True)
    defining = [row for row in ordered if row["by_definition"]]
    others = [row for row in ordered if not row["by_definition"]]
    half = max(CONTRAST_ROWS // 2, CONTRAST_ROWS - len(others))
    kept = defining[:half] + others[: CONTRAST_ROWS - min(half, len(defining))]
    return [row for row in rows if row in kept]


def contrast(report: WeeklyReport, words: Words, *, complete: bool = False) -> Markdown:
    """Return T6, the rows worth showing or all of them."""
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
            marked(words, words.tag(row), row["by_definition"]),
            words.share(row["ai"]),
            words.share(row["aigc"]),
            words.difference(change),
            _direction(row, words),
        ]

    rows = report["contrast"]["rows"] if complete else shown_contrasts(report)
    return table(heads, [line(row) for row in rows])


def _direction(row: ContrastRow, words: Words) -> Markdown:
    told = words(f"direction.{row['direction']}")
    if row["direction"] in ("higher_in_aigc", "higher_in_ai") and row["robust"] is False:
        return words("text.with_detail", name=told, detail=words("claim_reason.not_robust"))
    return told


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


def skills(report: WeeklyReport, words: Words, role: RoleId, *, complete: bool = False) -> Markdown:
    """Return T3 for one role class, the skills asked for most or all of them."""
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
    return named_table(words, columns, [line(row) for row in (rows if complete else rows[:SKILL_ROWS])])


def asked_most(report: WeeklyReport, words: Words) -> Markdown:
    """Return T3 for AI PM and AIGC PM side by side: what either asks for most."""
    heads: list[Column] = [(words("column.requirement"), "left")]
    for role in SKILL_ROLES:
        heads += [(words(f"role.{role}"), "right"), (words("column.spark"), "right")]
    by_tag: dict[str, dict[RoleId, SkillRow]] = {}
    for row in report["skills"]["rows"]:
        if row["role"] in SKILL_ROLES:
            by_tag.setdefault(row["tag"], {})[row["role"]] = row
    ordered = sorted(by_tag.values(), key=lambda rows: -max(row["share"] or 0 for row in rows.values()))

    # Of what none of a class asks for T3 has no row; T6 has one, if the other class asks for it. All rows of
    # a class are of the same postings.
    of_class = {row["role"]: row for row in report["skills"]["rows"]}
    compared = {row["tag"]: row for row in report["contrast"]["rows"]}

    def none(role: RoleId, tag: str) -> Markdown:
        if role not in of_class:
            return NOTHING
        if tag in compared:
            return words.share(compared[tag]["ai" if role == "ai_pm" else "aigc"])
        absent: SkillRow = {**of_class[role], "y": 0, "share": 0.0, "lo": None, "hi": None}
        return words.share(absent)

    def line(rows: dict[RoleId, SkillRow]) -> list[str]:
        named = next(iter(rows.values()))
        cells = [words.tag(named)]
        for role in SKILL_ROLES:
            row = rows.get(role)
            cells += [words.share(row), spark(row["spark"])] if row else [none(role, named["tag"]), NOTHING]
        return cells

    return table(heads, [line(rows) for rows in ordered[:SKILL_ROWS]])


def names_skills(report: WeeklyReport) -> bool:
    """Tell whether T3 has a row for a class that the section shows."""
    return any(row["role"] in SKILL_ROLES for row in report["skills"]["rows"])


def skills_basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the shares of T3 for both classes rest on, and how many rows are not shown."""
    part = report["skills"]
    n = {base["role"]: base for base in part["bases"]}
    basis = words(
        "say.skills_basis",
        window=words.window(part["window"]),
        n_aigc=words.count(n["aigc_pm"]["n"]),
        employers_aigc=words.count(n["aigc_pm"]["employers"]),
        n_ai=words.count(n["ai_pm"]["n"]),
        employers_ai=words.count(n["ai_pm"]["employers"]),
    )
    tags = len({row["tag"] for row in part["rows"] if row["role"] in SKILL_ROLES})
    return with_rest(words, basis, tags - SKILL_ROWS, "skills.csv")
