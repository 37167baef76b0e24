"""Typing it wrong, and giving it broken things: one clear sentence, the right exit code, nothing lost."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from places import DEMO
from typed import Outcome, Run, typed

from scraper.scheduling import running
from storage.engines.sqlite import exclusive

pytestmark = pytest.mark.usefixtures("blank_charts")


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PMTREND_DATABASE_URL", raising=False)

    def call(*words: object) -> Outcome:
        return typed(monkeypatch, capsys, *words)

    return call


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def one_sentence(outcome: Outcome) -> str:
    """The sentence of a failure: exactly one line on stderr, no traceback."""
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    assert "Traceback" not in outcome.err
    return lines[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "--week", "2026-W54"], "'2026-W54' does not exist"),
        (["report", "--week", "last"], "'last' is not a week; write it as 2026-W47"),
        (["report", "--as-of", "yesterday"], "'yesterday' is not a day"),
        (["replay", "missing.warc.gz"], "missing.warc.gz"),
        (["replay", "."], "directory"),
        (["import", "missing.csv", "--source", "x"], "missing.csv"),
        (["import", ".", "--source", "x"], "directory"),
        (["collect"], "`operator` is not set"),
        (["boards", "list", "--family", "monster"], "no board of family monster"),
        (["--config", "missing.toml", "status"], "missing.toml does not exist"),
        (["--db", "nonsense", "status"], "'nonsense' is not a database URL"),
        (["--db", "sqlite:///no/such/folder/x.db", "status"], "no/such/folder"),
        (["db", "backup", "no/such/folder/x.db"], "no/such/folder"),
    ],
)
def test_nonsense_gets_one_sentence_and_exit_code_1(run: Run, words: list[str], said: str) -> None:
    outcome = run(*words)
    assert outcome.code == 1
    assert said in one_sentence(outcome)


@pytest.mark.parametrize(
    "words", [["unheard-of"], ["report", "--lang", "fr"], ["import", "x.csv"], ["replay"]]
)
def test_wrong_usage_is_exit_code_1_and_shows_the_usage(run: Run, words: list[str]) -> None:
    outcome = run(*words)
    assert outcome.code == 1
    assert "Usage: pmtrend" in outcome.err
    assert outcome.out == ""


def test_a_configuration_with_an_unknown_entry_names_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pmtrend.toml").write_text('opperator = "me@example.org"\n')
    assert "opperator" in one_sentence(run("status"))


def test_a_configuration_that_is_no_toml_names_the_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pmtrend.toml").write_text("operator = \n")
    assert "line 1" in one_sentence(run("status"))


def test_a_database_from_a_newer_version_is_refused_and_left_alone(run: Run, tmp_path: Path) -> None:
    assert run("status").code == 0
    with closing(sqlite3.connect(tmp_path / "pmtrend.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (tmp_path / "pmtrend.db").read_bytes()
    outcome = run("status")
    assert outcome.code == 1
    assert "newer pmtrend" in one_sentence(outcome)
    assert (tmp_path / "pmtrend.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pmtrend.db").write_text("minutes of the meeting\n")
    assert "not an SQLite database" in one_sentence(run("status"))
    assert (tmp_path / "pmtrend.db").read_text() == "minutes of the meeting\n"


def test_another_zone_than_the_store_was_made_in_is_refused(run: Run, tmp_path: Path) -> None:
    run("status")
    (tmp_path / "pmtrend.toml").write_text('zone = "Europe/Berlin"\n')
    assert "Asia/Shanghai" in one_sentence(run("status"))


def test_a_truncated_archive_gives_what_it_holds_and_says_where_it_broke(run: Run, tmp_path: Path) -> None:
    whole = DEMO.read_bytes()
    (tmp_path / "cut.warc.gz").write_bytes(whole[: len(whole) // 2])
    outcome = run("replay", "cut.warc.gz")
    assert outcome.code in (0, 3)
    assert "cut.warc.gz" in outcome.err
    found = json.loads(run("status", "--json").out)
    assert found["postings"]["total"] > 50


def test_an_archive_without_boards_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.warc").write_text("hello\n")
    assert "text.warc" in one_sentence(run("replay", "text.warc"))


def test_an_unknown_layout_lists_the_columns_found_and_needed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,age\nAda,36\n")
    said = one_sentence(run("import", "people.csv", "--source", "x"))
    assert "name" in said
    assert "age" in said
    assert "title" in said


def test_a_row_without_a_title_is_named_and_the_others_are_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("title,company\nProduct Manager,Acme\n,Bolt\nAI PM,Crux\n")
    outcome = run("import", "jobs.csv", "--source", "x", "--as-of", "2026-09-07")
    assert outcome.code == 0
    assert "jobs.csv row 3" in outcome.err
    found = json.loads(run("status", "--json").out)
    assert (found["seen"], found["rejected"], found["postings"]["total"]) == (3, 1, 2)


def test_pay_and_the_fields_of_a_feed_go_all_the_way_to_the_report(run: Run, tmp_path: Path) -> None:
    row = {
        "title": "AI Product Manager",
        "company": "Acme",
        "description": "You own our RAG assistant. 5+ years of experience.",
        "salary_min": 150000,
        "salary_max": 190000,
        "currency": "USD",
        "location": "Berlin, Germany",
        "url": "https://acme.example/jobs/1",
    }
    (tmp_path / "feed.json").write_text(json.dumps([row]))
    outcome = run("import", "feed.json", "--source", "feed", "--as-of", "2026-09-07", "--complete")
    assert (outcome.code, outcome.err.count("Traceback")) == (0, 0)
    assert run("report", "--week", "2026-W37").code == 0
    built = json.loads((tmp_path / "pmtrend-reports/2026-W37/report.json").read_text(encoding="utf-8"))
    salary = [
        row for row in built["quality"]["completeness"] if (row["field"], row["role"]) == ("salary", "all")
    ]
    assert [(row["filled"], row["n"]) for row in salary] == [(1, 1)]


def test_a_listing_of_the_far_future_is_a_slip_and_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("title,company\nProduct Manager,Acme\n")
    outcome = run("import", "jobs.csv", "--source", "x", "--as-of", "2999-01-01")
    assert "a listing of 2999-01-01" in one_sentence(outcome)
    assert json.loads(run("status", "--json").out)["postings"]["total"] == 0


def test_the_default_week_is_the_last_that_had_ended_by_as_of(run: Run, tmp_path: Path) -> None:
    assert run("report", "--as-of", "2026-05-07", "--lang", "en").code == 0
    assert (tmp_path / "pmtrend-reports" / "2026-W18").is_dir()


def test_a_second_run_on_the_same_store_waits_for_nobody(run: Run, tmp_path: Path) -> None:
    run("status")
    (tmp_path / "jobs.csv").write_text("title,company\nProduct Manager,Acme\n")
    with exclusive(tmp_path / "pmtrend.db.lock"):
        outcome = run("import", "jobs.csv", "--source", "x")
    assert outcome.code == 4
    assert "another run" in one_sentence(outcome)


def test_every_verb_works_in_an_empty_folder(run: Run) -> None:
    assert "empty" in run("status").out
    assert run("report", "--week", "2026-W40").code == 0
    assert run("db", "check").out.strip() == "ok"
    assert run("retag").out.strip() == "0 texts tagged"
    assert "weekly" in run("schedule", "--print-cron").out


def test_a_schedule_says_when_it_runs_next_and_does_not_begin_without_an_operator(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(running, "run_forever", lambda expression, *_: begun.append(expression))
    assert run("init").code == 0
    assert "`operator` is not set" in one_sentence(run("schedule"))
    assert not begun
    (tmp_path / "pmtrend.toml").write_text('operator = "me@example.org"\n')
    outcome = run("schedule")
    assert re.search(r"runs next at 20\d\d-\d\d-\d\d 12:17 UTC", outcome.err)
    assert begun == ["17 12 * * sun"]


def test_init_writes_which_database_it_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("--db", "sqlite:///我 的.db", "init").code == 0
    assert (tmp_path / "我 的.db").exists()
    assert 'database = "sqlite:///我 的.db"\n' in (tmp_path / "pmtrend.toml").read_text(encoding="utf-8")
    assert run("status").code == 0
    assert not (tmp_path / "pmtrend.db").exists()
    (tmp_path / "there").mkdir()
    monkeypatch.setenv("PMTREND_DATABASE_URL", "sqlite:///elsewhere.db")
    assert run("--config", "there/mine.toml", "init").code == 0
    written = (tmp_path / "there" / "mine.toml").read_text(encoding="utf-8")
    assert f'database = "sqlite:///{tmp_path / "elsewhere.db"}"\n' in written


def test_init_that_can_make_no_database_leaves_nothing(run: Run, tmp_path: Path) -> None:
    assert "no/such" in one_sentence(run("--db", "sqlite:///no/such/x.db", "init"))
    assert list(tmp_path.iterdir()) == []


def test_init_does_not_overwrite(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    (tmp_path / "pmtrend.toml").write_text('operator = "me@example.org"\n')
    assert "exists already" in one_sentence(run("init"))
    assert (tmp_path / "pmtrend.toml").read_text() == 'operator = "me@example.org"\n'


def test_the_database_may_be_named_in_the_environment_and_before_the_verb(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMTREND_DATABASE_URL", f"sqlite:///{tmp_path}/env.db")
    run("status")
    assert (tmp_path / "env.db").exists()
    run("--db", f"sqlite:///{tmp_path}/option.db", "status")
    assert (tmp_path / "option.db").exists()
    assert not (tmp_path / "pmtrend.db").exists()


def test_a_replay_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    first = run("replay", DEMO)
    assert first.code == 3  # one board of the invented market refuses in its last weeks
    before = rows(tmp_path / "pmtrend.db")
    again = run("replay", DEMO)
    assert again.code == 0
    assert "nothing new" in again.out
    assert rows(tmp_path / "pmtrend.db") == before


def test_status_check_is_for_monitoring(run: Run, tmp_path: Path, demo_database: Path) -> None:
    shutil.copy(demo_database, tmp_path)
    assert run("status").code == 0
    assert run("status", "--check").code == 3


def test_a_backup_is_a_working_copy_and_never_overwrites(
    run: Run, tmp_path: Path, demo_database: Path
) -> None:
    shutil.copy(demo_database, tmp_path)
    assert run("db", "backup", "copy.db").code == 0
    whole = run("status", "--json").out
    assert run("--db", f"sqlite:///{tmp_path}/copy.db", "status", "--json").out == whole
    assert "exists already" in one_sentence(run("db", "backup", "copy.db"))


def test_a_source_that_needs_a_key_says_so_to_who_names_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pmtrend.toml").write_text('operator = "me@example.org"\n[keys]\nadzuna_app_id = "1a2b"\n')
    said = one_sentence(run("collect", "--family", "adzuna"))
    assert "adzuna needs the key adzuna_app_key" in said
    assert "PMTREND_KEY_ADZUNA_APP_KEY" in said
    assert "1a2b" not in said
    monkeypatch.setenv("PMTREND_KEY_MUSE", "1a2b3c")
    said = one_sentence(run("collect", "--family", "greenhouse"))
    assert "no key named muse" in said
    assert "1a2b3c" not in said


@pytest.mark.parametrize("option", ["--print-cron", "--print-systemd"])
def test_a_printed_schedule_runs_on_the_same_database_and_configuration(
    run: Run, tmp_path: Path, option: str
) -> None:
    (tmp_path / "mine.toml").write_text('[schedule]\nweekly = "5 4 * * mon"\n')
    printed = run("--config", "mine.toml", "--db", "sqlite:///my.db", "schedule", option)
    assert printed.code == 0
    assert f"--config {tmp_path}/mine.toml --db sqlite:///{tmp_path}/my.db weekly" in printed.out
    assert "--config" not in run("schedule", option).out


@pytest.mark.parametrize("weekly", ["5 4 * * 1", "5 4 1 * mon", "often", "99 4 * * mon"])
def test_a_schedule_that_nobody_reads_alike_is_told_at_once(run: Run, tmp_path: Path, weekly: str) -> None:
    (tmp_path / "pmtrend.toml").write_text(f'[schedule]\nweekly = "{weekly}"\n')
    for words in (["status"], ["schedule", "--print-cron"], ["schedule", "--print-systemd"], ["schedule"]):
        assert "schedule" in one_sentence(run(*words))
