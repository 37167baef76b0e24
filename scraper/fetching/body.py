"""Reading a body that may be far larger than it should be."""

import io
import zlib
from collections.abc import Callable, Iterable, Iterator

from scraper.errors import ServerTrouble, ShapeChanged, TooBig

MAX_BODY = 24 * 2**20  # bytes after inflating; the largest boards, 2,000 postings with texts, come near 20
_STEP = 65536  # bytes inflated at a time: what a bomb can make us hold beyond the cap


def read_body(
    url: str,
    chunks: Iterable[bytes],
    encoding: str,
    cap: int,
    *,
    small: int = MAX_BODY,
    on_large: Callable[[], object] = lambda: None,
) -> bytes:
    """Return the body that arrives as `chunks` under the Content-Encoding `encoding`, at most `cap` bytes.

    `on_large` is called, once, before more than `small` bytes of it are held.

    Raises TooBig as soon as more than `cap` bytes arrived or came out, ServerTrouble for a gzip stream that
    is damaged or ends early, ShapeChanged for an encoding that was not asked for.
    """
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        pieces = iter(chunks)
    elif coding in ("gzip", "x-gzip"):
        pieces = _inflated(url, _capped(url, chunks, cap))
    else:
        raise ShapeChanged(url, f"the body has an encoding that was not asked for: {coding[:40]}")
    held = io.BytesIO()  # grows in place: a list of pieces would stand beside their sum
    size = 0
    for piece in _capped(url, pieces, cap):
        if size <= small < size + len(piece):
            on_large()
        size += held.write(piece)
    return held.getvalue()


def _capped(url: str, pieces: Iterable[bytes], cap: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > cap:
            raise TooBig(url, f"the body is larger than {cap} bytes")
        yield piece


def _inflated(url: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Inflate gzip; a stream may be several members, and what follows the last one is no concern of ours."""
    inflate = zlib.decompressobj(wbits=31)
    begun = False
    for chunk in chunks:
        data = chunk
        while data:
            if inflate.eof:
                if not data.startswith(b"\x1f"):
                    return
                inflate = zlib.decompressobj(wbits=31)
            begun = True
            try:
                piece = inflate.decompress(data, _STEP)
            except zlib.error as error:
                raise ServerTrouble(url, f"the compressed body is damaged: {error}") from error
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if piece:
                yield piece
    while begun and not inflate.eof:
        piece = inflate.decompress(b"", _STEP)
        if not piece and not inflate.eof:
            raise ServerTrouble(url, "the compressed body ends early")
        yield piece
