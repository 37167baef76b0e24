"""Deciding: when a listing is believed, and what becomes of a posting's spell."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.recording import lifecycle
from storage.recording.lifecycle import History, Resumed, SpellState

START = datetime(2026, 9, 7, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def past(*counts: int, last: int | None = None) -> History:
    """A history of the counts; the last listing showed the ids 0 … last-1."""
    return History(counts, frozenset(range(counts[-1] if last is None else last)), day(0))


@pytest.mark.parametrize(
    ("history", "now", "after", "suspect"),
    [
        pytest.param(None, range(12), 7, False, id="a first listing has nothing to be compared with"),
        pytest.param(None, range(0), 7, True, id="but an empty first listing is suspect"),
        pytest.param(past(40), range(0), 7, True, id="40, then nothing"),
        pytest.param(past(2), range(0), 7, False, id="a board of two may empty"),
        pytest.param(past(0, 0), range(0), 7, False, id="an empty board stays empty"),
        pytest.param(past(40, 40, 40), range(20), 7, True, id="halved"),
        pytest.param(past(40, 40, 40), range(34), 7, False, id="a seventh less"),
        pytest.param(past(27, 26, 27), range(9), 7, True, id="a small board that loses two thirds"),
        pytest.param(past(6, 6, 6), range(3), 7, False, id="six to three is within what a week can do"),
        pytest.param(past(5), range(3, 8), 7, False, id="three of five may go in a week"),
        pytest.param(past(10), range(8, 18), 7, True, id="eight of ten may not"),
        pytest.param(past(10), range(8, 18), 60, False, id="in two months they may"),
        pytest.param(past(195, 211, 216), range(667), 7, True, id="three times as many"),
        pytest.param(past(10, 10), range(20), 7, False, id="ten more are no flood"),
        pytest.param(past(222), range(168, 384), 7, True, id="as many, but only 54 of the 222 known"),
        pytest.param(past(222), range(70, 292), 7, False, id="a third exchanged"),
        pytest.param(past(40), range(24, 64), 60, False, id="after two months two fifths may be left"),
        pytest.param(past(40), range(24, 64), 7, True, id="after a week they may not"),
        pytest.param(past(3), range(0), 7, True, id="a board of three may not empty"),
        pytest.param(past(100), range(60), 7, False, id="three fifths are not too few"),
        pytest.param(past(100), range(59), 7, True, id="fewer are"),
        pytest.param(past(100), range(180), 7, False, id="1.8 times as many are not too many"),
        pytest.param(past(100), range(181), 7, True, id="more are"),
        pytest.param(past(10), range(25), 7, False, id="of a small board fifteen more are not too many"),
        pytest.param(past(10), range(26), 7, True, id="sixteen are"),
        pytest.param(past(100), range(50, 150), 7, False, id="half of the known ones are enough"),
        pytest.param(past(100), range(51, 151), 7, True, id="fewer are not"),
        pytest.param(past(100), range(50, 150), 1, False, id="on the next day, too"),
        pytest.param(past(100), range(84, 184), 60, False, id="after two months 16 of 100 are enough"),
        pytest.param(past(100), range(85, 185), 60, True, id="15 are not"),
        pytest.param(past(3), range(1), 7, False, id="two of three may go"),
        pytest.param(past(100), range(51, 151), 0.5, True, id="nor are fewer then"),
        pytest.param(past(6), range(3), 1, False, id="what a week can do, a day can"),
        pytest.param(past(10), range(2), 60, False, id="in two months a small board may shrink to a fifth"),
    ],
)
def test_judging_a_listing(history: History | None, now: range, after: float, suspect: bool) -> None:
    assert lifecycle.judge(frozenset(now), day(after), history).suspect is suspect


@given(st.lists(st.integers(1, 300), max_size=4), st.integers(0, 300), st.floats(0, 90))
def test_an_unchanged_listing_is_always_believed(before: list[int], count: int, after: float) -> None:
    """A look that is believed, or was excused by a long pause, may come again at once."""
    history = past(*(before if count else []), count)
    assert not lifecycle.judge(frozenset(range(count)), day(after), history).suspect


def test_two_suspect_listings_confirm_each_other_only_if_they_are_alike() -> None:
    first = frozenset(range(100, 316))
    assert lifecycle.agree(first, day(0), frozenset(range(150, 361)), day(7))
    assert not lifecycle.agree(first, day(0), frozenset(range(600, 811)), day(7))
    assert not lifecycle.agree(first, day(0), frozenset(), day(7))
    assert not lifecycle.agree(frozenset(), day(0), first, day(7))
    assert lifecycle.agree(frozenset(), day(0), frozenset(), day(7))


def test_a_listing_is_nearer_to_what_it_resembles_more() -> None:
    usual, halved = frozenset(range(30)), frozenset(range(20))
    assert lifecycle.nearer(halved, halved, usual)
    assert not lifecycle.nearer(usual, halved, usual)
    assert lifecycle.nearer(frozenset(), frozenset(), usual)
    assert not lifecycle.nearer(frozenset(), halved, usual)
    assert not lifecycle.nearer(frozenset(range(40, 50)), halved, usual), "it resembles neither"


def test_one_miss_dates_a_closure_and_a_second_a_day_later_confirms_it() -> None:
    spell = lifecycle.missed(SpellState(day(0)), day(7))
    assert (spell.missed_at, spell.confirmed_at) == (day(7), None)
    soon = lifecycle.missed(spell, day(7) + timedelta(hours=19))
    assert soon == spell
    known = lifecycle.missed(spell, day(7) + timedelta(hours=20))
    assert (known.missed_at, known.confirmed_at, known.reason) == (
        day(7),
        day(7) + timedelta(hours=20),
        "gone",
    )
    assert lifecycle.missed(known, day(30)) == known


CLOSED = SpellState(day(0), missed_at=day(7), confirmed_at=day(14), reason="gone")


@pytest.mark.parametrize(
    ("back", "expected"),
    [(21, "same"), (22, "repost"), (67, "repost"), (68, "new")],
)
def test_coming_back_is_counted_from_the_first_miss(back: float, expected: str) -> None:
    outcome = lifecycle.sighted(CLOSED, day(back), backlog=False)
    if expected == "same":
        assert outcome == Resumed(SpellState(day(back)), gap=CLOSED)
    else:
        assert outcome == expected


def test_a_posting_missed_once_was_never_closed_however_late_it_comes_back() -> None:
    once = SpellState(day(0), missed_at=day(7))
    assert lifecycle.sighted(once, day(40), backlog=False) == Resumed(SpellState(day(40)), gap=once)


def test_a_sighting_before_the_last_one_takes_nothing_back() -> None:
    assert lifecycle.sighted(SpellState(day(7)), day(3), backlog=False) == Resumed(SpellState(day(7)))


def test_what_the_first_listing_of_a_series_shows_is_backlog() -> None:
    assert lifecycle.sighted(None, day(0), backlog=True) == "backlog"
    assert lifecycle.sighted(None, day(0), backlog=False) == "new"


def test_leaving_the_scope_ends_a_spell_without_closing_it_and_keeps_earlier_closures() -> None:
    left = lifecycle.left_scope(SpellState(day(0)), day(7))
    assert (left.missed_at, left.confirmed_at, left.reason) == (day(7), day(7), "left_scope")
    assert lifecycle.left_scope(CLOSED, day(21)) == CLOSED
    assert lifecycle.sighted(left, day(8), backlog=False) == "backlog", (
        "back in scope: neither new nor repost"
    )
