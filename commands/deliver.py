"""`pmtrend deliver`: the findings of a written report to group chats."""

import os
from typing import TYPE_CHECKING, Any

import click

from commands.context import Context, pass_context
from commands.overview import write_overview
from commands.telling import echo_json, echo_lines, warn
from scraper.config import Settings
from scraper.errors import ConfigError, DeliveryError
from scraper.options.times import read_times
from scraper.printing import echo
from storage.weeks import label

if TYPE_CHECKING:
    from reports.delivery.messages import Service
    from reports.document.weekly import WeeklyReport
    from scraper.fetching.webhooks import Webhook


@click.command()
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
    """Send the findings of a written report to group chats. Index and feeds are written as well."""
    from reports.delivery.messages import SERVICES
    from reports.output.stored import load_report

    settings = context.settings
    times = read_times(week)
    with context.store() as store:
        asked = label(times.monday(store.zone, context.clock()))
    hooks = webhooks_for(() if dry_run else services)
    report = load_report(settings.reports, asked)
    if dry_run:
        for service in services or [hook.service for hook in hooks] or SERVICES:
            echo_json({"service": service, "message": _message(settings, report, service)})
        return 0
    echo_lines(write_overview(settings, settings.reports))
    if not hooks:
        warn("no webhook is set (PMTREND_FEISHU_WEBHOOK …), so nothing was sent")
    return send(context, report, hooks, again=True)


def webhooks_for(services: tuple["Service", ...]) -> list["Webhook"]:
    """The webhooks in the environment; those of `services`, if any are named, which must be set."""
    from scraper.fetching.webhooks import webhooks

    found = webhooks(os.environ)
    if missing := set(services) - {hook.service for hook in found}:
        raise ConfigError(f"PMTREND_{min(missing).upper()}_WEBHOOK is not set in the environment")
    return [hook for hook in found if not services or hook.service in services]


def send(context: Context, report: "WeeklyReport", hooks: list["Webhook"], *, again: bool) -> int:
    """Send the report to `hooks`; 3 if any did not take it. Without `again` no message is sent twice."""
    from reports.delivery.delivered import note_delivered, was_delivered
    from reports.errors import ReportError
    from scraper.fetching.posting import Poster

    out, week, code = context.settings.reports, report["week"], 0
    with Poster(clock=context.clock) as poster:
        for hook in hooks:
            message = _message(context.settings, report, hook.service)
            if not again and was_delivered(out, week, hook.service, message):
                continue
            try:
                poster.post(hook, message)
                echo(f"{hook.shown} took the message of {week}")
                note_delivered(out, week, hook.service, message)
            except (DeliveryError, ReportError) as error:
                warn(error)
                code = 3
    return code


def _message(settings: Settings, report: "WeeklyReport", service: "Service") -> dict[str, Any]:
    from reports.delivery.messages import payload
    from reports.output.stored import page_to_link

    lang = getattr(settings.delivery, service)
    page = page_to_link(settings.reports, report["week"], lang)
    return payload(report, service, lang, page=page, base_url=settings.delivery.base_url)
