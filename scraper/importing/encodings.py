"""In which encoding a text file is: read once, in pieces, by what its bytes allow."""

from collections.abc import Iterator
from pathlib import Path

from scraper.errors import InputError
from scraper.parsing.encodings import UTF16_MARKS, text_codec

_CHUNK = 1 << 20
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13})
_BINARY = {
    b"\xd0\xcf\x11\xe0": "an old binary Excel or Word file; save it as XLSX or CSV",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed; unpack it first",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "an SQLite database",
    b"Rar!": "an archive; unpack it first",
    b"7z\xbc\xaf": "an archive; unpack it first",
}


def text_encoding(path: Path, head: bytes) -> str:
    """Return the codec of a text file that starts with `head` (see `text_codec`).

    Raises InputError if the file is binary or in no known encoding.
    """
    for magic, what in _BINARY.items():
        if head.startswith(magic):
            raise InputError(f"{path.name} is {what}")
    if not head.startswith(UTF16_MARKS) and (
        len(head.translate(None, delete=_CONTROL)) < 0.9 * len(head) or head.count(0) > 0.3 * len(head)
    ):
        raise InputError(f"{path.name} is not text (a binary file, or UTF-16 without a byte-order mark)")
    if codec := text_codec(lambda: _chunks(path)):
        return codec
    raise InputError(
        f"{path.name} is not text in a known encoding (UTF-8, UTF-16 with mark, GB18030/GBK, Windows-1252)"
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
