"""A systemd service and timer that do what the crontab line does; see systemd.service(5), systemd.exec(5),
systemd.timer(5) and systemd.time(7) for what each line means."""

import getpass
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from scraper.errors import ConfigError

_ITEM = re.compile(r"\*(?:/(?P<every>\d+))?|(?P<first>\w+)(?:-(?P<last>\w+)(?:/(?P<step>\d+))?)?", re.ASCII)
_MONTHS = {
    name: str(number)
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_DAYS = {name: name.title() for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
_UNIT = """\
# pmtrend.service
[Unit]
Description=pmtrend: look at the boards, write the report of the week
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
WorkingDirectory={folder}
ExecStart={command}
# Some boards failed: the report is written and names them.
SuccessExitStatus=3
TimeoutStartSec={seconds}
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
CacheDirectory=pmtrend
Environment=MPLCONFIGDIR=%C/pmtrend
EnvironmentFile=-{folder}/secrets.env
PrivateTmp=true
PrivateDevices=true
ProtectKernelTunables=true
ProtectKernelModules=true
ProtectControlGroups=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictSUIDSGID=true
LockPersonality=true
CapabilityBoundingSet=

# pmtrend.timer
[Unit]
Description=pmtrend, weekly

[Timer]
OnCalendar={calendar}
Persistent=true
RandomizedDelaySec=10min

[Install]
WantedBy=timers.target
"""


def on_calendar(expression: str) -> str:
    """Return five cron fields, read in UTC, as the expression of systemd.time(7).

    Understood are *, */n, numbers, a-b, a-b/n, names of months and days, and lists of these. Raises
    ConfigError for anything else.
    """
    fields = expression.lower().split()
    if len(fields) != 5:
        raise ConfigError(f"schedule {expression!r} is not five cron fields")
    minute, hour, day, month, weekday = fields
    if any(char.isdigit() for char in weekday):
        # APScheduler counts the days of the week from Monday, cron from Sunday: only names mean the same.
        raise ConfigError(f"schedule {expression!r}: name the days of the week (mon, tue, ...), not numbers")

    def converted(field: str, lowest: int, names: Mapping[str, str]) -> str:
        try:
            return ",".join(_converted(item, lowest, names) for item in field.split(","))
        except ValueError as error:
            raise ConfigError(f"schedule {expression!r}: {str(error)!r} is not understood") from None

    days = "" if weekday == "*" else f"{converted(weekday, 0, _DAYS)} "
    date = f"*-{converted(month, 1, _MONTHS)}-{converted(day, 1, {})}"
    return f"{days}{date} {converted(hour, 0, {})}:{converted(minute, 0, {})}:00 UTC"


def _converted(item: str, lowest: int, names: Mapping[str, str]) -> str:
    """Raises ValueError with the item if it is not understood."""
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ValueError(item)
    if match["first"] is None:
        return f"{lowest}/{match['every']}" if match["every"] else "*"
    ends = [names.get(end, end) for end in (match["first"], match["last"]) if end]
    if not all(end.isdigit() or end in names.values() for end in ends):
        raise ValueError(item)
    return "..".join(ends) + (f"/{match['step']}" if match["step"] else "")


def units(
    calendar: str, command: Sequence[str], folder: Path, writable: Sequence[Path], user: str, seconds: int
) -> str:
    """Return the two unit files, each after a comment with its name.

    `command` runs as `user` in `folder` at `calendar` and is ended after `seconds`. It may write to `folder`
    and to those of `writable`; all paths are absolute. Raises ConfigError if one cannot stand in a unit file.
    """
    outside = sorted({path for path in writable if not path.is_relative_to(folder)})
    # "-": a folder that is missing is told by the program, in a sentence, and not by a failed unit.
    places = [str(folder), *(f"-{path}" for path in outside)]
    for text in (*command, *places):
        if not text.isprintable():
            raise ConfigError(
                f"{text!r} cannot stand in a systemd unit: it holds a character that ends a line"
            )
    return _UNIT.format(
        user=user,
        folder=_literal(str(folder)),
        command=" ".join(_quoted(word).replace("$", "$$") for word in command),
        seconds=seconds,
        writable=" ".join(_quoted(place) for place in places),
        calendar=calendar,
    )


def written_folders(home: Path, folders: Sequence[Path], database: str) -> list[Path]:
    """Return the folders that runs write to, absolute: these, seen from `home`, and that of the database."""
    written = list(folders)
    if (file := database.removeprefix("sqlite:///")) != database:
        written.append(Path(file).parent)
    return [(home / folder).resolve() for folder in written]


def user_name() -> str:
    """Return the name of the user who runs this, or his number where he has none (a container)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    if re.fullmatch(r"[\w./:=@,+-]+", word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_literal(escaped)}"'
