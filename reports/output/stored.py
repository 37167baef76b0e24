"""Reports in the output folder: which weeks there are, reading one again, and what is told of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import cast
from urllib.parse import quote

import orjson

from reports.building.findings import most_telling
from reports.document.weekly import FORMAT, WeeklyReport
from reports.errors import ReportError
from reports.rendering.digest import Line, digest, title
from reports.rendering.markdown import named_view
from reports.wording.escaping import Markdown
from reports.wording.notices import is_invented
from reports.wording.sentences import sentence
from reports.wording.words import LANGS, Lang, Words
from storage.weeks import parse_label

Pages = Mapping[Lang, Sequence[str]]
"""Addresses that show a report, by language, the best one first; a language that was not written has none."""


@dataclass(frozen=True, slots=True)
class ToldView:
    """A report on a part of the market: what the part is called, and its pages, from the week's folder on."""

    names: Mapping[Lang, Markdown]
    pages: Pages


@dataclass(frozen=True, slots=True)
class ToldWeek:
    """What index and feeds say of a week; `n` is None where no postings were seen.

    `updated` is the instant up to which the report has data (ISO 8601). `pages` are addresses in the week's
    folder. `views` are the reports on parts of the market that lie in it, by folder.
    """

    week: str
    first_day: str
    last_day: str
    preliminary: bool
    invented: bool
    updated: str
    n: int | None
    titles: Mapping[Lang, str]
    lines: Mapping[Lang, tuple[Line, ...]]
    headlines: Mapping[Lang, Markdown]
    pages: Pages
    views: tuple[ToldView, ...] = ()


def told_week(report: WeeklyReport, pages: Pages, views: Sequence[ToldView] = ()) -> ToldWeek:
    """Return what is told of a report; the headline is its most telling finding."""
    listed = [finding["n"] for finding in report["findings"] if finding["id"] == "listed"]
    headline = most_telling(report["findings"])
    words = {lang: Words(lang) for lang in LANGS}
    return ToldWeek(
        week=report["week"],
        first_day=report["week_first_day"],
        last_day=report["week_last_day"],
        preliminary=report["preliminary"] and bool(listed),
        invented=is_invented(report),
        # A week without any data is as new as its last day.
        updated=report["provenance"]["data_cut"] or f"{report['week_last_day']}T00:00:00Z",
        n=listed[0] if listed else None,
        titles={lang: title(report, words[lang]) for lang in LANGS},
        lines={lang: tuple(digest(report, words[lang])) for lang in LANGS},
        headlines={lang: sentence(headline, words[lang]) for lang in LANGS},
        pages=pages,
        views=tuple(views),
    )


def read_weeks(out_dir: Path, complain: Callable[[str], None]) -> list[ToldWeek]:
    """Return what is told of every week in `out_dir`, newest first.

    What cannot be told of (a damaged report, one of another release) is left out; `complain` is told of it.
    """
    told = []
    for week in stored_weeks(out_dir):
        folder = out_dir / week
        try:
            told.append(_read(folder, week, _pages(folder), tuple(_views(folder, complain)))[1])
        except ReportError as error:
            complain(f"not in the index and the feeds: {error}")
    return told


def _views(folder: Path, complain: Callable[[str], None]) -> Iterator[ToldView]:
    for path in sorted(folder.glob("*/report.json")):
        pages = _pages(path.parent, f"{quote(path.parent.name)}/")
        try:
            view = _read(path.parent, folder.name)[0]["view"]
        except ReportError as error:
            complain(f"not in the index: {error}")
            continue
        if view and pages:
            yield ToldView({lang: named_view(view, Words(lang)) for lang in LANGS}, pages)


def stored_weeks(out_dir: Path) -> list[str]:
    """Return the labels of the weeks that have a report in `out_dir`, newest first."""
    return sorted(
        (path.parent.name for path in out_dir.glob("*-W*/report.json") if _is_week(path.parent.name)),
        reverse=True,
    )


def load_report(out_dir: Path, week: str) -> WeeklyReport:
    """Return the report of `week` as it was written to `out_dir`.

    Raises ReportError if there is none, or none that this release can tell of.
    """
    return _read(out_dir / week, week)[0]


def page_to_link(out_dir: Path, week: str, lang: Lang) -> str:
    """Return the address in the week's folder that shows the report, in `lang` if there is such a page."""
    pages = _pages(out_dir / week)
    there = [page for one in (lang, *LANGS) for page in pages.get(one, ())]
    return there[0] if there else "report.json"


def _pages(folder: Path, before: str = "") -> Pages:
    """Return the addresses of the pages in a folder, each with `before` in front."""
    found: dict[Lang, Sequence[str]] = {}
    for lang in LANGS:
        names = {"report.html": f"report.html#{lang}", f"report.{lang}.md": f"report.{lang}.md"}
        there = [f"{before}{address}" for name, address in names.items() if (folder / name).is_file()]
        if there:
            found[lang] = there
    return found


def _read(
    folder: Path, week: str, pages: Pages = MappingProxyType({}), views: tuple[ToldView, ...] = ()
) -> tuple[WeeklyReport, ToldWeek]:
    path = folder / "report.json"
    try:
        report = cast(WeeklyReport, orjson.loads(path.read_bytes()))
        if (report["format"], report["week"]) != (FORMAT, week):
            raise ReportError(f"{path} is no report of {week} in the format of this release")
        return report, told_week(report, pages, views)
    except FileNotFoundError:
        said = f"there is no report of {week} in {folder.parent}; `pmtrend report --week {week}` writes it"
        raise ReportError(said) from None
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
        raise ReportError(f"{path} is damaged; `pmtrend report --week {week}` writes it again") from None


def _is_week(name: str) -> bool:
    try:
        parse_label(name)
    except ValueError:
        return False
    return True
