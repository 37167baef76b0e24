"""Descriptions to plain text that keeps the structure a reader sees: headings, paragraphs, items, rows."""

import html as entities
import re
from typing import Literal

import numpy as np
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.parsing.nesting import TAG, too_deep

MAX_HTML = 256 * 1024
"""Characters of markup that are read of one description; no honest posting comes near it."""


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_DROPPED = _tags("script style template noscript iframe object svg math title head select textarea")
_SPACED = _tags("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre hr")
_OWN_LINE = _SPACED | _tags(
    "div section article header footer main aside nav form fieldset figure figcaption address details "
    "summary li dt dd tr caption thead tbody tfoot body html"
)
_BLOCK_OR_BREAK = re.compile(
    r"<(?:br|p|div|li|ul|ol|h[1-6]|table|tr|section|article|blockquote|pre|dl)\b", re.IGNORECASE
)
_ESCAPED_MARKUP = re.compile(
    r"&lt;/?(?:p|div|ul|li|br|h[1-6]|strong|b|span)(?: (?:[^<>&]|&(?!lt;)){0,200})?/?&gt;", re.IGNORECASE
)
# Scripts, styles, comments: up to where they end, or the markup does.
_UNSEEN = re.compile(
    r"(?i)<(script|style)\b[^<]*+(?:<(?!/\1\s*>)[^<]*+)*+(?:</\1\s*>)?"
    r"|<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?"
)
_MARKUP_BLANKS = re.compile(r"[ \t\n\r\f]+")
_BLANKS = re.compile(r" {2,}")

_BAD_CODES = re.compile("[\ud800-\udfff\x00]")
# What a UTF-16 code unit is, for counting scripts: the halves of a pair are neither Han nor Latin here.
_OTHER, _LATIN, _HAN = range(3)
_LATIN_OR_NOT = bytes(_LATIN if script == _LATIN else _OTHER for script in range(256))
_SCRIPTS = np.zeros(0x10000, dtype=np.uint8)
for _first, _last in (("A", "Z"), ("a", "z"), ("À", "Ö"), ("Ø", "ö"), ("ø", "ÿ")):
    _SCRIPTS[ord(_first) : ord(_last) + 1] = _LATIN
for _first, _last in (("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff")):
    _SCRIPTS[ord(_first) : ord(_last) + 1] = _HAN


def to_text(description: str, format: Literal["text", "html"]) -> str:
    """Return the plain text of a description.

    `text` comes back as it is, except that lone surrogates and NUL (which no database or encoder takes)
    become U+FFFD, one for one, so that offsets stay valid. `html` gives headings on lines of their own,
    paragraphs parted by an empty line, list items as lines that start with "- ", one line per table row
    (cells parted by " | "). Scripts and styles are dropped, entities resolved, special blanks kept.

    Markup beyond `MAX_HTML` characters is cut off. Markup that nests too deep for the parser only has
    its tags removed: less structure, but no words are lost.
    """
    description = _BAD_CODES.sub("\ufffd", description)
    if format == "text":
        return description
    markup = description[:MAX_HTML]
    if not TAG.search(markup) and _ESCAPED_MARKUP.search(markup):
        # Some feeds escape some of their descriptions once more than the others.
        markup = entities.unescape(markup)
    text = _strip_tags(markup) if too_deep(markup) else _render(markup)
    return _BAD_CODES.sub("\ufffd", text)


def detect_language(text: str) -> Literal["zh", "en", "mixed"]:
    """Return the language by script: Han characters against Latin words (one word ~ 1.6 characters).

    Chinese postings are full of English terms, so `zh` begins at 60 % Han; below 15 % it is `en`.
    """
    if text.isascii():
        return "en"
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    scripts = _SCRIPTS.take(units).tobytes()
    han = len(scripts) - len(scripts.translate(None, bytes((_HAN,))))
    if han == 0:
        return "en"
    words = scripts.translate(_LATIN_OR_NOT).count(bytes((_OTHER, _LATIN)))
    latin = (words + (scripts[0] == _LATIN)) * 1.6
    share = han / (han + latin)
    return "zh" if share >= 0.6 else "en" if share < 0.15 else "mixed"


def _strip_tags(markup: str) -> str:
    markup = _UNSEEN.sub(" ", markup)
    markup = re.sub(r"(?i)<li\b[^<>]*>", "\n- ", markup)
    markup = re.sub(r"(?i)</?(?:br|p|div|ul|ol|h[1-6]|tr|section|article)\b[^<>]*>", "\n", markup)
    bare = re.sub(r"</?[a-zA-Z!][^>]*+>?", "", markup)
    kept = (entities.unescape(_MARKUP_BLANKS.sub(" ", line)).strip(" ") for line in bare.split("\n"))
    return "\n".join(line for line in kept if line not in ("", "-"))


def _render(markup: str) -> str:
    body = LexborHTMLParser(markup).body
    if body is None:
        return ""
    # Without any block or break the line ends of the source are the only structure there is.
    page = _Page(keep_lines=not _BLOCK_OR_BREAK.search(markup))
    end = body.mem_id
    node: LexborNode | None = body.first_child
    # A loop, not recursion: what nests as deep as allowed must not exhaust the stack. Nodes are compared
    # by mem_id, since their == serialises both.
    while node is not None:
        tag = node.tag
        child = None
        if tag not in _DROPPED:
            page.enter(node, tag)
            child = node.first_child
            if child is None:
                page.leave(tag)
        following = child if child is not None else node.next
        while following is None:
            parent = node.parent
            if parent is None or parent.mem_id == end:
                return page.text()
            node = parent
            page.leave(node.tag)
            following = node.next
        node = following
    return page.text()


class _Page:
    """Collects lines while the tree is walked. A line end is only noted, and made when text follows it:
    so the paragraph inside a list item or a table cell does not tear it from its bullet or its row."""

    def __init__(self, *, keep_lines: bool):
        self._done: list[str] = []
        self._line: list[str] = []
        self._break = False
        self._gap = False
        self._bullet = False
        self._lists = 0
        self._cells = 0
        self._fresh_cell = False
        self._verbatim = int(keep_lines)

    def enter(self, node: LexborNode, tag: str | None) -> None:
        if tag == "-text":
            text = node.text_content or ""
            if self._verbatim:
                self._write_lines(text)
            elif text.isprintable() and "  " not in text:  # of all blanks only single spaces
                self._append(text)
            else:
                self._append(_MARKUP_BLANKS.sub(" ", text))
        elif tag == "br":
            self._break = True
        elif tag in ("td", "th"):
            if self._cells and self._line:
                self._break = self._gap = False
                self._line.append(" | ")
            self._cells += 1
            self._fresh_cell = True
        elif tag in _OWN_LINE:
            self._new_block(tag)
            if tag == "li":
                self._bullet = True
            elif tag == "tr":
                self._cells = 0
                self._fresh_cell = False
            elif tag in ("ul", "ol"):
                self._lists += 1
            elif tag == "pre":
                self._verbatim += 1

    def leave(self, tag: str | None) -> None:
        if tag not in _OWN_LINE:
            return
        if tag in ("ul", "ol"):
            self._lists -= 1
        elif tag == "li":
            self._bullet = False
        elif tag == "pre":
            self._verbatim -= 1
        elif tag in ("tr", "table"):
            self._fresh_cell = False
            self._cells = 0
        self._new_block(tag)

    def text(self) -> str:
        self._flush()
        return "\n".join(self._done).rstrip("\n")

    def _new_block(self, tag: str) -> None:
        if not self._fresh_cell:
            self._break = True
            # The items of a list and the rows of a table stay together, whatever paragraphs they hold.
            self._gap = self._gap or (tag in _SPACED and not self._lists and not self._cells)

    def _write_lines(self, text: str) -> None:
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text)):
            if number:
                self._gap = self._gap or self._break
                self._break = True
            self._append(line)

    def _append(self, text: str) -> None:
        if text.strip(" \t"):
            if self._break:
                self._flush()
            self._line.append(text)
            self._fresh_cell = False
        elif self._line and not self._break:
            self._line.append(text)

    def _flush(self) -> None:
        line = "".join(self._line)
        if "  " in line and not self._verbatim:
            line = _BLANKS.sub(" ", line)
        line = line.strip(" \t")
        if line:
            self._done.append(line)
        if self._gap and self._done and self._done[-1]:
            self._done.append("")
        self._line = ["- "] if self._bullet else []
        self._break = self._gap = self._bullet = False
