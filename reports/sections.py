"""The tables of the report's sections, as markdown; what is told about the data is in quality_section.py."""

from collections.abc import Sequence

from reports.document import WeeklyReport
from reports.document_composition import ContrastRow, ExperienceRow, MixRow, OpenAt, SkillRow
from reports.document_tables import HeadlineRow, MovementRow
from reports.document_terms import PrintRule, RoleId
from reports.escaping import Markdown
from reports.series_breaks import broken_weeks, restarts
from reports.tables import Column, table
from reports.words import CUT, NOTHING, Words, spark

MOVEMENT_WEEKS, CONTRAST_ROWS, SKILL_ROWS = 6, 12, 8
SKILL_ROLES: tuple[RoleId, ...] = ("aigc_pm", "ai_pm")
_OPEN_AT = (0, 1, 3, 5)


def has_stock(report: WeeklyReport) -> bool:
    """Tell whether the week has a stock to speak of, so that the sections on numbers are shown."""
    return report["headline"]["reason"] not in ("no_usable_cells", "no_postings")


def _spark(report: WeeklyReport, row: HeadlineRow) -> Markdown:
    """The index of the last weeks, cut where it starts anew."""
    series = next(s for s in report["level_index"]["series"] if s["role"] == row["role"])
    points = series["points"][-len(row["spark"]) :]
    begun = restarts(series)
    offset = len(row["spark"]) - len(points)
    cuts = [i for i, point in enumerate(points, start=offset) if begun.get(point["week"], 1) > 1]
    return spark(row["spark"], cuts)


def headline_note(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the words and marks of T1 mean."""
    note = words("say.headline_note")
    if told := [row for row in report["headline"]["rows"] if row["days_open"]["median"] is not None]:
        listed = [_days_open(row, words) for row in told]
        note = _joined(
            words, note, words("say.days_open", classes=Markdown(words.plain("text.comma").join(listed)))
        )
    cut = any(CUT in _spark(report, row) for row in report["headline"]["rows"])
    return _joined(words, note, words("say.spark_note")) if cut else note


def _days_open(row: HeadlineRow, words: Words) -> str:
    found = row["days_open"]
    ends = [words.number(value, 0) if value is not None else "∞" for value in (found["lo"], found["hi"])]
    return words.plain(
        "say.days_open_one",
        role=words.plain(f"role.{row['role']}"),
        median=words.number(found["median"], 0),
        interval=f"[{ends[0]}, {ends[1]}]",
        n=words.count(found["n"]),
    )


def headline_counts(report: WeeklyReport, words: Words) -> Markdown:
    """Return T1, first half: what is listed, came and went, and the index."""
    columns = ("role", "listed", "new", "closed", "index", "spark")
    # Where this week is the base, every index is 100 and says nothing.
    based = {series["role"]: series["base"] for series in report["level_index"]["series"]}
    first = report["level_index"]["status"] != "ok"

    def line(row: HeadlineRow) -> list[str]:
        compared = not first and based[row["role"]] != report["week"]
        return [
            words(f"role.{row['role']}"),
            _pair(words, row["stock"], row["employers"], " / ", ""),
            _pair(words, row["births_4w"], row["births"], " (", ")"),
            _pair(words, row["closures_4w"], row["closures"], " (", ")"),
            words.index(row["index"], row["index_lo"], row["index_hi"]) if compared else NOTHING,
            _spark(report, row),
        ]

    return _table(words, columns, [line(row) for row in report["headline"]["rows"]])


def headline_shares(report: WeeklyReport, words: Words) -> Markdown:
    """Return T1, second half: change over 13 weeks, shares of the stock, median years."""
    rows = report["headline"]["rows"]
    compared = next((row["change_13w"]["compared"] for row in rows if row["change_13w"]["compared"]), None)
    change = words("column.change", week=words.window(compared) if compared else NOTHING)
    columns: list[Column] = [
        (words("column.role"), "left"),
        (change, "right"),
        *((words(f"column.{name}"), "right") for name in ("verdict", "of_all", "of_ai_type", "median_years")),
    ]

    def line(row: HeadlineRow) -> list[str]:
        moved = row["change_13w"]
        known = moved["value"] is not None
        return [
            words(f"role.{row['role']}"),
            words.percent_between(moved["value"], moved["lo"], moved["hi"], signed=True),
            words(f"verdict.{moved['verdict']}") if known or moved["compared"] else NOTHING,
            words.share(row["share_of_all"]) if row["role"] != "all" else NOTHING,
            words.share(row["share_of_ai_type"]) if row["share_of_ai_type"] else NOTHING,
            words.number(row["median_floor"]),
        ]

    return table(columns, [line(row) for row in rows])


def movement(report: WeeklyReport, words: Words) -> Markdown:
    """Return S2 for all PM postings, the last weeks; a week is marked where a break lies before it."""
    broken = broken_weeks(report)
    columns = ("week", "stock", "births", "reposts", "closures", "pending")

    def line(row: MovementRow) -> list[str]:
        counts = (row["stock"], row["births"], row["reposts"], row["closures"], row["pending"])
        week = row["week"]
        name = (
            words("text.with_detail", name=week, detail=words("say.break_week")) if week in broken else week
        )
        return [name, *(words.count(count) for count in counts)]

    rows = [row for row in report["movement"]["rows"] if row["role"] == "all"][-MOVEMENT_WEEKS:]
    known = [line(row) for row in rows if row["stock"] is not None]
    return _table(words, columns, known) if len(known) > 1 else Markdown("")


def class_mix(report: WeeklyReport, words: Words) -> Markdown:
    """Return T2; where its windows cannot be compared, only what is known without comparing."""
    mix = report["class_mix"]
    status = mix["status"]
    heads: list[Column] = [
        (words("column.role"), "left"),
        (words("column.mix_now", window=words.window(mix["window"])), "right"),
        (words("column.mix_before", window=words.window(mix["compared"])), "right"),
        (words("column.mix_change"), "right"),
        (words("column.verdict"), "right"),
        (words("column.mix_window"), "right"),
    ]

    def line(row: MixRow) -> list[str]:
        change = row["change"]
        return [
            words(f"role.{row['role']}"),
            words.share(row["flow"]) if status in ("ok", "not_comparable") else NOTHING,
            words.share(row["previous"]) if status == "ok" else NOTHING,
            words.difference(change) if status == "ok" else NOTHING,
            words(f"verdict.{row['verdict']}") if status == "ok" else NOTHING,
            words.share(row["window"]),
        ]

    return table(heads, [line(row) for row in mix["rows"]])


def class_mix_basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the shares of T2 rest on."""
    mix = report["class_mix"]
    window, first = words.window(mix["window"]), mix["rows"][0]
    flow, listed = first["flow"], first["window"]
    if mix["status"] != "ok":
        n, employers = words.count(listed["n"]), words.count(listed["employers"])
        whole = words("say.mix_window_only", window=window, n=n, employers=employers)
        if mix["status"] != "not_comparable" or not flow["n"]:
            return whole
        n, employers = words.count(flow["n"]), words.count(flow["employers"])
        return _joined(words, words("say.mix_flow", window=window, n=n, employers=employers), whole)
    basis = words(
        "say.mix_basis",
        window=window,
        n=words.count(flow["n"]),
        employers=words.count(flow["employers"]),
        compared=words.window(mix["compared"]),
        n_before=words.count(first["previous"]["n"]),
    )
    if not mix["not_pm_flow"]:
        return basis
    return _joined(words, basis, words("say.mix_not_pm", not_pm=words.count(mix["not_pm_flow"])))


def index_note(report: WeeklyReport, words: Words) -> Markdown:
    """Return the note on the index and its base week."""
    bases = [series["base"] for series in report["level_index"]["series"] if series["base"]]
    if not bases:
        return words("say.no_index")
    restarted = min(bases) == report["week"]
    return words("say.index_restarts") if restarted else words("say.index_note", base=min(bases))


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
    return _with_rest(words, basis, len(part["rows"]) - len(shown_contrasts(report)), "contrast.csv")


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
    return _table(words, columns, [line(row) for row in rows[:SKILL_ROWS]])


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
    return _with_rest(words, basis, rows - SKILL_ROWS, "skills.csv")


def texts(report: WeeklyReport) -> tuple[int, int]:
    """Return how many of how many vacancies of the window came with their text."""
    row = next(r for r in report["quality"]["completeness"] if (r["field"], r["role"]) == ("text", "all"))
    return row["filled"], row["n"]


def no_years(report: WeeklyReport, words: Words) -> Markdown:
    """Return why there is nothing to say about experience."""
    key = "say.no_years" if texts(report)[0] else "say.no_years_titles"
    return words(key, window=words.window(report["experience"]["window"]))


def experience(report: WeeklyReport, words: Words) -> Markdown:
    """Return T7 for the total years."""
    heads: list[Column] = [
        (words("column.role"), "left"),
        (words("column.states_years"), "right"),
        (words("column.median"), "right"),
        *((words("column.open", years=str(years)), "right") for years in _OPEN_AT[:3]),
    ]
    return table(heads, _experience_lines(report, words, "total", _OPEN_AT[:3]))


def ai_years(report: WeeklyReport, words: Words) -> Markdown:
    """Return T7 for the years of AI experience."""
    heads: list[Column] = [
        (words("column.role"), "left"),
        (words("column.asks_ai_years"), "right"),
        (words("column.median"), "right"),
        *((words("column.at_most", years=str(years)), "right") for years in _OPEN_AT[1:]),
    ]
    return table(heads, _experience_lines(report, words, "ai", _OPEN_AT[1:]))


def experience_contrast(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return one sentence per comparison of AI PM and AIGC PM in T7."""
    told = []
    for row in report["experience"]["contrast"]:
        if row["difference"]["d"] is None:
            continue
        years = row["id"].rpartition("_")[2]
        what = (
            words("say.asks_ai_years")
            if row["id"] == "asks_ai_years"
            else words("say.open_years", years=years)
        )
        change = row["difference"]
        told.append(
            words(
                "say.experience_contrast",
                what=what,
                ai=words.share(row["ai"]),
                aigc=words.share(row["aigc"]),
                difference=words.difference(change),
                direction=words(f"{'asked' if row['id'] == 'asks_ai_years' else 'open'}.{row['direction']}"),
            )
        )
    return told


def _with_rest(words: Words, basis: Markdown, hidden: int, file: str) -> Markdown:
    if hidden <= 0:
        return basis
    rest = words("say.more_rows", count=words.count(hidden), file=Markdown(file))
    return _joined(words, basis, rest)


def _joined(words: Words, first: Markdown, second: Markdown) -> Markdown:
    return Markdown(f"{first}{words('text.sentence_gap')}{second}")


def _experience_lines(
    report: WeeklyReport, words: Words, measure: str, years: Sequence[int]
) -> list[list[str]]:
    def line(row: ExperienceRow) -> list[str]:
        opened = {at["years"]: at for at in row["open"]}
        return [
            words(f"role.{row['role']}"),
            words.share(row["stated"]),
            _median(words, row),
            *(_open(words, opened.get(y), row["print"]) for y in years),
        ]

    return [
        line(row)
        for row in report["experience"]["rows"]
        if row["measure"] == measure and row["stated"]["y"] > 0
    ]


def _median(words: Words, row: ExperienceRow) -> Markdown:
    if row["print"] == "counts":  # a median of a handful of postings says nothing
        return NOTHING
    if row["median"] is None or row["p25"] is None or row["p75"] is None:
        return words.number(row["median"])
    return Markdown(f"{words.number(row['median'])} ({words.number(row['p25'])}–{words.number(row['p75'])})")


def _open(words: Words, at: OpenAt | None, rule: PrintRule) -> Markdown:
    if at is None or at["n"] == 0:
        return NOTHING
    if rule == "counts":
        return Markdown(f"{at['y']}/{at['n']}")
    text = words.percent_between(at["share"], at["lo"], at["hi"], signed=False)
    return Markdown(f"({text})") if rule == "small_n" else text


def _pair(words: Words, first: int | None, second: int | None, between: str, after: str) -> Markdown:
    if first is None:
        return NOTHING
    if second is None:
        return words.count(first)
    return Markdown(f"{words.count(first)}{between}{words.count(second)}{after}")


def _table(words: Words, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Markdown:
    """Columns named by catalog keys: the first to the left, the rest to the right."""
    heads: list[Column] = [
        (words(f"column.{name}"), "left" if i == 0 else "right") for i, name in enumerate(names)
    ]
    return table(heads, rows)
