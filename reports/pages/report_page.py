"""The report as one HTML file that needs nothing beside it: all languages, charts, whole tables, the data."""

import json
from collections.abc import Mapping
from functools import partial

from reports.charts.pictures import Picture
from reports.document.weekly import WeeklyReport
from reports.pages.figures import inline_figure
from reports.pages.full_tables import full_table
from reports.pages.markup import Edition, edition, named_files
from reports.pages.shell import render_page, script_text
from reports.wording.words import Lang, Words

MOST_BYTES = 1 << 20
"""A page that would be larger with its data goes without them; they lie beside it in report.json."""


def report_page(report: WeeklyReport, editions: Mapping[Lang, Edition]) -> str:
    """Return `report.html`: the same report gives the same text.

    The page shows one of the languages in `editions`, the first one if nothing speaks for another.
    """
    words = {lang: Words(lang) for lang in editions}
    # A part of the market lies in a folder of its own inside that of the week.
    index = "../../index.html" if report["view"] else "../index.html"
    page = partial(render_page, "report.html.j2", words, editions=editions, index=index)
    without = page(data="")
    if len(without.encode("utf-8")) > MOST_BYTES:
        return without
    data = json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    whole = page(data=script_text(data))
    return whole if len(whole.encode("utf-8")) <= MOST_BYTES else without


def report_edition(
    report: WeeklyReport, markdown: str, charts: Mapping[str, tuple[Picture, bytes]], lang: Lang
) -> Edition:
    """Return a report in one language for the page, made of its markdown and its charts with their SVG."""
    figures = {
        f"charts/{name}.{lang}": inline_figure(svg, f"{lang}-{name}", picture.alt)
        for name, (picture, svg) in charts.items()
    }
    whole = {file: full_table(file, report, Words(lang)) for file in named_files(markdown)}
    tables = {file: table for file, table in whole.items() if table}
    return edition(markdown, lang, figures, tables)
