"""How long postings stay open: T10."""

from reports.document.stays import Cliff, StayRow, StillOpen
from reports.document.terms import RoleId
from reports.document.weekly import WeeklyReport
from reports.sections.parts import joined
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

SHOWN_ROLES: tuple[RoleId, ...] = ("ai_pm", "aigc_pm", "other_pm")
SHOWN_DAYS = (14, 30, 60)
SHOWN_CLIFFS = 3
_ENDLESS = Markdown("∞")


def _told(report: WeeklyReport) -> list[StayRow]:
    """The classes whose curve says anything."""
    return [
        row
        for row in report["lifetimes"]["rows"]
        if row["role"] in SHOWN_ROLES and any(at["still_open"] is not None for at in row["open"])
    ]


def still_open(report: WeeklyReport, words: Words) -> Markdown:
    """Return T10: one row per class."""
    heads: list[Column] = [
        (words("column.role"), "left"),
        (words("column.days_open"), "right"),
        (words("column.days_quartiles"), "right"),
        *((words("column.still_open", days=str(days)), "right") for days in SHOWN_DAYS),
    ]

    def line(row: StayRow) -> list[str]:
        small = row["print"] != "full"
        opened = {at["days"]: at for at in row["open"]}
        cells = [_median(words, row), _quartiles(words, row)]
        cells += [_share(words, opened[days]) for days in SHOWN_DAYS]
        name = words(
            "say.stays_of",
            role=words(f"role.{row['role']}"),
            n=words.count(row["stays"]),
            closed=words.count(row["closed"]),
        )
        return [name, *(Markdown(f"({cell})") if small and cell != NOTHING else cell for cell in cells)]

    return table(heads, [line(row) for row in _told(report)])


def basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what T10 rests on, whether AI PM postings stay open longer, and what the ages may hide."""
    part = report["lifetimes"]
    whole = next(row for row in part["rows"] if row["role"] == "all")
    if not _told(report):
        key = "say.no_stays" if part["status"] == "ok" else "say.no_stays_because"
        because = words(f"because.{part['reason']}") if part["reason"] else NOTHING
        return words(key, because=because, n=words.count(whole["stays"]), closed=words.count(whole["closed"]))
    watched = words("say.stays_basis", window=words.window(part["window"]))
    told = joined(words, watched, contrast(report, words))
    if part["undated"]:
        told = joined(words, told, words("say.stays_undated", count=words.count(part["undated"])))
    for cliff in part["cliffs"][:SHOWN_CLIFFS]:
        told = joined(words, told, _cliff(words, cliff))
    return told


def contrast(report: WeeklyReport, words: Words) -> Markdown:
    """Return whether AI PM postings stay open longer than those for AIGC PM."""
    part = report["lifetimes"]["contrast"]
    change = part["difference"]
    if change["d"] is None:
        return words("say.stays_untested", because=words(f"because.{change['reason']}"))
    return words(
        f"say.stays_{part['direction']}",
        days=words.count(part["days"]),
        difference=words.difference(change),
        n_ai=words.count(change["n0"]),
        n_aigc=words.count(change["n1"]),
    )


def _median(words: Words, row: StayRow) -> Markdown:
    if row["days_median"] is None:
        return words("say.not_reached")
    ends = (row["days_median_lo"], row["days_median_hi"])
    lo, hi = (_ENDLESS if end is None else words.number(end) for end in ends)
    return Markdown(f"{words.number(row['days_median'])} [{lo}, {hi}]")


def _quartiles(words: Words, row: StayRow) -> Markdown:
    if row["days_p25"] is None:
        return words("say.not_reached")
    last = words("say.not_reached") if row["days_p75"] is None else words.number(row["days_p75"])
    return Markdown(f"{words.number(row['days_p25'])} – {last}")


def _share(words: Words, at: StillOpen) -> Markdown:
    return words.percent_between(at["still_open"], at["lo"], at["hi"], signed=False)


def _cliff(words: Words, cliff: Cliff) -> Markdown:
    return words(
        "say.stays_cliff",
        source=cliff["source"],
        days=words.count(cliff["days"]),
        closed=words.count(cliff["closed"]),
        expected=words.number(cliff["expected"]),
    )
