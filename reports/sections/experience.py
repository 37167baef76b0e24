"""How many years are asked for: T7."""

from reports.document.composition import ExperienceRow, OpenAt
from reports.document.terms import PrintRule, RoleId
from reports.document.weekly import WeeklyReport
from reports.sections.parts import bracketed, texts
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

_OPEN_AT = (0, 3)
_SHOWN: tuple[RoleId, ...] = ("all", "ai_pm", "aigc_pm")


def no_years(report: WeeklyReport, words: Words) -> Markdown:
    """Return why there is nothing to say about experience."""
    key = "say.no_years" if texts(report)[0] else "say.no_years_titles"
    return words(key, window=words.window(report["experience"]["window"]))


def experience(report: WeeklyReport, words: Words) -> Markdown:
    """Return T7: the years that all, AI PM and AIGC PM ask for, how many are open with few, and who asks for
    years of AI."""
    heads: list[Column] = [
        (words("column.role"), "left"),
        (words("column.states_years"), "right"),
        (words("column.median"), "right"),
        *((words("column.open", years=str(years)), "right") for years in _OPEN_AT),
        (words("column.asks_ai_years"), "right"),
    ]
    ai = {row["role"]: row for row in report["experience"]["rows"] if row["measure"] == "ai"}

    def line(row: ExperienceRow) -> list[str]:
        opened = {at["years"]: at for at in row["open"]}
        return [
            words(f"role.{row['role']}"),
            words.share(row["stated"]),
            _median(words, row),
            *(_open(words, opened.get(years), row["print"]) for years in _OPEN_AT),
            _asked(words, ai[row["role"]]),
        ]

    shown = [row for row in report["experience"]["rows"] if row["role"] in _SHOWN]
    total = [row for row in shown if row["measure"] == "total"]
    stated = [row for row in total if row["stated"]["y"] or ai[row["role"]]["stated"]["y"]]
    return table(heads, [line(row) for row in stated])


def _asked(words: Words, row: ExperienceRow) -> Markdown:
    """The share that asks for years of AI, with the median of how many."""
    share = words.share(row["stated"])
    if row["median"] is None or row["print"] == "counts":
        return share
    told = words("say.years", years=words.number(row["median"]))
    return words("say.asked_years", share=share, years=bracketed(told, row["print"]))


def _median(words: Words, row: ExperienceRow) -> Markdown:
    if row["print"] == "counts":  # a median of a handful of postings says nothing
        return NOTHING
    if row["median"] is None or row["p25"] is None or row["p75"] is None:
        return words.number(row["median"])
    told = f"{words.number(row['median'])} ({words.number(row['p25'])}–{words.number(row['p75'])})"
    return bracketed(Markdown(told), row["print"])


def _open(words: Words, at: OpenAt | None, rule: PrintRule) -> Markdown:
    if at is None or at["n"] == 0:
        return NOTHING
    if rule == "counts":
        return Markdown(f"{at['y']}/{at['n']}")
    text = words.percent_between(at["share"], at["lo"], at["hi"], signed=False)
    return bracketed(text, rule)
