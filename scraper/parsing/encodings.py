"""In which encoding bytes that a user gave are text: decided by what the bytes allow."""

import codecs
import re
from collections.abc import Callable, Iterable
from itertools import islice

from scraper.errors import InputError

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ASCII = bytes(range(128))
_DAMAGED = "\ufffd"
_LINE_END = re.compile(r"\r\n?")
_HIGH = bytes(range(128, 256))
_LONE_BYTE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_MOSTLY = 0.8
# One damaged place in fifty non-ASCII bytes (a cut cell, a paste) does not make it another encoding.
_TOLERANCE = 50

Chunks = Callable[[], Iterable[bytes]]
"""The bytes from their beginning, in pieces of any size but 0; asked for several times."""


def text_codec(chunks: Chunks) -> str | None:
    """Return the codec of a text: utf-8-sig, utf-16, gb18030 or cp1252; None if it is in none of them.

    UTF-16 needs its byte-order mark. UTF-8 is tried first: other encodings hardly ever pass for it. Of the
    rest, bytes above 127 that stand alone are Western (what Windows calls ANSI there, Excel CSV), in pairs
    they are GB18030. Decoding may still meet damaged places.
    """
    head = b"".join(islice(chunks(), len(codecs.BOM_UTF8)))
    if head.startswith(UTF16_MARKS):
        return "utf-16"
    high = sum(len(chunk) - len(chunk.translate(None, delete=_HIGH)) for chunk in chunks())
    if head.startswith(codecs.BOM_UTF8) or _damage(chunks, "utf-8") * _TOLERANCE <= high:
        return "utf-8-sig"
    sample = next((chunk for chunk in chunks() if chunk.translate(None, delete=_ASCII)), b"")
    if len(_LONE_BYTE.findall(sample)) > _MOSTLY * len(sample.translate(None, delete=_ASCII)):
        return "cp1252"
    return "gb18030" if _damage(chunks, "gb18030") * _TOLERANCE <= high else None


def decoded_text(raw: bytes) -> str:
    """Return the text that these bytes are, line ends as \\n, damaged places as U+FFFD.

    Raises InputError, the end of a sentence, if they are in no known encoding (`text_codec`).
    """
    if (codec := text_codec(lambda: [raw])) is None:
        raise InputError("is in no known encoding (UTF-8, UTF-16 with mark, GB18030/GBK, Windows-1252)")
    return _LINE_END.sub("\n", raw.decode(codec, errors="replace"))


def decoded_line(raw: bytes) -> str:
    """Return the text of one line of many, line ends as \\n: UTF-8, with or without a mark, else GB18030.

    A line is too little to tell other encodings by. A few broken bytes in much UTF-8 become U+FFFD, since as
    GB18030 all the rest would be read wrongly.
    Raises InputError, the end of a sentence, if it is neither.
    """
    text = raw.decode("utf-8", errors="replace").removeprefix("\ufeff")
    damage = text.count(_DAMAGED) - raw.count(_DAMAGED.encode())
    if not damage or damage * _TOLERANCE <= sum(byte > 127 for byte in raw):
        return _LINE_END.sub("\n", text)
    try:
        return _LINE_END.sub("\n", raw.decode("gb18030"))
    except UnicodeDecodeError:
        raise InputError("is neither UTF-8 nor GB18030 text") from None


def _damage(chunks: Chunks, encoding: str) -> int:
    """Return at how many places the text cannot be decoded; signs of damage that it holds itself are none."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    sign = _DAMAGED.encode(encoding)
    found, begun = 0, b""
    for chunk in chunks():
        seen = begun + chunk
        found += decoder.decode(chunk).count(_DAMAGED) - seen.count(sign)
        begun = seen[1 - len(sign) :]
    return found + decoder.decode(b"", final=True).count(_DAMAGED)
