"""JSON documents and JSON lines as records: answers of job boards, recordings of a browser, or any list of
objects with known keys, and the date beside it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import IO, Any

from scraper.errors import InputError
from scraper.importing.answers import answer_rows, refusal
from scraper.importing.captures import capture_rows, is_capture
from scraper.importing.columns import Bad, Record, is_layout, read, unknown_layout
from scraper.importing.values import Plain

_DEEPEST_LIST = 4  # {"content": {"positionResult": {"result": [...]}}}
_LIST_KEYS = frozenset(
    ("jobs", "postings", "positions", "list", "data", "items", "result", "results", "rows")
)


def json_records(name: str, stream: IO[str]) -> tuple[Plain | None, Iterator[Record | Bad]]:
    """Return the date that stands beside the list (None: none) and the records, from JSON or JSON lines.

    JSON lines are read one by one; anything else is read whole. A document that is not valid as a whole
    but holds one object a line (trailing commas, a missing bracket) is read by its lines.
    Raises InputError if no object looks like a posting.
    """
    start: list[str] = []
    filled: list[str] = []
    while len(filled) < 2 and (line := stream.readline()):
        start.append(line)
        filled.extend([line] if line.strip() else [])
    if len(filled) == 2 and isinstance(_parsed(filled[0]), dict):
        return None, _line_records(name, chain(start, stream))
    text = "".join(chain(start, stream))
    try:
        return _document_records(name, json.loads(text, strict=False))
    except RecursionError as error:
        raise InputError(f"{name} is nested too deeply to be a list of postings") from error
    except ValueError as error:
        lines = text.split("\n")
        if any(isinstance(item := _parsed(line), dict) and is_layout(tuple(item)) for line in lines):
            return None, _line_records(name, lines)
        raise InputError(f"{name} is not JSON, or is cut off: {error}") from error


def _parsed(line: str) -> Any:
    try:
        return json.loads(line.strip().rstrip(","), strict=False)
    except (ValueError, RecursionError):
        return None


def _line_records(name: str, lines: Iterable[str]) -> Iterator[Record | Bad]:
    known, seen = False, dict[str, None]()
    for number, line in enumerate(lines, start=1):
        if line.strip() in ("", "[", "]", "],", "];"):
            continue
        item = _parsed(line)
        if (
            isinstance(item, dict)
            and not is_layout(tuple(item))
            and (answer := answer_rows(item)) is not None
        ):
            known = True
            yield from (replace(row, number=number) for row in answer)
            continue
        known = known or (isinstance(item, dict) and is_layout(tuple(item)))
        if not known and isinstance(item, dict):
            seen |= dict.fromkeys(item)
        yield _record(number, item)
    if not known:
        raise InputError(unknown_layout(name, seen))


def _record(number: int, item: Any) -> Record | Bad:
    if not isinstance(item, dict):
        return Bad(number, "it is not a JSON object")
    return Record(number, read(tuple(item), list(item.values())))


def _document_records(name: str, document: Any) -> tuple[Plain | None, Iterator[Record | Bad]]:
    if is_capture(document):
        date, rows = capture_rows(name, document)
        return date, iter(rows)
    if (answer := answer_rows(document)) is not None:
        return None, iter(answer)
    if isinstance(document, dict) and is_layout(tuple(document)):
        return None, iter((_record(1, document),))
    found = list(_lists("", document, None, 0))
    best = max(found, key=lambda entry: (_postings_in(entry[1]), not entry[1]), default=None)
    if best is None or (best[1] and not _postings_in(best[1])):
        if said := refusal(document):
            raise InputError(f"{name} is no list of postings but an answer that refuses it ({said})")
        items = best[1] if best else [document]
        columns = dict.fromkeys(key for item in items[:100] if isinstance(item, dict) for key in item)
        raise InputError(unknown_layout(name, columns))
    date, items = best
    return date, (_record(number, item) for number, item in enumerate(items, start=1))


def _postings_in(items: list[Any]) -> int:
    return sum(1 for item in items if isinstance(item, dict) and is_layout(tuple(item)))


def _lists(key: str, value: Any, date: Plain | None, depth: int) -> Iterator[tuple[Plain | None, list[Any]]]:
    """Yield the lists that may be the listing, each with the nearest collection date around it."""
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value) or (not value and (not key or key in _LIST_KEYS)):
            yield date, value
    elif isinstance(value, Mapping) and depth < _DEEPEST_LIST:
        here = read(tuple(value), list(value.values())).get("collected", date)
        for inner, child in value.items():
            yield from _lists(inner, child, here, depth + 1)
