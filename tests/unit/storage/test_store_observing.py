"""Recording looks: what becomes of postings, units and series, end to end in a real database."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from store_helpers import TAXONOMY, Recorder, day, feed, listing

from storage.recording.contents import MOST_VERSIONS
from storage.records import Facts, Spell
from storage.tables import Fetch, Posting, Version

pytestmark = pytest.mark.usefixtures("each_engine")

TEN = [f"p{number}" for number in range(10)]
OTHERS = [f"x{number}" for number in range(30)]


def facts(recorder: Recorder) -> Facts:
    return recorder.store.facts(first_week=day(-7).date(), until=day(400))


def spells(recorder: Recorder, native_id: str) -> list[Spell]:
    found = facts(recorder)
    with recorder.store.engine.begin() as connection:
        number = connection.scalar(select(Posting.id).where(Posting.native_id == native_id))
    return [spell for spell in found.spells if spell.posting == number]


def test_the_first_look_is_backlog_and_later_arrivals_are_new(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"]), listing(day(7), ["a", "b"]))
    assert [s.kind for s in spells(recorder, "a")] == ["backlog"]
    assert [s.kind for s in spells(recorder, "b")] == ["new"]


def test_two_complete_misses_close_and_the_first_dates_the_closure(recorder: Recorder) -> None:
    recorder.record(*(listing(day(7 * week), TEN[week > 0 :], others=OTHERS) for week in range(3)))
    (spell,) = spells(recorder, "p0")
    assert (spell.last_seen_at, spell.missed_at, spell.closed, spell.reason) == (day(0), day(7), True, "gone")


def test_two_looks_within_a_day_are_one_miss(recorder: Recorder) -> None:
    recorder.record(
        listing(day(0), TEN, others=OTHERS),
        listing(day(7), TEN[1:], others=OTHERS),
        listing(day(7) + timedelta(hours=5), TEN[1:], others=OTHERS),
    )
    (spell,) = spells(recorder, "p0")
    assert (spell.missed_at, spell.closed) == (day(7), False)


@pytest.mark.parametrize("state", ["partial", "refused", "missing", "failed"])
def test_only_complete_looks_make_postings_missing(recorder: Recorder, state: str) -> None:
    recorder.record(listing(day(0), TEN), *(listing(day(7 * w), ["p9"], state=state) for w in (1, 2, 3)))
    assert all(spell.missed_at is None for spell in facts(recorder).spells)
    assert spells(recorder, "p9")[0].last_seen_at == day(21)


def test_an_emptied_board_is_suspect_and_closes_nothing(recorder: Recorder) -> None:
    recorder.record(listing(day(0), TEN, others=OTHERS))
    (result,) = recorder.record(listing(day(7), []))
    assert result.state == "suspect"
    recorder.record(listing(day(14), TEN, others=OTHERS))
    assert all(spell.missed_at is None for spell in facts(recorder).spells)
    assert facts(recorder).breaks == ()


def test_two_suspect_looks_that_agree_break_the_series_and_censor_the_rest(recorder: Recorder) -> None:
    other = [f"q{number}" for number in range(40)]
    recorder.record(
        listing(day(0), TEN + OTHERS),
        listing(day(7), other),
        listing(day(14), [*other, "late"]),
        listing(day(21), [*other, "late"]),
    )
    found = facts(recorder)
    assert [(b.reason, b.week.isoformat()) for b in found.breaks] == [("coverage", "2026-09-14")]
    assert spells(recorder, "p0")[0].reason == "left_scope"
    assert not any(spell.closed for spell in found.spells)
    assert spells(recorder, "q0")[0].kind == "backlog"
    assert spells(recorder, "late")[0].kind == "new"
    assert [cell.usable for cell in found.cells] == [True, True, True, True]
    assert [cell.epoch for cell in found.cells] == [0, 1, 1, 1]
    assert [cell.first for cell in found.cells] == [True, True, False, False]


def test_what_only_the_first_of_two_agreeing_looks_showed_was_missed_and_left_no_scope(
    recorder: Recorder,
) -> None:
    other = [f"q{number}" for number in range(40)]
    recorder.record(listing(day(0), TEN + OTHERS), listing(day(7), other), listing(day(14), other[1:]))
    (gone,) = spells(recorder, "q0")
    assert (gone.last_seen_at, gone.missed_at, gone.reason) == (day(7), day(14), "")


@pytest.mark.parametrize(
    ("before", "after"), [(40, 20), (40, 23), (30, 15), (20, 10), (10, 3), (60, 30), (300, 150), (8, 0)]
)
def test_a_listing_that_stays_halved_breaks_once_and_closes_nothing(
    recorder: Recorder, before: int, after: int
) -> None:
    ids = [f"p{number}" for number in range(before)]
    looks = [listing(day(7 * week), ids) for week in range(5)]
    looks += [listing(day(7 * week), ids[:after]) for week in range(5, 11)]
    states = [result.state for result in recorder.record(*looks)]
    assert states == ["complete"] * 5 + ["suspect"] + ["complete"] * 5
    found = facts(recorder)
    assert [b.week for b in found.breaks] == [day(35).date()]
    assert not any(spell.closed for spell in found.spells)


def test_a_listing_and_an_employer_in_it_are_judged_by_their_last_five_looks(recorder: Recorder) -> None:
    many = {f"e{number}": [f"e{number}-{k}" for k in range(3)] for number in range(20)}
    for week, size in enumerate((10, 10, 10, 10, 25, 25, 25, 41)):
        big = [f"big-{k}" for k in range(size)]
        recorder.record(listing(day(7 * week), big), feed(day(7 * week), many | {"big": big}))
    assert all(cell.usable for cell in facts(recorder).cells)


def test_a_listing_that_recovers_breaks_nothing_whatever_it_was_in_between(recorder: Recorder) -> None:
    ids = [f"p{number}" for number in range(30)]
    recorder.record(
        *(listing(day(7 * week), ids) for week in range(3)),
        listing(day(21), ids[:15]),
        listing(day(28), ids[:28]),
    )
    assert facts(recorder).breaks == ()
    assert facts(recorder).cells[-1].usable


def test_an_employer_that_stays_halved_in_a_feed_breaks_once(recorder: Recorder) -> None:
    many = {f"e{number}": [f"e{number}-{k}" for k in range(3)] for number in range(20)}
    big = [f"big-{k}" for k in range(10)]
    recorder.record(*(feed(day(7 * week), many | {"big": big}) for week in range(4)))
    recorder.record(*(feed(day(7 * week), many | {"big": big[:3]}) for week in range(4, 10)))
    found = facts(recorder)
    assert [(b.unit, b.reason) for b in found.breaks] == [("big", "coverage")]
    assert not any(spell.closed for spell in found.spells)


def test_what_comes_back_into_scope_is_backlog(recorder: Recorder) -> None:
    wide = TEN + OTHERS
    recorder.record(
        listing(day(0), wide, scope="wide"),
        listing(day(7), TEN[:8], scope="narrow"),
        listing(day(14), TEN[:8], scope="narrow"),
        listing(day(21), TEN[:9], scope="narrow"),
    )
    assert [s.kind for s in spells(recorder, "p8")] == ["backlog", "backlog"]


def test_a_suspect_look_that_stays_alone_breaks_nothing(recorder: Recorder) -> None:
    recorder.record(
        listing(day(0), TEN + OTHERS),
        listing(day(7), [f"q{n}" for n in range(40)]),
        listing(day(14), TEN + OTHERS),
    )
    found = facts(recorder)
    assert found.breaks == ()
    assert [cell.usable for cell in found.cells] == [True, False, True]


def test_suspect_looks_of_different_scopes_do_not_agree(recorder: Recorder) -> None:
    looks = listing(day(0), TEN + OTHERS), listing(day(7), [], scope="narrow"), listing(day(14), [])
    *_, last = recorder.record(*looks)
    assert last.state == "suspect"
    assert "coverage" not in {b.reason for b in facts(recorder).breaks}


def test_a_declared_change_of_scope_breaks_the_series_at_once(recorder: Recorder) -> None:
    recorder.record(
        listing(day(0), TEN + OTHERS, scope="wide"),
        listing(day(7), [*TEN[:5], "n"], scope="narrow"),
        listing(day(14), [*TEN[:4], "n"], scope="narrow"),
        listing(day(21), [*TEN[:4], "n"], scope="narrow"),
    )
    found = facts(recorder)
    assert [(b.reason, b.source, b.unit) for b in found.breaks] == [("scope", "ashby", "acme")]
    assert spells(recorder, "p9")[0].reason == "left_scope"
    assert spells(recorder, "n")[0].kind == "backlog"
    assert spells(recorder, "p0")[0].last_seen_at == day(21)
    assert spells(recorder, "p4")[0].reason == "gone"


def test_the_same_look_twice_changes_nothing(recorder: Recorder) -> None:
    look = listing(day(0), TEN)
    first, second = recorder.record(look, look)
    assert not first.duplicate
    assert second.duplicate
    with recorder.store.engine.begin() as connection:
        assert len(connection.execute(select(Fetch.id)).all()) == 1


def test_a_changed_text_is_a_new_version_and_the_old_one_is_kept(recorder: Recorder) -> None:
    recorder.record(
        listing(day(0), ["a"]),
        listing(day(7), ["a"], texts={"a": "RAG and agents"}),
        listing(day(14), ["a"]),
    )
    with recorder.store.engine.begin() as connection:
        texts = connection.scalars(select(Version.text).order_by(Version.first_seen_at)).all()
    assert texts == ["RAG", "RAG and agents", "RAG"]


def test_a_posting_that_changes_at_every_look_keeps_so_many_versions_and_no_more(recorder: Recorder) -> None:
    texts = [f"RAG {number}" for number in range(MOST_VERSIONS + 2)]
    recorder.record(*(listing(day(7 * w), ["a"], texts={"a": text}) for w, text in enumerate(texts)))
    with recorder.store.engine.begin() as connection:
        kept = connection.scalars(select(Version.text).order_by(Version.first_seen_at)).all()
    assert kept == texts[:MOST_VERSIONS]
    assert spells(recorder, "a")[0].last_seen_at == day(7 * (len(texts) - 1))


def test_a_list_without_texts_takes_none_away(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"], texts={"a": "RAG"}), listing(day(7), ["a"], texts={"a": ""}))
    with recorder.store.engine.begin() as connection:
        assert connection.scalars(select(Version.text)).all() == ["RAG"]
    assert spells(recorder, "a")[0].last_seen_at == day(7)


def test_an_employer_new_to_a_feed_is_backlog_though_the_feed_is_not(recorder: Recorder) -> None:
    recorder.record(
        feed(day(0), {"acme": ["a1", "a2"], "bolt": ["b1"]}),
        feed(day(7), {"acme": ["a1", "a2", "a3"], "bolt": ["b1"], "crux": ["c1"]}),
        feed(day(14), {"acme": ["a1", "a2", "a3"], "bolt": ["b1"], "crux": ["c1", "c2"]}),
    )
    assert [spells(recorder, n)[0].kind for n in ("a3", "c1", "c2")] == ["new", "backlog", "new"]


def test_one_employer_missing_from_a_believed_feed_is_suspect_alone(recorder: Recorder) -> None:
    many = {f"e{number}": [f"e{number}-{k}" for k in range(3)] for number in range(20)}
    big = {"big": [f"big-{k}" for k in range(12)]}
    recorder.record(feed(day(0), many | big), feed(day(7), many))
    found = facts(recorder)
    units = {unit.name: unit.id for unit in found.units.values()}
    states = {(cell.unit, cell.observed_at): cell.state for cell in found.cells}
    assert states[units["big"], day(7)] == "suspect"
    assert states[units["e0"], day(7)] == "complete"
    assert all(s.missed_at is None for s in found.spells if s.unit == units["big"])
    recorder.record(feed(day(14), many))
    found = facts(recorder)
    assert [(b.unit, b.reason) for b in found.breaks] == [("big", "coverage")]
    assert {s.reason for s in found.spells if s.unit == units["big"]} == {"left_scope"}


def test_an_employer_with_one_posting_may_leave_a_feed(recorder: Recorder) -> None:
    many = {f"e{number}": [f"e{number}-{k}" for k in range(3)] for number in range(20)}
    recorder.record(feed(day(0), many | {"one": ["o1"]}), feed(day(7), many), feed(day(14), many))
    assert spells(recorder, "o1")[0].reason == "gone"


def test_a_posting_that_two_boards_list_stays_with_the_first(recorder: Recorder) -> None:
    recorder.record(listing(day(0), ["a"], key="one"), listing(day(0), ["a", "b"], key="two"))
    recorder.record(listing(day(7), ["b"], key="one"), listing(day(7), ["a", "b"], key="two"))
    assert spells(recorder, "a")[0].missed_at == day(7)
    assert spells(recorder, "b")[0].missed_at is None


def test_an_older_look_extends_history_and_closes_and_reopens_nothing(recorder: Recorder) -> None:
    recorder.record(listing(day(14), ["a", "b"]), listing(day(21), ["a", "b", "n"]))
    before = {s.posting: s for s in facts(recorder).spells}
    recorder.record(listing(day(0), ["a", "z"]))
    after = facts(recorder)
    assert [spell.opened_at for spell in spells(recorder, "a")] == [day(0)]
    assert spells(recorder, "b")[0] == before[spells(recorder, "b")[0].posting]
    (gone,) = spells(recorder, "z")
    assert (gone.opened_at, gone.last_seen_at, gone.reason, gone.closed) == (
        day(0),
        day(0),
        "before_history",
        False,
    )
    assert not any(spell.closed for spell in after.spells)
    assert recorder.store.status(day(1)).open == 3


def test_a_second_look_at_the_same_instant_is_not_late(recorder: Recorder) -> None:
    first, second = recorder.record(listing(day(0), ["a"]), listing(day(0), ["a", "b"]))
    assert (first.late, second.late, second.created) == (False, False, 1)


def test_an_older_look_brings_no_latest_text(recorder: Recorder) -> None:
    recorder.record(listing(day(7), ["a"], texts={"a": "RAG now"}), listing(day(0), ["a"]))
    (latest,) = recorder.store.texts(recorder.store.latest_versions())
    assert latest.text == "RAG now"


def test_an_older_look_between_the_last_sighting_and_the_miss_belongs_to_the_stay(recorder: Recorder) -> None:
    recorder.record(listing(day(0), TEN), listing(day(14), TEN[1:]))
    recorder.record(listing(day(7), TEN))
    (gone,) = spells(recorder, "p0")
    assert (gone.opened_at, gone.last_seen_at, gone.missed_at, gone.closed) == (
        *(day(0), day(7), day(14)),
        False,
    )
    recorder.record(listing(day(21), TEN[1:]))
    assert spells(recorder, "p0")[0].closed
    assert recorder.store.check() == []


def test_an_older_look_between_partial_ones_is_no_second_stay(recorder: Recorder) -> None:
    """Else the first would stay open for good: only a posting's latest stay is looked at."""
    recorder.record(listing(day(0), TEN), listing(day(14), TEN[1:], state="partial"))
    recorder.record(listing(day(7), [*TEN, "z"]))
    assert spells(recorder, "z")[0].reason == "" and recorder.store.check() == []
    recorder.record(listing(day(21), TEN[1:]), listing(day(28), TEN[1:]))
    (gone,) = spells(recorder, "p0")
    assert (gone.last_seen_at, gone.missed_at, gone.closed) == (day(7), day(21), True)


def test_status_counts_roles_and_boards(recorder: Recorder) -> None:
    recorder.record(listing(day(0), TEN, others=OTHERS), listing(day(0), [], state="refused", key="shut"))
    found = recorder.store.status(day(1))
    assert (found.boards["complete"], found.boards["refused"]) == (1, 1)
    assert (found.seen, found.total, found.open, found.by_role["aigc_pm"]) == (40, 10, 10, 10)
    assert [trouble.board for trouble in found.troubles] == ["ashby:shut"]


def test_a_look_that_showed_nothing_makes_no_later_news_old(tmp_path: Path) -> None:
    """An archive that is read in a second piece, after its first piece ended in a failure."""
    recorder = Recorder(tmp_path)
    recorder.record(listing(day(0), ["a", "b"]), listing(day(14), [], state="failed"))
    (late,) = recorder.record(listing(day(7), ["a", "b"]))
    assert (late.late, late.state) == (False, "complete")
    (newest,) = recorder.record(listing(day(3), ["a"], state="partial"))
    assert newest.late, "what was seen on day 7 is news"
    recorder.store.close()


def test_a_vocabulary_is_in_force_from_the_earliest_look_that_it_tagged(recorder: Recorder) -> None:
    """An import of the past may come after the first look of today."""
    other = replace(TAXONOMY, version="t2", sha256="sha-2")
    for since in (day(7), day(-14)):
        recorder.store.begin_run("import", other, now=day(20), observed_from=since)
    taxonomy = recorder.store.facts(first_week=day(-7).date(), until=day(-7)).taxonomy
    assert taxonomy is not None and taxonomy.version == "t2"
