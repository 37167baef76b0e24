"""`pmtrend export` as it is typed, on folders of all kinds, and killed where it hurts."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from docs_pages import call
from export_checker import package_of, read_checked
from places import ROOT
from store_helpers import Recorder, day, listing

from reports.export import folder as folders
from reports.export.csv_writer import CsvTables
from reports.export.parquet_writer import ParquetTables


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a store of three weeks."""
    recorder = Recorder(tmp_path, "pmtrend.db")
    for number, ids in enumerate((["a", "b"], ["b", "c"], ["c", "d"])):
        recorder.record(listing(day(7 * number), ids))
    recorder.store.close()
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# ------------------------------------------------------------------ as it is typed


def test_it_says_what_it_wrote(here: Path) -> None:
    done = call(here, "export", "deep/below")
    assert done.code == 0 and done.err == ""
    assert done.out.startswith(
        "wrote deep/below, rows of boards 1, units 1, looks 3, panel 3, breaks 0, postings 4, tags 4"
    )
    assert read_checked(here / "deep" / "below")["postings"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "2026-30"], "--since: '2026-30' is not a week"),
        (["--until", "2026-W54"], "--until: '2026-W54' does not exist"),
        (["--since", "1999-W01"], "outside the years 2000 to 2100"),
        (["--since", "2026-W40", "--until", "2026-W39"], "--since 2026-W40 lies after --until 2026-W39"),
        (["--as-of", "yesterday"], "is not a day"),
        (["--format", "xlsx"], "'xlsx' is not one of 'parquet', 'csv', 'both'"),
    ],
)
def test_what_is_typed_wrong_is_one_sentence(here: Path, words: list[str], said: str) -> None:
    done = call(here, "export", "out", *words)
    assert done.code == 1 and said in done.err
    assert not (here / "out").exists()


def test_weeks_and_as_of_are_passed_on(here: Path) -> None:
    words = [
        "--since",
        "2026-W38",
        "--until",
        "2026-W38",
        "--as-of",
        "2026-09-14",
        "--format",
        "csv",
        "--texts",
    ]
    assert call(here, "export", "out", *words).code == 0
    found = read_checked(here / "out")
    assert {row["week"] for row in found["panel"]} == {"2026-W38"}
    assert [row["title"] for row in found["postings"]] == ["PM b", "PM c"] and len(found["texts"]) == 2
    assert package_of(here / "out")["pmtrend"]["arguments"] == {
        "--format": "csv",
        "--since": "2026-W38",
        "--until": "2026-W38",
        "--as-of": "2026-09-14",
        "--texts": True,
    }


def test_postings_that_are_not_tagged_are_counted(here: Path) -> None:
    import sqlite3

    with sqlite3.connect(here / "pmtrend.db") as connection:
        connection.execute("DELETE FROM tags WHERE tagging_id = 1")
        connection.execute("DELETE FROM taggings WHERE id = 1")
    connection.close()
    done = call(here, "export", "out", "--format", "csv")
    assert done.err == "pmtrend: 1 posting is not tagged, and left out: run retag\n"
    assert len(read_checked(here / "out")["postings"]) == 3


# ------------------------------------------------------------------ folders


def test_an_earlier_export_is_replaced_and_nothing_of_it_stays(here: Path) -> None:
    call(here, "export", "out")
    assert call(here, "export", "out", "--format", "csv", "--since", "2026-W39").code == 0
    assert not (here / "out" / "parquet").exists()
    call(here, "export", "new", "--format", "csv", "--since", "2026-W39")
    assert contents(here / "out") == contents(here / "new")
    (here / "empty").mkdir()
    assert call(here, "export", "empty").code == 0


@pytest.mark.parametrize(
    "name", ["notes.txt", "csv/mine.csv", "parquet/postings/week=2026-W37/part-1.parquet"]
)
def test_what_somebody_else_put_there_is_not_touched(here: Path, name: str) -> None:
    call(here, "export", "out")
    (here / "out" / name).write_text("mine", encoding="utf-8")
    before = contents(here / "out")
    done = call(here, "export", "out")
    assert done.code == 1
    assert done.err == f"pmtrend: out holds {name}, which is no part of an export; name another folder\n"
    assert contents(here / "out") == before


def test_folders_that_cannot_be_used_are_one_sentence(here: Path) -> None:
    (here / "file").write_text("mine", encoding="utf-8")
    (here / "package").mkdir()
    (here / "package" / "datapackage.json").write_text('{"name": "of somebody else"}', encoding="utf-8")
    for name, said in (
        ("file", "file is a file; name a folder for the export"),
        ("file/below", "file is a file; name a folder for the export"),
        ("package", "package holds datapackage.json, which is no part of an export; name another folder"),
        (".", "holds what you are in; name a folder inside or beside it"),
        ("..", "holds what you are in; name a folder inside or beside it"),
    ):
        done = call(here, "export", name)
        assert done.code == 1 and said in done.err, (name, done.err)
        assert done.err.count("\n") == 1


def test_a_link_to_a_folder_stays_a_link(here: Path) -> None:
    (here / "disk").mkdir()
    (here / "out").symlink_to(here / "disk")
    for _ in range(2):
        assert call(here, "export", "out").code == 0
    assert (here / "out").is_symlink() and (here / "disk" / "datapackage.json").is_file()


# ------------------------------------------------------------------ full disks and kills


def run(here: Path, code: str) -> int:
    """Run `pmtrend export out` in a process of its own, with something done to it before."""
    call = "sys.argv = ['pmtrend', 'export', 'out', '--format', 'csv']\npmtrend.main()"
    program = f"import sys, pmtrend\n{code}\n{call}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=here, env=environment, capture_output=True).returncode


FULL = """
def full(*_):
    raise OSError(28, "No space left on device")
import reports.export.csv_writer as w
w.CsvTables.write = full
"""
KILL = "import os, signal\ndef kill(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
MIDWAY = KILL + "import reports.export.csv_writer as w\nw.CsvTables.close = kill"
BEFORE_THE_SWAP = KILL + "import reports.export.folder as f\nf._swap = kill"
WITHIN_THE_SWAP = (
    KILL
    + "import reports.export.folder as f\nfrom pathlib import Path\nrename = Path.rename\n"
    + "def once(one, other):\n    rename(one, other)\n    kill()\nPath.rename = once"
)


@pytest.mark.parametrize(
    "code", [MIDWAY, BEFORE_THE_SWAP, WITHIN_THE_SWAP], ids=["midway", "before", "within"]
)
def test_a_killed_run_loses_nothing_and_leaves_nothing_behind(here: Path, code: str) -> None:
    call(here, "export", "out")
    before = contents(here / "out")
    assert run(here, code) == -9
    (left,) = here.glob(".out.pmtrend-*")
    assert contents(here / "out" if (here / "out").exists() else left / "old") == before
    # Another run that cannot finish puts things in order, too.
    assert run(here, FULL) == 1
    assert contents(here / "out") == before and not list(here.glob(".out.*"))
    assert call(here, "export", "out", "--format", "csv").code == 0
    assert read_checked(here / "out")["postings"]


@pytest.mark.parametrize("writer", [CsvTables, ParquetTables])
def test_a_full_disk_is_one_sentence(here: Path, writer: type, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "write", full)
    done = call(here, "export", "out")
    assert done.code == 1
    assert done.err == "pmtrend: the export cannot be written to out: No space left on device\n"
    assert not (here / "out").exists() and not list(here.glob(".out.*"))


def test_what_another_run_is_at_work_in_is_left_alone(here: Path) -> None:
    live = Path(tempfile.mkdtemp(prefix=".out.pmtrend-", dir=here))
    with folders._held(live):
        assert call(here, "export", "out").code == 0
        assert live.is_dir()
    assert call(here, "export", "out").code == 0
    assert not live.exists()
