"""What is printed: text of strangers steers no terminal, forges no line of a log and turns no reading around.

A title may hold an escape sequence that clears the screen, names the window or hides the line before it
(CWE-150), or a line end that begins a line of its own. Such characters are printed as the escapes that JSON
has for them: seen by a person, and the same value to a program that reads JSON.
"""

import codecs
import io
import re

import click

# Controls (C0 but the tab, DEL, C1: some terminals obey U+009B as they do ESC [), line and paragraph
# separators, marks and overrides of direction, halves of surrogate pairs, which no stream can encode.
_STEERING = (
    *((0x00, 0x08), (0x0A, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E)),
    *((0x2066, 0x2069), (0xD800, 0xDFFF)),
)
_ESCAPES = {code: f"\\u{code:04x}" for first, last in _STEERING for code in range(first, last + 1)}
_REPLACED = dict.fromkeys(_ESCAPES, "\ufffd")

_ESCAPED = "escaped"
_BOLD = re.compile(r"\\u001b\[([01])m")


def printable(text: str) -> str:
    """Return `text` as one line in which nothing steers: such characters as `\\u001b`.

    In JSON they stand inside strings only, so that JSON stays the same value.
    """
    # What Unicode calls printable holds none of them; to tell that is thirty times as fast as to map text.
    return text if text.isprintable() else text.translate(_ESCAPES)


def without_controls(text: str) -> str:
    """Return `text` with its line ends as `\\n` and U+FFFD for all else that steers, one for one."""
    lines = re.split("\r\n?|\n", text)
    return "\n".join(line.translate(_REPLACED) for line in lines)


def escape_what_is_not_encoded(stream: object) -> None:
    """Let a stream that would raise for a character of another encoding print the escape of JSON for it."""
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        codecs.register_error(_ESCAPED, _escaped)
        stream.reconfigure(errors=_ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(
        f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)
    ), error.end


def echo(line: object, *, err: bool = False, bold: bool = False) -> None:
    """Print one line, whatever it holds, to stdout or (`err`) stderr; `bold` leaves bold what is so in it."""
    text = printable(str(line))
    if bold:
        text = _BOLD.sub("\x1b[\\1m", text)
    click.echo(text, err=err, color=True)
