"""`pmtrend report`: the report of a week, written to a folder and kept as a vintage."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import click

from commands.context import Context, pass_context
from commands.overview import write_overview
from commands.telling import warn
from scraper.boards import INDUSTRIES
from scraper.options.times import Times, read_times
from scraper.printing import echo
from storage.engines.allocator import (
    compute_in_one_thread,
    give_back_large_blocks,
    regard_as_old,
    uncollected,
)
from storage.errors import StorageError
from storage.markets import MARKET_NAMES
from storage.weeks import label, week_of

if TYPE_CHECKING:
    from reports.document.weekly import WeeklyReport
    from reports.rendering.markdown import Images
    from reports.wording.words import Lang
    from storage.history import History
    from storage.profile import Profile
    from storage.store import Store

LOG = logging.getLogger("pmtrend")


@click.command()
@click.option("--week", metavar="2026-W47", help="ISO week (default: the last finished, at --as-of).")
@click.option(
    "--lang", type=click.Choice(["en", "zh", "both"]), default="both", show_default=True, help="Language."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder (default: pmtrend-reports).")
@click.option(
    "--as-of", metavar="DATE", help="As known at the end of that day (or at an instant: 2026-11-23T08:00Z)."
)
@click.option(
    "--images",
    type=click.Choice(["svg", "png"]),
    default="svg",
    show_default=True,
    help="What the markdown shows; png writes both (needs a Chinese font).",
)
@click.option(
    "--market", type=click.Choice(MARKET_NAMES), help="Only boards in Chinese (cn) or English (intl)."
)
@click.option("--industry", type=click.Choice(INDUSTRIES), help="Only employers of this industry.")
@click.option("--city", metavar="NAME", help="Only postings in this city.")
@click.option("--company", metavar="NAME", help="Only this employer's postings.")
@pass_context
def report(
    context: Context,
    /,
    week: str | None,
    lang: str,
    out: Path | None,
    as_of: str | None,
    images: "Images",
    **part: str | None,
) -> int:
    """Write the weekly report. HTML, markdown in English and Chinese, charts, JSON, CSV; index and feeds.

    A part of the market (--market, --industry, --city, --company) is reported on in a folder of its own.
    """
    times = read_times(week, as_of)
    told = make_report(context, times, lang, out or context.settings.reports, images, part)
    _tell_if_empty(told, dated=as_of is not None)
    return 0


def make_report(
    context: Context,
    times: Times,
    lang: str,
    out: Path,
    images: "Images" = "svg",
    part: Mapping[str, str | None] = MappingProxyType({}),
) -> "WeeklyReport":
    """Write the report of a week to `out`, say which pages, and keep its numbers.

    `part` narrows it by the options of a view. Raises ConfigError for a city or a company that is not there,
    and for a week that has not begun.
    """
    from reports.output.printer import printer

    give_back_large_blocks()
    compute_in_one_thread()
    # Many objects and few cycles: looking for those is a quarter of a small report's time.
    with uncollected(), printer() as printing, context.store() as store:
        times.refuse_ahead(store.zone, context.clock(), lambda: store.newest_looks().values())
        cut, monday = times.cut(store.zone), times.monday(store.zone, context.clock())
        built, history = _build(context, store, monday, cut, part, printing.get_ready)
        from reports.output.writing import later_state, write_report

        replaced = later_state(out, built)
        langs = cast("Sequence[Lang]", ("en", "zh") if lang == "both" else (lang,))
        for path in write_report(built, out, langs, images=images, printer=printing):
            if path.suffix in (".md", ".html") and path.name.startswith("report."):
                echo(path)
        _keep_vintages(store, history, built, context.clock())
        write_overview(context.settings, out, printing)
        regard_as_old()
    if replaced is not None:
        folder, then = replaced
        now = built["provenance"]["as_of"]
        warn(f"{folder} held this report as of {then}, which is later; it now holds the state of {now}")
    return built


def _tell_if_empty(report: "WeeklyReport", *, dated: bool) -> None:
    """Say that nothing was looked at in the week of the report, or ever: an empty report may be a slip.

    `dated`: it is asked for as of a day.
    """
    known = report["provenance"]
    newest = known["data_cut"]
    if newest is None:
        when = f" at {known['as_of']}" if dated else ""
        more = "" if dated else "; `pmtrend collect` or `import` fills the store"
        warn(f"nothing was on file{when}, so the report is empty{more}")
        return
    last = label(week_of(datetime.fromisoformat(newest), known["zone"]))
    # Of a part of the market nothing may be listed in a week in which all was looked at.
    if last < report["week"] or (report["kind"] == "empty" and not report["view"]):
        warn(f"nothing was looked at in {report['week']}; the newest look on file is of {last}")


def _build(
    context: Context,
    store: "Store",
    monday: date,
    cut: datetime | None,
    part: Mapping[str, str | None],
    when_read: Callable[[], None],
) -> "tuple[WeeklyReport, History]":
    """The report of a week, and what the store told of earlier ones."""
    from reports.building.reading import employers_of, places_of, read_facts
    from reports.building.views import WHOLE, View
    from reports.building.weekly import build_weekly
    from reports.document.instants import instant

    whole = read_facts(store, monday, cut, all_details=bool(part.get("city") or part.get("company")))
    when_read()
    profiles: Sequence[Profile] = ()
    view = WHOLE
    files = context.settings.report.profiles
    if files or any(value is not None for value in part.values()):
        # What knows names loads the tagger's tables: a tenth of a second that most reports need not spend.
        from scraper.options.profiles import name_part, read_profiles

        profiles = read_profiles(files, lambda: places_of(whole))
        named = name_part(part, lambda: places_of(whole), lambda: employers_of(whole))
        view = View(**cast(dict[str, Any], named))
    history = store.history(whole, monday, view.name)
    command = f"pmtrend report --week {label(monday)} --as-of {instant(whole.as_of)}{view.options}"
    return build_weekly(
        whole, monday, command=command, history=history, profiles=profiles, view=view
    ), history


def _keep_vintages(store: "Store", history: "History", report: "WeeklyReport", now: datetime) -> None:
    """Keep the published numbers; a store that takes none now costs no report."""
    from reports.document.published import published_numbers

    assert history.edition is not None
    try:
        store.publish(history.edition, published_numbers(report), now)
    except StorageError as error:
        LOG.warning("the numbers of this report were not kept as vintages: %s", error)
