"""A report of the past can be made again: the facts cut at D equal those of a store that ends at D."""

import itertools
from dataclasses import replace

import pytest
from databases import folder, holds
from histories import FILLING, looks
from hypothesis import settings
from hypothesis import strategies as st
from store_helpers import Recorder, day

from reports.building.weekly import build_weekly, to_json
from storage.records import Facts, Listing
from storage.weeks import WEEK, week_end, week_of

pytestmark = pytest.mark.usefixtures("each_engine")


def _comparable(facts: Facts) -> Facts:
    # Rows are numbered in the order in which they came; everything that is not yet known has no number.
    # A posting that opened inside a suspect look is only later known to have been backlog.
    spells = tuple(
        replace(spell, kind="new" if spell.kind == "backlog" else spell.kind) for spell in facts.spells
    )
    return replace(facts, units={}, spells=spells)


def _differences(one: Facts, other: Facts) -> list[object]:
    """The items in which two facts differ, so that a failure can be read."""
    found: list[object] = []
    for name in ("data_cut", "cells", "spells", "postings", "fetches", "breaks", "taxonomy", "notices"):
        left, right = getattr(one, name), getattr(other, name)
        if left != right:
            both = (
                (left, right)
                if not isinstance(left, tuple)
                else (set(left) - set(right), set(right) - set(left))
            )
            found.append((name, *both))
    return found


@holds(FILLING, looks())
def test_facts_of_the_past_do_not_depend_on_what_came_later(history: list[Listing]) -> None:
    start = day(-7).date()
    with folder() as path:
        whole, growing = Recorder(path, "whole.db"), Recorder(path, "growing.db")
        whole.record(*history)
        for look in history:
            growing.record(look)
            cut = look.observed_at
            then = growing.store.facts(first_week=start, until=day(400), as_of=cut)
            again = whole.store.facts(first_week=start, until=day(400), as_of=cut)
            assert _differences(_comparable(again), _comparable(then)) == []
        whole.store.close()
        growing.store.close()


@holds(settings(FILLING, max_examples=12), looks(), st.integers(0, 6))
def test_a_report_of_the_past_does_not_depend_on_what_came_later(history: list[Listing], pick: int) -> None:
    known = history[: min(pick, len(history) - 2) + 1]
    cut, week = known[-1].observed_at, week_of(known[-1].observed_at, "Asia/Shanghai")
    with folder() as path:
        whole, then = Recorder(path, "whole.db"), Recorder(path, "then.db")
        whole.record(*history)
        then.record(*known)
        told = []
        for store in (whole.store, then.store):
            until = week_end(week, "Asia/Shanghai")
            facts = store.facts(first_week=week - 60 * WEEK, until=until, as_of=cut)
            told.append(to_json(build_weekly(facts, week, history=store.history(facts, week))))
            store.close()
    assert told[0] == told[1]


@holds(FILLING, looks())
def test_spells_of_a_posting_never_overlap_and_never_end_before_they_begin(history: list[Listing]) -> None:
    with folder() as path:
        recorder = Recorder(path)
        recorder.record(*history)
        spells = recorder.store.facts(first_week=day(-7).date(), until=day(400)).spells
        recorder.store.close()
    for spell in spells:
        assert spell.opened_at <= spell.last_seen_at
        assert spell.missed_at is None or spell.missed_at > spell.last_seen_at
        assert not spell.closed or spell.missed_at is not None
    for before, after in itertools.pairwise(spells):
        if before.posting == after.posting:
            assert before.last_seen_at < after.opened_at
