"""What of a listing is kept while it is read: clean, of bounded size, and no more than is needed.

A server may send anything: a text of 20 MB, an id as long as a book, half a surrogate pair, which no database
takes. Fields that no posting has make an item unreadable; a text that is too long is cut and says so.
"""

import re
import sys
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from scraper.model import RawPosting, Reject

MAX_DESCRIPTION = 256 * 1024
"""Characters of one description; no honest posting comes near it."""
MAX_FIELDS = 50_000
"""Characters of all other fields together; some postings name hundreds of places."""
MAX_KEPT = 12 * 2**20
"""Bytes that the postings of one look may take; 3,000 Chinese ones with their texts take 8 MB."""
_MAX_REASON, _MAX_ID = 300, 200

_BAD_CODES = re.compile("[\ud800-\udfff\x00]")
_OTHERS = tuple(one.name for one in fields(RawPosting) if one.type is str and one.name != "description")
_others = attrgetter(*_OTHERS)


def clean(text: str) -> str:
    """Return `text` with U+FFFD for what no database takes: lone surrogates and NUL."""
    return _BAD_CODES.sub("\ufffd", text)


def brief(text: str, most: int = _MAX_REASON) -> str:
    """Return a clean `text` of at most `most` characters, to be shown to people."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def bounded(posting: RawPosting, *, wanted: bool) -> RawPosting | Reject:
    """Return the posting fit to be kept, or a Reject. Of one that is not wanted the text is not kept.

    All that is told of such a text is that there is one.
    """
    others = "".join((*_others(posting), *posting.locations))
    asked = len(posting.detail.url) + len(posting.detail.body) if posting.detail else 0
    if len(others) + asked > MAX_FIELDS or len(posting.native_id) > _MAX_ID:
        return Reject(brief(posting.native_id, _MAX_ID), "its fields are longer than those of any posting")
    length = len(posting.description)
    if length > (MAX_DESCRIPTION if wanted else 1):
        kept = posting.description[: MAX_DESCRIPTION if wanted else 1]
        posting = replace(posting, description=kept, text_cut=posting.text_cut or wanted)
    return _cleaned(posting) if _is_bad(others) or _is_bad(posting.description) else posting


def _is_bad(text: str) -> bool:
    return not (text.isascii() and "\x00" not in text) and _BAD_CODES.search(text) is not None


def _cleaned(posting: RawPosting) -> RawPosting:
    texts: dict[str, Any] = {name: clean(getattr(posting, name)) for name in (*_OTHERS, "description")}
    return replace(posting, **texts, locations=tuple(map(clean, posting.locations)))


def rejected(reject: Reject) -> Reject:
    """Return the reject with an id and a reason that can be stored and shown."""
    return Reject(brief(reject.native_id, _MAX_ID), brief(reject.reason))


def size(kept: RawPosting | Reject) -> int:
    """Return about how many bytes a posting or reject takes."""
    if isinstance(kept, Reject):
        return 100 + sys.getsizeof(kept.native_id) + sys.getsizeof(kept.reason)
    texts = (kept.description, *_others(kept), *kept.locations)
    return 300 + sum(map(sys.getsizeof, texts))
