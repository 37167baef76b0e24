"""`pmtrend status`: what needs a look."""

import click

from commands.context import Context, pass_context
from commands.telling import echo_either


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option(
    "--check",
    is_flag=True,
    help="For monitoring: exit 2 if every board failed, 3 if some did or if nothing was collected in 8 days.",
)
@pass_context
def status(context: Context, as_json: bool, check: bool) -> int:
    """Show how the boards fare and what is stored. Coverage, what came and went, what needs a look."""
    from scraper.scheduling.running import next_due
    from scraper.tagging import taxonomy_record

    now = context.clock()
    with context.store() as store:
        found = store.status(now, next_due(context.settings.schedule.weekly, now), taxonomy_record())
    echo_either(as_json, found.as_json(), found.lines())
    return found.exit_code if check else 0
