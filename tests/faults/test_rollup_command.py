"""`pmtrend rollup` as typed, and the weekly counts that runs leave: late, wrong, or not writable."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from docs_pages import call

from storage.errors import StorageError

POSTINGS = [
    {"title": "AI产品经理", "company": "云雀科技", "description": "任职要求：熟悉RAG。", "id": "1"},
    {"title": "Product Manager, Agents", "company": "Acme", "description": "Requirements: RAG.", "id": "2"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store of these postings."""
    (tmp_path / "jobs.json").write_text(json.dumps(POSTINGS), encoding="utf-8")
    done = call(tmp_path, "import", "jobs.json", "--source", "own", "--as-of", "2026-11-02", "--complete")
    assert done.code == 0, done.err
    return tmp_path


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "pmtrend.db")) as store:
        store.execute(statement)
        store.commit()


def test_a_run_leaves_counts_that_are_what_the_rows_say(folder: Path) -> None:
    assert call(folder, "rollup", "verify")[:2] == (0, "ok: 2 weekly counts are what the rows say\n")
    done = call(folder, "import", "jobs.json", "--source", "own", "--as-of", "2026-11-09", "--complete")
    assert done.code == 0, done.err
    assert call(folder, "rollup", "verify")[:2] == (0, "ok: 4 weekly counts are what the rows say\n")
    assert call(folder, "rollup", "refresh")[:2] == (0, "0 weekly counts changed\n")


def test_what_is_wrong_is_named_by_both_checks_and_mended(folder: Path) -> None:
    change(folder, "UPDATE weekly_counts SET listed = listed + 1")
    differ = call(folder, "rollup", "verify")
    assert differ.code == 1 and differ.out.splitlines()[0] == (
        "2026-W45, unit 1, aigc_pm: listed 2, by the rows 1"
    )
    checked = call(folder, "db", "check")
    assert checked.code == 1
    assert checked.out.startswith("weekly counts that differ (`pmtrend rollup refresh` mends them): 2026-W45")
    assert checked.err == ""
    assert call(folder, "rollup", "refresh")[:2] == (0, "4 weekly counts changed\n")
    assert call(folder, "db", "check")[:2] == (0, "ok\n")


def test_counts_of_a_killed_run_are_late_not_wrong(folder: Path) -> None:
    change(folder, "UPDATE settings SET value = '0 2' WHERE name = 'weekly_counts'")
    late = call(folder, "rollup", "verify")
    assert (late.code, late.out) == (
        1,
        "the weekly counts lack some of the rows (looks 1, taggings 0); "
        "`pmtrend rollup refresh` brings them up to date\n",
    )
    assert call(folder, "db", "check")[:2] == (0, "ok\n")
    change(folder, "DELETE FROM settings WHERE name = 'weekly_counts'")
    assert call(folder, "rollup", "verify")[:2] == (
        1,
        "there are no weekly counts yet; `pmtrend rollup refresh` makes them\n",
    )


def test_a_store_without_looks_has_all_counts_there_are(tmp_path: Path) -> None:
    assert call(tmp_path, "db", "upgrade").code == 0
    assert call(tmp_path, "rollup", "verify")[:2] == (0, "ok: 0 weekly counts are what the rows say\n")


def test_a_run_is_what_it_was_where_they_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("storage.store.Store.write_weekly_counts", full)
        done = call(folder, "import", "jobs.json", "--source", "own", "--as-of", "2026-11-09", "--complete")
    assert done.code == 0 and "weekly counts that are not up to date: the disk is full" in done.err
    assert call(folder, "retag").code == 0, "the next run brings them up to date"
    assert call(folder, "rollup", "verify").code == 0
