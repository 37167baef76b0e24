"""One employer against the others, in a report on that employer only."""

from reports.document.peers import PeerRow
from reports.document.weekly import WeeklyReport
from reports.sections.parts import with_rest
from reports.wording.escaping import Markdown
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

SHOWN_ROWS = 6


def peers(report: WeeklyReport, words: Words) -> Markdown:
    """Return the requirements that set the employer apart."""
    heads: list[Column] = [
        (words("column.requirement"), "left"),
        (words("column.employer"), "right"),
        (words("column.others"), "right"),
        (words("column.place"), "right"),
    ]

    def line(row: PeerRow) -> list[str]:
        own = Markdown(f"{row['y']}/{row['n']}") if row["n"] < 10 else words.percent(row["share"])
        place = NOTHING if row["below"] is None else words.percent(row["below"], decimals=0)
        return [words.tag(row), own, words.share(row["others"]), place]

    return table(heads, [line(row) for row in report["peers"]["rows"][:SHOWN_ROWS]])


def basis(report: WeeklyReport, words: Words) -> Markdown:
    """Return what the table rests on, and that one employer has no interval."""
    part = report["peers"]
    compared = part["rows"][0]["ranked"] if part["rows"] else 0
    told = words(
        "say.peers_basis",
        company=part["company"],
        window=words.window(part["window"]),
        n=words.count(part["n"]),
        n_others=words.count(part["n_others"]),
        compared=words.count(compared),
    )
    return with_rest(words, told, len(part["rows"]) - SHOWN_ROWS, "peers.csv")
