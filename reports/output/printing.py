"""The files of a report but its JSON: markdown and charts in both languages, the page, the tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from reports.charts.fonts import families_for
from reports.charts.pictures import Picture, pictures
from reports.document.weekly import WeeklyReport
from reports.pages.markup import Edition
from reports.pages.report_page import report_edition, report_page
from reports.pages.shell import page_template
from reports.rendering.csv_files import csv_files, data_dictionary
from reports.rendering.markdown import Images, render_markdown, template
from reports.wording.words import LANGS, Lang, Words, recorded_sentences
from storage.forking import side_by_side


def get_ready() -> None:
    """Load what every report is made of, so that forks of this process need not, each for itself."""
    for lang in LANGS:
        words = Words(lang)
        words.count(0)
        words.said_date(date.min)
        recorded_sentences(lang)
    template()
    for name in ("page.html.j2", "report.html.j2"):
        page_template(name)


def printed_files(report: WeeklyReport, langs: Sequence[Lang], images: Images) -> dict[str, bytes]:
    """Return the page, markdown and charts in `langs`, and the tables, by their paths in the week's folder.

    Raises ReportError if a PNG is to show characters that no installed font has.
    """
    one, other = LANGS  # the page holds every language

    def printed(lang: Lang) -> _Printed:
        return _printed(report, lang, images, pngs=lang in langs)

    # Chinese takes longer, so the tables, which both languages share, are made beside it.
    (first, text), second = side_by_side(lambda: (printed(one), _tables(report)), lambda: printed(other))
    drawn: dict[str, bytes] = {}
    editions: dict[Lang, Edition] = {}
    for lang, made in ((one, first), (other, second)):
        editions[lang] = made.edition
        if lang in langs:
            text[f"report.{lang}.md"] = made.markdown
            drawn |= made.charts
    text["report.html"] = report_page(report, editions)
    return {name: content.encode("utf-8") for name, content in text.items()} | drawn


def _tables(report: WeeklyReport) -> dict[str, str]:
    files = {f"data/{name}": table for name, table in csv_files(report).items()}
    return files | {"data/README.md": data_dictionary(report)}


@dataclass(frozen=True, slots=True)
class _Printed:
    """A report in one language: its markdown, its charts by their file names, its part of the page."""

    markdown: str
    charts: dict[str, bytes]
    edition: Edition


def _printed(report: WeeklyReport, lang: Lang, images: Images, *, pngs: bool) -> _Printed:
    charts = pictures(report, Words(lang))
    svgs = {name: (picture, picture.chart.svg()) for name, picture in charts.items()}
    markdown = render_markdown(report, lang, charts, images)
    files = {f"charts/{name}.{lang}.svg": svg for name, (_, svg) in svgs.items()}
    files |= _pngs(charts.values(), lang) if pngs and images == "png" else {}
    return _Printed(markdown, files, report_edition(report, markdown, svgs, lang))


def _pngs(charts: Collection[Picture], lang: Lang) -> dict[str, bytes]:
    families = families_for(picture.chart for picture in charts)
    return {f"charts/{picture.id}.{lang}.png": picture.chart.png(families) for picture in charts}
