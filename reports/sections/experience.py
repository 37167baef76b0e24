"""How many years are asked for: T7."""

from collections.abc import Sequence

from reports.document.composition import ExperienceRow, OpenAt
from reports.document.terms import PrintRule
from reports.document.weekly import WeeklyReport
from reports.escaping import Markdown
from reports.sections.parts import texts
from reports.tables import Column, table
from reports.words import NOTHING, Words

_OPEN_AT = (0, 1, 3, 5)


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
