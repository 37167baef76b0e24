"""Lines for cron and systemd that survive odd paths, and a daemon that catches up and never hangs."""

import getpass
import signal
import subprocess
import sys
from collections.abc import Sequence
from configparser import ConfigParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import BaseScheduler

from scraper.errors import ConfigError
from scraper.scheduling import running
from scraper.scheduling.running import WALL, cron_lines, next_due, run_once, scheduler, systemd_units
from scraper.scheduling.systemd import on_calendar, written_folders


def lines(expression: str, hours: float = 0, folder: str = "/srv/pm") -> list[str]:
    return cron_lines(
        expression, ["/opt/pmtrend", "weekly"], Path(folder), Path("log"), timedelta(hours=hours)
    )


@pytest.mark.parametrize(
    ("utc", "ahead", "local"),
    [
        ("17 22 * * sun", 0, ["17 22 * * sun"]),
        ("17 22 * * sun", 8, ["17 6 * * mon"]),
        ("17 3 * * mon", -5, ["17 22 * * sun"]),
        ("50 23 * * *", 5.5, ["20 5 * * *"]),
        ("*/20 22 * * sun", 8, ["0,20,40 6 * * mon"]),
        ("17 12 * * sun,wed", 8, ["17 20 * * wed,sun"]),
        ("17 22 * * mon-fri", 8, ["17 6 * * tue,wed,thu,fri,sat"]),
        ("5 10,20 * * sun", 8, ["5 4 * * mon", "5 18 * * sun"]),
        ("*/30 23 * * sun", 5.75, ["45 4 * * mon", "15 5 * * mon"]),
        ("0 0 * * *", -4, ["0 20 * * *"]),
        ("* * * * *", 8, ["* * * * *"]),
        ("17 12 1,15 * *", 8, ["17 20 1,15 * *"]),
        ("17 12 1 jan-mar *", -5, ["17 7 1 jan-mar *"]),
        ("17 12 * mar sun", 8, ["17 20 * mar sun"]),
        ("17 22 1 * *", 0, ["17 22 1 * *"]),
    ],
)
def test_the_times_are_moved_into_the_zone_that_cron_reads(utc: str, ahead: float, local: list[str]) -> None:
    assert [line.partition(" cd ")[0] for line in lines(utc, ahead)] == local


@pytest.mark.parametrize(("utc", "ahead"), [("17 22 1 * *", 8), ("0 3,12 1 * *", -5), ("0 20 * mar sun", 8)])
def test_days_of_the_month_that_are_others_in_the_zone_of_the_machine_are_refused(
    utc: str, ahead: float
) -> None:
    with pytest.raises(ConfigError, match="falls on other days of the month"):
        lines(utc, ahead)


@pytest.mark.parametrize("ahead", [8, -7, 5.75, 14])
@pytest.mark.parametrize("utc", ["*/25 5-18/4 * * mon-thu", "17 22 * * fri,sun", "0 */6 * * *"])
def test_what_cron_runs_there_is_what_the_schedule_names(utc: str, ahead: float) -> None:
    monday, offset = datetime(2026, 11, 23, tzinfo=UTC), timedelta(hours=ahead)
    local = [line.partition(" cd ")[0] for line in lines(utc, ahead)]
    wanted = [next_due(utc, monday)]
    while (after := next_due(utc, wanted[-1] + timedelta(minutes=1))) < monday + timedelta(days=7):
        wanted.append(after)
    minutes = (monday + timedelta(minutes=number) for number in range(7 * 24 * 60))
    assert [now for now in minutes if any(due_at(fields, now + offset) for fields in local)] == wanted


def due_at(fields: str, shown: datetime) -> bool:
    """Whether cron runs a line with these fields, lists and * only, when the clock shows this."""
    minute, hour, _, _, days = fields.split()
    told = {minute: str(shown.minute), hour: str(shown.hour), days: f"{shown:%a}".lower()}
    return all(field == "*" or value in field.split(",") for field, value in told.items())


def test_odd_folders_and_percent_signs_survive() -> None:
    assert lines("17 22 * * sun", folder="/srv/p m/100%")[0].endswith(
        r"cd '/srv/p m/100\%' && /opt/pmtrend weekly >>log 2>&1"
    )


@pytest.mark.parametrize("expression", ["17 22 * * 0", "every sunday", "99 22 * * sun", "17 22 * *"])
def test_what_cron_and_the_daemon_would_read_differently_or_not_at_all_is_refused(expression: str) -> None:
    with pytest.raises(ConfigError, match="schedule"):
        lines(expression)


@pytest.mark.parametrize("expression", ["17 22 1 * sun", "0 5 1,15 * mon-fri"])
def test_days_of_the_month_and_of_the_week_together_mean_two_things_and_are_refused(expression: str) -> None:
    with pytest.raises(ConfigError, match="days of the month or days of the week"):
        lines(expression)


# ------------------------------------------------------------------ systemd

CALENDARS = [
    ("17 22 * * sun", "Sun *-*-* 22:17:00 UTC"),
    ("0 0 * * *", "*-*-* 0:0:00 UTC"),
    ("*/10 * * * *", "*-*-* *:0/10:00 UTC"),
    ("5-59/15 8-18 * * mon-fri", "Mon..Fri *-*-* 8..18:5..59/15:00 UTC"),
    ("30 6,18 1,15 * *", "*-*-1,15 6,18:30:00 UTC"),
    ("0 4 */7 jan-mar,dec *", "*-1..3,12-1/7 4:0:00 UTC"),
    ("0 4 * 6 SUN,WED", "Sun,Wed *-6-* 4:0:00 UTC"),
]


@pytest.mark.parametrize(("cron", "calendar"), CALENDARS)
def test_cron_fields_are_written_as_systemd_reads_them(cron: str, calendar: str) -> None:
    assert on_calendar(cron) == calendar


@pytest.mark.parametrize(
    "cron",
    [
        "17 22 last * *",
        "17 22 * * 1st",
        "mon 22 * * *",
        "7/10 * * * *",
        "17 22 * *",
        "@weekly",
        "1,,2 3 * * *",
    ],
)
def test_what_systemd_cannot_be_told_gets_one_sentence(cron: str) -> None:
    with pytest.raises(ConfigError, match="schedule") as caught:
        on_calendar(cron)
    assert "\n" not in str(caught.value)


def units(
    folder: str = "/srv/pm", command: Sequence[str] = ("/opt/pmtrend", "weekly"), writable: Sequence[str] = ()
) -> str:
    return systemd_units("17 22 * * sun", command, Path(folder), [Path(path) for path in writable], "pm")


def section(text: str, unit: str, name: str) -> dict[str, str]:
    """The entries of a section of one of the printed units."""
    parser = ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text.split(f"# {unit}\n")[1].split("# pmtrend.timer")[0])
    return dict(parser[name])


def test_the_service_runs_the_command_and_may_write_where_it_must() -> None:
    text = units(writable=["/srv/pm/archive", "/var/lib/reports"])
    assert text.startswith("# pmtrend.service\n")
    service = section(text, "pmtrend.service", "Service")
    assert service["ExecStart"] == "/opt/pmtrend weekly"
    assert service["WorkingDirectory"] == "/srv/pm"
    assert service["ReadWritePaths"] == "/srv/pm -/var/lib/reports"
    assert service["User"] == "pm"
    assert (service["Type"], service["SuccessExitStatus"]) == ("oneshot", "3")
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("true", "strict")
    assert int(service["TimeoutStartSec"]) == WALL.total_seconds()


def test_the_timer_names_the_time_in_utc_and_makes_up_for_a_missed_one() -> None:
    timer = section(units(), "pmtrend.timer", "Timer")
    assert timer["OnCalendar"] == "Sun *-*-* 22:17:00 UTC"
    assert timer["Persistent"] == "true"
    assert "RandomizedDelaySec" in timer


ODD = "/srv/p m/100%"


def test_odd_folders_and_words_survive_in_a_unit() -> None:
    text = units(ODD, ("/opt/my tools/pmtrend", "--db", 'sqlite:////srv/a"b$c\\d', "weekly"), ["/else where"])
    service = section(text, "pmtrend.service", "Service")
    assert service["WorkingDirectory"] == "/srv/p m/100%%"
    assert service["ReadWritePaths"] == '"/srv/p m/100%%" "-/else where"'
    assert service["ExecStart"] == r'"/opt/my tools/pmtrend" --db "sqlite:////srv/a\"b$$c\\d" weekly'


def test_a_folder_that_would_end_the_line_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot stand in a systemd unit"):
        units("/srv/pm\nUser=root")


@pytest.mark.skipif(which("systemd-analyze") is None, reason="systemd-analyze is not installed here")
@pytest.mark.parametrize("folder", ["plain", "p m 100%"])
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    text = systemd_units(
        "17 22 * * sun",
        [sys.executable, "a b%", "$HOME"],
        tmp_path / folder,
        [tmp_path / "other place"],
        getpass.getuser(),
    )
    service, _, timer = text.partition("# pmtrend.timer\n")
    for name, content in (("pmtrend.service", service), ("pmtrend.timer", timer)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("pmtrend.service", "pmtrend.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
    ours = [told for told in done.stderr.splitlines() if str(tmp_path) in told]
    assert (done.returncode, ours) == (0, [])


# ------------------------------------------------------------------ the daemon

BERLIN = ZoneInfo("Europe/Berlin")  # its clocks go forward on 29 March 2026


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 25, 16, tzinfo=UTC), datetime(2026, 11, 29, 22, 17, tzinfo=UTC)),
        (datetime(2026, 11, 29, 22, 17, tzinfo=UTC), datetime(2026, 11, 29, 22, 17, tzinfo=UTC)),
        (datetime(2026, 11, 29, 22, 18, tzinfo=UTC), datetime(2026, 12, 6, 22, 17, tzinfo=UTC)),
        (datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN), datetime(2026, 3, 29, 22, 17, tzinfo=UTC)),
    ],
)
def test_the_next_run_is_told_in_utc_whatever_the_clocks_do(now: datetime, due: datetime) -> None:
    assert next_due("17 22 * * sun", now) == due


@pytest.mark.parametrize("expression", ["0 0 30 feb *", "17 22 31 2 *", "0 5 31 4,6,9,11 *"])
def test_a_date_that_never_comes_is_refused(expression: str) -> None:
    for read in (lambda: next_due(expression, datetime(2026, 11, 25, tzinfo=UTC)), lambda: lines(expression)):
        with pytest.raises(ConfigError, match="there is no such day in any year"):
            read()


def test_a_leap_day_comes() -> None:
    assert next_due("0 0 29 feb *", datetime(2026, 11, 25, tzinfo=UTC)) == datetime(2028, 2, 29, tzinfo=UTC)


class Daemon:
    """The scheduler with its clock in our hands and its jobs run in this thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, start: datetime):
        self.now, self.runs = start, 0
        daemon = self

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return daemon.now.astimezone(tz)

        for module in ("schedulers.base", "executors.base", "triggers.interval"):
            monkeypatch.setattr(f"apscheduler.{module}.datetime", Clock)
        self.scheduler = scheduler("17 22 * * sun", self._run)
        self.scheduler.add_executor(DebugExecutor())
        self.scheduler._event = Event()
        BaseScheduler.start(self.scheduler)  # without its thread

    def _run(self) -> None:
        self.runs += 1

    def wake(self, at: datetime) -> int:
        """Wake at an instant; returns how often the job ran there."""
        before, self.now = self.runs, at
        self.scheduler._process_jobs()
        return self.runs - before


SUNDAY = datetime(2026, 11, 29, 22, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("slept", "runs"),
    [
        pytest.param(timedelta(minutes=-1), 0, id="before its time"),
        pytest.param(timedelta(0), 1, id="in time"),
        pytest.param(timedelta(hours=5), 1, id="five hours late"),
        pytest.param(timedelta(hours=7), 0, id="seven hours late: the next one"),
        pytest.param(timedelta(days=35, hours=3), 1, id="five weeks late: once, not five times"),
    ],
)
def test_a_machine_that_slept_catches_up_once(
    monkeypatch: pytest.MonkeyPatch, slept: timedelta, runs: int
) -> None:
    daemon = Daemon(monkeypatch, SUNDAY - timedelta(days=1))
    assert daemon.wake(SUNDAY + slept) == runs
    assert daemon.wake(SUNDAY + slept + timedelta(seconds=30)) == 0
    BaseScheduler.shutdown(daemon.scheduler, wait=False)


def test_the_daemon_looks_up_often_enough_to_notice_that_the_machine_slept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it waits with stands still meanwhile."""
    daemon = Daemon(monkeypatch, SUNDAY - timedelta(days=6))
    assert 0 < daemon.scheduler._process_jobs() <= 300
    BaseScheduler.shutdown(daemon.scheduler, wait=False)


def test_a_run_that_lasts_is_not_joined_by_another() -> None:
    job = scheduler("17 22 * * sun", lambda: None).get_job("weekly")
    assert (job.max_instances, job.coalesce) == (1, True)
    assert job.misfire_grace_time >= 6 * 3600


# ------------------------------------------------------------------ one run


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_run_is_told_with_its_exit_code(tmp_path: Path) -> None:
    write = "import pathlib, sys; pathlib.Path('here').touch(); sys.exit(3)"
    assert run_once(python(write), tmp_path, timedelta(minutes=1)) == "the run ended with 3"
    assert (tmp_path / "here").exists()


def test_a_run_that_hangs_is_ended(tmp_path: Path) -> None:
    told = run_once(python("import time; time.sleep(600)"), tmp_path, timedelta(seconds=0.2))
    assert told == "the run was ended after 0:00:00.200000: it hung"


def test_a_run_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_MERCY", 0.1)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    assert "it hung" in run_once(python(deaf), tmp_path, timedelta(seconds=0.5))


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = run_once([str(tmp_path / "nothing")], tmp_path, timedelta(minutes=1))
    assert told.startswith("the run could not be started: ")


@pytest.mark.parametrize(
    ("database", "folders"),
    [
        ("sqlite:////var/lib/pm/pmtrend.db", ["/srv/pm/archive", "/reports", "/var/lib/pm"]),
        ("sqlite:///data/pmtrend.db", ["/srv/pm/archive", "/reports", "/srv/pm/data"]),
        ("postgresql+psycopg://me@host/jobs", ["/srv/pm/archive", "/reports"]),
    ],
)
def test_runs_write_to_their_folders_and_to_that_of_a_database_file(
    database: str, folders: list[str]
) -> None:
    written = written_folders(Path("/srv/pm"), [Path("archive"), Path("/reports")], database)
    assert list(map(str, written)) == folders


AT_ONCE = """from scraper.scheduling import running
        usual = running.scheduler
        def at_once(expression, job):
            made = usual(expression, job)
            made.add_job(job)
            return made
"""
"""Lines of a script: a scheduler whose job runs as soon as it is started, too."""


@pytest.mark.parametrize(
    ("starting", "submitting"), [(0, 0), (1, 0), (0, 1)], ids=["known", "just started", "being submitted"]
)
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, -signal.SIGINT)])
def test_a_daemon_that_is_ended_ends_the_run_that_is_underway(
    how: signal.Signals, code: int, starting: int, submitting: int
) -> None:
    """Told to it alone, as a container or a supervisor does; a terminal tells all of its group."""
    script = f"""if True:
        import signal, subprocess, time
        from pathlib import Path
        from apscheduler.executors.base import BaseExecutor
        {AT_ONCE}
        signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background have it ignored
        class Started(subprocess.Popen):
            def __init__(self, *given, **more):
                super().__init__(*given, **more)
                time.sleep({starting})
        submit = BaseExecutor.submit_job
        def slowly(*given):
            submit(*given)
            time.sleep({submitting})
        BaseExecutor.submit_job = slowly
        running.scheduler, subprocess.Popen = at_once, Started
        running.run_forever("17 12 * * sun", ["sh", "-c", "echo begun; exec sleep 60"], Path(), print)
    """
    daemon = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "begun\n"
        daemon.send_signal(how)
        assert "the run ended with -15" in daemon.stdout.read()  # to the end: none of them is left
    assert daemon.returncode == code


def test_a_signal_that_does_not_wake_the_first_thread_is_heeded() -> None:
    """It came just before the thread began to wait; or another thread took it, as here."""
    script = f"""if True:
        import signal, subprocess, threading
        from pathlib import Path
        {AT_ONCE}
        class Started(subprocess.Popen):
            def __init__(self, *given, **more):
                super().__init__(*given, **more)
                signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        running.scheduler, subprocess.Popen = at_once, Started
        running.run_forever("17 12 * * sun", ["sleep", "60"], Path(), print)
    """
    ended = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, timeout=300)
    assert (ended.returncode, ended.stdout) == (0, "the run ended with -15\n")
