"""`pmtrend schedule`: `weekly` again and again, by itself or by cron or systemd."""

import os
import sys
from pathlib import Path

import click

from commands.context import DATABASE_URL, Context, pass_context
from commands.telling import echo_lines, warn
from scraper.clock import utc_offset
from scraper.config import operator_of
from scraper.printing import echo


@click.command()
@click.option("--print-cron", is_flag=True, help="Print the crontab line instead of running.")
@click.option("--print-systemd", is_flag=True, help="Print a systemd service and timer instead of running.")
@pass_context
def schedule(context: Context, print_cron: bool, print_systemd: bool) -> None:
    """Run `weekly` on the configured schedule until interrupted."""
    from scraper.scheduling.running import cron_lines, next_due, run_forever, systemd_units
    from scraper.scheduling.systemd import user_name, written_folders
    from storage.engines.opening import holds_password

    settings = context.settings
    home, weekly = settings.home, settings.schedule.weekly
    command = [*_program(), *context.options, "weekly"]
    if print_cron:
        echo_lines(cron_lines(weekly, command, home, Path("pmtrend.log"), utc_offset()))
    if print_systemd:
        writable = written_folders(home, [settings.archive, settings.reports], context.database)
        click.echo(systemd_units(weekly, command, home, writable, user_name()), nl=False)
    if (print_cron or print_systemd) and holds_password(os.environ.get(DATABASE_URL, "")):
        warn(
            f"the URL of the database holds a password and is not printed; set {DATABASE_URL} where "
            "cron or systemd finds it, or leave the password to ~/.pgpass"
        )
    if not (print_cron or print_systemd):
        due = next_due(weekly, context.clock())
        operator_of(settings)  # else each run would end with this sentence, days from now
        warn(f"`weekly` runs next at {due:%Y-%m-%d %H:%M} UTC; Ctrl-C ends this")
        run_forever(weekly, command, home, lambda told: echo(told, err=True))


def _program() -> list[str]:
    """How this very program is started again from any folder; a file of Python by its interpreter."""
    program = Path(sys.argv[0]).resolve()
    return [sys.executable, str(program)] if program.suffix == ".py" else [str(program)]
