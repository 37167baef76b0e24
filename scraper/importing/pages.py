"""Saved web pages as records: boards by the selectors of pages.toml, others by stated data or a table."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import InputError
from scraper.importing.answers import answer_rows, job_posting_rows
from scraper.importing.columns import NEEDED, Bad, Record
from scraper.importing.values import Plain, plain
from scraper.importing.webtables import table_rows
from scraper.parsing.nesting import too_deep
from scraper.parsing.urls import canonical_url

_SCRIPTS = re.compile(r"<(script|style)\b[^<]*+(?:<(?!/\1\s*>)[^<]*+)*+(?:</\1\s*>)?", re.IGNORECASE)
_STATES = re.compile(r"(?:window\.)?__INITIAL_(?:STATE|DATA)__\s*=\s*")
_COMMENT = 2000  # characters in which a browser's note about the saving stands
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_SINGLE_FILE = re.compile(
    r"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*+([^\n]{10,100}?)\s{0,9}-->"
)
_JS_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES_A_POSTING = ("title", "url", "posting_id")
_OWN_ADDRESS = ("link[rel='canonical']@href", "meta[property='og:url']@content")


@dataclass(frozen=True, slots=True)
class PageLayout:
    """One table of pages.toml."""

    when: str
    item: str
    site: str
    title: re.Pattern[str] | None
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The postings of a saved page; `date` is when it was saved, if it says so."""

    date: Plain | None
    rows: tuple[Record | Bad, ...]


@cache
def _layouts() -> tuple[PageLayout, ...]:
    data = tomllib.loads((files(__package__) / "pages.toml").read_text(encoding="utf-8"))
    return tuple(
        PageLayout(
            when=table["when"],
            item=table.get("item", ""),
            site=table["site"],
            title=re.compile(table["title"]) if "title" in table else None,
            fields={field: tuple(selectors) for field, selectors in table["fields"].items()},
        )
        for table in data.values()
    )


def saved_page(name: str, markup: str, *, address: str = "", saved: Plain | None = None) -> SavedPage:
    """Return the postings of a page: of a known board, of a script with its state, of JSON-LD or a table.

    `address` and `saved` are where and when it was saved, if that stands beside the page rather than in it.

    Raises InputError, one sentence, if it has none of these.
    """
    if too_deep(_SCRIPTS.sub("", markup)):
        raise InputError(f"{name} is a web page whose elements are nested too deeply to be read")
    page = LexborHTMLParser(markup)
    date, saved_from = (saved, canonical_url(address)) if address else _saved(markup[:_COMMENT])
    own = next((url for spec in _OWN_ADDRESS if (url := canonical_url(_first(page, spec)))), saved_from)
    rows = _board_rows(page, own) or _stated_rows(page, own) or table_rows(markup)
    if not rows:
        raise InputError(
            f"{name} is a web page in which no postings were found: neither the list or the posting of a job "
            "board that is known, nor schema.org JobPosting data, nor a table whose header names "
            f"{NEEDED}; save the list as CSV, XLSX or JSON"
        )
    return SavedPage(date, tuple(rows))


def _board_rows(page: LexborHTMLParser, own: str) -> list[Record | Bad]:
    for layout in _layouts():
        if page.css_first(layout.when) is None:
            continue
        if layout.item:
            cards = [_read(layout, card, page) for card in page.css(layout.item)]
            # Headings and advertisements use the same boxes.
            named = [card for card in cards if not card.keys().isdisjoint(_NAMES_A_POSTING)]
            return [Record(number, card) for number, card in enumerate(named, start=1)]
        fields = _read(layout, page.root, page)
        if layout.title and (match := layout.title.search(_first(page, "title"))):
            fields = {key: value for key, value in match.groupdict().items()} | fields
        return [Record(1, fields | _address(own))]
    return []


def _read(layout: PageLayout, node: LexborNode | None, page: LexborHTMLParser) -> dict[str, Plain]:
    fields: dict[str, Plain] = {}
    if node is None:
        return fields
    for field, selectors in layout.fields.items():
        for selector in selectors:
            value = _select(node, page, selector, field)
            if value is not None:
                fields[field] = value
                break
    url = fields.get("url")
    if isinstance(url, str) and url.startswith("/") and not url.startswith("//"):
        fields["url"] = layout.site + url
    if isinstance(fields.get("location"), str):
        fields["location"] = str(fields["location"]).strip("【】[] ")
    return fields


def _select(node: LexborNode, page: LexborHTMLParser, selector: str, field: str) -> Plain | None:
    if selector.startswith("^"):
        return plain(_first(page, selector[1:]))
    if selector.startswith("="):
        return plain(_labelled(page, selector[1:]))
    if field == "facts":  # whose parts may stand in elements of their own, with nothing between
        return plain([found.text(separator="\n") for found in node.css(selector)])
    if field == "description":
        found = node.css_first(selector)
        return plain(found.html if found is not None else None)
    return plain(_first(node, selector))


def _first(node: LexborNode | LexborHTMLParser, selector: str) -> str:
    css, _, attribute = selector.partition("@")
    if not css:
        return (isinstance(node, LexborNode) and node.attributes.get(attribute)) or ""
    for found in node.css(css):
        text = found.attributes.get(attribute) if attribute else _text(found)
        if text and text.strip():
            return text.strip()
    return ""


def _text(node: LexborNode) -> str:
    return " ".join(node.text().split())


def _labelled(page: LexborHTMLParser, label: str) -> str:
    """Return the text beside an element that says `label`."""
    for span in page.css("span, dt, th, em, label"):
        if _text(span).rstrip(":： ") == label:
            beside = span.next
            while beside is not None and not _text(beside):
                beside = beside.next
            return _text(beside) if beside is not None else ""
    return ""


def _stated_rows(page: LexborHTMLParser, own: str) -> list[Record | Bad]:
    rows: list[Record | Bad] = []
    for script in page.css("script"):
        text = script.text()
        if "ld+json" in (script.attributes.get("type") or "").lower():
            rows.extend(job_posting_rows(_parsed(text)))
        elif match := _STATES.search(text):
            rows.extend(answer_rows(_parsed(text[match.end() :])) or [])
    only = _address(own) if len(rows) == 1 else {}
    return [
        Record(number, {**only, **row.fields}) if isinstance(row, Record) else Bad(number, row.reason)
        for number, row in enumerate(rows, start=1)
    ]


def _parsed(text: str) -> Any:
    """Return the JSON value at the start of `text`, whatever stands behind it (";", other code)."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text.strip().removeprefix("<!--").lstrip())[0]
    except (ValueError, RecursionError):
        return None


def _address(own: str) -> dict[str, Plain]:
    return {"url": own} if own else {}


def _saved(head: str) -> tuple[Plain | None, str]:
    """Return when and from which address a browser says that it saved the page."""
    if match := _SINGLE_FILE.search(head):
        return _js_date(match[2]), canonical_url(match[1])
    match = _SAVED_FROM.search(head)
    return None, canonical_url(match[1]) if match else ""


def _js_date(text: str) -> Plain | None:
    match = _JS_DATE.match(text)
    if match is None:
        return None
    month, day = match[1].split()
    if month not in _MONTHS:
        return None
    return f"{match[2]}-{_MONTHS.index(month) + 1:02}-{int(day):02} {match[3]} {match[4]}"
