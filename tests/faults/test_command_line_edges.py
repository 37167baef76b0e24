"""The edges of the command line: figures, dates, places and names that nobody sane types, and full disks."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from places import ROOT
from typed import Outcome, Run, typed

import pmtrend
from scraper.boards import load_boards
from scraper.errors import UnsafeAddress
from scraper.fetching.client import HttpFetcher
from scraper.model import Request
from scraper.understanding.posting import TAXONOMY
from storage.errors import StorageError
from storage.store import Store, open_store

pytestmark = pytest.mark.usefixtures("blank_charts")

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
ACME = "https://jobs.ashbyhq.com/acme-kitchens"
JOBS = "title,company\nProduct Manager,Acme\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in an empty folder, on a fixed day."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PMTREND_DATABASE_URL", raising=False)
    monkeypatch.setattr(pmtrend, "utcnow", lambda: NOW)

    def call(*words: object) -> Outcome:
        return typed(monkeypatch, capsys, *words)

    return call


def sentence(outcome: Outcome) -> str:
    """The sentence of a failure: exit code 1, exactly one line on stderr and nothing on stdout."""
    (line,) = outcome.err.strip().splitlines()
    assert (outcome.code, outcome.out) == (1, ""), outcome
    return line


def as_process(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which $PMTREND is the command, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PMTREND")}
    command = shlex.join([sys.executable, "-c", "import pmtrend; pmtrend.main()"])
    return subprocess.run(
        ["sh", "-c", words.replace("$PMTREND", command)],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["collect", "--budget", "99999999999h"], "'99999999999h' is too long: 24h at most"),
        (["collect", "--budget", "9" * 5000 + "s"], "is too long: 24h at most"),
        (["collect", "--budget", "25h"], "'25h' is too long"),
        (["collect", "--budget", "²h"], "'²h' is not a time"),
        (["collect", "--budget", "00m"], "'00m' is not a time"),
        (["report", "--week", "0001-W01"], "'0001-W01' lies outside the years 2000 to 2100"),
        (["report", "--week", "0001-W02"], "lies outside the years"),
        (["report", "--week", "9999-W52"], "lies outside the years"),
        (["report", "--as-of", "9999-12-31"], "'9999-12-31' lies outside the years 2000 to 2100"),
        (["report", "--as-of", "0001-01-01"], "lies outside the years"),
        (["report", "--as-of", ""], "'' is not a day"),
        (["deliver", "--week", "9999-W52", "--dry-run"], "lies outside the years"),
        (["import", "jobs.csv", "--source", "a\nb"], r"--source 'a\nb' holds characters that no name has"),
        (["import", "jobs.csv", "--source", "a", "--scope", "x\x1b[2Jy"], "--scope"),
        (["import", "jobs.csv", "--source", "a\udcff"], "--source"),
        (["import", "jobs.csv", "--source", "a", "--as-of", ""], "--as-of '' is neither a date"),
        (["import", "jobs.csv", "--source", "a", "--as-of", "1989-12-31"], "lies before 1990"),
        (["import", "jobs.csv", "--source", "a", "--as-of", "0001-01-01T00:00+14:00"], "lies before 1990"),
        (["--db", "sqlite:///", "status"], "'sqlite:///' names no file and would lose everything"),
        (["--db", "sqlite://", "status"], "'sqlite://' names no file"),
        (["--db", "sqlite:///:memory:", "status"], "'sqlite:///:memory:' names no file and would lose"),
        (["--db", "sqlite:///x.db?mode=ro", "status"], "has parameters (mode), of which"),
        (["--db", "sqlite:///file:x?uri=true&a=b", "status"], "has parameters (a, uri)"),
    ],
)
def test_what_no_option_takes_is_one_sentence(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "jobs.csv").write_text(JOBS)
    (tmp_path / "pmtrend.toml").write_text('operator = "mailto:pm@example.org"\n')
    assert said in sentence(run(*words))


@pytest.mark.parametrize(
    "asked",
    [("--as-of", "2000-01-01"), ("--as-of", "2100-12-31", "--week", "2026-W47"), ("--week", "2000-W01")],
)
def test_the_first_and_the_last_day_can_be_reported_on(run: Run, asked: tuple[str, ...]) -> None:
    assert run("report", *asked, "--lang", "en").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["report", "--week", "2026-W54"],
        ["report", "--as-of", "soon"],
        ["choose", "--pm-years", "3", "--ai-years", "1", "--week", "soon"],
        ["choose", "--pm-years", "3", "--ai-years", "1", "--as-of", "soon"],
        ["deliver", "--week", "soon"],
        ["export", "out", "--as-of", "soon"],
        ["find", "RAG", "--since", "soon"],
    ],
)
def test_times_that_mean_nothing_are_told_before_anything_is_made(
    run: Run, tmp_path: Path, words: list[str]
) -> None:
    assert f"{words[-1]!r}" in sentence(run(*words))
    assert list(tmp_path.iterdir()) == []


def test_a_person_is_understood_before_a_store_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a large store takes seconds to read")

    monkeypatch.setattr(Store, "facts", never)
    assert "how many years as a product manager" in sentence(run("choose"))
    assert "no industry 'x'" in sentence(run("choose", "--pm-years", 3, "--ai-years", 1, "--industry", "x"))


def test_a_report_without_anything_in_its_week_says_so(run: Run, demo_database: Path, tmp_path: Path) -> None:
    empty = run("report", "--lang", "en")
    assert (empty.code, len(empty.err.splitlines())) == (0, 1)
    assert "nothing was on file, so the report is empty" in empty.err
    shutil.copy(demo_database, tmp_path / "demo.db")  # a report keeps what it publishes
    demo = ("--db", f"sqlite:///{tmp_path / 'demo.db'}", "report", "--lang", "en", "--week")
    assert run(*demo, "2026-W46").err == ""
    said = "pmtrend: nothing was looked at in 2026-W30; the newest look on file is of 2026-W47\n"
    silent = run(*demo, "2026-W30")
    assert (silent.code, silent.err) == (0, said)
    said = "pmtrend: nothing was on file at 2026-09-01T15:59:59Z, so the report is empty\n"
    assert run(*demo, "2026-W47", "--as-of", "2026-09-01").err == said


def test_a_week_that_has_not_begun_is_one_sentence(run: Run, tmp_path: Path) -> None:
    said = "--week 2026-W49 has not begun, it begins on 2026-11-30; the last that is over is 2026-W47"
    for verb in (["report"], ["choose", "--pm-years", 5, "--ai-years", 0]):
        assert said in sentence(run(*verb, "--week", "2026-W49"))
    assert not (tmp_path / "pmtrend-reports").exists()


def test_an_earlier_state_that_takes_the_place_of_a_later_one_is_told(
    run: Run, demo_database: Path, tmp_path: Path
) -> None:
    shutil.copy(demo_database, tmp_path / "demo.db")
    demo = ("--db", f"sqlite:///{tmp_path / 'demo.db'}", "report", "--lang", "en", "--week", "2026-W44")
    assert run(*demo).err == ""
    earlier = run(*demo, "--as-of", "2026-10-30")
    assert earlier.code == 0
    held = "pmtrend-reports/2026-W44 held this report as of 2026-11-18T02:02:41Z, which is later; "
    now = json.loads((tmp_path / "pmtrend-reports/2026-W44/report.json").read_bytes())["provenance"]["as_of"]
    assert f"{held}it now holds the state of {now}\n" in earlier.err
    assert now < "2026-10-31"
    assert run(*demo).err == ""  # the present one is back, and nothing later was lost


def test_a_part_without_a_name_is_one_sentence(run: Run) -> None:
    assert "--city needs a name" in sentence(run("report", "--city", " "))
    assert "--company needs a name" in sentence(run("report", "--company", ""))
    assert "no board of family ''; there are" in sentence(run("boards", "list", "--family", ""))


def test_an_export_of_nothing_says_so(run: Run) -> None:
    assert "is empty; `pmtrend collect` or `import` fills it" in run("export", "out", "--format", "csv").err


@pytest.mark.parametrize(
    "words",
    [
        ["--config", "odd", "status"],
        ["choose", "--profile", "odd"],
        ["taxonomy", "diff", "odd", "current"],
        ["boards", "list"],
    ],
)
def test_a_file_that_is_no_text_is_called_so(run: Run, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "boards.d").mkdir()
    for file in (tmp_path / "odd", tmp_path / "boards.d" / "ashby.toml"):
        file.write_bytes("# caf\xe9".encode("latin-1"))
    assert "it is not UTF-8 text (byte 6)" in sentence(run(*words))


def test_a_configuration_with_a_byte_order_mark_is_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pmtrend.toml").write_text('\ufeffoperator = "mailto:pm@example.org"\n', encoding="utf-8")
    assert run("status").code == 0


# ------------------------------------------------------------------ places


def test_a_folder_without_a_database_in_which_none_can_be_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "medium").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    said = "there is no database medium/pmtrend.db, and medium may not be written to"
    assert said in sentence(run("--db", "sqlite:///medium/pmtrend.db", "status"))
    assert "no database pmtrend.db, and this folder may not be written to" in sentence(run("status"))


@pytest.mark.parametrize("verb", ["status", "init", "boards list", "schedule --print-cron"])
def test_a_working_folder_that_was_deleted_is_one_sentence(tmp_path: Path, verb: str) -> None:
    (tmp_path / "gone").mkdir()
    done = as_process(f"cd gone; rmdir ../gone; $PMTREND {verb}", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch("pmtrend: the folder .* does not exist any more\n", done.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("verb", ["status", "boards list", "--help"])
def test_output_that_cannot_be_written_is_one_sentence(tmp_path: Path, verb: str) -> None:
    done = as_process(f"$PMTREND {verb} >/dev/full", tmp_path)
    assert done.returncode == 1
    assert re.fullmatch("pmtrend: the output cannot be written: No space left on device\n", done.stderr)


def test_a_reader_that_leaves_is_no_failure(tmp_path: Path) -> None:
    done = as_process("{ $PMTREND boards list; echo $? >code; } | head -1", tmp_path)
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)
    assert (tmp_path / "code").read_text() == "0\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
def test_a_folder_where_nothing_can_be_written_is_one_sentence_of_init(run: Run, tmp_path: Path) -> None:
    assert "/proc/pmtrend.toml cannot be written" in sentence(run("--config", "/proc/pmtrend.toml", "init"))
    assert not list(tmp_path.iterdir())


def test_init_writes_the_file_that_is_named_and_its_database_beside_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pmtrend.toml").write_text('operator = "me@example.org"\n')
    (tmp_path / "there").mkdir()
    assert run("--config", "there/mine.toml", "init").code == 0
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"pmtrend.toml", "there/mine.toml", "there/pmtrend.db"}
    assert (tmp_path / "pmtrend.toml").read_text() == 'operator = "me@example.org"\n'
    assert run("--config", "there/mine.toml", "status").code == 0
    assert "exists already" in sentence(run("--config", "there/mine.toml", "init"))


# ------------------------------------------------------------------ a database that may only be read


@pytest.fixture
def frozen(tmp_path: Path, demo_database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A filled store in a folder in which nothing can be written.

    For root every folder can be; so what tells that is told, and the file itself is opened as SQLite opens
    one on such a medium.
    """
    folder = tmp_path / "medium"
    folder.mkdir()
    (folder / "pmtrend.db").write_bytes(demo_database.read_bytes())
    folder.chmod(0o555)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder and access(path, mode))
    yield folder
    folder.chmod(0o755)


def test_what_only_reads_works_on_a_database_that_may_only_be_read(
    run: Run, frozen: Path, demo_database: Path
) -> None:
    database = f"sqlite:///{frozen}/pmtrend.db"
    before = (frozen / "pmtrend.db").read_bytes()
    shown = run("--db", database, "status", "--json")
    assert shown.out == run("--db", f"sqlite:///{demo_database}", "status", "--json").out
    assert run("--db", database, "db", "check").out == "ok\n"
    assert run("--db", database, "db", "upgrade").code == 0
    assert run("--db", database, "db", "backup", "copy.db").code == 0
    assert run("--db", database, "report", "--week", "2026-W40", "--out", "reports").code == 0
    assert run("--db", "sqlite:///copy.db", "status", "--json").out == shown.out
    assert [path.name for path in frozen.iterdir()] == ["pmtrend.db"], "nothing is left beside it"
    assert (frozen / "pmtrend.db").read_bytes() == before


def test_what_writes_says_that_the_database_may_only_be_read(frozen: Path) -> None:
    with (
        closing(open_store(f"sqlite:///{frozen}/pmtrend.db")) as store,
        pytest.raises(StorageError, match="is read-only"),
    ):
        store.begin_run("import", TAXONOMY, now=NOW, observed_from=NOW)


# ------------------------------------------------------------------ configuration


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('families = "greenhouse"', "families: must be a list of texts"),
        ("families = [1]", "families.0: must be a text in quotes"),
        ("families = []", "families: names none; name at least one, or leave it out"),
        ("archive = 7", "archive: must be a path in quotes"),
        ("operator = 7", "operator: must be a text in quotes"),
        ("operator = [1]", "operator: must be a text in quotes"),
        ('schedule = "weekly"', "schedule: must be a table"),
        ("delivery = 3", "delivery: must be a table"),
        ('keys = "abc"', "keys: must be a table"),
        ("[keys]\nthemuse = 3", "keys.themuse: must be a text in quotes"),
        ('[delivery]\nslack = "fr"', "delivery.slack: must be 'en' or 'zh'"),
        ('[keys]\nmuse = "x"', "no key named muse; [keys] and PMTREND_KEY_… know adzuna_app_id"),
        ('[schedule]\nweekly = "17 22 31 2 *"', "there is no such day in any year"),
        ('[schedule]\nweekly = "never"', "schedule 'never' is not five cron fields"),
        ('[schedule]\nweekly = "61 1 * * *"', "schedule '61 1 * * *' names no time: '61': the last value"),
        ('[schedule]\nweekly = "17 22 31 4,6,9,11 *"', "there is no such day in any year"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_plain_words(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "pmtrend.toml").write_text(text + "\n", encoding="utf-8")
    told = sentence(run("status"))
    assert said in told
    assert not re.search("Input|tuple|class|pydantic|valid", told)


@pytest.mark.parametrize("verb", ["list", "compact"])
def test_an_archive_that_is_a_file_is_no_empty_archive(run: Run, tmp_path: Path, verb: str) -> None:
    (tmp_path / "archive").write_text("")
    assert "archive is a file, not a folder" in sentence(run("archive", verb))


def test_a_schedule_of_leap_days_is_a_schedule(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pmtrend.toml").write_text('[schedule]\nweekly = "17 22 29 2 *"\n')
    assert run("status").code == 0


# ------------------------------------------------------------------ boards


def test_a_board_that_its_address_tells_can_be_added_by_nobody(run: Run) -> None:
    added = run("boards", "add", ACME, "--no-check")
    assert (added.code, added.err) == (0, "")
    assert "ashby:acme-kitchens: not asked" in added.out
    told = sentence(run("boards", "add", "https://www.acme.example/careers", "--no-check"))
    assert "`operator` is not set" in told


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7:8080", "0x7f.1", "169.254.169.254", "1.1.1.1:99999"])
def test_an_address_that_is_not_public_is_called_so(run: Run, tmp_path: Path, host: str) -> None:
    (tmp_path / "pmtrend.toml").write_text('operator = "mailto:pm@example.org"\n')
    told = sentence(run("boards", "add", f"http://{host}/careers"))
    assert "no public address" in told or host.startswith("1.1.1.1")
    assert "robots.txt" not in told


def test_an_address_that_is_not_public_is_none_for_any_page() -> None:
    with (
        HttpFetcher("mailto:pm@example.org", archive=None, clock=lambda: NOW) as fetcher,
        pytest.raises(UnsafeAddress, match="no public address"),
    ):
        fetcher.fetch(Request("http://192.168.0.1/jobs"), published=False)


def test_a_second_board_of_one_employer_is_told_and_no_error(run: Run, tmp_path: Path) -> None:
    (shipped,) = [board for board in load_boards() if (board.family, board.key) == ("ashby", "cohere")]
    (tmp_path / "boards.d").mkdir()
    text = f'[[board]]\nkey = "again"\ncompany = "{shipped.company.upper()}"\n'
    (tmp_path / "boards.d" / "greenhouse.toml").write_text(text)
    outcome = run("boards", "list")
    assert outcome.code == 0
    (told,) = outcome.err.splitlines()
    assert "is followed at ashby:cohere and greenhouse:again; two boards of one employer" in told
    assert len(json.loads(run("boards", "list", "--json").out)) == len(load_boards()) + 1


def test_the_boards_that_are_shipped_give_no_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "boards.d").mkdir()
    assert run("boards", "list").err == ""


# ------------------------------------------------------------------ imports


def imported(run: Run, *more: str) -> Outcome:
    return run("import", "jobs.csv", "--source", "x", *more)


@pytest.mark.parametrize(
    ("as_of", "ahead"),
    [("2026-11-26", ""), ("2026-11-26T07:59Z", ""), ("2026-11-27", "1 day"), ("2027-09-01", "279 days")],
)
def test_a_listing_that_lies_ahead_is_stored_with_a_warning(
    run: Run, tmp_path: Path, as_of: str, ahead: str
) -> None:
    (tmp_path / "jobs.csv").write_text(JOBS)
    outcome = imported(run, "--as-of", as_of)
    assert outcome.code == 0
    said = f"pmtrend: the listing of {as_of} lies {ahead} ahead; what is seen before that day"
    assert outcome.err.startswith(said) if ahead else outcome.err == ""
    assert json.loads(run("status", "--json").out)["postings"]["total"] == 1


def test_rows_that_lie_ahead_are_warned_of_once(run: Run, tmp_path: Path) -> None:
    rows = [f"Product Manager,Acme {n},2027-0{n}-01" for n in (1, 2, 3)]
    (tmp_path / "jobs.csv").write_text("title,company,collected_at\n" + "\n".join(rows) + "\n")
    outcome = imported(run)
    assert (outcome.code, outcome.err.count(" days ahead")) == (0, 1)
    assert "the listing of 2027-03-01" in outcome.err


def test_a_file_of_which_no_row_can_be_read_is_an_error_and_stores_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("title,company\n,Acme\n,Bolt\n")
    told = sentence(imported(run, "--as-of", "2026-11-20", "--complete"))
    assert "no row can be read, so nothing was stored: jobs.csv row 2: no title (and 1 more" in told
    assert "empty" in run("status").out


def test_what_a_run_found_new_is_new_to_the_store(run: Run, tmp_path: Path) -> None:
    """A first look finds what was there before: not news of the market, as `status` and reports count it."""
    (tmp_path / "jobs.csv").write_text(JOBS)
    assert "of the PM postings 1 new to the store" in imported(run, "--as-of", "2026-11-20").out
    assert "0 new, 1 there already" in run("status").out
