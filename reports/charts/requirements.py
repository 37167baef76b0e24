"""What the charts of requirements show: from the report value to small multiples and matrices."""

from collections.abc import Mapping

from reports.charts.canvas import CLASS_COLOURS, Chart
from reports.charts.matrix import Cell, Matrix, matrix_chart
from reports.charts.multiples import Multiple, Weekly, multiples_chart
from reports.charts.shares import Side
from reports.charts.weekly import WeekAxis
from reports.document.changes import WeeklyShares
from reports.document.co_occurrence import TagMatrix
from reports.document.weekly import WeeklyReport
from reports.wording.words import Words

PANELS = 12
_DOT_LEAST = 5  # new postings of a week below which its dot says nothing
_FULL = 30  # new postings in 4 weeks below which their share is written in brackets, as anywhere else
_NAMED = 3  # requirements that the alternative text names


Drawn = tuple[str, str, Chart]
"""Title, finding (the alternative text), chart."""


def weekly_requirements(report: WeeklyReport, words: Words, axis: WeekAxis) -> Drawn | None:
    """Return the small multiples of the requirements asked for most, AI PM beside AIGC PM, and what moved."""
    by_tag: dict[str, dict[str, WeeklyShares]] = {}
    for row in report["requirements_weekly"]["rows"]:
        by_tag.setdefault(row["tag"], {})[row["role"]] = row
    known = {
        tag: rows for tag, rows in by_tag.items() if any(_last(row) is not None for row in rows.values())
    }
    moved = {row["tag"] for row in report["movers"]["rows"] if row["mover"]}
    asked = {
        tag: sum(point["y"] for row in rows.values() for point in row["points"])
        for tag, rows in known.items()
    }
    chosen = sorted(known, key=lambda tag: (tag not in moved, -asked[tag], tag))[:PANELS]
    chosen.sort(key=lambda tag: (-asked[tag], tag))
    if not chosen:
        return None
    roles = ("ai_pm", "aigc_pm")
    panels = [
        Multiple(words.tag(known[tag]["ai_pm"]), tuple(_weekly(known[tag][role]) for role in roles))
        for tag in chosen
    ]
    sides = tuple(
        Side(_side_name(role, known[chosen[0]][role], words), CLASS_COLOURS[role]) for role in roles
    )
    title = words.plain("chart.requirements_title")
    finding = words.plain("text.semicolon").join(
        told for role in roles if (told := _told(role, [known[tag][role] for tag in chosen], words))
    )
    chart = multiples_chart(
        title,
        words.plain("chart.requirements_subtitle"),
        axis,
        sides,
        panels,
        words.plain("chart.requirements_ring"),
        finding,
    )
    return title, finding, chart


def _side_name(role: str, row: WeeklyShares, words: Words) -> str:
    """The class with the number of its new postings in the last four weeks, which all panels share."""
    n = row["points"][-1]["pooled_n"] or 0
    return words.plain("chart.requirements_side", role=words.plain(f"role.{role}"), n=words.count(n))


def _weekly(row: WeeklyShares) -> Weekly:
    points = row["points"]
    return Weekly(
        [point["y"] / point["n"] if point["n"] >= _DOT_LEAST else None for point in points],
        [point["pooled"] for point in points],
        frozenset(i for i, point in enumerate(points) if point["signal"] and point["n"] >= _DOT_LEAST),
        few=(points[-1]["pooled_n"] or 0) < _FULL,
    )


def _last(row: WeeklyShares) -> float | None:
    return row["points"][-1]["pooled"]


def _told(role: str, rows: list[WeeklyShares], words: Words) -> str:
    """What the class asks for most now; empty where it has too few new postings."""
    ordered = sorted((row for row in rows if _last(row) is not None), key=lambda row: -(_last(row) or 0.0))
    if not ordered:
        return ""
    asked = [
        words.plain("chart.requirements_asked", tag=words.tag(row), share=_share(row, words))
        for row in ordered[:_NAMED]
    ]
    n = ordered[0]["points"][-1]["pooled_n"]
    listed = words.plain("text.comma").join(asked)
    role_name = words.plain(f"role.{role}")
    return words.plain("chart.requirements_finding", role=role_name, n=words.count(n), tags=listed)


def _share(row: WeeklyShares, words: Words) -> str:
    share = words.percent(_last(row))
    return f"({share})" if (row["points"][-1]["pooled_n"] or 0) < _FULL else share


def requirement_pairs(report: WeeklyReport, words: Words) -> Drawn | None:
    """Return the matrices of requirements that come together, one for each class that has a number in it."""
    part = report["co_occurrence"]
    classes = [one for one in part["classes"] if any(pair["lo"] is not None for pair in one["pairs"])]
    if not classes:
        return None
    title = words.plain("chart.together_title")
    finding = words.plain("text.semicolon").join(_pairs_told(one, words) for one in classes)
    subtitle = words.plain("chart.together_subtitle", window=words.window(part["window"]))
    return title, finding, matrix_chart(title, subtitle, [_matrix(one, words) for one in classes], finding)


def _matrix(part: TagMatrix, words: Words) -> Matrix:
    place = {tag["tag"]: i for i, tag in enumerate(part["tags"])}
    cells: Mapping[tuple[int, int], Cell] = {
        (max(ends), min(ends)): Cell(pair["lift"] if pair["lo"] is not None else None, pair["linked"])
        for pair in part["pairs"]
        for ends in [(place[pair["tag"]], place[pair["other_tag"]])]
    }
    name = words.plain(
        "chart.together_panel", role=words.plain(f"role.{part['role']}"), n=words.count(part["n"])
    )
    return Matrix(name, CLASS_COLOURS[part["role"]], [words.tag(tag) for tag in part["tags"]], cells)


def _pairs_told(part: TagMatrix, words: Words) -> str:
    role = words.plain(f"role.{part['role']}")
    pairs = [
        words.plain(
            "chart.together_pair",
            tag=words.tag(pair),
            other=words.tag({"en": pair["other_en"], "zh": pair["other_zh"]}),
            lift=words.estimate(pair["lift"]),
        )
        for pair in part["pairs"]
        if pair["linked"]
    ]
    if not pairs:
        return words.plain("chart.together_none", role=role)
    listed = words.plain("text.comma").join(pairs[:_NAMED])
    return words.plain("chart.together_finding", role=role, pairs=listed)
