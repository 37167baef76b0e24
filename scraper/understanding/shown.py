"""A text as a reader sees it, and the way back to the text as it was given.

Texts that were copied from a page hold what nobody sees and what parts words: zero-width marks, and the name
of a board that it hid there. The store keeps no such text (importing, bounds); whoever asks `pmtrend tag`
about one gets offsets into the text that he gave.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scraper.bounds import MAX_READ, visible
from scraper.parsing.watermarks import may_hold_watermarks, without_watermarks


class Shown(NamedTuple):
    """`text` without what nobody sees; `given` is where its characters stood, None if nothing went."""

    text: str
    given: Sequence[int] | None = None


def as_shown(text: str) -> Shown:
    """Return `text` as a reader sees it."""
    shown = visible(text)
    if may_hold_watermarks(shown):
        shown = without_watermarks(shown)
    return Shown(shown) if shown == text else Shown(shown, _places(shown, text))


def _places(shown: str, text: str) -> list[int]:
    """Return where the characters of `shown` that are read stand in `text`; it is a subsequence of it."""
    places: list[int] = []
    at = -1
    for char in shown[:MAX_READ]:
        at = text.index(char, at + 1)
        places.append(at)
    return places


def as_given(answer: Any, fields: Mapping[str, tuple[Shown, str]]) -> Any:
    """Return an answer on shown fields with its quotes and offsets as they are in the fields that were given.

    `answer` is plain JSON, in which an object with `start` and `end` is a quote from `field` (the description
    if it names none). `fields` holds, by name, a field as it is shown and as it was given.
    """
    if isinstance(answer, list):
        return [as_given(one, fields) for one in answer]
    if not isinstance(answer, dict):
        return answer
    moved = {key: as_given(value, fields) for key, value in answer.items()}
    start, end = moved.get("start"), moved.get("end")
    if start is None or end is None or start == end:
        return moved
    shown, text = fields[moved.get("field", "description")]
    if shown.given is None:
        return moved
    first, last = shown.given[start], shown.given[end - 1] + 1
    return moved | {"quote": text[first:last], "start": first, "end": last}
