"""A look that brings the same bytes again writes only itself, and means just what it meant."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from databases import folder, holds, query, rows
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from store_helpers import TAXONOMY, Recorder, Repeating, day, feed, listing, posting, seen

from storage.memories import Repetition
from storage.records import Facts, Listing, TaxonomyRecord

pytestmark = pytest.mark.usefixtures("each_engine")

_SETTINGS = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


# ------------------------------------------------------------------ what is written


def test_an_unchanged_look_writes_its_own_rows_only(tmp_path: Path) -> None:
    recorder = Repeating(tmp_path)
    recorder.look(seen(listing(day(0), ["a", "b"], others=["c"])))
    before = rows(tmp_path / "store.db")
    assert recorder.look(seen(listing(day(7), ["a", "b"], others=["c"]))).unchanged
    after = rows(tmp_path / "store.db")
    assert {name for name in after if after[name] != before[name]} == {"fetches", "cells"}
    assert after["fetches"][:-1] == before["fetches"] and after["cells"][:-1] == before["cells"]
    recorder.store.close()


def test_what_is_not_remembered_or_counted_is_null_and_no_word_of_json(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(seen(listing(day(0), ["a", "b"])), listing(day(7), [], state="failed"))
    recorder.record(seen(listing(day(14), ["a"])))  # b may come back: its repetition would say more
    recorder.store.close()
    assert query(tmp_path / "store.db", "SELECT count(*) FROM boards WHERE memory IS NULL") == [(1,)]
    assert query(tmp_path / "store.db", "SELECT count(*) FROM fetches WHERE fills IS NULL") == [(1,)]


def test_an_older_look_among_unchanged_ones_is_within_what_was_listed(tmp_path: Path) -> None:
    recorder = Repeating(tmp_path)
    for at in (0, 14):
        recorder.look(seen(listing(day(at), ["a", "b"])))
    assert recorder.unchanged == 1
    (late,) = recorder.record(listing(day(7), ["a"]))
    assert late.late
    recorder.look(seen(listing(day(21), ["a"])))
    found = recorder.store.facts(first_week=day(-7).date(), until=day(400)).spells
    assert sorted((spell.opened_at, spell.last_seen_at, spell.missed_at) for spell in found) == [
        (day(0), day(14), day(21)),
        (day(0), day(21), None),
    ]
    assert recorder.store.check() == []
    recorder.store.close()


def test_repetitions_of_several_boards_and_days_are_stored_at_once(tmp_path: Path) -> None:
    """As copies of the looks that they repeat, each with its own instant and cells."""
    recorder = Repeating(tmp_path)
    recorder.look(seen(listing(day(0), ["a", "b"])))
    recorder.look(seen(replace(listing(day(0), ["c"], others=["d"], key="other"), kept=1)))
    recorder.look(listing(day(1), [], state="failed"))
    memories = recorder.store.memories(TAXONOMY)
    assert memories["ashby", "acme"].newest_at == day(1)
    assert recorder.store.memories(TAXONOMY, ("ashby", "other")) == {
        ("ashby", "other"): memories["ashby", "other"]
    }
    repeated = [(memories["ashby", key], day(at)) for at in (7, 14) for key in ("acme", "other")]
    recorder.store.record_repetitions(recorder.run, [Repetition(*one, digest="x") for one in repeated])
    looks = query(
        tmp_path / "store.db",
        "SELECT key, CAST(date(observed_at) AS TEXT), fetches.listed, kept, cells.listed, cells.state "
        "FROM fetches JOIN boards ON boards.id = board_id JOIN cells ON fetch_id = fetches.id "
        "WHERE unchanged ORDER BY fetches.id",
    )
    acme, other = ("acme", 2, 0, 2, "complete"), ("other", 2, 1, 1, "complete")
    days = [f"{day(at):%Y-%m-%d}" for at in (7, 14)]
    assert looks == [(one[0], at, *one[1:]) for at in days for one in (acme, other)]
    assert recorder.store.check() == []
    recorder.store.close()


def test_the_same_look_twice_is_one(tmp_path: Path) -> None:
    recorder = Repeating(tmp_path)
    first = seen(listing(day(0), ["a"]))
    recorder.look(first)
    assert recorder.look(first).duplicate, "nothing is repeated at the very instant"
    recorder.store.close()


def test_a_board_that_was_never_stored_has_nothing_to_repeat(tmp_path: Path) -> None:
    """Whatever validators somebody kept: without a look in the store there is no unchanged one (row 39)."""
    recorder = Repeating(tmp_path)
    assert recorder.store.memories(TAXONOMY) == {}
    recorder.store.close()


def test_what_would_change_something_is_not_passed_over(tmp_path: Path) -> None:
    recorder = Repeating(tmp_path)

    def kept(scope: str = "all", taxonomy: TaxonomyRecord = TAXONOMY, before: float = 99) -> bool:
        memory = recorder.store.memories(taxonomy).get(("ashby", "acme"))
        return memory is not None and memory.serves(scope, day(before))

    recorder.look(seen(listing(day(0), ["a", "b", "c", "d"])))
    assert kept()
    assert not kept(scope="narrow"), "another question"
    assert not kept(taxonomy=TaxonomyRecord("t2", "sha-2", ())), "another vocabulary: tag again"
    assert not kept(before=0), "a look older than the last"
    recorder.look(listing(day(1), [], state="failed"))
    assert kept(), "a failure shows nothing"
    recorder.look(seen(listing(day(2), ["a"], state="partial")))
    assert not kept(), "a partial look showed something else"
    recorder.look(seen(listing(day(3), ["a", "b", "c", "d"])))
    recorder.look(seen(listing(day(10), ["a", "b", "c"])))
    assert not kept(), "the second miss closes a posting"
    assert recorder.look(seen(listing(day(17), ["a", "b", "c"]))).closed == 1
    assert kept()
    recorder.look(seen(listing(day(18), [])))
    assert not kept(), "a suspect look; a second one would confirm it"
    recorder.store.close()


# ------------------------------------------------------------------ what it means


@st.composite
def histories(draw: st.DrawFn) -> list[Listing]:
    """Looks at a board or a feed; two of three list just what the look before listed."""
    multi = draw(st.booleans())
    at, result = 0.0, []
    ids = sorted(draw(st.sets(st.sampled_from("abcdefgh"), max_size=8)))
    for _ in range(draw(st.integers(3, 10))):
        at += draw(st.sampled_from([0.5, 1, 7, 7, 20]))
        if draw(st.integers(0, 2)) == 0:
            ids = sorted(draw(st.sets(st.sampled_from("abcdefgh"), max_size=8)))
        state = draw(st.sampled_from(["complete"] * 6 + ["partial", "failed"]))
        shown = ids if state != "failed" else []
        if multi:
            employers = {name: [i for i in shown if (i < "e") == (name == "x")] for name in "xy"}
            result.append(seen(feed(day(at), employers, state=state)))
        else:
            result.append(seen(listing(day(at), shown, state=state)))
    return result


def _different(one: Facts, other: Facts) -> list[tuple[str, object, object]]:
    names = ("data_cut", "cells", "spells", "postings", "fetches", "breaks", "units", "taxonomy")
    return [(n, getattr(one, n), getattr(other, n)) for n in names if getattr(one, n) != getattr(other, n)]


@holds(_SETTINGS, histories())
def test_the_facts_are_those_of_a_store_that_looked_at_everything(history: list[Listing]) -> None:
    start = day(-7).date()

    def facts(recorder: Recorder, cut: datetime) -> Facts:
        return recorder.store.facts(first_week=start, until=day(400), as_of=cut)

    with folder() as path:
        short, full = Repeating(path, "short.db"), Recorder(path, "full.db")
        for look in history:
            short.look(look)
            full.record(look)
            assert _different(facts(short, look.observed_at), facts(full, look.observed_at)) == []
        for look in history:
            assert _different(facts(short, look.observed_at), facts(full, look.observed_at)) == []
        assert _different(facts(short, day(399)), facts(full, day(399))) == []
        late = day(399).date()
        now = {"first_week": late, "until": day(400), "as_of": day(399)}
        assert short.store.facts(**now) == full.store.facts(**now)
        short.store.close()
        full.store.close()


def test_a_loss_that_a_long_pause_excused_is_excused_when_it_is_seen_again(tmp_path: Path) -> None:
    """Half a day later, too; the same bytes would be taken for unchanged, and may mean nothing else."""
    recorder = Recorder(tmp_path)
    looks = ((0, "abefh"), (7, "abefh"), (14, "abefh"), (54, "c"), (54.5, "c"))
    recorded = recorder.record(*(listing(day(at), list(ids)) for at, ids in looks))
    assert [look.state for look in recorded] == ["complete"] * 5
    recorder.store.close()


def test_a_posting_belongs_to_the_board_that_listed_it_first_also_while_that_is_unchanged(
    tmp_path: Path,
) -> None:
    """Another board that lists it too, or stops to, moves nothing."""
    recorder = Repeating(tmp_path)
    other = replace(listing(day(1), [], key="other"), ids={"a": ""}, postings=(posting("a"),), listed=1)
    recorder.look(seen(listing(day(0), ["a"])))
    recorder.look(seen(other))
    recorder.look(seen(listing(day(7), ["a"])))
    recorder.look(seen(replace(other, observed_at=day(8), ids={}, postings=(), listed=0, digest="none")))
    (spell,) = recorder.store.facts(first_week=day(-7).date(), until=day(400), as_of=day(9)).spells
    assert (spell.last_seen_at, spell.missed_at) == (day(7), None)
    recorder.store.close()
