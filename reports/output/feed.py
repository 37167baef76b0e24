"""The weeks in the output folder as Atom feeds (RFC 4287), one per language.

A reader subscribes to one language, and an entry in another is another entry; so `feed.en.xml` and
`feed.zh.xml`. Nothing in them is the time of writing: `updated` is the instant up to which the report has
data, so the same folder gives the same bytes.
"""

import html
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from xml.etree import ElementTree

from reports.output.stored import ToldWeek
from reports.rendering.digest import Line
from reports.wording.words import Lang, Words

ATOM = "http://www.w3.org/2005/Atom"
MOST = 60
_MEDIA = {".md": "text/markdown", ".html": "text/html"}
_LANGUAGE = {"en": "en", "zh": "zh-Hans"}


def feed(weeks: Sequence[ToldWeek], lang: Lang, base_url: str = "") -> str:
    """Return the feed of the first 60 of these weeks, newest first; each must have a page in `lang`.

    There must be at least one. `base_url` (ending in "/") is where the folder is published; without it links
    are relative. Ids are tag URIs (RFC 4151) of the host in `base_url`, or of localhost for a feed that is
    published nowhere; they do not change when a report is written again.
    """
    words = Words(lang)
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": _LANGUAGE[lang]})
    _add(root, "id", _tag_uri(base_url, lang))
    _add(root, "title", words.plain("feed.title"))
    _add(root, "updated", max(week.updated for week in weeks[:MOST]))
    _add(_add(root, "author"), "name", "pmtrend")
    _add(root, "generator", "pmtrend")
    if base_url:
        href = f"{base_url}feed.{lang}.xml"
        _add(root, "link", rel="self", type="application/atom+xml", href=href)
    for week in weeks[:MOST]:
        _add_entry(root, week, lang, base_url)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add_entry(root: ElementTree.Element, week: ToldWeek, lang: Lang, base_url: str) -> None:
    entry = _add(root, "entry")
    page = week.pages[lang][0]
    _add(entry, "id", _tag_uri(base_url, lang, week.week))
    _add(entry, "title", week.titles[lang])
    _add(entry, "updated", week.updated)
    media = _MEDIA[PurePosixPath(page.partition("#")[0]).suffix]
    _add(entry, "link", rel="alternate", type=media, href=f"{base_url}{week.week}/{page}")
    _add(entry, "summary", _html(week.lines[lang]), type="html")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name, attributes)
    child.text = text or None
    return child


def _html(lines: Sequence[Line]) -> str:
    """The lines as an HTML list; what they hold is text."""
    items = []
    for line in lines:
        parts = [(html.escape(span.text), span.bold) for span in line.spans]
        items.append("".join(f"<strong>{text}</strong>" if bold else text for text, bold in parts))
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _tag_uri(base_url: str, lang: Lang, week: str = "") -> str:
    parts = urlsplit(base_url)
    specific = "/".join(filter(None, (parts.path.strip("/"), "pmtrend", lang, week)))
    return f"tag:{parts.hostname or 'localhost'},2026:{specific}"
