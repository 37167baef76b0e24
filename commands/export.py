"""`pmtrend export`: the store as tables for research."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.context import Context, pass_context
from commands.progress import progress_bar
from commands.telling import tell_if_empty, warn
from scraper.options.times import end_of, read_as_of, read_weeks
from scraper.printing import echo
from storage.counted import counted

if TYPE_CHECKING:
    from reports.export.writing import Format


@click.command()
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
    """Write the store as tables for research. Parquet by week, CSV, and a data package that describes them.

    DIR is made, or replaced as a whole if it holds an earlier export.
    """
    from reports.export.writing import write_export

    first, last = read_weeks(since, until)
    known = None if as_of is None else read_as_of(as_of)
    asked = {"--format": kind, "--since": since, "--until": until, "--as-of": as_of, "--texts": texts or None}
    with context.store() as store:
        cut = None if known is None else end_of(known, store.zone)
        with (
            store.export(context.clock(), since=first, until=last, as_of=cut, texts=texts) as found,
            progress_bar("postings", found.postings) as bar,
        ):
            told = write_export(found, folder, kind, asked, bar.update)
        if not found.postings:
            tell_if_empty(store)
    echo(told)
    if found.untagged:
        warn(f"{counted(found.untagged, 'posting is', 'postings are')} not tagged, and left out: run retag")
    if found.mixed:
        warn(f"{counted(found.mixed, 'posting is', 'postings are')} tagged with another taxonomy: run retag")
