"""WARC files: the few conventions that writing and reading share, and a reader that notices damage.

Format: WARC 1.1, iipc.github.io/warc-specifications. warcio parses and builds the records; walking the
file is ours because its iterator takes a cut or damaged file for a short one without saying so.
"""

import base64
import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

RETRIED = (
    "Pmtrend-Retried"  # our extension field: this answer was not the last word, another try followed at once
)

NOT_WARC = "stops being a WARC archive"

_STEP = 65536
_LONGEST_LINE = 1024
_LONGEST_HEADERS = 2**18
"""Bytes of the headers of a record, its own and those of HTTP; no client of the web takes more."""
_GZIP = b"\x1f\x8b"


class Damaged(Exception):
    """The file is cut off or damaged at `offset`; everything before is sound."""

    def __init__(self, offset: int, what: str):
        super().__init__(what)
        self.offset, self.what = offset, what


def payload_digest(body: bytes) -> str:
    """Return the digest of a payload as WARC writes it: sha1 in base32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")


def fields(block: bytes) -> dict[str, str]:
    """Parse an application/warc-fields block into its fields, names in lower case."""
    lines = (line.partition(":") for line in block.decode("utf-8", "replace").splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}


def records(file: BinaryIO) -> Iterator[tuple[int, Any]]:
    """Yield (offset, warcio record) for each record of a file, compressed record by record or not at all.

    A record's streams are valid until the next one is asked for. Raises Damaged after the last sound record.
    """
    size = file.seek(0, io.SEEK_END)
    offset = 0
    while offset < size:
        stream, member = _stream(file, offset)
        record = _parsed(stream, offset)
        if record is not None:
            yield offset, record
            _finish(record, offset)
        if member is None:
            offset = file.tell()
        elif stream.read(_STEP).strip():
            raise Damaged(
                offset, "holds several records in one compressed block (`warcio recompress` splits it)"
            )
        else:
            offset = member.end


def record_at(file: BinaryIO, offset: int) -> Any:
    """Return the warcio record that begins at `offset`. Raises Damaged."""
    record = _parsed(_stream(file, offset)[0], offset)
    if record is None:
        raise Damaged(offset, "ends")
    return record


def _stream(file: BinaryIO, offset: int) -> "tuple[Any, _Member | None]":
    file.seek(offset)
    compressed = file.read(2) == _GZIP
    file.seek(offset)
    if not compressed:
        return file, None
    member = _Member(file, offset)
    return io.BufferedReader(member, _STEP), member


def _parsed(stream: Any, offset: int) -> Any | None:
    """Read one record up to its payload; None if only blank lines are left."""
    line = stream.readline(_LONGEST_LINE)
    while line and not line.strip():
        line = stream.readline(_LONGEST_LINE)
    if not line:
        return None
    if not line.startswith(b"WARC/"):
        raise Damaged(offset, NOT_WARC)
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
    bounded = _BoundedHeaders(stream, offset)
    try:
        record = loader.parse_record_stream(bounded, statusline=line, known_format="warc")
    except (ArchiveLoadFailed, EOFError, AttributeError, ValueError) as error:
        # The last two for a record without its URL, and for one without its length.
        raise Damaged(offset, NOT_WARC) from error
    if record.length is None or not record.rec_type:
        raise Damaged(offset, "is cut off")
    bounded.parsed = True
    return record


def _finish(record: Any, offset: int) -> None:
    while record.raw_stream.read(_STEP):
        pass
    if record.raw_stream.limit > 0:
        raise Damaged(offset, "is cut off")


class _BoundedHeaders:
    """A stream whose lines, until the headers are `parsed`, are no more than headers are: warcio holds them
    all. A megabyte of gzip may inflate to a thousand of them."""

    def __init__(self, stream: Any, offset: int):
        self.parsed = False
        self._stream, self._offset, self._left = stream, offset, _LONGEST_HEADERS

    def readline(self, size: int = -1) -> bytes:
        if self.parsed:
            return bytes(self._stream.readline(size))
        line = bytes(self._stream.readline(self._left if size < 0 else min(size, self._left)))
        self._left -= len(line)
        if self._left <= 0:
            raise Damaged(self._offset, "has headers longer than any archive's")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Member(io.RawIOBase):
    """The inflated bytes of the gzip member that begins at `offset`; `end` is where the next one begins."""

    def __init__(self, file: BinaryIO, offset: int):
        self._file = file
        self._offset = offset
        self._inflate = zlib.decompressobj(wbits=31)
        self.end = offset

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ended():
            data = self._inflate.unconsumed_tail or self._file.read(_STEP)
            try:
                piece = self._inflate.decompress(data, len(buffer))
            except zlib.error as error:
                raise Damaged(self._offset, f"is damaged ({error})") from error
            if self._ended():
                self.end = self._file.tell() - len(self._inflate.unused_data)
            elif not piece and not data:
                raise Damaged(self._offset, "is cut off")
            if piece:
                buffer[: len(piece)] = piece
                return len(piece)
        return 0

    def _ended(self) -> bool:
        return self._inflate.eof
