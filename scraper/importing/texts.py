"""One text of a posting out of the several columns or lists in which a file holds it."""

import html
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from scraper.importing.cleaning import without_cut_marker, without_markup_debris
from scraper.importing.values import Plain, as_text
from scraper.parsing.watermarks import without_watermarks

# Headings that section readers know, for columns whose name was the only heading.
_HEADINGS = {
    "responsibilities": ("岗位职责", "Responsibilities"),
    "requirements": ("任职要求", "Requirements"),
    "preferred": ("加分项", "Nice to have"),
}
_OWN_HEADING = re.compile(
    r"(?:岗位|工作|职位)(?:职责|内容|描述|要求|需求)|任职(?:要求|资格|条件)|加分项|"
    r"^[^\n.]{0,30}\b(?:responsibilities|requirements|qualifications|what you|nice to have)\b"
    r"[^\n.]{0,20}:?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
_TAG = re.compile(
    r"</(?:p|li|ul|ol|d[dlt]|div|section|article|span|strong|b|h[1-6]|t[dr])>|<br\s*/?>", re.IGNORECASE
)
_ESCAPED_TAG = re.compile(
    r"&lt;/(?:p|li|ul|ol|d[dlt]|div|section|article|span|strong|b|h[1-6]|t[dr])&gt;|&lt;br\s*/?&gt;",
    re.IGNORECASE,
)


class Description(NamedTuple):
    """The text of a posting; `cut` tells that the file has only its beginning."""

    text: str
    format: Literal["text", "html"]
    cut: bool


def compose(fields: Mapping[str, Plain], title: str) -> Description:
    """Return the description of a posting.

    The description column comes first, then duties, requirements and preferences, each under a heading in
    the language of the text. Running text that brings headings of its own gets none: many files have the
    whole description in a column that is called requirements. If any part is HTML, all is. A summary stands
    for a missing description; alone, and without headings of a whole text, it is only a beginning.
    """
    alone = False
    if "summary" in fields and "description" not in fields:
        alone = fields.keys().isdisjoint(_HEADINGS) and not _OWN_HEADING.search(as_text(fields["summary"]))
        fields = {**fields, "description": fields["summary"]}
    texts: dict[str, str] = {}
    items: dict[str, list[str]] = {}
    cut = alone or ("description" in fields and fields.get("cut") is True)
    for field in ("description", *_HEADINGS):
        value = fields.get(field)
        if isinstance(value, list):
            items[field] = [_cleaned(item) for item in value]
            texts[field] = "\n".join(items[field])
        elif value is not None:
            texts[field], rest = without_cut_marker(_cleaned(as_text(value)))
            cut = cut or rest
    in_chinese = _is_chinese(" ".join(texts.values()) or title)
    as_html = any(_TAG.search(text) for text in texts.values())
    composed: list[str] = []
    for field, text in texts.items():
        if field != "description" and text in texts.get("description", ""):
            continue
        headed = field != "description" and (field in items or not _OWN_HEADING.search(text))
        heading = _HEADINGS[field][0 if in_chinese else 1] if headed else ""
        make = _as_html if as_html else _as_text
        composed.append(make(heading, items.get(field), text))
    return Description(("\n" if as_html else "\n\n").join(composed), "html" if as_html else "text", cut)


def _cleaned(text: str) -> str:
    text = without_watermarks(_unescaped(text))
    return text if _TAG.search(text) else without_markup_debris(text)


def _unescaped(text: str) -> str:
    return html.unescape(text) if _ESCAPED_TAG.search(text) and not _TAG.search(text) else text


def _is_chinese(text: str) -> bool:
    start = text[:400]
    return len(_IDEOGRAPH.findall(start)) * 10 > len(start)


def _as_text(heading: str, items: list[str] | None, text: str) -> str:
    body = text if items is None else "\n".join(f"- {item}" for item in items)
    return f"{heading}\n{body}" if heading else body


def _as_html(heading: str, items: list[str] | None, text: str) -> str:
    if items is not None:
        body = "<ul>" + "".join(f"<li>{_markup(item)}</li>" for item in items) + "</ul>"
    else:
        body = _markup(text)
    return f"<h3>{heading}</h3>\n{body}" if heading else body


def _markup(text: str) -> str:
    return text if _TAG.search(text) else html.escape(text, quote=False).replace("\n", "<br>")
