"""What is on offer: T1, S1 and S2."""

from reports.document.tables import HeadlineRow, MovementRow
from reports.document.weekly import WeeklyReport
from reports.escaping import Markdown
from reports.sections.parts import joined, named_table, pair
from reports.series_breaks import broken_weeks, restarts
from reports.tables import Column, table
from reports.words import CUT, NOTHING, Words, spark

MOVEMENT_WEEKS = 6


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
        note = joined(
            words, note, words("say.days_open", classes=Markdown(words.plain("text.comma").join(listed)))
        )
    cut = any(CUT in _spark(report, row) for row in report["headline"]["rows"])
    return joined(words, note, words("say.spark_note")) if cut else note


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
            pair(words, row["stock"], row["employers"], " / ", ""),
            pair(words, row["births_4w"], row["births"], " (", ")"),
            pair(words, row["closures_4w"], row["closures"], " (", ")"),
            words.index(row["index"], row["index_lo"], row["index_hi"]) if compared else NOTHING,
            _spark(report, row),
        ]

    return named_table(words, columns, [line(row) for row in report["headline"]["rows"]])


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
    return named_table(words, columns, known) if len(known) > 1 else Markdown("")


def index_note(report: WeeklyReport, words: Words) -> Markdown:
    """Return the note on the index and its base week."""
    bases = [series["base"] for series in report["level_index"]["series"] if series["base"]]
    if not bases:
        return words("say.no_index")
    restarted = min(bases) == report["week"]
    return words("say.index_restarts") if restarted else words("say.index_note", base=min(bases))
