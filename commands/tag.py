"""`pmtrend tag`: what the tagger sees in a text; needs no store."""

import os
from collections.abc import Iterator
from io import BufferedReader

import click

from commands.telling import warn
from scraper.errors import InputError
from scraper.printing import echo

_CHUNK = 256 * 1024
"""Bytes that are read at most before what is there is answered."""


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--jsonl", is_flag=True, help="One JSON object a line in, one out, same order.")
def tag(file: BufferedReader, jsonl: bool) -> int:
    """Show what would be tagged in a text or HTML, and why. Its first line is the title; FILE or stdin."""
    from scraper.explaining import explain
    from scraper.parsing.encodings import decoded_text
    from scraper.stages import collect_rarely
    from scraper.understanding.answering import tag_lines

    if jsonl:
        collect_rarely()
        problems: list[str] = []
        first = 1
        for lines in _arriving(file):
            for answer in tag_lines(lines, problems, first=first):
                echo(answer)
            first += len(lines)
        for problem in problems:
            warn(problem)
        return 1 if problems else 0
    if file.isatty():
        echo("paste a posting (first line: its title), end with Ctrl-D", err=True)
    try:
        text = decoded_text(file.read())
    except InputError as error:
        raise InputError(f"the text {error}") from None
    if not text.strip():
        raise InputError("there is no text to tag")
    click.echo(explain(text), color=False if os.environ.get("NO_COLOR") else None)
    return 0


def _arriving(file: BufferedReader) -> Iterator[list[bytes]]:
    """Yield the lines of `file`, those together that are there together.

    So a file is read many lines at a time, and a program that waits for each answer before it writes the next
    line gets it.
    """
    begun: list[bytes] = []
    while chunk := file.read1(_CHUNK):
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = b"".join((*begun, whole[0]))
            yield [line + b"\n" for line in whole]
            begun = []
        begun.append(rest)
    if last := b"".join(begun):
        yield [last]
