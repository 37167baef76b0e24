"""The items of an XML feed as the mappings that `items` reads."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from scraper.sources.parts import items


def item(element: Element) -> dict[str, str | list[str | dict[str, str]]]:
    """Return the children of `element` under their names, namespaces left out; the first of a name counts.

    A child that only holds text is that text. A child that holds elements is the list of what they hold:
    their text or, where they hold elements too, a mapping of these. What is empty is left out, and so is
    what lies deeper.
    """
    found: dict[str, str | list[str | dict[str, str]]] = {}
    for child in element:
        value = [inner for inner in map(_inner, child) if inner] if len(child) else _text(child)
        if value:
            found.setdefault(_name(child), value)
    return found


def rss_time(read: items.Item, name: str) -> datetime | None:
    """Return an RSS time (RFC 5322) as UTC, which it is in if it states no zone; None if absent or empty.

    Raises ValueError if it is no such time.
    """
    value = items.text(read, name)
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name!r} is no time of a feed: {value[:40]!r}") from None


def _inner(element: Element) -> str | dict[str, str]:
    if not len(element):
        return _text(element)
    return {_name(child): text for child in element if (text := _text(child))}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    return (element.text or "").strip()
