"""Every report of the past can be made again from the store, whatever came later, byte for byte."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import is_file, url
from places import DEMO
from typed import Outcome, typed

from reports.building.weekly import build_weekly, to_json
from reports.document.instants import instant
from reports.document.published import published_numbers
from scraper.boards import load_boards
from scraper.fetching.replay import ReplayArchive
from scraper.runs import recording, retagging
from scraper.runs.replaying import replay
from scraper.runs.retagging import Retagging
from scraper.understanding import records
from scraper.understanding.posting import TAXONOMY
from storage.records import TaxonomyRecord
from storage.store import Store, open_store
from storage.weeks import WEEK, label, week_end

pytestmark = pytest.mark.usefixtures("each_engine", "blank_charts")

WEEKS = [date(2026, 8, 31) + WEEK * n for n in range(7)]  # the first of the demonstration: W36 to W42
LATER = datetime(2026, 11, 25, 6, tzinfo=UTC)
OLD = replace(TAXONOMY, version="2026.1.0", sha256="an older vocabulary")
"""The same words under another name: what matters is that it is another vocabulary."""


def with_vocabulary(monkeypatch: pytest.MonkeyPatch, taxonomy: TaxonomyRecord) -> None:
    for module in (recording, retagging, records):
        monkeypatch.setattr(module, "TAXONOMY", taxonomy)


def collect(store: Store, week: date) -> None:
    """Look at what the archive has of one week."""
    archive = ReplayArchive([DEMO])
    until = week_end(week, store.zone)
    archive.exchanges = tuple(one for one in archive.exchanges if until - WEEK <= one.at < until)
    whole = archive.fetcher
    archive.fetcher = lambda at, end: whole(at, min(end or until, until))  # type: ignore[method-assign]
    replay(store, archive, load_boards(), clock=lambda: until)


def made(store: Store, week: date, as_of: datetime | None = None) -> Any:
    """The report of a week, and keep its numbers, as `pmtrend report` does."""
    until = week_end(week, store.zone)
    facts = store.facts(first_week=week - 60 * WEEK, until=until, as_of=as_of)
    history = store.history(facts, week)
    command = f"pmtrend report --week {label(week)} --as-of {instant(facts.as_of)}"
    report = build_weekly(facts, week, command=command, history=history)
    assert history.edition is not None
    store.publish(history.edition, published_numbers(report), LATER)
    return report


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(url(tmp_path / "pmtrend.db"))
    yield opened
    opened.close()


def test_week_by_week_and_all_again_after_everything_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collected, tagged anew by a collect and by a retag, and published: nothing of it leaks back."""
    told: dict[date, Any] = {}
    for week in WEEKS:
        with_vocabulary(monkeypatch, OLD if week < WEEKS[4] else TAXONOMY)
        collect(store, week)
        told[week] = made(store, week)
    assert told[WEEKS[3]]["breaks"] == [], "all is read by the old vocabulary"
    assert {row["reason"] for row in told[WEEKS[4]]["breaks"]} == {"taxonomy"}, (
        "some is not read by the new one"
    )
    list(Retagging(store, LATER, 1).batches())
    after = {week: made(store, week) for week in WEEKS[-3:]}  # with all that is known now
    assert {row["reason"] for row in after[WEEKS[4]]["breaks"]} == {"taxonomy"}
    for number, week in enumerate(WEEKS):
        named = datetime.fromisoformat(told[week]["provenance"]["as_of"])
        ended = week_end(week, store.zone) - timedelta(seconds=1)
        again = made(store, week, ended if number % 2 else named)
        assert to_json(again) == to_json(told[week]), label(week)


def test_revisions_are_explained(store: Store) -> None:
    """Week by week, and each week told again with what was known at the end."""
    for week in WEEKS[:5]:
        collect(store, week)
        made(store, week)
    reasons = [
        reason
        for week in WEEKS[:4]
        for row in made(store, week)["revisions"]["rows"]
        for reason in row["reasons"]
    ]
    assert "confirmed" in reasons and "unexplained" not in reasons


def test_reports_in_any_order_are_the_same(store: Store) -> None:
    """What another report published in between, of any week, changes no byte of one that stands."""
    weeks = WEEKS[:4]
    for week in weeks:
        collect(store, week)
    cuts = {week: week_end(week, store.zone) - timedelta(seconds=1) for week in weeks}
    last = to_json(made(store, weeks[3]))
    first = to_json(made(store, weeks[0], cuts[weeks[0]]))
    made(store, weeks[2], cuts[weeks[2]])
    made(store, weeks[1])
    assert to_json(made(store, weeks[3])) == last
    assert to_json(made(store, weeks[0], cuts[weeks[0]])) == first


# ------------------------------------------------------------------ as it is called


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def pmtrend(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    if not is_file():
        monkeypatch.setenv("PMTREND_DATABASE_URL", url(tmp_path / "pmtrend.db"))

    def run(*words: object) -> Outcome:
        return typed(monkeypatch, capsys, *words)

    return run


def test_the_command_that_a_report_names_makes_all_its_files_again(
    pmtrend: Any, store: Store, tmp_path: Path
) -> None:
    weeks = WEEKS[:3]
    collect(store, weeks[0])
    collect(store, weeks[1])
    assert pmtrend("report", "--week", "2026-W37", "--out", "then").code == 0
    then = files(tmp_path / "then" / "2026-W37")
    command = json.loads(then["report.json"])["provenance"]["command"].split()
    assert command[:4] == ["pmtrend", "report", "--week", "2026-W37"]
    collect(store, weeks[2])
    assert pmtrend("report", "--week", "2026-W38", "--out", "later").code == 0
    for name, options in {
        "named": command[2:],
        "day": ["--week", "2026-W37", "--as-of", "2026-09-13"],
    }.items():
        assert pmtrend("report", *options, "--out", name).code == 0
        assert files(tmp_path / name / "2026-W37") == then
    assert pmtrend("report", "--week", "2026-W37", "--out", "now").code == 0
    now = json.loads((tmp_path / "now" / "2026-W37" / "report.json").read_bytes())
    assert {row["metric"] for row in now["revisions"]["rows"]} & {"closures", "closures_4w"}


@pytest.mark.file
def test_a_store_that_takes_no_vintages_costs_no_report(
    pmtrend: Any, demo_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.store._SOON", 0.1)
    shutil.copy(demo_database, tmp_path / "pmtrend.db")
    with closing(sqlite3.connect(tmp_path / "pmtrend.db")) as other:
        other.execute("BEGIN IMMEDIATE")  # another program is writing, and goes on
        outcome = pmtrend("report", "--week", "2026-W40", "--lang", "en")
    assert outcome.code == 0
    assert (tmp_path / "pmtrend-reports" / "2026-W40" / "report.en.md").is_file()
    (line,) = outcome.err.strip().splitlines()
    assert "not kept as vintages" in line and "is locked by another program" in line
    assert pmtrend("report", "--week", "2026-W40", "--lang", "en").err == ""


@pytest.mark.file
def test_a_store_that_can_only_be_read_costs_no_report(
    pmtrend: Any, demo_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage.engines import sqlite

    shutil.copy(demo_database, tmp_path / "pmtrend.db")
    monkeypatch.setattr(sqlite, "_is_frozen", lambda path: True)  # as in a folder without the right to write
    outcome = pmtrend("report", "--week", "2026-W40", "--lang", "en")
    assert outcome.code == 0
    (line,) = outcome.err.strip().splitlines()
    assert "not kept as vintages" in line and "is read-only" in line


@pytest.mark.parametrize("said", ["2026-11-23T08:00", "2026-11-23 08", "noon"])
def test_an_instant_without_a_zone_is_no_cut(pmtrend: Any, said: str) -> None:
    outcome = pmtrend("report", "--as-of", said)
    assert outcome.code == 1
    assert f"--as-of '{said}' is not a day; write it as 2026-11-23" in outcome.err
