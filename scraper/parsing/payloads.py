"""What a reply costs once it is parsed. The cap on its size is no cap on that: three bytes of JSON can become
a hundred in memory, and one emoji makes each character of its text take four."""

import codecs
import re

LARGE = 2 * 2**20
"""Bytes from which on a body is looked at before it is parsed; below, the worst stays under 130 MB."""
MAX_WEIGHT = 64 * 2**20
"""Bytes that the values of a reply may take; those of 2,000 postings with their texts take 50 MB."""
MAX_TAGS = 400_000
"""Tags, or attributes, of an XML reply; a sitemap of 50,000 addresses has 300,000."""
MAX_TEXT = 8 * 2**20
"""Bytes of a reply that is read as a page."""

_STEP = 2 * 2**20  # pieces large enough that their memory is given back at once
_SHOWN = 200
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_WIDE_ESCAPE = re.compile(rb"\\u[dD][89a-bA-B]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_FOUR_BYTES = 0xF0  # what the first byte of a character beyond the basic plane is at least, in UTF-8
# Bytes of memory beside the characters: an object with one member, an empty list, a member, a string.
_OBJECT, _LIST, _MEMBER, _CHARS = 200, 64, 36, 56


def too_heavy(body: bytes) -> bool:
    """Tell whether the values of a JSON body would take more than MAX_WEIGHT, by a generous estimate."""
    weight = body.count(b"{") * _OBJECT + body.count(b"[") * _LIST
    commas = body.count(b",")
    for match in _STRING.finditer(body):
        if weight > MAX_WEIGHT:
            return True
        token = match[0]
        commas -= token.count(b",")
        weight += len(token) * _width(token) + _CHARS
    return weight + commas * _MEMBER > MAX_WEIGHT


def _width(token: bytes) -> int:
    """Bytes that each character of a string takes: as many as its widest one needs."""
    if not token.isascii() and max(token) >= _FOUR_BYTES:
        return 4
    if b"\\u" in token:
        return 4 if _WIDE_ESCAPE.search(token) else 2
    return 1 if token.isascii() else 2


def narrow_json(body: bytes) -> str:
    """Decode JSON in UTF-8 so that no character takes more than two bytes: those that would, as escapes.

    They mean the same inside a string, and in JSON they stand nowhere else. Raises UnicodeDecodeError, and
    OverflowError if the text becomes far longer than the body.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    pieces: list[str] = []
    length = 0
    for start in range(0, len(body), _STEP):
        last = start + _STEP >= len(body)
        pieces.append(_ASTRAL.sub(_escaped, decoder.decode(body[start : start + _STEP], final=last)))
        length += len(pieces[-1])
        if length > 1.5 * len(body):
            raise OverflowError("far more characters than bytes")
    return "".join(pieces)


def _escaped(match: re.Match[str]) -> str:
    pair = match[0].encode("utf-16-be").hex()
    return f"\\u{pair[:4]}\\u{pair[4:]}"


def start_of(body: bytes) -> str:
    """Return the beginning of a body that could not be read, on one line, to tell what it is."""
    begun = body[:_SHOWN]
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(begun)
    except UnicodeDecodeError:
        text = begun.decode("gb18030", "replace")
    return " ".join(text.split())[:80]
