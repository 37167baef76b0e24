"""What several sections are made of."""

from collections.abc import Sequence

from reports.document.terms import PrintRule, print_rule
from reports.document.weekly import WeeklyReport
from reports.wording.escaping import Markdown, md
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words


def texts(report: WeeklyReport) -> tuple[int, int]:
    """Return how many of how many vacancies of the window came with their text."""
    row = next(r for r in report["quality"]["completeness"] if (r["field"], r["role"]) == ("text", "all"))
    return row["filled"], row["n"]


def marked(words: Words, name: str, by_definition: bool) -> Markdown:
    """Return a name, with a mark where what it names also decides which class a posting is in."""
    return Markdown(f"{md(name)}{words('text.by_definition') if by_definition else ''}")


def with_rest(words: Words, basis: Markdown, hidden: int, file: str) -> Markdown:
    if hidden <= 0:
        return basis
    rest = words("say.more_rows", count=words.count(hidden), file=Markdown(file))
    return joined(words, basis, rest)


def joined(words: Words, first: Markdown, second: Markdown) -> Markdown:
    return Markdown(f"{first}{words('text.sentence_gap')}{second}")


def one_line(words: Words, told: Sequence[Markdown]) -> list[Markdown]:
    """Return the sentences as one line, none if there are none."""
    return [Markdown(words("text.sentence_gap").join(told))] if told else []


def ending(words: Words, lines: Sequence[Markdown], more: Markdown) -> list[Markdown]:
    """Return the lines with what is left to say behind the last, so that it takes no line of its own."""
    return [*lines[:-1], joined(words, lines[-1], more)]


def pair(words: Words, first: int | None, second: int | None) -> Markdown:
    """Return two counts, or as many of them as there are: `162 / 23`."""
    if first is None:
        return NOTHING
    if second is None:
        return words.count(first)
    return Markdown(f"{words.count(first)} / {words.count(second)}")


def guarded(told: Markdown, n: int, employers: int) -> Markdown:
    """Return a figure as the print rule lets it be printed; one that is no share has no counts to show."""
    rule = print_rule(n, employers)
    return NOTHING if rule == "counts" or told == NOTHING else bracketed(told, rule)


def bracketed(told: Markdown, rule: PrintRule) -> Markdown:
    """Return a figure, in brackets if it rests on few."""
    return Markdown(f"({told})") if rule == "small_n" else told


def named_table(words: Words, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Markdown:
    """Columns named by catalog keys: the first to the left, the rest to the right."""
    heads: list[Column] = [
        (words(f"column.{name}"), "left" if i == 0 else "right") for i, name in enumerate(names)
    ]
    return table(heads, rows)


def cut(text: str, most: int) -> str:
    """Return at most so many characters of a text, with an ellipsis where it goes on."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
