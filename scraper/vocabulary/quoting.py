"""What stands around a phrase in a text, from word to word."""

import re

_EDGES = re.compile(r"[\s,，、；;：:（）()|/]+")
_ENDS = re.compile(r"[\n。;；!！?？]|\.\s")


def around(text: str, start: int, end: int, reach: int) -> tuple[str, str]:
    """Return what stands before and behind `[start:end)` in its sentence, up to `reach` characters each.

    A side that is cut short is cut where a word or a clause ends, and has an ellipsis there.
    """
    return _before(text, start, reach), _behind(text, end, reach)


def _before(text: str, start: int, reach: int) -> str:
    first = max(0, start - reach)
    *sentences, left = _ENDS.split(text[max(0, first - 1) : start])
    if sentences or not first:
        return left.lstrip()
    edge = _EDGES.search(text, first - 1, start)
    return "…" + (text[edge.end() : start] if edge else "")


def _behind(text: str, end: int, reach: int) -> str:
    last = end + reach
    right, *sentences = _ENDS.split(text[end : last + 1])
    if sentences or last >= len(text):
        return right.rstrip()
    edges = [edge.start() for edge in _EDGES.finditer(text, end, last + 1)]
    return (text[end : edges[-1]] if edges else "") + "…"
