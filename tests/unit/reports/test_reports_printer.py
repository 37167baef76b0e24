"""Who prints a report: whatever becomes of the fork that is to do it, the files are there, or the error."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from report_market import files_of_kind, report_of_kind

from reports.errors import ReportError
from reports.output import printer as printers
from reports.output.printer import Printer, printer
from reports.output.writing import report_files, write_overview, write_report
from reports.wording.words import LANGS
from storage import forking


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "has_another_core", lambda: True)


def test_a_fork_prints_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of_kind("regular")
    alone = files_of_kind("regular")
    with printer() as fork:
        fork.get_ready()
        monkeypatch.setattr("reports.output.printing.printed_files", lambda *_: pytest.fail("printed here"))
        assert report_files(report, LANGS, printer=fork) == alone
    assert {"report.en.md", "report.zh.md", "report.html", "report.json", "data/README.md"} < alone.keys()


@pytest.mark.usefixtures("blank_charts")
def test_a_fork_that_is_killed_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of_kind("first")
    monkeypatch.setattr(printers, "_print_when_asked", lambda _pipe: os.kill(os.getpid(), signal.SIGKILL))
    with printer() as fork:
        fork.get_ready()
        assert report_files(report, ["en"], printer=fork) == report_files(report, ["en"])


@pytest.mark.usefixtures("blank_charts")
def test_what_cannot_be_printed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> Any:
        raise ReportError("no font has it")

    monkeypatch.setattr("reports.output.printing.families_for", none)
    with printer() as fork, pytest.raises(ReportError, match="no font has it"):
        report_files(report_of_kind("first"), ["zh"], images="png", printer=fork)


def test_on_one_core_it_is_printed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "has_another_core", lambda: False)
    with printer() as here:
        here.get_ready()
        made, other = here.files(report_of_kind("empty"), ["en"], "svg", os.getpid)
    assert other == os.getpid() and made == Printer().files(report_of_kind("empty"), ["en"], "svg", int)[0]


def test_a_fork_makes_index_and_feeds_after_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "2026-W01").mkdir()
    (tmp_path / "2026-W01" / "report.json").write_text("{", encoding="utf-8")
    with printer() as fork:
        write_report(report_of_kind("empty"), tmp_path, ["en"], printer=fork)
        monkeypatch.setattr("reports.output.overview.overview", lambda *_: pytest.fail("made here"))
        written = {path: path.read_bytes() for path in write_overview(tmp_path, printer=fork)}
        monkeypatch.undo()
        assert "2026-W01" in caplog.text, "what is left out is told here"
        assert written == {path: path.read_bytes() for path in write_overview(tmp_path)} != {}
        (tmp_path / "index.md").write_text("mine", encoding="utf-8")
        with pytest.raises(ReportError, match="not of pmtrend"):
            write_overview(tmp_path, printer=fork)
