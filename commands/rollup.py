"""`pmtrend rollup`: the weekly counts in the database, for who asks it in SQL."""

import click

from commands.context import Context, pass_context
from commands.telling import echo_lines
from scraper.printing import echo


@click.group()
def rollup() -> None:
    """The weekly counts in the database: refresh, verify."""


@rollup.command()
@pass_context
def refresh(context: Context) -> None:
    """Make the weekly counts again, as every run does at its end, and write what differs."""
    from reports.building.rollup import refresh as run

    with context.store() as store:
        changed = run(store)
    echo(f"{changed:,} weekly counts changed")


@rollup.command()
@pass_context
def verify(context: Context) -> int:
    """Make the weekly counts again from all rows and compare; 1 if they differ or lack something."""
    from reports.building.rollup import verify as run

    with context.store() as store:
        found = run(store)
    if found is None:
        echo("there are no weekly counts yet; `pmtrend rollup refresh` makes them")
        return 1
    if any(found.lacking):
        looks, taggings = found.lacking
        echo(
            f"the weekly counts lack {looks:,} looks and {taggings:,} taggings; "
            "`pmtrend rollup refresh` brings them up to date"
        )
        return 1
    echo_lines(found.wrong or [f"ok: {found.rows:,} weekly counts are what the rows say"])
    return 1 if found.wrong else 0
