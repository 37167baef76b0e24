"""Completing a posting from the answer to its detail, for boards whose list has no text."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from scraper.errors import ShapeChanged
from scraper.model import RawPosting, Reply
from scraper.sources.parts import items


@contextmanager
def reading(reply: Reply) -> Iterator[None]:
    """Turn what `items` raises while a detail is read into ShapeChanged, naming the field."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ShapeChanged(reply.url, f"the detail cannot be read: {reason}") from error


def whole(reply: Reply, found: object) -> items.Item:
    """Return the object that a detail is. Raises ShapeChanged if it is none."""
    if not isinstance(found, Mapping):
        raise ShapeChanged(reply.url, "the detail is no object")
    return found


def same(posting: RawPosting, detail: items.Item, name: str) -> None:
    """Raise ValueError if the detail names another id than the posting's; one that names none is believed."""
    if detail.get(name) is not None and items.identity(detail, name) != posting.native_id:
        raise ValueError(f"the detail is of another posting, {detail[name]}")


def with_text(posting: RawPosting, text: str) -> RawPosting:
    """Return the posting with `text` (HTML) and no detail to ask. Raises ValueError if there is no text."""
    if not text:
        raise ValueError("there is no text")
    return replace(posting, description=text, format="html", detail=None)
