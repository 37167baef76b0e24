"""`pmtrend import`: postings from files that the user has."""

from pathlib import Path

import click

from commands.context import Context, pass_context
from commands.progress import looks_bar
from commands.telling import tell_summary, warn
from scraper.errors import ConfigError
from scraper.options.times import read_name
from scraper.printing import echo


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", required=True, metavar="NAME", help="What these files are a listing of.")
@click.option("--as-of", metavar="DATE", help="When it was seen (midnight UTC if no time is given).")
@click.option("--complete", is_flag=True, help="Each listing is whole: what is absent counts as missing.")
@click.option("--scope", default="", metavar="NAME", help="What was asked for; a new name breaks the series.")
@pass_context
def import_(
    context: Context, files: tuple[Path, ...], source: str, as_of: str | None, complete: bool, scope: str
) -> int:
    """Store postings from files of your own. CSV, TSV, XLSX, JSON, JSONL, HTML tables, pages that you saved.

    WARC files of web crawls, too: their pages with schema.org JobPosting data, each at the time it was seen.
    """
    from scraper.importing import parse_as_of
    from scraper.runs.loading import import_listings, read_listings, warnings

    if not source.strip():
        raise ConfigError("--source needs a name")
    source, scope = read_name("--source", source), read_name("--scope", scope)
    at, now = None if as_of is None else parse_as_of(as_of), context.clock()
    listings, crawl = read_listings(files, as_of=at, now=now, complete=complete)
    if crawl:
        for problem in crawl.problems:
            warn(problem)
        echo(crawl.line())
    with context.writing() as store, looks_bar("listings", len(listings)) as on_look:
        summary = import_listings(
            store,
            listings,
            source=source,
            complete=complete,
            scope=scope,
            clock=context.clock,
            on_look=on_look,
        )
    for warning in warnings(listings, now, complete=complete):
        warn(warning)
    tell_summary(summary)
    return 0
