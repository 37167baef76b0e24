"""What is on offer: T1, S1 and S2."""

from reports.document.series_breaks import restarts
from reports.document.tables import HeadlineRow
from reports.document.terms import PrintRule, RoleId, print_rule
from reports.document.weekly import WeeklyReport
from reports.sections.parts import guarded, joined, named_table, pair
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import CUT, NOTHING, Words, spark


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


def index_rules(report: WeeklyReport) -> dict[RoleId, PrintRule]:
    """Return what may be printed of the index of each class, by the postings that are listed."""
    rows = report["headline"]["rows"]
    return {row["role"]: print_rule(row["stock"] or 0, row["employers"] or 0) for row in rows}


def headline_note(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the words and marks of T1 mean, its index among them."""
    note = words("say.headline_note")
    if waiting := max((row["pending"] or 0 for row in report["headline"]["rows"]), default=0):
        note = joined(words, note, words("say.pending_note", count=words.count(waiting)))
    if report["level_index"]["status"] == "ok":
        note = joined(words, note, _index_note(report, words))
    drawn = [_spark(report, row) for row in report["headline"]["rows"]]
    if any(line != NOTHING for line in drawn):
        note = joined(words, note, words("say.spark_scale"))
    return joined(words, note, words("say.spark_note")) if any(CUT in line for line in drawn) else note


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
            pair(words, row["stock"], row["employers"]),
            pair(words, row["births_4w"], row["births"]),
            _closed(row, words),
            _index(row, words) if compared else NOTHING,
            _spark(report, row),
        ]

    return named_table(words, columns, [line(row) for row in report["headline"]["rows"]])


def _index(row: HeadlineRow, words: Words) -> Markdown:
    told = words.index(row["index"], row["index_lo"], row["index_hi"])
    return guarded(told, row["stock"] or 0, row["employers"] or 0)


def _closed(row: HeadlineRow, words: Words) -> Markdown:
    """Return `40 / 0 (+21)`: what left this week is closed only once a second reading has missed it."""
    told = pair(words, row["closures_4w"], row["closures"])
    return Markdown(f"{told} (+{words.count(row['pending'])})") if row["pending"] else told


def headline_shares(report: WeeklyReport, words: Words) -> Markdown:
    """Return T1, second half: change over 13 weeks, shares of the stock, median years."""
    rows = report["headline"]["rows"]
    compared = next((row["change_13w"]["compared"] for row in rows if row["change_13w"]["compared"]), None)
    change = words("column.change", week=words.window(compared) if compared else NOTHING)
    # Where no change is told its column goes, and the verdict has to say what it is on.
    told = any(row["change_13w"]["value"] is not None for row in rows)
    verdict = "verdict" if told else "change_verdict"
    columns: list[Column] = [
        (words("column.role"), "left"),
        (change, "right"),
        *((words(f"column.{name}"), "right") for name in (verdict, "of_all", "of_ai_type", "median_years")),
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
            guarded(words.number(row["median_floor"]), row["floor_n"], row["employers"] or 0),
        ]

    return table(columns, [line(row) for row in rows])


def _index_note(report: WeeklyReport, words: Words) -> Markdown:
    bases = [series["base"] for series in report["level_index"]["series"] if series["base"]]
    if not bases:
        return words("say.no_index")
    if index_rules(report)["all"] == "counts":
        return words("say.few_for_index")
    restarted = min(bases) == report["week"]
    return words("say.index_restarts") if restarted else words("say.index_note", base=min(bases))
