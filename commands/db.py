"""`pmtrend db`: the database itself."""

from pathlib import Path

import click

from commands.context import Context, pass_context
from commands.indexing import add_to_index
from commands.progress import progress_bar
from commands.telling import echo_lines, warn
from scraper.printing import echo


@click.group()
def db() -> None:
    """The database: upgrade, check, backup, copy, reindex."""


@db.command()
@pass_context
def upgrade(context: Context) -> None:
    """Bring the database to this release's schema. Every verb does so, too."""
    with context.store() as store:
        echo(f"{store.engine.url.database} is up to date")


@db.command()
@click.option("--quick", is_flag=True, help="Leave out what every text must be read for: quotes and hashes.")
@pass_context
def check(context: Context, quick: bool) -> int:
    """Check the file, and what is stored. Whether spells, stocks, texts and quotes agree with each other."""
    from reports.building.rollup import verify
    from scraper.normalizing.posting import stored_hashes

    with context.store() as store:
        problems = store.check(stored_hashes, quick=quick)
        if not (problems or quick) and (counts := verify(store)) and counts.wrong:
            told = "; ".join(counts.wrong)
            problems = [f"weekly counts that differ (`pmtrend rollup refresh` mends them): {told}"]
    echo_lines(problems or ["ok"])
    if any("`pmtrend " not in one for one in problems):
        warn("put a sound copy in its place, or rebuild it by `pmtrend replay` (docs/OPERATIONS.md, Backup)")
    return 1 if problems else 0


@db.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@pass_context
def backup(context: Context, file: Path | None) -> None:
    """Write a verified copy of the database to FILE while it is in use.

    Without FILE the copy lies in this folder and is named after the time: pmtrend-20261123T060000Z.db.
    """
    file = file or Path(f"pmtrend-{context.clock():%Y%m%dT%H%M%SZ}.db")
    with context.store() as store:
        store.backup(file)
    echo(f"wrote {file}")


@db.command()
@pass_context
def reindex(context: Context) -> int:
    """Make the full-text index of `find` anew. May be interrupted: the next `find` goes on."""
    with context.store() as store:
        store.clear_index()
        lacking = add_to_index(store)
    if not lacking:
        echo("the search index has all texts")
    return 1 if lacking else 0


@db.command()
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST")
def copy(source: str, target: str) -> None:
    """Copy a store into an empty database. SRC and DST are URLs; every row is compared.

    SQLite (sqlite:///FILE) and PostgreSQL (postgresql+psycopg://USER@HOST/NAME), each way. A copy that is
    broken off leaves DST empty.
    """
    from storage.engines.copying import copy as run

    with progress_bar("rows") as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done)

        rows, tables = run(source, target, tell)
    echo(f"copied and compared {rows} rows of {tables} tables")
