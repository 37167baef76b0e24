"""What several sections are made of."""

from collections.abc import Sequence

from reports.document.weekly import WeeklyReport
from reports.escaping import Markdown
from reports.tables import Column, table
from reports.words import NOTHING, Words


def texts(report: WeeklyReport) -> tuple[int, int]:
    """Return how many of how many vacancies of the window came with their text."""
    row = next(r for r in report["quality"]["completeness"] if (r["field"], r["role"]) == ("text", "all"))
    return row["filled"], row["n"]


def with_rest(words: Words, basis: Markdown, hidden: int, file: str) -> Markdown:
    if hidden <= 0:
        return basis
    rest = words("say.more_rows", count=words.count(hidden), file=Markdown(file))
    return joined(words, basis, rest)


def joined(words: Words, first: Markdown, second: Markdown) -> Markdown:
    return Markdown(f"{first}{words('text.sentence_gap')}{second}")


def pair(words: Words, first: int | None, second: int | None, between: str, after: str) -> Markdown:
    if first is None:
        return NOTHING
    if second is None:
        return words.count(first)
    return Markdown(f"{words.count(first)}{between}{words.count(second)}{after}")


def named_table(words: Words, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Markdown:
    """Columns named by catalog keys: the first to the left, the rest to the right."""
    heads: list[Column] = [
        (words(f"column.{name}"), "left" if i == 0 else "right") for i, name in enumerate(names)
    ]
    return table(heads, rows)
