"""`pmtrend tag`: what the tagger sees in a text; needs no store."""

import os
from typing import BinaryIO

import click

from commands.telling import warn
from scraper.errors import InputError
from scraper.printing import echo


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--jsonl", is_flag=True, help="One JSON object a line in, one out, same order.")
def tag(file: BinaryIO, jsonl: bool) -> int:
    """Show what would be tagged in a text or HTML, and why (first line: the title; or from stdin)."""
    from scraper.explaining import explain
    from scraper.understanding.answering import decode_text, tag_lines

    if jsonl:
        problems: list[str] = []
        for line in tag_lines(file, problems):
            echo(line)
        for problem in problems:
            warn(problem)
        return 1 if problems else 0
    if file.isatty():
        echo("paste a posting (first line: its title), end with Ctrl-D", err=True)
    try:
        text = decode_text(file.read())
    except InputError as error:
        raise InputError(f"the text {error}") from None
    if not text.strip():
        raise InputError("there is no text to tag")
    click.echo(explain(text), color=False if os.environ.get("NO_COLOR") else None)
    return 0
