"""HAR files: what a browser's network panel recorded, as the postings of all answers in it."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scraper.errors import InputError
from scraper.importing.answers import answer_rows
from scraper.importing.columns import Bad, Record
from scraper.importing.pages import saved_page
from scraper.importing.values import Plain, plain


def is_capture(document: Any) -> bool:
    """Tell whether a JSON document is a HAR file: {"log": {"entries": [...]}}."""
    log = document.get("log") if isinstance(document, Mapping) else None
    return isinstance(log, Mapping) and isinstance(log.get("entries"), list)


def capture_rows(name: str, document: Any) -> tuple[Plain | None, list[Record | Bad]]:
    """Return when the recording began and the postings of its answers, numbered through.

    Only answers of known layouts and pages are read; the others belong to the site around them.
    Raises InputError if there is none.
    """
    entries: Sequence[Any] = document["log"]["entries"]
    rows: list[Record | Bad] = []
    date: Plain | None = None
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        found = list(_rows_of(name, _body(entry)))
        rows.extend(found)
        date = date or (plain(entry.get("startedDateTime")) if found else None)
    if not rows:
        raise InputError(
            f"{name} is a network recording (HAR) of {len(entries)} answers in which no postings were found; "
            "it must be saved with the contents of the answers"
        )
    return date, [
        Record(number, row.fields) if isinstance(row, Record) else Bad(number, row.reason)
        for number, row in enumerate(rows, start=1)
    ]


def _rows_of(name: str, body: str) -> Iterator[Record | Bad]:
    if body.startswith(("{", "[")):
        try:
            yield from answer_rows(json.loads(body, strict=False)) or []
        except (ValueError, RecursionError):
            return
    elif body.startswith("<"):
        try:
            yield from saved_page(name, body).rows
        except InputError:
            return


def _body(entry: Mapping[str, Any]) -> str:
    content: Any = entry.get("response")
    content = content.get("content") if isinstance(content, Mapping) else None
    text = content.get("text") if isinstance(content, Mapping) else None
    if not isinstance(text, str):
        return ""
    if content.get("encoding") == "base64":
        try:
            text = base64.b64decode(text, validate=True).decode("utf-8", "replace")
        except (ValueError, binascii.Error):
            return ""
    return text.lstrip("\ufeff \t\r\n")
