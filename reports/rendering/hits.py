"""What a search found, as lines for a terminal and as JSON."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from reports.document.instants import instant
from reports.wording.escaping import clean, visible
from storage.searching.hits import Hit, State
from storage.searching.quotes import Quote, Span
from storage.searching.search import Found

ROLES: Final = {
    "ai_pm": "AI PM",
    "aigc_pm": "AIGC PM",
    "both": "AI PM and AIGC PM",
    "other_pm": "other PM",
    "not_pm": "no PM role",
    None: "not tagged yet",
}
STATES: Final[Mapping[State, str]] = {
    "open": "open",
    "missed": "gone at the latest reading, not confirmed",
    "closed": "closed",
    "unknown": "open or closed: not known",
}
_UNSEEN: Final = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Characters that JSON may hold as they are, and that terminals obey."""

Mark = Callable[[str], str]
"""Makes a word of the query stand out."""


def guillemets(word: str) -> str:
    """Mark a word where no bold is to be had."""
    return f"«{word}»"


def search_lines(found: Found, zone: str, mark: Mark) -> Iterator[str]:
    """Yield the lines that tell what was found: nothing that a posting says can move the cursor."""
    for hit in found.hits:
        yield _marked(hit.title, 0, hit.title_hits, mark)
        yield f"  {' · '.join(filter(None, _about(hit, ZoneInfo(zone))))}"
        for quote in hit.quotes:
            yield f"  “{_of_quote(quote, mark)}”"
        if hit.url:
            yield f"  {clean(hit.url)}"
        yield ""
    yield told(found)


def told(found: Found) -> str:
    """Return how many there are, and what the order of those shown is worth, in a sentence."""
    if found.exact:
        sentence = f"{found.total:,} posting{'s' if found.total != 1 else ''}"
    elif found.at_most is not None:
        sentence = f"{found.total:,} to {found.at_most:,} postings"
    elif found.total:
        sentence = f"more than {found.total:,} postings"
    else:
        return f"no posting among the newest {found.looked:,} that have the words"
    if found.hits and (not found.exact or len(found.hits) < found.total):
        sentence += f", {len(found.hits)} shown"
    if found.ranked is not None:
        sentence += "; ranked were those with every word in the title"
        sentence += f", then the newest {found.ranked:,} of the others" if found.ranked else ""
    return sentence


def _about(hit: Hit, zone: ZoneInfo) -> Iterator[str]:
    yield clean(hit.company)
    yield clean(", ".join(hit.places))
    yield ROLES[hit.role]
    first, last = (f"{at.astimezone(zone):%Y-%m-%d}" for at in (hit.first_seen_at, hit.last_seen_at))
    yield f"{first if first == last else f'{first} – {last}'}, {STATES[hit.state]}"


def _of_quote(quote: Quote, mark: Mark) -> str:
    return _marked(quote.text, quote.start, quote.hits, mark)


def _marked(text: str, offset: int, hits: Iterable[Span], mark: Mark) -> str:
    """Return the text in one line without what is invisible; the hits (less the offset) are marked."""
    parts: list[str] = []
    place = 0
    for start, end in hits:
        parts += visible(text[place : start - offset]), mark(visible(text[start - offset : end - offset]))
        place = end - offset
    return re.sub(r"\s+", " ", "".join([*parts, visible(text[place:])])).strip()


# ------------------------------------------------------------------ for machines


def search_object(query: str, found: Found, unindexed: int) -> dict[str, Any]:
    """Return what was found as one object; docs/DATA.md describes its keys."""
    return {
        "query": query,
        "total": found.total,
        "exact": found.exact,
        "at_most": found.at_most,
        "looked": found.looked,
        "ranked": found.ranked,
        "unindexed": unindexed,
        "hits": [
            {
                "posting": hit.posting,
                "title": hit.title,
                "company": hit.company,
                "places": list(hit.places),
                "role": hit.role,
                "url": hit.url,
                "first_seen": instant(hit.first_seen_at),
                "last_seen": instant(hit.last_seen_at),
                "state": hit.state,
                "quotes": list(_quotes(hit)),
            }
            for hit in found.hits
        ],
    }


def _quotes(hit: Hit) -> Iterator[dict[str, Any]]:
    if hit.title_hits:
        yield _quote("title", Quote(0, len(hit.title), hit.title, hit.title_hits))
    for quote in hit.quotes:
        yield _quote("description", quote)


def _quote(field: str, quote: Quote) -> dict[str, Any]:
    return {
        "quote": quote.text,
        "field": field,
        "start": quote.start,
        "end": quote.end,
        "hits": [list(span) for span in quote.hits],
    }


def search_json(query: str, found: Found, unindexed: int) -> str:
    """Return that object in one line, what cannot be seen escaped."""
    line = json.dumps(search_object(query, found, unindexed), ensure_ascii=False)
    return _UNSEEN.sub(lambda char: f"\\u{ord(char[0]):04x}", line)
