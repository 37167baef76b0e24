"""Reading what boards answer: typed access that names the field it stumbles over, one reject per bad item."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from scraper.errors import ShapeChanged
from scraper.model import RawPosting, Reject, Reply
from storage.records import Workplace

Item = Mapping[str, Any]
T = TypeVar("T")

_WORKPLACES: dict[str, Workplace] = {
    "remote": "remote",
    "fullyremote": "remote",
    "hybrid": "hybrid",
    "onsite": "onsite",
    "inoffice": "onsite",
    "inperson": "onsite",
}


def member(reply: Reply, payload: object, path: str, kind: type[T]) -> T:
    """Return what stands at the dotted `path` of a parsed reply, which must be a `kind`.

    Raises ShapeChanged if anything on the way is missing or of another type.
    """
    value = payload
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ShapeChanged(reply.url, f"the reply has no {kind.__name__} at {path!r}")
    return value


def read_items(
    items: Iterable[Any],
    read_one: Callable[[Any], RawPosting | None],
    id_of: Callable[[Any], object],
) -> tuple[tuple[RawPosting, ...], tuple[Reject, ...]]:
    """Read each listed item; one that cannot be read becomes a Reject and loses no other.

    So does one without a title. `read_one` returns None for an item that is listed but not published: it is
    neither posting nor reject.
    """
    postings: list[RawPosting] = []
    rejects: list[Reject] = []
    for item in items:
        try:
            if not isinstance(item, Mapping):
                raise TypeError(f"the item is {_kind(item)}, not an object")
            posting = read_one(item)
            if posting is None:
                continue
            if not posting.title:
                raise ValueError("the title is empty")
            postings.append(posting)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            rejects.append(Reject(_found_id(item, id_of), reason))
    return tuple(postings), tuple(rejects)


def identity(item: Item, name: str) -> str:
    """Return a native id, text or whole number, as text. Raises KeyError or TypeError."""
    value = item.get(name)
    if value is None or value == "":
        raise KeyError(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{name!r} is {_kind(value)}, not an id")
    return str(value)


def text(item: Item, name: str) -> str:
    """Return a text field without outer blanks; "" if it is absent or null. Raises TypeError."""
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name!r} is {_kind(value)}, not text")
    return value.strip()


def title(item: Item, name: str) -> str:
    """Return the title field. Raises KeyError if it is absent or null, TypeError if it is no text."""
    if item.get(name) is None:
        raise KeyError(name)
    return text(item, name)


def child(item: Item, name: str) -> Item:
    """Return an object field; an empty one if it is absent or null. Raises TypeError."""
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"{name!r} is {_kind(value)}, not an object")
    return value


def children(item: Item, name: str) -> list[Item]:
    """Return a field that lists objects; [] if it is absent or null. Raises TypeError."""
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise TypeError(f"{name!r} is not a list of objects")
    return value


def texts(item: Item, name: str) -> list[str]:
    """Return a field that lists texts; [] if it is absent or null. Raises TypeError."""
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise TypeError(f"{name!r} is not a list of texts")
    return value


def number(item: Item, name: str) -> float | None:
    """Return a finite number field, None if it is absent or null. Raises TypeError or ValueError."""
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name!r} is {_kind(value)}, not a number")
    try:
        if math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise ValueError(f"{name!r} is no usable number")


def iso_time(item: Item, name: str) -> datetime | None:
    """Return an ISO 8601 field with UTC offset as UTC, whole seconds; None if absent, null or empty.

    Raises ValueError if it is not such a time: a changed date format shall be seen, not guessed.
    """
    value = text(item, name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{name!r} is no time with a UTC offset: {value[:40]!r}")


def epoch_ms_time(item: Item, name: str) -> datetime | None:
    """Return milliseconds since 1970 as UTC, whole seconds; None if absent or null. Raises ValueError."""
    value = number(item, name)
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{name!r} is no time in milliseconds since 1970") from None


def places(names: Iterable[str]) -> tuple[str, ...]:
    """Return the places named, without blanks, empty ones and repetitions, in order."""
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def workplace(value: object) -> Workplace | None:
    """Return what a board's own word for the workplace says ("On-site", "OnSite"); None if unclear."""
    return _WORKPLACES.get(re.sub("[^a-z]", "", value.lower())) if isinstance(value, str) else None


def _found_id(item: Any, id_of: Callable[[Any], object]) -> str:
    try:
        found = id_of(item)
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
