"""A week in a few lines: its notices and findings, free of any markup, for messages and feeds.

Sentences are markdown of our own with the rest escaped. Services have markups of their own, so the sentence
is taken apart here into plain text and where it is bold; whoever sends it escapes the text his way.
"""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from reports.document.weekly import WeeklyReport
from reports.rendering.markdown import told_notices
from reports.wording.escaping import Markdown
from reports.wording.notices import says_invented
from reports.wording.sentences import sentence
from reports.wording.words import Words

_ESCAPED_OR_BOLD = re.compile(r"(\\.|\*\*)")
Kind = Literal["notice", "finding", "quoted"]


class Span(NamedTuple):
    """A stretch of plain text of one weight."""

    text: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One statement. `quoted` is a notice in the words of whoever made the data, of any length."""

    kind: Kind
    spans: tuple[Span, ...]


def digest(report: WeeklyReport, words: Words) -> list[Line]:
    """Return the notices, then the findings, most important first."""
    quoted = {words("notice.other", text=text) for text in report["notices"] if not says_invented(text)}
    lines = [
        Line("quoted" if told in quoted else "notice", spans(told)) for told in told_notices(report, words)
    ]
    return lines + [Line("finding", spans(sentence(finding, words))) for finding in report["findings"]]


def title(report: WeeklyReport, words: Words) -> str:
    """Return the title of the week, as plain text."""
    return words.plain("title.report", week=report["week"])


def spans(told: Markdown) -> tuple[Span, ...]:
    """Return markdown as `words` and `sentences` make it (bold and backslashes, no links) in plain spans."""
    bold = False
    found: list[Span] = []
    for piece in _ESCAPED_OR_BOLD.split(told):
        if piece == "**":
            bold = not bold
            continue
        text = piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece
        if text and found and found[-1].bold == bold:
            found[-1] = Span(found[-1].text + text, bold)
        elif text:
            found.append(Span(text, bold))
    return tuple(found)
