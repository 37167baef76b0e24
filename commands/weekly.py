"""`pmtrend weekly`: all that a week needs, in one call."""

import click

from commands.collect import look_at_boards
from commands.context import Context, pass_context
from commands.deliver import send, webhooks_for
from commands.report import make_report
from scraper.options.times import Times
from storage.weeks import week_to_report


@click.command()
@pass_context
def weekly(context: Context) -> int:
    """Collect, then write and deliver the report of the week. On its last day; before, of the last one."""
    code = look_at_boards(context)
    with context.store() as store:
        week = week_to_report(context.clock(), store.zone, store.history_from())
    built = make_report(context, Times(week), "both", context.settings.reports)
    delivered = send(context, built, webhooks_for(()), again=False)
    return code or delivered
