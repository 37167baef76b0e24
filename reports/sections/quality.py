"""The quality box: what was read, what was not, and where the series break, in plain words."""

from collections.abc import Sequence
from itertools import groupby

from reports.document.tables import BreakRow, Quality
from reports.document.weekly import WeeklyReport
from reports.sections.parts import one_line
from reports.wording.escaping import Markdown, md
from reports.wording.tables import Column, table
from reports.wording.words import Words
from storage.records import IMPORT

MAX_BREAKS, MAX_SUSPECTS, MAX_DRIFT, MAX_BOARDS, MAX_UNITS = 3, 2, 2, 3, 6
REALISTIC_CHANGE = 0.5  # no share moves by more in four weeks; a sample that only shows more shows nothing


def breaks(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return a line with a sentence per break, the newest ones; equal breaks of other units are joined."""

    def same(row: BreakRow) -> tuple[str, str, str, bool]:
        return row["from"], row["source"], row["reason"], row["unit"] is None

    rows = sorted(report["breaks"], key=lambda row: (*same(row), row["unit"] or "", row["note"]))
    groups = [list(group) for _, group in groupby(rows, same)]
    shown = [_break(group, words) for group in groups[-MAX_BREAKS:]]
    if any(row["reason"] != "taxonomy" for row in rows):
        shown.append(words("say.breaks_part"))
    hidden = sum(len(group) for group in groups[:-MAX_BREAKS])
    if hidden:
        shown.append(words("say.more_breaks", count=words.count(hidden)))
    return one_line(words, shown)


def suspects(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return a line with a sentence per suspect reading, the newest first.

    Those that leave a board without a usable reading this week are in the table of `problems`, those that
    turned out to be a new level are told as breaks.
    """
    told_below = (report["week"], "missing")
    rows = [
        row
        for row in report["quality"]["suspects"]
        if (row["week"], row["outcome"]) != told_below and row["outcome"] != "new_level"
    ]
    rows.sort(key=lambda row: row["observed_at"], reverse=True)
    told = [
        words(
            "say.suspect",
            week=row["week"],
            board=_named(row["company"], row["board"], words),
            reason=words.reason(row["reason"]),
            outcome=words(f"say.suspect_{row['outcome']}"),
        )
        for row in rows[:MAX_SUSPECTS]
    ]
    hidden = len(rows) - len(told)
    if hidden:
        told.append(words("say.more_suspects", count=words.count(hidden)))
    return one_line(words, told)


def problems(report: WeeklyReport, words: Words, *, complete: bool = False) -> Markdown:
    """Return the table of boards that were not read completely, its first rows or all of them."""
    zone = report["provenance"]["zone"]
    heads: list[Column] = [
        (words(f"column.{name}"), "left") for name in ("board", "state", "why", "last_complete")
    ]
    rows = [
        [
            _named(row["company"], row["board"], words),
            words(f"state.{row['state']}"),
            words.reason(row["reason"]),
            words.day(row["last_complete"], zone),
        ]
        for row in report["run_health"]["problems"][: None if complete else MAX_BOARDS]
    ]
    return table(heads, rows)


def quarantined(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return a sentence naming the boards that are asked more seldom after failures, if there are any."""
    zone, rows = report["provenance"]["zone"], report["run_health"]["quarantined"]
    if not rows:
        return []
    named = [
        words(
            "say.quarantined_board",
            board=_named(row["company"], row["board"], words),
            failures=words.count(row["failures"]),
            day=words.said_day(row["not_before"], zone),
        )
        for row in rows[:MAX_BOARDS]
    ]
    key = "say.quarantined_more" if len(rows) > MAX_BOARDS else "say.quarantined"
    return [words(key, count=words.count(len(rows)), boards=words.joined(named))]


def drift(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return a line with a sentence per field that a source suddenly lacks."""
    rows = report["run_health"]["drift"]
    told = [
        words(
            "say.drift",
            board=_named(row["company"], row["board"], words),
            field=_source_field(row["source_field"], words),
            now=words.percent(row["now"]),
            usual=words.percent(row["usual"]),
        )
        for row in rows[:MAX_DRIFT]
    ]
    hidden = len(rows) - len(told)
    if hidden:
        told.append(words("say.more_drift", count=words.count(hidden)))
    return one_line(words, [words("say.drift_head"), *told, words("say.drift_note")] if told else [])


def _source_field(name: str, words: Words) -> Markdown:
    key = f"source_field.{name}"
    return words(key) if words.has(key) else md(name)


def asked(report: WeeklyReport) -> bool:
    """Tell whether any board was asked in the report week."""
    health = report["run_health"]
    return health["boards"] > health["totals"]["not_fetched"]


def failed(report: WeeklyReport, words: Words) -> Markdown:
    """Return what stands over the table of `problems`: how many boards there are, and where the rest is."""
    count = len(report["run_health"]["problems"])
    key = "say.failed_boards_part" if count > MAX_BOARDS else "say.failed_boards"
    return words(key, count=words.count(count), shown=words.count(MAX_BOARDS))


def coverage(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return a line on coverage, on raw figures with what to beware of, on duplicates with what the vacancies
    state, and on the smallest visible change."""
    head, quality = report["headline"], report["quality"]
    told: list[Markdown] = []
    if head["units_followed"]:
        matched = quality["matched_share"]
        key = "say.coverage_alone" if matched is None else "say.coverage"
        units, followed = words.count(head["units"]), words.count(head["units_followed"])
        told.append(words(key, units=units, followed=followed, matched=words.percent(matched)))
    told = one_line(words, told + _missing_units(report, words))
    moved: list[Markdown] = []
    if quality["raw_change"] is not None and quality["matched_change"] is not None:
        raw = words.percent(quality["raw_change"], signed=True)
        moved = [words("say.raw", raw=raw, matched=words.percent(quality["matched_change"], signed=True))]
    told += one_line(words, moved + _alarms(quality, words))
    if quality["vacancies"]:
        told += one_line(words, [_duplicates(quality, words), *completeness(report, words)])
    return told + _smallest_changes(report, words)


def completeness(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return how many of the vacancies state what, in one sentence; none without vacancies."""
    rows = [row for row in report["quality"]["completeness"] if row["role"] == "all"]
    if not rows or not rows[0]["n"]:
        return []
    said = words.plain("text.comma").join(
        words.plain(
            "say.stated_one", field=words.plain(f"field.{row['field']}"), share=words.percent(row["share"])
        )
        for row in rows
    )
    return [words("say.stated", fields=Markdown(said), n=words.count(rows[0]["n"]))]


def _break(group: Sequence[BreakRow], words: Words) -> Markdown:
    first = group[0]
    key = f"say.break_{first['reason']}"
    units = [row["unit"] for row in group if row["unit"]]
    named = words.joined(units[:MAX_UNITS]) + ("…" if len(units) > MAX_UNITS else "")
    what = Markdown(f"{md(first['source'])} · {named}") if units else md(first["source"])
    return words(
        key if words.has(key) else "say.break_other",
        week=first["from"],
        what=what,
        note=words.reason(first["note"]),
        reason=first["reason"],
    )


def _alarms(quality: Quality, words: Words) -> list[Markdown]:
    gap, units = words.number(quality["index_gap"]), words.count(quality["matched_units"])
    alarms: list[str] = list(quality["alarms"])
    if "few_units" in alarms and not quality["matched_units"]:
        alarms = ["no_units"]  # then the other alarms say nothing more
    return [words(f"say.alarm_{alarm}", gap=gap, units=units) for alarm in alarms]


def _duplicates(quality: Quality, words: Words) -> Markdown:
    adverts, vacancies = words.count(quality["adverts"]), words.count(quality["vacancies"])
    intensity = words.number(quality["intensity"], decimals=2)
    told = words("say.duplicates", adverts=adverts, vacancies=vacancies, intensity=intensity)
    apart = {
        "reposts": quality["reposts_4w"],
        "pending": quality["pending"],
        "not_pm": quality["not_pm_adverts"],
    }
    parts = [words(f"say.apart_{name}", count=words.count(n)) for name, n in apart.items() if n]
    if not parts:
        return told
    listed = Markdown(words("text.semicolon").join(parts))
    return Markdown(f"{told}{words('text.sentence_gap')}{words('say.apart', list=listed)}")


def _missing_units(report: WeeklyReport, words: Words) -> list[Markdown]:
    rows = report["quality"]["missing_units"]
    if not rows:
        return []
    named = words.joined(
        [words("say.missing_unit", unit=row["unit"], week=row["last_usable"]) for row in rows[:MAX_UNITS]]
    )
    hidden = len(rows) - MAX_UNITS
    if hidden > 0:
        return [words("say.missing_units_more", units=named, count=words.count(hidden))]
    return [words("say.missing_units", units=named)]


def _smallest_changes(report: WeeklyReport, words: Words) -> list[Markdown]:
    rows = [row for row in report["quality"]["mde"] if row["mde"] is not None and row["n"] > 0]
    if not rows:
        return []
    n = words.count(rows[0]["n"])
    items = [
        words(
            "say.mde_item", mde=words.points(row["mde"], signed=False), p=words.percent(row["p"], decimals=0)
        )
        for row in rows
        if (row["mde"] or 0.0) <= REALISTIC_CHANGE
    ]
    if not items:
        return [words("say.mde_too_small", n=n)]
    told = words("say.mde", n=n, list=words.joined(items))
    if len(items) == len(rows):
        return [told]
    beyond = words("say.mde_from", p=words.percent(rows[len(items)]["p"], decimals=0))
    return [Markdown(f"{told}{words('text.sentence_gap')}{beyond}")]


def _named(company: str, board: str, words: Words) -> Markdown:
    if board == f"{IMPORT}:{company}":
        return words("text.imported", name=company)
    return words("text.with_detail", name=company, detail=board) if company else md(board)
