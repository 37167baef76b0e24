"""The weeks in the output folder as Atom feeds (RFC 4287), one per language.

A reader subscribes to one language, and an entry in another is another entry; so `feed.en.xml` and
`feed.zh.xml`. Nothing in them is the time of writing: `updated` is the instant up to which the report has
data, so the same folder gives the same bytes.
"""

import html
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from reports.digest import Line, digest, title
from reports.document.weekly import WeeklyReport
from reports.errors import ReportError
from reports.stored_reports import load_report, page_of, stored_weeks
from reports.words import LANGS, Lang, Words
from reports.writing import replace_file

ATOM = "http://www.w3.org/2005/Atom"
MOST = 60
_MEDIA = {".md": "text/markdown", ".html": "text/html"}
_LANGUAGE = {"en": "en", "zh": "zh-Hans"}
LOG = logging.getLogger(__name__)


def write_feeds(out_dir: Path, base_url: str = "") -> list[Path]:
    """Write the feeds of the newest 60 weeks in `out_dir` and return the files.

    `base_url` (ending in "/") is where `out_dir` is published; without it links are relative. A language
    without any report has no feed, a report that cannot be read no entry. Raises ReportError if a file
    cannot be written.
    """
    reports: dict[str, WeeklyReport] = {}
    for week in stored_weeks(out_dir)[:MOST]:
        try:
            reports[week] = load_report(out_dir, week)
        except ReportError as error:
            LOG.info("not in the feed: %s", error)
    try:
        written = [_write_feed(out_dir, lang, reports, base_url) for lang in LANGS]
    except OSError as error:
        raise ReportError(f"no feed can be written to {out_dir}: {error.strerror or error}") from error
    return [path for path in written if path]


def _write_feed(out_dir: Path, lang: Lang, reports: Mapping[str, WeeklyReport], base_url: str) -> Path | None:
    path = out_dir / f"feed.{lang}.xml"
    pages = [(reports[week], page) for week in reports if (page := page_of(out_dir, week, lang))]
    if pages:
        return replace_file(path, feed(pages, lang, base_url).encode("utf-8"))
    path.unlink(missing_ok=True)
    return None


def feed(pages: Sequence[tuple[WeeklyReport, str]], lang: Lang, base_url: str = "") -> str:
    """Return the feed of these reports, newest first; each comes with its page in the week's folder.

    There must be at least one. Ids are tag URIs (RFC 4151) of the host in `base_url`, or of localhost for a
    feed that is published nowhere; they do not change when a report is written again.
    """
    words = Words(lang)
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": _LANGUAGE[lang]})
    _add(root, "id", _tag_uri(base_url, lang))
    _add(root, "title", words.plain("feed.title"))
    _add(root, "updated", max(_updated(report) for report, _ in pages))
    _add(_add(root, "author"), "name", "pmtrend")
    _add(root, "generator", "pmtrend")
    if base_url:
        href = f"{base_url}feed.{lang}.xml"
        _add(root, "link", rel="self", type="application/atom+xml", href=href)
    for report, page in pages:
        _add_entry(root, report, page, words, base_url)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add_entry(
    root: ElementTree.Element, report: WeeklyReport, page: str, words: Words, base_url: str
) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", _tag_uri(base_url, words.lang, report["week"]))
    _add(entry, "title", title(report, words))
    _add(entry, "updated", _updated(report))
    href = f"{base_url}{report['week']}/{page}"
    _add(entry, "link", rel="alternate", type=_MEDIA[Path(page).suffix], href=href)
    _add(entry, "summary", _html(digest(report, words)), type="html")


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


def _updated(report: WeeklyReport) -> str:
    """The data cut; a week without any data is as new as its last day."""
    return report["provenance"]["data_cut"] or f"{report['week_last_day']}T00:00:00Z"


def _tag_uri(base_url: str, lang: Lang, week: str = "") -> str:
    parts = urlsplit(base_url)
    specific = "/".join(filter(None, (parts.path.strip("/"), "pmtrend", lang, week)))
    return f"tag:{parts.hostname or 'localhost'},2026:{specific}"
