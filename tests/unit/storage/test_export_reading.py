"""What the store gives for an export: what the facts of a report say, at any cut."""

from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import folder, holds
from histories import FILLING, looks
from hypothesis import settings
from hypothesis import strategies as st
from store_helpers import Recorder, day, feed, listing

from storage.exporting.reading import Export
from storage.records import Cell, Facts, Listing
from storage.store import Store
from storage.weeks import WEEK, label, week_of

_SETTINGS = settings(FILLING, max_examples=15)
ZONE = "Asia/Shanghai"
pytestmark = pytest.mark.usefixtures("each_engine")
NOW = day(1000)
Tables = dict[str, list[dict[str, Any]]]


def rows_of(export: Export) -> Tables:
    found: Tables = defaultdict(list)
    for rows in export.rows:
        week = {} if rows.week is None else {"week": label(rows.week)}
        values = zip(*rows.columns.values(), strict=True)
        found[rows.table] += [week | dict(zip(rows.columns, row, strict=True)) for row in values]
    return found


def exported(store: Store, **options: Any) -> Tables:
    with store.export(NOW, **options) as export:
        return rows_of(export)


def facts_at(store: Store, cut: datetime | None) -> Facts:
    return store.facts(first_week=day(-70).date(), until=day(400), as_of=cut)


def last_cells(facts: Facts) -> dict[tuple[str, int], Cell]:
    """(week, unit) -> its last usable cell, of several at one instant the first."""
    found: dict[tuple[str, int], Cell] = {}
    for cell in facts.cells:
        key = (label(cell.week), cell.unit)
        if cell.usable and (key not in found or found[key].observed_at < cell.observed_at):
            found[key] = cell
    return found


def check_against_facts(tables: Tables, facts: Facts) -> None:
    cells = last_cells(facts)
    assert {
        (row["week"], row["unit"]): (row["observed_at"], row["epoch"], row["listed"])
        for row in tables["panel"]
    } == {key: (cell.observed_at, cell.epoch, cell.listed) for key, cell in cells.items()}
    assert {(row["week"], row["unit"], row["posting"]) for row in tables["listings"]} == {
        (week, unit, spell.posting)
        for (week, unit), cell in cells.items()
        for spell in facts.spells
        if spell.unit == unit and spell.opened_at <= cell.observed_at <= spell.last_seen_at
    }
    assert [
        (s["posting"], s["kind"], s["opened_at"], s["last_seen_at"], s["missed_at"], s["reason"])
        for s in sorted(tables["spells"], key=lambda row: (row["posting"], row["number"]))
    ] == [
        (s.posting, s.kind, s.opened_at, s.last_seen_at, s.missed_at, s.reason or None) for s in facts.spells
    ]
    assert len(tables["postings"]) == len(facts.postings)
    for row in tables["postings"]:
        posting, spells = (
            facts.postings[row["posting"]],
            [s for s in facts.spells if s.posting == row["posting"]],
        )
        assert (row["role"], row["title"], row["url"]) == (posting.role, posting.title, posting.url)
        assert row["first_seen_at"] == min(s.opened_at for s in spells)
        assert row["week"] == label(week_of(row["first_seen_at"], ZONE))
        assert row["last_seen_at"] == max(s.last_seen_at for s in spells)
        assert row["open"] == (spells[-1].reason == "")
    assert {(row["posting"], row["tag"]) for row in tables["tags"] if row["requirement"] != "mentioned"} == {
        (posting.id, tag) for posting in facts.postings.values() for tag in posting.tags
    }
    assert [(row["board"], row["observed_at"], row["state"]) for row in tables["looks"]] == [
        (look.board, look.observed_at, look.state) for look in facts.fetches
    ]


@holds(_SETTINGS, looks(), st.data())
def test_an_export_says_what_the_facts_say_at_any_cut(history: list[Listing], data: st.DataObject) -> None:
    with folder() as path:
        recorder = Recorder(path)
        recorder.record(*history)
        for cut in (None, data.draw(st.sampled_from(history)).observed_at):
            check_against_facts(exported(recorder.store, as_of=cut), facts_at(recorder.store, cut))
        recorder.store.close()


@holds(_SETTINGS, looks(), st.data())
def test_an_export_of_the_past_does_not_depend_on_what_came_later(
    history: list[Listing], data: st.DataObject
) -> None:
    known = history[: data.draw(st.integers(1, len(history)))]
    cut = known[-1].observed_at
    with folder() as path:
        whole, then = Recorder(path, "whole.db"), Recorder(path, "then.db")
        whole.record(*history)
        then.record(*known)
        again, once = (exported(store, as_of=cut) for store in (whole.store, then.store))
        whole.store.close()
        then.store.close()
    again.pop("units"), once.pop("units")  # units have no date: those of later employers are there already
    for spell in (*again["spells"], *once["spells"]):
        # A posting that opened inside a suspect look is only later known to have been backlog.
        spell["kind"] = spell["kind"].replace("backlog", "new")
    assert again == once


# ------------------------------------------------------------------ by hand


def weeks_of(tables: Tables, table: str) -> list[str]:
    return sorted({row["week"] for row in tables[table]})


def test_weeks_choose_what_lasted_in_them(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    # W37: a, b; W38: b, c; W39: c; W40: c, d
    for number, ids in enumerate((["a", "b"], ["b", "c"], ["c"], ["c", "d"])):
        recorder.record(listing(day(7 * number), ids))
    first = date(2026, 9, 7)
    whole = exported(recorder.store)
    assert weeks_of(whole, "postings") == ["2026-W37", "2026-W38", "2026-W40"]
    middle = exported(recorder.store, since=first + WEEK, until=first + 2 * WEEK)
    for table in ("looks", "panel", "listings"):
        assert middle[table] == [row for row in whole[table] if row["week"] in ("2026-W38", "2026-W39")]
    kept = {row["posting"] for row in middle["listings"]}
    assert [row["title"] for row in middle["postings"]] == ["PM b", "PM c"]
    assert kept == {row["posting"] for row in middle["postings"]}
    assert middle["spells"] == [row for row in whole["spells"] if row["posting"] in kept]
    assert exported(recorder.store, since=first, until=first + 3 * WEEK) == whole
    recorder.store.close()


def test_a_gap_is_no_zero_and_no_listing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(
        listing(day(0), ["a"]),
        listing(day(7), ["a"], state="failed", reason="HTTP 503"),
        listing(day(14), ["a"]),
    )
    tables = exported(recorder.store)
    assert weeks_of(tables, "looks") == ["2026-W37", "2026-W38", "2026-W39"]
    assert weeks_of(tables, "panel") == weeks_of(tables, "listings") == ["2026-W37", "2026-W39"]
    assert [(row["state"], row["usable"], row["reason"]) for row in tables["looks"]][1] == (
        *("failed", False),
        "HTTP 503",
    )
    assert tables["spells"][0]["last_seen_at"] == day(14) and tables["postings"][0]["open"] is True
    recorder.store.close()


def test_an_employer_of_a_feed_is_a_unit_of_its_own(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(feed(day(0), {"x": ["a"], "y": ["b", "c"]}))
    tables = exported(recorder.store)
    assert [(row["board"], row["source"], row["name"]) for row in tables["units"]] == [
        ("import:feed", "feed", "x"),
        ("import:feed", "feed", "y"),
    ]
    assert sorted(row["listed"] for row in tables["panel"]) == [1, 2]
    recorder.store.close()


def test_nothing_is_exported_of_an_empty_store(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    with recorder.store.export(NOW) as export:
        assert export.as_of is None and export.data_cut is None and export.postings == 0
        tables = rows_of(export)
    assert {name for name, rows in tables.items() if rows} == {"vocabulary"}
    recorder.store.close()


def test_texts_come_only_if_asked_for(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(listing(day(0), ["a", "b"], texts={"a": "RAG wanted", "b": ""}))
    assert "texts" not in exported(recorder.store)
    assert [row["text"] for row in exported(recorder.store, texts=True)["texts"]] == ["RAG wanted"]
    recorder.store.close()


def test_of_two_looks_at_one_instant_the_first_counts(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(listing(day(0), ["a"]), listing(day(0), ["a", "b"]))
    tables = exported(recorder.store)
    assert len(tables["looks"]) == 2
    check_against_facts(tables, facts_at(recorder.store, None))
    assert [row["listed"] for row in tables["panel"]] == [1]
    recorder.store.close()
