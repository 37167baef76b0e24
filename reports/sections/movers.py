"""What is changing in what is asked for: T4 and T5."""

from reports.document.changes import EmergingRow, MoverFamily, MoverRow
from reports.document.weekly import WeeklyReport
from reports.sections.parts import cut, ending
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import Words

MOVER_ROWS = 4
RADAR_ROWS = 2
_QUOTE_LENGTH = 60


def movers_tested(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return one sentence per class: how many requirements were tested, how many moved; and where."""
    part = report["movers"]
    if part["reason"]:
        return [words("say.movers_none_tested", because=words(f"because.{part['reason']}"))]
    told = [_family(family, words) for family in part["families"]]
    hidden = len(_surest(report)) - MOVER_ROWS
    rest = words("say.movers_more", count=words.count(hidden)) if hidden > 0 else words("say.movers_all")
    return ending(words, told, rest)


def _family(family: MoverFamily, words: Words) -> Markdown:
    parts = {
        "role": words(f"role.{family['role']}"),
        "n0": words.count(family["n0"]),
        "n1": words.count(family["n1"]),
    }
    if not family["tested"]:
        return words("say.movers_untested", because=words(f"because.{family['reason']}"), **parts)
    told = words(
        "say.movers_tested",
        tested=words.count(family["tested"]),
        movers=words.count(family["movers"]),
        mde=words.points(family["mde"], signed=False),
        **parts,
    )
    if not family["held_back"]:
        return told
    return Markdown(told + words("say.movers_held_back", held=words.count(family["held_back"])))


def movers(report: WeeklyReport, words: Words, *, complete: bool = False) -> Markdown:
    """Return T4: the surest movers of all classes; `complete`: all that were looked at, tested or not."""
    part = report["movers"]
    heads: list[Column] = [
        (words("column.requirement"), "left"),
        (words("column.role"), "left"),
        (words("column.before", window=words.window(part["compared"])), "right"),
        (words("column.now", window=words.window(part["window"])), "right"),
        (words("column.mover_change"), "right"),
        (words("column.verdict"), "left"),
    ]
    return table(
        heads,
        [
            [
                words.tag(row),
                words(f"role.{row['role']}"),
                words.share(row["before"]),
                words.share(row["now"]),
                words.difference(row["change"]),
                words(f"verdict.{row['verdict']}"),
            ]
            for row in (part["rows"] if complete else _surest(report)[:MOVER_ROWS])
        ],
    )


def _surest(report: WeeklyReport) -> list[MoverRow]:
    found = [row for row in report["movers"]["rows"] if row["mover"]]
    return sorted(found, key=lambda row: -(row["posterior"] or 0.0))


def radar(report: WeeklyReport, words: Words) -> list[Markdown]:
    """Return T5: what is new on the radar and what is gone from it, and where new words are found."""
    part = report["emerging"]
    if part["reason"]:
        told = [words("say.emerging_unknown", because=words(f"because.{part['reason']}"))]
    else:
        new = [row for row in part["rows"] if row["state"] == "new"]
        gone = [row for row in reversed(part["rows"]) if row["state"] == "gone"]
        shown = (new[: RADAR_ROWS - min(len(gone), 1)] + gone)[:RADAR_ROWS]
        told = [_seen(report, row, words) for row in shown]
        if hidden := len(new) + len(gone) - len(shown):
            told = ending(words, told, words("say.emerging_more", count=words.count(hidden)))
        if not shown:
            windows = {name: words.window(part[name]) for name in ("window", "compared")}
            told.append(words("say.emerging_none", tags=words.count(len(part["rows"])), **windows))
    return ending(words, told, words("say.emerging_words"))


def _seen(report: WeeklyReport, row: EmergingRow, words: Words) -> Markdown:
    gone = row["state"] == "gone"
    quote = Markdown("")
    if row["quote"] and row["company"]:
        quote = words("say.emerging_quote", quote=cut(row["quote"], _QUOTE_LENGTH), company=row["company"])
    return words(
        f"say.emerging_{row['state']}",
        tag=words.tag(row),
        compared=words.window(report["emerging"]["compared"]),
        week=row["last_seen"] if gone else row["first_seen"],
        y=words.count(row["y_before"] if gone else row["y_recent"]),
        n=words.count(row["n_before"] if gone else row["n_recent"]),
        employers=words.count(row["employers"]),
        sources=words.count(row["sources"]),
        quote=quote,
    )
