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
    """Bring the weekly counts up to date. Every run does so at its end."""
    from reports.building.rollup import refresh as run

    with context.store() as store:
        changed = run(store)
    echo(f"{changed:,} weekly count{'s' * (changed != 1)} changed")


@rollup.command()
@pass_context
def verify(context: Context) -> int:
    """Count again from the rows and compare. Ends with 1 if counts differ or are not up to date."""
    from reports.building.rollup import verify as run

    with context.store() as store:
        found = run(store)
    if found is None:
        echo("there are no weekly counts yet; `pmtrend rollup refresh` makes them")
        return 1
    if any(found.lacking):
        looks, taggings = found.lacking
        echo(
            f"the weekly counts lack some of the rows (looks {looks:,}, taggings {taggings:,}); "
            "`pmtrend rollup refresh` brings them up to date"
        )
        return 1
    echo_lines(found.wrong or [f"ok: {found.rows:,} weekly counts are what the rows say"])
    return 1 if found.wrong else 0
