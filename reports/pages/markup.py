"""The markdown of a report as HTML, section by section.

The HTML is made from the very text that `report.<lang>.md` holds, so both say the same in the same words, and
a section that is added to the templates is here without more ado. What strangers wrote was escaped on its way
into the markdown; raw HTML in it would be shown as text.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from reports.pages.table_html import table_html
from reports.wording.words import Lang, catalog

_DATA_LINK = re.compile(r"\]\((data/[a-z0-9_]+\.csv)\)")
_CHART = re.compile(r"(charts/.+)\.(?:svg|png)")
# What no line may be broken in: an interval, a percentage, a size of sample.
_TOGETHER = re.compile(r"\[[−+\d., %∞]+\]|\d %|\bn = \d")
# Text with none of CommonMark's inlines but escapes, as most cells are; a link has its target behind it.
_PLAIN = re.compile(r"(?:[^\n\\`*_\]<&]++|\\[!-/:-@\[-`{-~]|\](?!\()|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9]))*+")
_ESCAPED = re.compile(r"\\(.)")
# Most cells hold figures, so those stand to the right without a word.
_ALIGNED = {"text-align:right": "", "text-align:center": "mid", "": "text"}
Blocks = list[list[Token]]


class _Renderer(RendererHTML):
    """Tables in a box of their own that scrolls, for a keyboard too."""

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _table_opens(env.get("heading", ""))

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _TABLE_ENDS


_TABLE_ENDS = "</table></div>\n"


def _table_opens(heading: str) -> str:
    label = f' aria-labelledby="{heading}"' if heading else ""
    return f'<div class="scroll" role="group" tabindex="0"{label}><table>\n'


def _parse_inline(state: StateCore) -> None:
    """The rule of this name of markdown-it, which takes plain text apart at every hyphen and sign."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if not _PLAIN.fullmatch(token.content):
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        elif token.content:
            token.children.append(Token("text", "", 0, content=_ESCAPED.sub(r"\1", token.content)))


PARSER = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
"""CommonMark with the tables of GFM."""
PARSER.core.ruler.at("inline", _parse_inline)


@dataclass(frozen=True, slots=True)
class WholeTable:
    """All rows of a data file, for a reader who unfolds them."""

    id: str
    file: str
    rows: int
    body: Markup


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, and the whole tables of the files that it names."""

    id: str
    title: Markup
    body: Markup
    tables: tuple[WholeTable, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """A report in one language: its title, the line below, what must be known first, and its sections."""

    title: Markup
    line: Markup
    notices: Markup
    sections: tuple[Section, ...]


def edition(
    markdown: str, lang: Lang, figures: Mapping[str, str], tables: Mapping[str, tuple[str, int]]
) -> Edition:
    """Return a report's markdown as HTML.

    `figures` are its charts as HTML by their path without ending (`charts/level.en`), `tables` the whole
    tables as markdown, with the number of rows, by file (`data/skills.csv`); each stands in the first section
    that names its file, and the links to the file lead there. Ids begin with the language; a heading of the
    catalog has the id of its key (`en-contrast`), any other one its number.
    """
    head, *rest = _sections(_blocks(PARSER.parse(markdown)))
    notices = [block for block in head[1:] if block[0].type == "blockquote_open"]
    lines = [block for block in head[1:] if block[0].type != "blockquote_open"]
    names = {told: key.partition(".")[2] for key, told in catalog(lang).items() if key.startswith("section.")}
    sections, left = [], dict(tables)
    for number, (heading, *blocks) in enumerate(rest, start=1):
        name = f"{lang}-{names.get(heading[1].content, number)}"
        files = dict.fromkeys(file for block in blocks for file in _linked(block, lang, tables))
        whole = [_whole(file, *left.pop(file), lang) for file in files if file in left]
        body = Markup("").join(_shown(block, name, figures) for block in blocks)
        sections.append(Section(name, _inline(heading), body, tuple(whole)))
    line = Markup("").join(_inline(block) for block in lines)
    return Edition(_inline(head[0]), line, _html(notices), tuple(sections))


def named_files(markdown: str) -> list[str]:
    """Return the data files that a report links to (`data/skills.csv`), in order, each once."""
    return list(dict.fromkeys(match[1] for match in _DATA_LINK.finditer(markdown)))


def _whole(file: str, markdown: str, rows: int, lang: Lang) -> WholeTable:
    name = _table_id(file, lang)
    parts = (whole_html(part, f"{name}-name") for part in markdown.split("\n\n"))
    return WholeTable(name, file, rows, Markup("").join(parts))


def whole_html(markdown: str, heading: str) -> Markup:
    """Return a table, or what stands between two, as HTML; a table is named by the element `heading`."""
    if not markdown.startswith("|"):
        return _html(_blocks(PARSER.parse(markdown)), heading)
    return Markup(table_html(markdown, _table_opens(heading), _TABLE_ENDS, _cell))


@lru_cache(maxsize=4096)
def _cell(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return escapeHtml(_kept_together(_ESCAPED.sub(r"\1", text)))
    tokens = PARSER.parseInline(text)
    _prepare(tokens)
    return str(PARSER.renderer.render(tokens, PARSER.options, {}))


def _kept_together(text: str) -> str:
    return _TOGETHER.sub(lambda match: match[0].replace(" ", "\u00a0"), text)


def _table_id(file: str, lang: Lang) -> str:
    return f"{lang}-{file.removeprefix('data/').removesuffix('.csv').replace('_', '-')}-rows"


def _shown(block: list[Token], heading: str, figures: Mapping[str, str]) -> Markup:
    name = _chart(block)
    if name is None:
        return _html([block], heading)
    return Markup(f'<figure class="chart" tabindex="0">{figures[name]}</figure>\n')


def _blocks(tokens: Sequence[Token]) -> Blocks:
    """The tokens of each block at the top."""
    found: Blocks = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            found.append([])
        found[-1].append(token)
    return found


def _sections(blocks: Blocks) -> list[Blocks]:
    """The blocks before the first heading of the second level, then those from each on."""
    found: list[Blocks] = [[]]
    for block in blocks:
        if block[0].type == "heading_open" and block[0].tag == "h2":
            found.append([])
        found[-1].append(block)
    return found


def _chart(block: list[Token]) -> str | None:
    """The path, without ending, of the chart that a paragraph consists of."""
    if block[0].type != "paragraph_open" or [t.type for t in block[1].children or ()] != ["image"]:
        return None
    match = _CHART.fullmatch(str((block[1].children or [])[0].attrs["src"]))
    return match[1] if match else None


def _linked(block: list[Token], lang: Lang, tables: Collection[str]) -> Iterator[str]:
    """The files of `tables` that a block names. Its links lead to their rows further down on the page."""
    for token in block:
        for child in token.children or ():
            href = str(child.attrs.get("href", ""))
            if href in tables:
                child.attrs["href"] = f"#{_table_id(href, lang)}"
                yield href


def _inline(block: list[Token]) -> Markup:
    """What stands between the tags of a heading or a paragraph."""
    return _html([block[1:-1]])


def _html(blocks: Blocks, heading: str = "") -> Markup:
    """The blocks as HTML; tables in them are named by the element `heading`."""
    tokens = [token for block in blocks for token in block]
    _prepare(tokens)
    return Markup(PARSER.renderer.render(tokens, PARSER.options, {"heading": heading}))


def _prepare(tokens: Sequence[Token]) -> None:
    """Name the columns and rows of tables, keep figures on one line, mark links that lead outside."""
    begins = False  # whether the next cell is the first of its row
    for token in tokens:
        if token.type == "tr_open":
            begins = True
        elif token.type in ("td_open", "th_open"):
            aligned = _ALIGNED[str(token.attrs.pop("style", ""))]
            if token.type == "td_open" and begins:
                token.tag, token.attrs["scope"] = "th", "row"
            elif aligned:
                token.attrs["class"] = aligned
            if token.type == "th_open":
                token.attrs["scope"] = "col"
        elif token.type == "td_close" and begins:
            token.tag, begins = "th", False
        for child in token.children or ():
            if child.type == "text":
                child.content = _kept_together(child.content)
            elif child.type == "link_open" and "://" in str(child.attrs.get("href", "")):
                child.attrs["rel"] = "noopener noreferrer nofollow"
