"""What is printed: text of strangers steers no terminal, forges no line of a log and turns no reading around.

A title may hold an escape sequence that clears the screen, names the window or hides the line before it
(CWE-150), or a line end that begins a line of its own. Such characters are printed as the escapes that JSON
has for them: seen by a person, and the same value to a program that reads JSON.
"""

import re

import click

# Controls (C0 but the tab, DEL, C1: some terminals obey U+009B as they do ESC [), line and paragraph
# separators, marks and overrides of direction, halves of surrogate pairs, which no stream can encode.
_STEERING = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

_BOLD = re.compile(r"\\u001b\[([01])m")


def printable(text: str) -> str:
    """Return `text` as one line in which nothing steers: such characters as `\\u001b`.

    In JSON they stand inside strings only, so that JSON stays the same value.
    """
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def without_controls(text: str) -> str:
    """Return `text` with its line ends as `\\n` and U+FFFD for all else that steers, one for one."""
    lines = re.split("\r\n?|\n", text)
    return "\n".join(_STEERING.sub("\ufffd", line) for line in lines)


def echo(line: object, *, err: bool = False, bold: bool = False) -> None:
    """Print one line, whatever it holds, to stdout or (`err`) stderr; `bold` leaves bold what is so in it."""
    text = printable(str(line))
    if bold:
        text = _BOLD.sub("\x1b[\\1m", text)
    click.echo(text, err=err, color=True)
