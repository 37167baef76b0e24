"""The command line: one short function per verb, no logic. The only file that knows all rooms.

stdout is the result, stderr the log and the progress. Exit codes: 0 ok, 1 usage or configuration,
2 every board failed, 3 some boards failed (or a message was not taken, a text not tagged), 4 another run
holds the lock.
"""

import errno
import gc
import json
import logging
import math
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast, get_args

import click
from tqdm import tqdm

from reports.errors import ReportError
from scraper.boards import INDUSTRIES, load_boards
from scraper.clock import utc_offset, utcnow
from scraper.config import FILE_NAME, Settings, load_settings, read_keys, write_template
from scraper.errors import ConfigError, DeliveryError, InputError, PmtrendError
from scraper.log import set_up
from scraper.model import Board, Market, Reply, Request
from scraper.printing import echo
from storage.engines.allocator import give_back_large_blocks
from storage.engines.opening import holds_password, without_password
from storage.errors import LockHeld, StorageError
from storage.history import History
from storage.markets import MARKET_NAMES
from storage.monitoring.status import FAILED
from storage.records import Facts, Industry, RoleClass
from storage.searching.search import MOST
from storage.store import Store, open_store
from storage.version import __version__
from storage.weeks import WEEK, label, last_finished, parse_label, week_end, week_of, week_to_report

if TYPE_CHECKING:
    from reports.delivery import Service
    from reports.document.weekly import WeeklyReport
    from reports.export.writing import Format
    from reports.rendering import Images
    from reports.views import View
    from reports.words import Lang
    from scraper.fetching import Fetcher
    from scraper.fetching.client import HttpFetcher
    from scraper.fetching.webhooks import Webhook
    from scraper.fleet import Fleet
    from scraper.importing import ImportedListing


@dataclass(frozen=True, slots=True)
class Context:
    """What stands before the verb: which database, which configuration.

    `options` say the same from any folder, for a command that is run later; `file` is what `init` writes.
    """

    settings: Settings
    database: str
    options: tuple[str, ...] = ()
    file: Path = Path(FILE_NAME)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the store (creating or upgrading it), close it afterwards."""
        store = open_store(self.database, self.settings.zone)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def writing(self, *, shared: bool = False) -> Iterator[Store]:
        """Open the store for a run; one run at a time, on PostgreSQL also several that are `shared`."""
        with self.store() as store, store.one_run(shared=shared):
            yield store
            _index(store, most=INDEXED_AFTER_A_RUN)


LOG = logging.getLogger("pmtrend")
DATABASE_URL = "PMTREND_DATABASE_URL"
LONGEST_BUDGET = timedelta(hours=24)
_YEAR = timedelta(days=365)
INDEXED_AFTER_A_RUN = 20_000
"""Texts that a run adds to the search index at its end, some seconds; `find` adds what is left."""
YEARS = range(2000, 2101)
"""Of weeks and days that can be reported on."""
HISTORY = 53 * WEEK
"""What a report reads: its 53 weeks and one before, so that the first of them has a past."""
DETAILS = 12 * WEEK
"""How far back before its week it asks what postings say."""

_NO_OPERATOR = (
    f"`operator` is not set in {FILE_NAME}: name an address or page at which you can be reached, "
    "it is sent with every request (`pmtrend init` writes the file)"
)

pass_context = click.make_pass_decorator(Context)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pmtrend")
@click.option(
    "--db",
    metavar="URL",
    help="Database: sqlite:///pmtrend.db or postgresql+psycopg://USER@HOST/NAME (env PMTREND_DATABASE_URL).",
)
@click.option("--config", type=click.Path(path_type=Path), help=f"Configuration (default: ./{FILE_NAME}).")
@click.option("-v", "--verbose", is_flag=True, help="Tell of every board on stderr.")
@click.pass_context
def cli(context: click.Context, db: str | None, config: Path | None, verbose: bool) -> None:
    """Follow public product-manager postings and report what AI PM and AIGC PM roles ask for."""
    set_up(verbose)
    here = _working_folder()
    if context.invoked_subcommand != "init":
        settings = load_settings(config)
    elif config is None:
        settings = Settings()
    else:
        settings = Settings(home=config.resolve().parent, source="file")
    if settings.keys:
        _own_keys(settings)  # a slip is told by every verb, not only by those that ask
    named = db or os.environ.get(DATABASE_URL)
    options = ["--config", str(config.resolve())] if config else []
    if named and holds_password(named):
        os.environ[DATABASE_URL] = named  # for what is run later: everybody sees its command line
    elif named:
        options += ["--db", _absolute(named, here)]
    context.obj = Context(settings, named or _from_home(settings), tuple(options), config or Path(FILE_NAME))


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise ConfigError("the folder in which pmtrend was started does not exist any more") from None


def _from_home(settings: Settings) -> str:
    """The configured database; a relative SQLite path is relative to the configuration file."""
    if settings.source == "defaults":
        return settings.database
    return _absolute(settings.database, settings.home)


def _absolute(database: str, folder: Path) -> str:
    prefix, _, path = database.partition("sqlite:///")
    if prefix or not path or path == ":memory:" or Path(path).is_absolute():
        return database
    return f"sqlite:///{folder / path}"


@cli.command()
@pass_context
def init(context: Context) -> None:
    """Write pmtrend.toml here, or the file that --config names, and create the database beside it."""
    path = context.file
    try:
        write_template(path)
    except FileExistsError:
        raise ConfigError(f"{path} exists already; nothing was changed") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    with context.store() as store:
        echo(f"wrote {path} and created {store.engine.url.database}")
    echo("next: set `operator` in it, then run `pmtrend weekly`")


# ------------------------------------------------------------------ runs


@cli.command()
@click.option("--family", "families", multiple=True, help="Only boards of this family (repeatable).")
@click.option("--board", "keys", multiple=True, help="Only the board with this key (repeatable), now.")
@click.option(
    "--budget", default="50m", show_default=True, help="Begin no board after this time (24h at most)."
)
@pass_context
def collect(context: Context, families: tuple[str, ...], keys: tuple[str, ...], budget: str) -> int:
    """Look at the followed boards now and store what they list.

    On PostgreSQL several may be at work at once: they share the boards.
    """
    return _collect(context, families, keys, budget)


def _collect(context: Context, families: tuple[str, ...], keys: tuple[str, ...], budget: str) -> int:
    from scraper.collecting import collect as run
    from scraper.fetching.archive import WarcArchive
    from scraper.fetching.client import HttpFetcher
    from scraper.planning import askable, gaps

    settings = context.settings
    operator = _operator(settings)
    own_keys = _own_keys(settings)
    boards = askable(_boards(settings, families, keys), own_keys, named=bool(families or keys))
    until = utcnow() + _duration(budget)
    with (
        context.writing(shared=True) as store,
        WarcArchive(settings.archive, utcnow, operator=operator) as archive,
        HttpFetcher(operator, archive=archive, clock=utcnow, keys=own_keys, gaps=gaps(boards)) as fetcher,
        _progress("boards", len(boards)) as on_look,
    ):
        summary = run(
            store,
            boards,
            fetcher,
            clock=utcnow,
            until=until,
            on_look=on_look,
            all_due=bool(keys),
            pause=fetcher.pause,
        )
    _tell(summary)
    return summary.exit_code


def _operator(settings: Settings) -> str:
    if settings.operator.strip():
        return settings.operator
    raise ConfigError(_NO_OPERATOR)


def _own_boards(settings: Settings) -> Path:
    """The folder of the user's own boards, beside his configuration."""
    return settings.home / "boards.d"


def _boards(settings: Settings, wanted: tuple[str, ...], keys: tuple[str, ...]) -> list[Board]:
    known = load_boards(_own_boards(settings))
    if _own_boards(settings).exists():
        from scraper.following import doubled

        for warning in doubled(known):
            echo(f"pmtrend: {warning}", err=True)
    wanted = wanted or settings.families
    unknown = set(wanted) - {board.family for board in known}
    if unknown:
        families = ", ".join(sorted({board.family for board in known}))
        raise ConfigError(f"no board of family {', '.join(sorted(unknown))}; there are {families}")
    chosen = [b for b in known if (not wanted or b.family in wanted) and (not keys or b.key in keys)]
    if missing := set(keys) - {board.key for board in chosen}:
        raise ConfigError(f"no board {', '.join(sorted(missing))}; `pmtrend boards list` shows them all")
    return chosen


def _duration(text: str) -> timedelta:
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not (number.isascii() and number.isdigit()) or not number.strip("0"):
        raise ConfigError(f"--budget {text!r} is not a time; write it as 90s, 50m or 2h")
    if len(number) > 9 or (budget := timedelta(seconds=int(number) * units[unit])) > LONGEST_BUDGET:
        raise ConfigError(f"--budget {text!r} is too long: 24h at most")
    return budget


@cli.command()
@click.argument("warc", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Worker processes that read and tag.")
@click.option("--scheduler", metavar="URL", help="Workers of a Dask cluster do that: tcp://HOST:8786.")
@pass_context
def replay(context: Context, warc: tuple[Path, ...], jobs: int | None, scheduler: str | None) -> int:
    """Run the pipeline on archived replies (WARC files), each at the time it was archived.

    With --jobs or --scheduler workers read and tag ahead; one process stores. What is stored is the same.
    """
    from scraper.fetching.replay import ReplayArchive
    from scraper.replaying import replay as run
    from scraper.replaying import visits

    archive = ReplayArchive(list(warc))
    boards = load_boards(_own_boards(context.settings))
    looks = len(visits(archive, boards))
    if not looks:
        raise InputError(
            f"{', '.join(map(str, warc))}: no reply of a known board is archived there; "
            "pages of a web crawl are for `pmtrend import`"
        )
    with (
        _fleet(jobs, scheduler) as fleet,
        context.writing() as store,
        _progress("looks", looks) as on_look,
    ):
        summary = run(store, archive, boards, clock=utcnow, on_look=on_look, fleet=fleet)
    for problem in archive.problems:
        echo(f"pmtrend: {problem}", err=True)
    _tell(summary)
    return summary.exit_code


def _fleet(jobs: int | None, scheduler: str | None) -> "AbstractContextManager[Fleet | None]":
    """Workers if they are asked for; they cost seconds to start."""
    if jobs is None and scheduler is None:
        return nullcontext()
    if jobs is not None and scheduler is not None:
        raise ConfigError("--jobs starts workers here, --scheduler uses those of a cluster; give one of them")
    from scraper.fleet import fleet

    return fleet(jobs, scheduler)


@cli.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", required=True, metavar="NAME", help="What these files are a listing of.")
@click.option("--as-of", metavar="DATE", help="When it was seen (midnight UTC if no time is given).")
@click.option("--complete", is_flag=True, help="Each listing is whole: what is absent counts as missing.")
@click.option("--scope", default="", metavar="NAME", help="What was asked for; a new name breaks the series.")
@pass_context
def import_(
    context: Context, files: tuple[Path, ...], source: str, as_of: str | None, complete: bool, scope: str
) -> int:
    """Store postings from files: CSV, TSV, XLSX, JSON or JSONL that you exported, pages that you saved.

    WARC files of web crawls, too: their pages with schema.org JobPosting data, each at the time it was seen.
    """
    from scraper.importing import parse_as_of
    from scraper.loading import ahead, import_listings

    if not source.strip():
        raise ConfigError("--source needs a name")
    source, scope = _name("--source", source), _name("--scope", scope)
    at, now = None if as_of is None else parse_as_of(as_of), utcnow()
    listings = _listings(files, at, now, complete)
    with context.writing() as store, _progress("listings", len(listings)) as on_look:
        summary = import_listings(
            store,
            listings,
            source=source,
            complete=complete,
            scope=scope,
            clock=utcnow,
            on_look=on_look,
        )
    if complete and len(listings) >= 10 and sum(len(one.postings) for one in listings) < 5 * len(listings):
        echo(
            f"pmtrend: the rows have {len(listings)} different times; each was taken for a whole listing",
            err=True,
        )
    for warning in ahead(listings, now):
        echo(f"pmtrend: {warning}", err=True)
    for listing in listings:
        for reject in listing.rejects[:10]:
            echo(f"pmtrend: not read: {reject.reason}", err=True)
        if len(listing.rejects) > 10:
            echo(f"pmtrend: … and {len(listing.rejects) - 10} more rows not read", err=True)
    _tell(summary)
    return 0


def _listings(
    files: tuple[Path, ...], at: datetime | None, now: datetime, complete: bool
) -> "Sequence[ImportedListing]":
    from scraper.crawling import is_warc, read_crawls
    from scraper.importing import read_files

    crawls = [path for path in files if is_warc(path)]
    if not crawls:
        return read_files(list(files), as_of=at, now=now)
    if len(crawls) < len(files):
        raise ConfigError("web crawls (WARC) and other files are imported by calls of their own")
    if at or complete:
        raise ConfigError(
            "a web crawl has its own dates and is never complete: leave out --as-of and --complete"
        )
    crawl = read_crawls(crawls)
    for problem in crawl.problems:
        echo(f"pmtrend: {problem}", err=True)
    echo(crawl.line())
    return crawl.listings


def _name(option: str, text: str) -> str:
    """Return the name without outer blanks. Raises ConfigError if it is not one line of text."""
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text.strip()):
        raise ConfigError(f"{option} {text.strip()!r} holds characters that no name has")
    return text.strip()


def _tell(summary: Any) -> None:
    for line in summary.lines():
        echo(line)
    if summary.stopped:
        echo(f"pmtrend: {summary.stopped}", err=True)


@contextmanager
def _progress(unit: str, total: int) -> Iterator[Callable[[Any], None]]:
    """A progress bar on stderr when that is a terminal."""
    counts = {"new": 0, "failed": 0}
    with tqdm(total=total, unit=f" {unit}", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:

        def on_look(looked: Any) -> None:
            done = looked.recorded
            LOG.info(
                "%s: %s, %d new, %d closed %s",
                looked.board,
                done.state,
                done.created,
                done.closed,
                done.reason,
            )
            counts["new"] += done.created
            counts["failed"] += done.state in FAILED
            bar.set_postfix(counts, refresh=False)
            bar.update()

        yield on_look


# ------------------------------------------------------------------ reports


@cli.command()
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
@click.option("--market", type=click.Choice(MARKET_NAMES), help="Only boards of this market.")
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
    """Write the weekly report: HTML, markdown in English and Chinese, charts, JSON, CSV; index and feeds.

    A part of the market (--market, --industry, --city, --company) is reported on in a folder of its own.
    """
    _report(context, week, lang, out or context.settings.reports, as_of, images, part)
    return 0


def _report(
    context: Context,
    week: str | None,
    lang: str,
    out: Path,
    as_of: str | None,
    images: "Images" = "svg",
    part: Mapping[str, str | None] = MappingProxyType({}),
) -> "WeeklyReport":
    give_back_large_blocks()
    with _without_collector(), context.store() as store:
        cut = None if as_of is None else _cut(as_of, store.zone)
        monday = _week(week, store.zone, cut or utcnow())
        built, history = _built(context, store, monday, cut, part)
        # Loaded when the facts are gone: what draws needs half as much memory as they do.
        from reports.words import LANGS, Lang
        from reports.writing import write_report

        langs = LANGS if lang == "both" else (cast(Lang, lang),)
        for path in write_report(built, out, langs, images=images):
            if path.suffix in (".md", ".html") and path.name.startswith("report."):
                echo(path)
        _keep_vintages(store, history, built)
    _overview(context, out)
    return built


@contextmanager
def _without_collector() -> Iterator[None]:
    """Run what makes many objects and few cycles: looking for those is a quarter of a small report's time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _built(
    context: Context, store: Store, monday: date, cut: datetime | None, part: Mapping[str, str | None]
) -> "tuple[WeeklyReport, History]":
    """The report of a week, and what the store told of earlier ones."""
    from reports.instants import instant
    from reports.weekly import build_weekly
    from scraper.profiles import read_profiles

    whole = _facts(store, monday, cut, all_details=bool(part.get("city") or part.get("company")))
    profiles = read_profiles(context.settings.report.profiles, _places(whole))
    view = _view(part, whole)
    history = store.history(whole, monday, view.name)
    command = f"pmtrend report --week {label(monday)} --as-of {instant(whole.as_of)}{view.options}"
    return build_weekly(
        whole, monday, command=command, history=history, profiles=profiles, view=view
    ), history


def _view(part: Mapping[str, str | None], facts: Facts) -> "View":
    """The part of the market that is asked for, named as the postings name it."""
    from reports.views import View
    from scraper.profiles import cities_named, employer_named

    named = {key: value for key, value in part.items() if value is not None}
    if "city" in named:
        cities = cities_named(named["city"], _places(facts))
        if len(cities) != 1:
            raise ConfigError(f"--city {named['city']!r} are several cities; name one")
        named["city"] = next(iter(cities))
    if "company" in named:
        employers = {posting.company_name for posting in facts.postings.values()}
        named["company"] = employer_named(named["company"], employers)
    return View(**cast(dict[str, Any], named))


def _keep_vintages(store: Store, history: History, report: "WeeklyReport") -> None:
    """Keep the published numbers; a store that takes none now costs no report."""
    from reports.published import published_numbers

    assert history.edition is not None
    try:
        store.publish(history.edition, published_numbers(report), utcnow())
    except StorageError as error:
        LOG.warning("the numbers of this report were not kept as vintages: %s", error)


@cli.command()
@click.option("--pm-years", type=float, metavar="YEARS", help="Your years as a product manager.")
@click.option("--ai-years", type=float, metavar="YEARS", help="Your years with AI.")
@click.option("--skill", "skills", multiple=True, metavar="NAME", help="A skill that you have (repeatable).")
@click.option("--degree", metavar="NAME", help="bachelor, master …, 本科, 硕士 …")
@click.option("--city", "cities", multiple=True, metavar="NAME", help="Where you would work (repeatable).")
@click.option("--remote/--no-remote", default=None, help="Whether remote work will do (it will).")
@click.option("--industry", "industries", multiple=True, metavar="NAME", help="One you know (repeatable).")
@click.option("--language", "languages", multiple=True, metavar="NAME", help="One you speak (repeatable).")
@click.option("--market", type=click.Choice(MARKET_NAMES), help="Only openings of this market.")
@click.option("--salary-min", type=float, metavar="AMOUNT", help="The yearly pay that you hope for.")
@click.option("--currency", metavar="CODE", help="Of --salary-min (default: CNY).")
@click.option("--profile", "file", type=click.Path(path_type=Path), help="A TOML file that says the same.")
@click.option("--week", metavar="2026-W47", help="ISO week (default: the last finished, at --as-of).")
@click.option("--as-of", metavar="DATE", help="As known at the end of that day.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language (default: that of your terminal).")
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def choose(
    context: Context,
    /,
    file: Path | None,
    week: str | None,
    as_of: str | None,
    lang: "Lang | None",
    as_json: bool,
    **said: Any,
) -> None:
    """Tell which door is open to you, AI PM or AIGC PM: what you qualify for and what stops you."""
    from reports.choosing import choice_json
    from reports.choosing import choose as run
    from reports.sections.choosing import choosing
    from reports.words import Words
    from scraper.profiles import read_profile

    with context.store() as store:
        cut = None if as_of is None else _cut(as_of, store.zone)
        monday = _week(week, store.zone, cut or utcnow(), store.history_from())
        facts = _facts(store, monday, cut)
        card = run(facts, monday, read_profile(file, said, _places(facts)))
    for line in choice_json(card).split("\n") if as_json else choosing(card, Words(lang or _language())):
        echo(line)


def _language() -> "Lang":
    """The language of the terminal: Chinese or English."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if named.lower().startswith("zh") else "en"


def _facts(store: Store, monday: date, cut: datetime | None, *, all_details: bool = False) -> Facts:
    return store.facts(
        first_week=monday - HISTORY,
        until=week_end(monday, store.zone),
        as_of=cut,
        details_from=None if all_details else monday - DETAILS,
    )


def _places(facts: Facts) -> Callable[[], set[str]]:
    """The places of the openings, for a city that the tables do not know."""
    return lambda: {place for posting in facts.postings.values() for place in posting.places}


def _week(text: str | None, zone: str, known_at: datetime, history_from: datetime | None = None) -> date:
    """The week asked for, else the last one that had ended at `known_at`; that of `history_from` at least."""
    if text is None:
        finished = last_finished(known_at, zone)
        return finished if history_from is None else max(finished, week_of(history_from, zone))
    return _monday("--week", text)


def _monday(option: str, text: str) -> date:
    """The Monday of the week that an option names."""
    try:
        monday = parse_label(text)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from None
    if monday.year not in YEARS:
        raise ConfigError(f"{option}: {text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}")
    return monday


def _cut(text: str, zone: str) -> datetime:
    """The end of the day that --as-of names, or the instant (a report names the one it was made at)."""
    from zoneinfo import ZoneInfo

    try:
        day, at = date.fromisoformat(text), None
    except ValueError:
        try:
            at = datetime.fromisoformat(text)
            day = at.date()
        except ValueError:
            at = day = None
    if day is None or (at is not None and at.tzinfo is None):
        raise ConfigError(f"--as-of {text!r} is not a day; write it as 2026-11-23") from None
    if day.year not in YEARS:
        raise ConfigError(f"--as-of {text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}")
    if at is not None:
        return at
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(zone)) - timedelta(
        seconds=1
    )


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["parquet", "csv", "both"]),
    default="both",
    show_default=True,
    help="What is written (Parquet needs the extra `parquet`).",
)
@click.option("--since", metavar="2026-W30", help="Nothing that was over before this week.")
@click.option("--until", metavar="2026-W47", help="Nothing that began after this week.")
@click.option("--as-of", metavar="DATE", help="As known at the end of that day.")
@click.option("--texts", is_flag=True, help="Also the texts of postings, which belong to the employers.")
@pass_context
def export(
    context: Context,
    folder: Path,
    kind: "Format",
    since: str | None,
    until: str | None,
    as_of: str | None,
    texts: bool,
) -> None:
    """Write the store as tables for research: Parquet by week, CSV, and a data package that describes them.

    DIR is made, or replaced as a whole if it holds an earlier export.
    """
    from reports.export.writing import write_export

    first = None if since is None else _monday("--since", since)
    last = None if until is None else _monday("--until", until)
    if first and last and first > last:
        raise ConfigError(f"--since {since} lies after --until {until}")
    asked = {"--format": kind, "--since": since, "--until": until, "--as-of": as_of, "--texts": texts or None}
    with context.store() as store:
        cut = None if as_of is None else _cut(as_of, store.zone)
        with (
            store.export(utcnow(), since=first, until=last, as_of=cut, texts=texts) as found,
            tqdm(total=found.postings, unit=" postings", disable=not sys.stderr.isatty()) as bar,
        ):
            told = write_export(found, folder, kind, asked, bar.update)
    echo(told)
    if found.untagged:
        echo(f"pmtrend: {found.untagged} postings are not tagged, and left out: run retag", err=True)
    if found.mixed:
        echo(f"pmtrend: {found.mixed} postings are tagged with another taxonomy: run retag", err=True)


@cli.command()
@pass_context
def weekly(context: Context) -> int:
    """Collect, then write and deliver the report of the week (on its last day; before, of the last one)."""
    code = _collect(context, (), (), "50m")
    with context.store() as store:
        week = label(week_to_report(utcnow(), store.zone, store.history_from()))
    built = _report(context, week, "both", context.settings.reports, None)
    delivered = _deliver(context, built, _webhooks(()), again=False)
    return code or delivered


@cli.command()
@click.option("--week", metavar="2026-W47", help="ISO week (default: the last finished).")
@click.option(
    "--to",
    "services",
    multiple=True,
    type=click.Choice(["feishu", "dingtalk", "wecom", "slack"]),
    help="Only this service (repeatable; default: every one whose webhook is set).",
)
@click.option("--dry-run", is_flag=True, help="Print the messages, one JSON object a line; send nothing.")
@pass_context
def deliver(context: Context, week: str | None, services: tuple["Service", ...], dry_run: bool) -> int:
    """Write index and feeds, and send the findings of a written report to group chats (again, if need be)."""
    from reports.delivery import SERVICES
    from reports.stored_reports import load_report

    with context.store() as store:
        asked = label(_week(week, store.zone, utcnow()))
    hooks = _webhooks(() if dry_run else services)
    report = load_report(context.settings.reports, asked)
    if dry_run:
        for service in services or [hook.service for hook in hooks] or SERVICES:
            told = {"service": service, "message": _message(context, report, service)}
            echo(json.dumps(told, ensure_ascii=False))
        return 0
    for path in _overview(context, context.settings.reports):
        echo(path)
    if not hooks:
        echo("pmtrend: no webhook is set (PMTREND_FEISHU_WEBHOOK …), so nothing was sent", err=True)
    return _deliver(context, report, hooks, again=True)


def _overview(context: Context, out: Path) -> list[Path]:
    """Write index and feeds of the weeks in `out`; only the configured folder is known to be published."""
    from reports.overview import write_overview

    settings = context.settings
    published = out.resolve() == settings.reports.resolve()
    return write_overview(out, settings.delivery.base_url if published else "")


def _webhooks(services: tuple["Service", ...]) -> list["Webhook"]:
    """The webhooks in the environment; those of `services`, if any are named, which must be set."""
    from scraper.fetching.webhooks import webhooks

    found = webhooks(os.environ)
    if missing := set(services) - {hook.service for hook in found}:
        raise ConfigError(f"PMTREND_{min(missing).upper()}_WEBHOOK is not set in the environment")
    return [hook for hook in found if not services or hook.service in services]


def _deliver(context: Context, report: "WeeklyReport", hooks: list["Webhook"], *, again: bool) -> int:
    """Send the report to `hooks`; 3 if any did not take it. Without `again` no message is sent twice."""
    from reports.delivered import note_delivered, was_delivered
    from scraper.fetching.posting import Poster

    out, week, code = context.settings.reports, report["week"], 0
    with Poster(clock=utcnow) as poster:
        for hook in hooks:
            message = _message(context, report, hook.service)
            if not again and was_delivered(out, week, hook.service, message):
                continue
            try:
                poster.post(hook, message)
                echo(f"{hook.shown} took the message of {week}")
                note_delivered(out, week, hook.service, message)
            except (DeliveryError, ReportError) as error:
                echo(f"pmtrend: {error}", err=True)
                code = 3
    return code


def _message(context: Context, report: "WeeklyReport", service: "Service") -> dict[str, Any]:
    from reports.delivery import payload
    from reports.stored_reports import pages_of
    from reports.words import LANGS

    settings = context.settings
    lang = getattr(settings.delivery, service)
    pages = [page for one in (lang, *LANGS) for page in pages_of(settings.reports, report["week"], one)]
    page = next(iter(pages), "report.json")
    return payload(report, service, lang, page=page, base_url=settings.delivery.base_url)


# ------------------------------------------------------------------ understanding


@cli.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--jsonl", is_flag=True, help="One JSON object a line in, one out, same order.")
def tag(file: BinaryIO, jsonl: bool) -> int:
    """Show what would be tagged in a text or HTML, and why (first line: the title; or from stdin)."""
    from scraper.answering import decode_text, tag_lines
    from scraper.explaining import explain

    if jsonl:
        problems: list[str] = []
        for line in tag_lines(file, problems):
            echo(line)
        for problem in problems:
            echo(f"pmtrend: {problem}", err=True)
        return 1 if problems else 0
    if file.isatty():
        echo("paste a posting (first line: its title), end with Ctrl-D", err=True)
    try:
        text = decode_text(file.read())
    except InputError as error:
        raise InputError(f"the text {error}") from None
    if not text.strip():
        raise InputError("there is no text to tag")
    click.echo(explain(text), color=False if os.environ.get("NO_COLOR") else None)
    return 0


@cli.command()
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Processes that tag (default and at most: one a core).",
)
@pass_context
def retag(context: Context, jobs: int | None) -> int:
    """Tag the whole store again with this release's taxonomy; may be interrupted and repeated."""
    from scraper.processes import cores
    from scraper.retagging import Retagging

    with context.writing() as store:
        work = Retagging(store, utcnow(), min(jobs or cores(), cores()))
        if not work.total:
            _tell_if_empty(store)
        try:
            with tqdm(total=work.total, unit=" texts", disable=not sys.stderr.isatty()) as bar:
                for done in work.batches():
                    bar.update(done)
        finally:
            echo(work.line())
            for problem in work.problems():
                echo(f"pmtrend: {problem}", err=True)
    return work.exit_code


@cli.group("taxonomy")
def taxonomy_() -> None:
    """The vocabulary: what it says, what it lacks, what a change of it does."""


@taxonomy_.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines: one array of objects.")
def taxonomy_list(as_json: bool) -> None:
    """List the tags: id, era, English and Chinese name, finer tags that roll up into it (tab-separated)."""
    from scraper.tagging.taxonomy import taxonomy
    from scraper.vocabulary.showing import tag_lines, tag_rows

    _print(list(tag_rows(taxonomy())), tag_lines(taxonomy()), as_json)


@taxonomy_.command("show")
@click.argument("tag", metavar="TAG")
def taxonomy_show(tag: str) -> None:
    """Show a tag, by its id or its name in either language: groups, value chain, words it is found by."""
    from scraper.tagging.taxonomy import taxonomy
    from scraper.vocabulary.showing import show_tag

    for line in show_tag(taxonomy(), tag):
        echo(line)


@taxonomy_.command("candidates")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Only phrases of this language.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Phrases a language.")
@click.option(
    "--min-companies", type=click.IntRange(1), default=3, show_default=True, help="Asked for by so many."
)
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def taxonomy_candidates(
    context: Context, lang: Literal["zh", "en"] | None, limit: int, min_companies: int, as_json: bool
) -> None:
    """List frequent phrases of stored duties and requirements that no tag covers, with counts and quotes."""
    from scraper.tagging import default_tagger
    from scraper.vocabulary.candidates import LANGUAGES, find_candidates
    from scraper.vocabulary.reading import stored_texts

    with context.store() as store:
        versions = store.latest_versions()
        _tell_if_empty(store)
        quiet = not sys.stderr.isatty()
        with (
            tqdm(total=len(versions), unit=" texts", disable=quiet) as bar,
            tqdm(desc="counting phrases", unit=" passes", disable=quiet) as passes,
        ):
            found = find_candidates(
                stored_texts(store, versions, bar.update),
                store.texts,
                default_tagger(),
                (lang,) if lang else LANGUAGES,
                limit=limit,
                min_companies=min_companies,
                on_pass=passes.update,
            )
    _print(found.as_json(), found.lines(), as_json)


@taxonomy_.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only so many postings, always the same.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def taxonomy_diff(context: Context, old: str, new: str, sample: int | None, as_json: bool) -> None:
    """Tag the stored postings with two vocabularies and show what differs; nothing is stored.

    OLD and NEW are files like scraper/tagging/taxonomy.toml, or `current` for the one of this release.
    """
    from scraper.vocabulary.comparing import compare
    from scraper.vocabulary.reading import read_vocabulary, stored_texts

    vocabularies = read_vocabulary(old), read_vocabulary(new)
    with context.store() as store:
        versions = store.latest_versions(sample)
        _tell_if_empty(store)
        with tqdm(total=len(versions), unit=" texts", disable=not sys.stderr.isatty()) as bar:
            found = compare(stored_texts(store, versions, bar.update), *vocabularies)
    _print(found.as_json(), found.lines(), as_json)


@cli.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(get_args(RoleClass)),
    help="Only this class (repeatable; default: all but not_pm).",
)
@click.option("--city", metavar="NAME", help="Only postings in this city.")
@click.option("--company", metavar="NAME", help="Only this employer's postings.")
@click.option(
    "--since", metavar="2026-W30|DATE", help="Only postings first seen in or after that week or day."
)
@click.option("--open", "is_open", is_flag=True, help="Only postings that are still listed.")
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="Postings to show."
)
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def find(context: Context, /, words: tuple[str, ...], limit: int, as_json: bool, **filters: Any) -> None:
    """Find stored postings by their words, the best first, with the sentences that hold them.

    Put the query in quotes: 'RAG 金融' asks for both words, 'RAG OR 检索增强' for either, '"prompt
    engineering"' for a phrase; 'agent -sales' leaves a word out.
    """
    from reports.searching import guillemets, search_json, search_lines
    from scraper.folding import fold
    from scraper.searching import read_filters
    from storage.searching.query import read_query

    query = " ".join(words)
    asked = read_query(query, fold)
    with context.store() as store:
        wanted = read_filters(store, **filters)
        unindexed = _index(store)
        found = store.find(asked, fold, wanted, limit)
        if not found.hits:
            _tell_if_empty(store)
    if as_json:
        echo(search_json(query, found, unindexed))
        return
    bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in search_lines(found, store.zone, partial(click.style, bold=True) if bold else guillemets):
        echo(line, bold=bold)


def _index(store: Store, most: float = math.inf) -> int:
    """Add to the search index what it lacks, at most so many texts; return how many it lacks still."""
    lacking = store.count_unindexed()
    if not lacking:
        return 0
    from scraper.folding import fold

    quiet = not sys.stderr.isatty()
    try:
        with tqdm(total=min(lacking, most), desc="indexing", unit=" texts", disable=quiet) as bar:
            while bar.n < most and (done := store.index_texts(fold)):
                bar.update(done)
    except StorageError as error:
        LOG.warning("texts that are not in the search index yet: %s (%s)", f"{lacking - bar.n:,}", error)
    return store.count_unindexed()


def _tell_if_empty(store: Store) -> None:
    if not store.latest_versions(1):
        name = without_password(store.engine.url)
        echo(f"pmtrend: the store {name} is empty; `pmtrend collect` or `import` fills it", err=True)


def _print(result: Any, lines: Iterable[str], as_json: bool) -> None:
    for line in [json.dumps(result, ensure_ascii=False)] if as_json else lines:
        echo(line)


# ------------------------------------------------------------------ boards, schedule, status, database


@cli.group()
def boards() -> None:
    """The boards that are followed."""


@boards.command("list")
@click.option("--family", help="Only this family.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one array of objects.")
@pass_context
def boards_list(context: Context, family: str | None, as_json: bool) -> None:
    """List the followed boards: family, key, company, market, industry, evidence (tab-separated)."""
    rows = [asdict(board) for board in _boards(context.settings, (family,) if family else (), ())]
    if as_json:
        echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        echo("\t".join(row.values()))


@boards.command("add")
@click.argument("url")
@click.option("--company", default="", metavar="NAME", help="The employer (default: what its page says).")
@click.option("--market", type=click.Choice(["en", "zh"]), help="Language of its postings.")
@click.option(
    "--industry", type=click.Choice(INDUSTRIES), default="other", help="What it does.", show_default=True
)
@click.option("--no-check", is_flag=True, help="Do not ask the board whether it lists postings.")
@pass_context
def boards_add(
    context: Context, url: str, company: str, market: Market | None, industry: Industry, no_check: bool
) -> None:
    """Follow the board behind URL: its own address, a posting of it, or a page that embeds it."""
    from scraper.following import Wishes, add

    wishes = Wishes(company, market, industry, check=not no_check)
    # What its address tells needs nobody to be asked, and so no operator.
    live: AbstractContextManager[Fetcher]
    live = _fetcher(context.settings) if context.settings.operator.strip() else nullcontext(_NoOperator())
    with live as fetcher:
        for line in add(url, _own_boards(context.settings), fetcher, wishes, utcnow()):
            echo(line)


@boards.command("remove")
@click.argument("board", metavar="FAMILY:KEY|URL")
@pass_context
def boards_remove(context: Context, board: str) -> None:
    """Follow a board no more; what is stored of it stays."""
    from scraper.following import remove

    for line in remove(board, _own_boards(context.settings)):
        echo(line)


@boards.command("check")
@click.option("--family", "families", multiple=True, help="Only boards of this family (repeatable).")
@click.option("--board", "keys", multiple=True, help="Only the board with this key (repeatable).")
@pass_context
def boards_check(context: Context, families: tuple[str, ...], keys: tuple[str, ...]) -> int:
    """Ask each board once and list those that are dead, moved, empty, refused or failed; store nothing."""
    from scraper import checking
    from scraper.planning import askable

    own_keys = _own_keys(context.settings)
    chosen = askable(_boards(context.settings, families, keys), own_keys, named=bool(families or keys))
    with (
        _fetcher(context.settings) as fetcher,
        tqdm(total=len(chosen), unit=" boards", disable=not sys.stderr.isatty()) as bar,
    ):
        found = []
        for one in checking.check(chosen, fetcher, clock=utcnow):
            found.append(one)
            bar.update()
    for line in checking.lines(found):
        echo(line)
    return checking.exit_code(found)


def _fetcher(settings: Settings) -> "HttpFetcher":
    """The live world without an archive: a look that is not stored is no look to replay."""
    from scraper.fetching.client import HttpFetcher

    return HttpFetcher(_operator(settings), archive=None, clock=utcnow, keys=_own_keys(settings))


class _NoOperator:
    """Stands in for the live world, which nobody may ask without a name."""

    def fetch(self, request: Request, *, published: bool) -> Reply:
        raise ConfigError(_NO_OPERATOR)


def _own_keys(settings: Settings) -> dict[str, str]:
    from scraper.planning import KEYS

    return read_keys(settings, os.environ, KEYS)


@cli.command()
@click.option("--print-cron", is_flag=True, help="Print the crontab line instead of running.")
@click.option("--print-systemd", is_flag=True, help="Print a systemd service and timer instead of running.")
@pass_context
def schedule(context: Context, print_cron: bool, print_systemd: bool) -> None:
    """Run `weekly` on the configured schedule until interrupted."""
    from scraper.scheduling import cron_line, run_forever, systemd_units
    from scraper.systemd import user_name

    settings = context.settings
    command = [str(Path(sys.argv[0]).resolve()), *context.options, "weekly"]
    if print_cron:
        log = Path("pmtrend.log")
        echo(cron_line(settings.schedule.weekly, command, settings.home, log, utc_offset()))
    if print_systemd:
        folders = [settings.archive, settings.reports]
        if (file := context.database.removeprefix("sqlite:///")) != context.database:
            folders.append(Path(file).parent)
        writable = [(settings.home / folder).resolve() for folder in folders]
        click.echo(
            systemd_units(settings.schedule.weekly, command, settings.home, writable, user_name()), nl=False
        )
    if (print_cron or print_systemd) and holds_password(os.environ.get(DATABASE_URL, "")):
        echo(
            f"pmtrend: the URL of the database holds a password and is not printed; set {DATABASE_URL} where "
            "cron or systemd finds it, or leave the password to ~/.pgpass",
            err=True,
        )
    if not (print_cron or print_systemd):
        run_forever(settings.schedule.weekly, command, settings.home, lambda told: echo(told, err=True))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option(
    "--check",
    is_flag=True,
    help="For monitoring: exit 2 if every board failed, 3 if some did or if nothing was collected in 8 days.",
)
@pass_context
def status(context: Context, as_json: bool, check: bool) -> int:
    """Show boards by state, coverage, postings, what came and went, and what needs a look."""
    from scraper.scheduling import next_due
    from scraper.tagging import taxonomy_record

    now = utcnow()
    with context.store() as store:
        found = store.status(now, next_due(context.settings.schedule.weekly, now), taxonomy_record())
    if as_json:
        echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        for line in found.lines():
            echo(line)
    return found.exit_code if check else 0


@cli.group("archive", invoke_without_command=True)
@click.pass_context
def archive_(click_context: click.Context) -> None:
    """The archive of replies: what it holds, and making old months smaller. Without a command: `list`."""
    if click_context.invoked_subcommand is None:
        click_context.invoke(archive_list)


@archive_.command("list")
@pass_context
def archive_list(context: Context) -> None:
    """List what the archive holds, year by year: months, files, size (tab-separated)."""
    from scraper.fetching.compacting import lines

    for line in lines(context.settings.archive, utcnow().date(), _YEAR):
        echo(line)


@archive_.command("compact")
@click.option(
    "--older", default="365d", show_default=True, metavar="DAYS", help="Months that ended so long ago."
)
@pass_context
def archive_compact(context: Context, older: str) -> int:
    """Make each month of old replies one file in which every body stands once; a replay tells the same."""
    from scraper.fetching.compacting import compact, megabytes, waiting

    folder, problems, saved = context.settings.archive, 0, 0
    wanted = waiting(folder, utcnow().date(), _days("--older", older))
    if not wanted:
        echo("nothing to do")
        return 0
    with context.writing():
        for done in compact(folder, wanted):
            problems += not done.files
            saved += done.before - done.after
            if done.files:
                sizes = f"{megabytes(done.before)} to {megabytes(done.after)}"
                echo(f"{done.month.first:%Y-%m}\t{done.files} files\t{sizes}")
            if done.problem:
                echo(f"pmtrend: {done.problem}", err=True)
    echo(f"saved {megabytes(saved)}")
    return 1 if problems else 0


def _days(option: str, text: str) -> timedelta:
    if not re.fullmatch("[1-9][0-9]{0,4}d", text):
        raise ConfigError(f"{option} {text!r} is no number of days; write it as 365d")
    return timedelta(days=int(text[:-1]))


@cli.group()
def db() -> None:
    """The database: upgrade, check, backup, copy, reindex."""


@db.command("upgrade")
@pass_context
def db_upgrade(context: Context) -> None:
    """Bring the database to this release's schema (every verb does so, too)."""
    with context.store() as store:
        echo(f"{store.engine.url.database} is up to date")


@db.command("check")
@click.option("--quick", is_flag=True, help="Leave out what every text must be read for: quotes and hashes.")
@pass_context
def db_check(context: Context, quick: bool) -> int:
    """Check the file, and whether what is stored agrees with itself: spells, stocks, texts, quotes."""
    from scraper.normalizing.posting import stored_hashes

    with context.store() as store:
        problems = store.check(stored_hashes, quick=quick)
    for problem in problems:
        echo(problem)
    if not problems:
        echo("ok")
    return 1 if problems else 0


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@pass_context
def db_backup(context: Context, file: Path) -> None:
    """Write a verified copy of the database to FILE while it is in use."""
    with context.store() as store:
        store.backup(file)
    echo(f"wrote {file}")


@db.command("reindex")
@pass_context
def db_reindex(context: Context) -> int:
    """Make the full-text index of `find` anew; may be interrupted: the next `find` goes on."""
    with context.store() as store:
        store.clear_index()
        lacking = _index(store)
    if not lacking:
        echo("the search index has all texts")
    return 1 if lacking else 0


@db.command("copy")
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST")
def db_copy(source: str, target: str) -> None:
    """Copy the store at the URL SRC into the empty database at the URL DST, and compare every row.

    SQLite (sqlite:///FILE) and PostgreSQL (postgresql+psycopg://USER@HOST/NAME), each way. A copy that is
    broken off leaves DST empty.
    """
    from storage.engines.copying import copy

    with tqdm(unit=" rows", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done)

        rows, tables = copy(source, target, tell)
    echo(f"copied and compared {rows} rows of {tables} tables")


def _drop_output() -> None:
    """Nothing more goes to stdout, not even what Python still holds of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Entry point of the console script."""
    try:
        code = cli.main(prog_name="pmtrend", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        code = 1
    except click.exceptions.Exit as error:
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        echo("pmtrend: interrupted", err=True)
        code = 1
    except click.ClickException as error:
        echo(f"pmtrend: {error.format_message()}", err=True)
        code = 1
    except LockHeld as error:
        echo(f"pmtrend: {error}", err=True)
        code = 4
    except (PmtrendError, ReportError, StorageError) as error:
        echo(f"pmtrend: {error}", err=True)
        code = 1
    except BrokenPipeError:
        # The reader of our output left (`pmtrend … | head`): say nothing, as other filters do.
        _drop_output()
        code = 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        _drop_output()
        echo(f"pmtrend: the output cannot be written: {error.strerror}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
