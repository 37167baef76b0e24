"""A process that was killed as it wrote matplotlib's list of fonts costs later ones nothing."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

import matplotlib
import pytest
from matplotlib.font_manager import FontManager
from places import ROOT

from reports.charts import font_lock
from reports.charts.font_lock import remove_abandoned_lock

LIST = f"fontlist-v{FontManager.__version__}.json"
LOCK = f"{LIST}.matplotlib-lock"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(matplotlib, "get_cachedir", lambda: str(tmp_path))
    return tmp_path


def test_the_list_is_kept_though_a_killed_process_had_locked_it(tmp_path: Path) -> None:
    """Without this matplotlib waits, keeps nothing, and does so again the next time."""
    (tmp_path / LOCK).touch()
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path), "MPLBACKEND": "nonsense"}
    code = "import logging; logging.basicConfig(); import reports.charts.canvas"
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert "Could not save" not in made.stderr
    assert (tmp_path / LIST).stat().st_size > 1000
    assert not (tmp_path / LOCK).exists()


def test_a_lock_is_left_to_whoever_holds_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_lock, "_PATIENCE", 600.0)
    (folder / LOCK).touch()
    timer = Timer(0.1, (folder / LOCK).unlink)
    timer.start()
    remove_abandoned_lock()
    timer.join()
    assert list(folder.iterdir()) == []


def test_other_files_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_lock, "_PATIENCE", 0.0)
    for name in (LIST, LOCK, "tex.cache.matplotlib-lock"):
        (folder / name).touch()
    remove_abandoned_lock()
    assert {path.name for path in folder.iterdir()} == {LIST, "tex.cache.matplotlib-lock"}
