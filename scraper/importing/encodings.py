"""In which encoding a text file is: read once, in pieces, by what its bytes allow."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from scraper.errors import InputError

_CHUNK = 1 << 20
_ASCII = bytes(range(128))
_LONE_BYTE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13})
# One damaged place in fifty non-ASCII bytes (a cut cell, a paste) does not make it another encoding.
_TOLERANCE = 50
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
    """Return the codec of a text file that starts with `head`: utf-8-sig, utf-16, gb18030 or cp1252.

    UTF-16 needs its byte-order mark. UTF-8 is tried first: other encodings hardly ever pass for it. Of the
    rest, bytes above 127 that stand alone are Western (Excel's plain CSV), in pairs they are GB18030.
    Raises InputError if the file is binary or in no known encoding.
    """
    for magic, what in _BINARY.items():
        if head.startswith(magic):
            raise InputError(f"{path.name} is {what}")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head.translate(None, delete=_CONTROL)) < 0.9 * len(head) or head.count(0) > 0.3 * len(head):
        raise InputError(f"{path.name} is not text (a binary file, or UTF-16 without a byte-order mark)")
    high = sum(
        len(chunk) - len(chunk.translate(None, delete=bytes(range(128, 256)))) for chunk in _chunks(path)
    )
    if head.startswith(codecs.BOM_UTF8) or _damage(path, "utf-8") * _TOLERANCE <= high:
        return "utf-8-sig"
    sample = next((chunk for chunk in _chunks(path) if chunk.translate(None, delete=_ASCII)), b"")
    if len(_LONE_BYTE.findall(sample)) > 0.8 * len(sample.translate(None, delete=_ASCII)):
        return "cp1252"
    if _damage(path, "gb18030") * _TOLERANCE <= high:
        return "gb18030"
    raise InputError(f"{path.name} is not text in a known encoding (UTF-8, UTF-16 with mark, GB18030/GBK)")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _damage(path: Path, encoding: str) -> int:
    """Return at how many places the file cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return sum(decoder.decode(chunk).count("\ufffd") for chunk in _chunks(path)) + decoder.decode(
        b"", final=True
    ).count("\ufffd")
