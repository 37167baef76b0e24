"""What of a listing is kept while it is read: clean, of bounded size, and no more than is needed.

A server may send anything: a text of 20 MB, an id as long as a book, half a surrogate pair, which no database
takes, marks that nobody sees and that keep words from being found. Fields that no posting has make an item
unreadable; a text that is too long is cut and says so.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from scraper.model import RawPosting, Reject

MAX_DESCRIPTION = 256 * 1024
"""Characters of one description; no honest posting comes near it."""
MAX_READ = 28 * 1024
"""Characters of one text that are read for understanding; the longest honest posting of thousands of
boards has 13,569."""
MAX_FIELDS = 50_000
"""Characters of all other fields together; some postings name hundreds of places."""
MAX_KEPT = 12 * 2**20
"""Bytes that the postings of one look may take; 3,000 Chinese ones with their texts take 8 MB."""
_MAX_REASON, _MAX_ID = 300, 200

_BAD_CODES = re.compile("[\ud800-\udfff\x00]")
# Soft hyphens, zero-width marks, marks that turn the direction of writing; half of a line end of Windows.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|\r(?=\n)")
_BAD_OR_UNSEEN = re.compile(f"{_BAD_CODES.pattern}|{_UNSEEN.pattern}")
_KEYS = ("native_id", "url", "apply_url", "requisition")
_OTHERS = tuple(one.name for one in fields(RawPosting) if one.type is str and one.name != "description")
_others = attrgetter(*_OTHERS)


def clean(text: str) -> str:
    """Return `text` with U+FFFD for what no database takes: lone surrogates and NUL."""
    return _BAD_CODES.sub("\ufffd", text)


def visible(text: str) -> str:
    """Return `text` without soft hyphens, zero-width and direction marks, and with plain line ends."""
    return text if text.isascii() and "\r" not in text else _UNSEEN.sub("", text)


def brief(text: str, most: int = _MAX_REASON) -> str:
    """Return a clean `text` of at most `most` characters, to be shown to people."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def bounded(posting: RawPosting, wanted: Callable[[RawPosting], bool]) -> RawPosting | Reject:
    """Return the posting fit to be kept, or a Reject. Of one that is not `wanted` the text is not kept.

    All that is told of such a text is that there is one. A posting without a title may yet be wanted.
    """
    others = "".join((*_others(posting), *posting.locations))
    asked = len(posting.detail.url) + len(posting.detail.body) if posting.detail else 0
    if len(others) + asked > MAX_FIELDS or len(posting.native_id) > _MAX_ID:
        return Reject(brief(posting.native_id, _MAX_ID), "its fields are longer than those of any posting")
    if _is_bad(others):
        posting = _cleaned(posting)
    most = MAX_DESCRIPTION if not posting.title or wanted(posting) else 1
    if len(posting.description) > most:
        cut = posting.text_cut or most > 1
        posting = replace(posting, description=posting.description[:most], text_cut=cut)
    return _cleaned(posting) if _is_bad(posting.description) else posting


def _is_bad(text: str) -> bool:
    plain = text.isascii() and "\x00" not in text and "\r" not in text
    return not plain and _BAD_OR_UNSEEN.search(text) is not None


def _cleaned(posting: RawPosting) -> RawPosting:
    """Without bad codes; of the fields that people read also without what they do not see."""
    texts: dict[str, Any] = {name: clean(getattr(posting, name)) for name in (*_OTHERS, "description")}
    texts |= {name: visible(text) for name, text in texts.items() if name not in _KEYS}
    return replace(posting, **texts, locations=tuple(visible(clean(one)) for one in posting.locations))


def rejected(reject: Reject) -> Reject:
    """Return the reject with an id and a reason that can be stored and shown."""
    return Reject(brief(reject.native_id, _MAX_ID), brief(reject.reason))


def size(kept: RawPosting | Reject) -> int:
    """Return about how many bytes a posting or reject takes."""
    if isinstance(kept, Reject):
        return 100 + sys.getsizeof(kept.native_id) + sys.getsizeof(kept.reason)
    texts = (kept.description, *_others(kept), *kept.locations)
    return 300 + sum(map(sys.getsizeof, texts))
