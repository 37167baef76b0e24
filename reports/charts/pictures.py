"""Which charts a report has, and what they show: from the report value to drawings, in one language."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.charts.canvas import CLASS_COLOURS, Chart, shortened
from reports.charts.health import MAX_ROWS, health_chart
from reports.charts.holidays import holidays
from reports.charts.requirements import requirement_pairs, weekly_requirements
from reports.charts.salary import PayBar, PayPanel, salary_chart
from reports.charts.shares import Share, Side, dumbbell_chart, mix_chart, openness_chart
from reports.charts.weekly import FlowPanel, Line, WeekAxis, flow_chart, level_chart
from reports.document.composition import OpenAt
from reports.document.salary import PayRow
from reports.document.series_breaks import broken_weeks, restarts
from reports.document.tables import LevelSeries
from reports.document.terms import PrintRule, RoleId
from reports.document.terms import Share as ShareCell
from reports.document.weekly import WeeklyReport
from reports.sections.level import has_stock, index_rules
from reports.sections.requirements import shown_contrasts
from reports.sections.salary import named_pair, rows_of, shown_pairs
from reports.wording.notices import is_invented
from reports.wording.words import Words

_PAIR: tuple[RoleId, RoleId] = ("ai_pm", "aigc_pm")
_FLOW_WEEKS = 13
_PAY_ROLES: tuple[RoleId, ...] = ("ai_pm", "aigc_pm", "both", "other_pm")
_PAY_PANELS = 3
_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart in one language; `alt` is plain text."""

    id: str
    chart: Chart
    alt: str


def pictures(report: WeeklyReport, words: Words) -> dict[str, Picture]:
    """Return the charts that `report` has data for, by id, in the order of the makers."""
    makers: tuple[Callable[[WeeklyReport, Words], Picture | None], ...] = (
        _level,
        _flow,
        _mix,
        _stages,
        _dumbbell,
        _requirements,
        _pairs,
        _openness,
        _salary,
        _health,
    )
    drawn = [picture for make in makers if (picture := make(report, words)) is not None]
    if is_invented(report):
        # A picture travels without its page.
        for picture in drawn:
            picture.chart.stamp(words.plain("chart.invented"))
    return {picture.id: picture for picture in drawn}


def _level(report: WeeklyReport, words: Words) -> Picture | None:
    part, rules = report["level_index"], index_rules(report)
    lines = [
        _line(one, part["weeks"], rules[one["role"]], words)
        for one in part["series"]
        if one["role"] != "all" and rules[one["role"]] != "counts"
    ]
    lines = [line for line in lines if any(value is not None for value in line.values)]
    if part["status"] != "ok" or not lines or not has_stock(report):
        return None
    title, subtitle = words.plain("chart.level_title"), words.plain("chart.level_subtitle_pieces")
    if not any(line.cuts for line in lines):
        base = min(s["base"] or part["weeks"][0] for s in part["series"] if s["role"] != "all")
        subtitle = words.plain("chart.level_subtitle", base=base)
    axis = _week_axis(report, part["weeks"], words)
    return _picture(words, "level", title, subtitle, level_chart(title, subtitle, axis, lines, subtitle))


def _line(series: LevelSeries, weeks: Sequence[str], rule: PrintRule, words: Words) -> Line:
    """The index of one class; a segment of a single week is 100 by definition and left out."""
    sizes = Counter(point["segment"] for point in series["points"] if point["index"] is not None)
    points = {point["week"]: point for point in series["points"] if sizes[point["segment"]] > 1}
    row = [points.get(week) for week in weeks]
    begun = {week for week, segment in restarts(series).items() if segment > 1}
    return Line(
        words.plain(f"role.{series['role']}"),
        CLASS_COLOURS[series["role"]],
        [point["index"] if point else None for point in row],
        [point["lo"] if point else None for point in row],
        [point["hi"] if point else None for point in row],
        frozenset(i for i, week in enumerate(weeks) if week in begun),
        few=rule == "small_n",
    )


def _flow(report: WeeklyReport, words: Words) -> Picture | None:
    if not has_stock(report):
        return None
    weeks = sorted({row["week"] for row in report["movement"]["rows"]})[-_FLOW_WEEKS:]
    cells = {(row["week"], row["role"]): row for row in report["movement"]["rows"]}
    if not any(
        cells[week, role]["births"] is not None for week in weeks for role in _PAIR if (week, role) in cells
    ):
        return None
    panels = []
    broken = broken_weeks(report)
    for role in _PAIR:
        rows = [cells.get((week, role)) for week in weeks]
        panels.append(
            FlowPanel(
                words.plain(f"role.{role}"),
                CLASS_COLOURS[role],
                [row["stock"] if row else None for row in rows],
                [row["births"] if row else None for row in rows],
                [row["closures"] if row else None for row in rows],
                frozenset(i for i, week in enumerate(weeks) if week in broken),
            )
        )
    title, subtitle = words.plain("chart.flow_title"), words.plain("chart.flow_subtitle")
    names = (words.plain("chart.flow_stock"), words.plain("chart.flow_new"), words.plain("chart.flow_closed"))
    axis = _week_axis(report, weeks, words)
    return _picture(
        words, "flow", title, subtitle, flow_chart(title, subtitle, axis, panels, names, subtitle)
    )


def _mix(report: WeeklyReport, words: Words) -> Picture | None:
    mix = report["class_mix"]
    rows = []
    for row in mix["rows"]:
        now, before = _share(row["flow"]), _share(row["previous"])
        if now is None:
            return None
        note = words.percent_between(now.value, now.lo, now.hi, signed=False)
        rows.append((_side(row["role"], words), now, before, note))
    if mix["status"] != "ok" or not rows or mix["rows"][0]["flow"]["print"] == "counts":
        return None
    title = words.plain("chart.mix_title")
    window = words.window(mix["window"])
    subtitle = words.plain("chart.mix_subtitle", window=window, n=words.count(mix["rows"][0]["flow"]["n"]))
    legend = (
        words.plain("chart.mix_now", window=window),
        words.plain("chart.mix_before", window=words.window(mix["compared"])),
    )
    return _picture(words, "mix", title, subtitle, mix_chart(title, subtitle, rows, legend, subtitle))


def _dumbbell(report: WeeklyReport, words: Words) -> Picture | None:
    part = report["contrast"]
    rows = []
    for row in shown_contrasts(report):
        first, second = _share(row["ai"]), _share(row["aigc"])
        if first and second and "counts" not in (row["ai"]["print"], row["aigc"]["print"]):
            mark = words.plain("text.by_definition") if row["by_definition"] else ""
            rows.append((f"{words.tag(row)}{mark}", first, second))
    if part["status"] == "insufficient" or not rows:
        return None
    title = words.plain("chart.dumbbell_title")
    subtitle = words.plain(
        "chart.dumbbell_subtitle",
        window=words.window(part["window"]),
        n_ai=words.count(part["n_ai"]),
        n_aigc=words.count(part["n_aigc"]),
    )
    return _side_by_side(words, "dumbbell", title, subtitle, rows)


def _requirements(report: WeeklyReport, words: Words) -> Picture | None:
    axis = _week_axis(report, report["requirements_weekly"]["weeks"], words)
    drawn = weekly_requirements(report, words, axis)
    return drawn and _picture(words, "requirements", *drawn)


def _pairs(report: WeeklyReport, words: Words) -> Picture | None:
    drawn = requirement_pairs(report, words)
    return drawn and _picture(words, "co_occurrence", *drawn)


def _stages(report: WeeklyReport, words: Words) -> Picture | None:
    part = report["fingerprint"]
    rows = []
    for row in part["stages"]:
        first, second = _share(row["ai"]), _share(row["aigc"])
        if first and second and "counts" not in (row["ai"]["print"], row["aigc"]["print"]):
            rows.append((words.plain(f"stage.{row['stage']}"), first, second))
    if not any(first.value or second.value for _, first, second in rows):
        return None
    title = words.plain("chart.stages_title")
    subtitle = words.plain(
        "chart.stages_subtitle",
        window=words.window(part["window"]),
        n_ai=words.count(part["stages"][0]["ai"]["n"]),
        n_aigc=words.count(part["stages"][0]["aigc"]["n"]),
    )
    return _side_by_side(words, "stages", title, subtitle, rows)


def _side_by_side(
    words: Words, name: str, title: str, subtitle: str, rows: list[tuple[str, Share, Share]]
) -> Picture:
    """A dumbbell of AI PM and AIGC PM per row; whoever cannot see it is told the widest gap."""
    label, first, second = max(rows, key=lambda row: abs(row[2].value - row[1].value))
    widest = words.plain(
        "chart.widest", label=label, ai=words.percent(first.value), aigc=words.percent(second.value)
    )
    told = f"{subtitle}{words.plain('text.sentence_gap')}{widest}"
    sides = (_side("ai_pm", words), _side("aigc_pm", words))
    return _picture(words, name, title, told, dumbbell_chart(title, subtitle, sides, rows, told))


def _openness(report: WeeklyReport, words: Words) -> Picture | None:
    curves, years = [], []
    for row in report["experience"]["rows"]:
        if row["measure"] != "total" or row["role"] not in _PAIR or row["print"] == "counts":
            continue
        shares = [share for at in row["curve"] if (share := _share(at)) is not None]
        if len(shares) == len(row["curve"]) > 1:
            curves.append((_side(row["role"], words), shares))
            years = [at["years"] for at in row["curve"]]
    if not curves:
        return None
    title = words.plain("chart.openness_title")
    subtitle = words.plain("chart.openness_subtitle", window=words.window(report["experience"]["window"]))
    axis_name = words.plain("chart.openness_axis")
    return _picture(
        words,
        "openness",
        title,
        subtitle,
        openness_chart(title, subtitle, years, curves, axis_name, subtitle),
    )


def _salary(report: WeeklyReport, words: Words) -> Picture | None:
    panels, found = [], []
    for pair in shown_pairs(report, _PAIR, _PAY_PANELS):
        bars = [bar for row in rows_of(report, pair, _PAY_ROLES) if (bar := _pay_bar(row, words)) is not None]
        panels.append(PayPanel(named_pair(words, pair), bars))
        medians = [
            words.plain(
                "chart.salary_value",
                role=words.plain(f"role.{row['role']}"),
                median=_pay_label(row["pay_median"], row["print"], words),
                n=words.count(row["n"]),
            )
            for row in rows_of(report, pair, _PAIR)
            if row["pay_median"] is not None
        ]
        roles = words.plain("text.comma").join(medians)
        found.append(words.plain("chart.salary_finding", where=named_pair(words, pair), roles=roles))
    if not panels:
        return None
    title = words.plain("chart.salary_title")
    subtitle = words.plain("chart.salary_subtitle", window=words.window(report["salary"]["window"]))
    finding = words.plain("text.semicolon").join(found)
    return _picture(words, "salary", title, finding, salary_chart(title, subtitle, panels, finding))


def _pay_bar(row: PayRow, words: Words) -> PayBar | None:
    p25, median, p75 = row["pay_p25"], row["pay_median"], row["pay_p75"]
    lo, hi = row["pay_median_lo"], row["pay_median_hi"]
    if p25 is None or median is None or p75 is None:
        return None
    return PayBar(
        _side(row["role"], words),
        p25 / _THOUSAND,
        median / _THOUSAND,
        p75 / _THOUSAND,
        None if lo is None or hi is None else (lo / _THOUSAND, hi / _THOUSAND),
        _pay_label(median, row["print"], words),
        words.plain("chart.salary_n", n=words.count(row["n"])),
    )


def _pay_label(median: float, rule: PrintRule, words: Words) -> str:
    told = words.thousands(median)
    return told if rule == "full" else f"({told})"


def _health(report: WeeklyReport, words: Words) -> Picture | None:
    health = report["run_health"]
    if not health["sources"]:
        return None
    rows = [
        (source["source"], [(cell["mark"], cell["complete"], cell["boards"]) for cell in source["strip"]])
        for source in health["sources"]
    ]
    marks = {
        mark: (words.plain(f"mark_letter.{mark}"), words.plain(f"mark.{mark}"))
        for mark in ("complete", "mixed", "suspect", "failed", "absent")
    }
    title, subtitle = words.plain("chart.health_title"), words.plain("chart.health_subtitle")
    if len(rows) > MAX_ROWS:
        shown, sources = words.count(MAX_ROWS), words.count(len(rows))
        subtitle = words.plain("chart.health_subtitle_part", shown=shown, sources=sources)
    weeks = [_short(week) for week in health["weeks"]]
    return _picture(
        words, "health", title, subtitle, health_chart(title, subtitle, weeks, rows, marks, subtitle)
    )


def _week_axis(report: WeeklyReport, weeks: Sequence[str], words: Words) -> WeekAxis:
    position = {week: i for i, week in enumerate(weeks)}
    inside = sorted(
        (row for row in report["breaks"] if position.get(row["from"], 0) > 0), key=lambda row: row["from"]
    )
    breaks = {}
    for week, group in groupby(inside, key=lambda row: row["from"]):
        names = sorted({row["unit"] or row["source"] for row in group})
        many = words.plain("chart.breaks", count=str(len(names)))
        breaks[position[week]] = shortened(names[0], 9) if len(names) == 1 else many
    preliminary = report["preliminary"] and weeks[-1] == report["week"]
    return WeekAxis(
        [_short(week) for week in weeks],
        breaks,
        words.plain("chart.preliminary") if preliminary else None,
        {position: words.plain(f"chart.{name}") for position, name in holidays(weeks).items()},
    )


def _picture(words: Words, name: str, title: str, subtitle: str, chart: Chart) -> Picture:
    return Picture(name, chart, words.plain("chart.alt", title=title, subtitle=subtitle))


def _side(role: RoleId, words: Words) -> Side:
    return Side(words.plain(f"role.{role}"), CLASS_COLOURS[role])


def _share(cell: ShareCell | OpenAt) -> Share | None:
    value, lo, hi = cell["share"], cell["lo"], cell["hi"]
    return None if value is None or lo is None or hi is None else Share(value, lo, hi)


def _short(week: str) -> str:
    return week.partition("-")[2]
