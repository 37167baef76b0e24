"""Opening a file that a user saved: what it is, by its content and never by its name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scraper.errors import InputError
from scraper.importing.columns import Bad, Record
from scraper.importing.documents import json_records
from scraper.importing.encodings import text_encoding
from scraper.importing.pages import saved_page
from scraper.importing.tables import delimited_records, workbook_records
from scraper.importing.values import Plain
from scraper.importing.webarchives import is_web_archive, unpacked

_HEAD = 1 << 16
_MARKUP = re.compile(r"<(?:!--|(?:!doctype|html|head|body|script|meta|table|div|\?xml)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The rows of one file, in its order; `date` is what stands once for the whole file, None if nothing."""

    name: str
    date: Plain | None
    rows: tuple[Record | Bad, ...]


def read_file(path: Path) -> ReadFile:
    """Read one XLSX, CSV, TSV, JSON, JSONL or HAR file or saved web page.

    Raises InputError, one sentence that names the file, for everything that is none of these.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a directory; name the files in it")
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
        if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
            raise InputError(f"{path.name} is empty")
        if head.startswith(b"PK\x03\x04"):
            return ReadFile(path.name, None, tuple(workbook_records(path)))
        return _read_text(path, text_encoding(path, head))
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def _read_text(path: Path, encoding: str) -> ReadFile:
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        start = stream.read(_HEAD).lstrip()
        stream.seek(0)
        if _MARKUP.match(start):
            page = saved_page(path.name, stream.read())
            return ReadFile(path.name, page.date, page.rows)
        if is_web_archive(start):
            markup, address, saved = unpacked(path.name, stream.read())
            page = saved_page(path.name, markup, address=address, saved=saved)
            return ReadFile(path.name, page.date, page.rows)
        date: Plain | None = None
        rows: Iterator[Record | Bad]
        if start.startswith(("{", "[")):
            date, rows = json_records(path.name, stream)
        else:
            rows = delimited_records(path.name, stream)
        return ReadFile(path.name, date, tuple(rows))
