"""Template drift: a field that a source's postings usually have is suddenly missing from most of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_helpers import Recorder, day, listing

from storage.monitoring.drift import Drift, Filled, drifts
from storage.records import Listing

USUALLY = (0.97, 0.98, 0.99, 0.98, 0.98)


def history(shares: Sequence[float], read: int = 40, epoch: int = 0) -> list[Filled]:
    """Looks whose postings have a text in these shares."""
    return [Filled(read, epoch, {"description": share}) for share in shares]


@pytest.mark.parametrize(
    ("before", "now", "read", "told"),
    [
        pytest.param(USUALLY, 0.12, 40, True, id="most texts are gone"),
        pytest.param(USUALLY, 0.0, 10, True, id="all of ten"),
        pytest.param(USUALLY, 0.0, 9, False, id="of nine nothing is said"),
        pytest.param(USUALLY, 0.5, 10, True, id="half of ten that nearly always had one"),
        pytest.param(USUALLY, 0.7, 400, False, id="a fall of less than three tenths is no changed form"),
        pytest.param(USUALLY, 0.97, 40, False, id="as usual"),
        pytest.param((0.78, 0.78, 0.8), 0.46, 11, False, id="five of eleven may be chance"),
        pytest.param((0.78, 0.78, 0.8), 0.46, 80, True, id="of eighty they are not"),
        pytest.param((1.0,) * 5, 0.6, 10, False, id="ten that all had it do not prove that all must"),
        pytest.param((0.4,) * 5, 0.0, 400, False, id="what only some have is not watched"),
        pytest.param(
            (0.98, 0.98, 0.02, 0.98, 0.98), 0.1, 40, True, id="one odd look does not move the median"
        ),
        pytest.param((0.98,), 0.1, 40, True, id="one look before is enough"),
        pytest.param((), 0.0, 40, False, id="a first look has nothing to be compared with"),
        pytest.param((0.98,) * 9 + (0.0,) * 3, 0.0, 40, False, id="after three looks it is the usual one"),
        pytest.param((0.98,) * 9 + (0.0,) * 2, 0.0, 40, True, id="till then it is told"),
        pytest.param((0.1,) * 5, 0.98, 40, False, id="a field that appears is no loss"),
    ],
)
def test_what_is_told(before: Sequence[float], now: float, read: int, told: bool) -> None:
    assert bool(drifts([*history(before), *history((now,), read)])) == told


def test_the_fields_are_named_with_both_shares() -> None:
    full = {"description": 0.98, "locations": 1.0, "pay": 0.9, "url": 1.0}
    now = {"description": 0.12, "locations": 1.0, "pay": 0.0, "workplace": 0.0}
    looks = [Filled(50, 1, full)] * 4 + [Filled(50, 1, now)]
    assert drifts(looks) == (Drift("description", 0.12, 0.98), Drift("pay", 0.0, 0.9))


def test_another_epoch_is_another_series() -> None:
    assert not drifts([*history(USUALLY, epoch=1), *history((0.0,), epoch=2)])


def test_without_looks_nothing_is_told() -> None:
    assert drifts([]) == ()


shares = st.floats(0, 1)


@given(st.lists(shares, min_size=1, max_size=8), shares, shares, st.integers(0, 2000))
def test_a_deeper_fall_is_told_if_a_lesser_one_is(
    before: list[float], one: float, other: float, read: int
) -> None:
    def told(now: float) -> bool:
        return bool(drifts([*history(before), *history((now,), read)]))

    assert told(min(one, other)) >= told(max(one, other))


@given(st.lists(shares, min_size=1, max_size=8), shares, st.integers(0, 2000))
def test_only_a_fall_of_a_usual_field_is_told(before: list[float], now: float, read: int) -> None:
    for drift in drifts([*history(before), *history((now,), read)]):
        assert read >= 10
        assert drift.usual >= 0.5
        assert drift.share < drift.usual - 0.3


# ------------------------------------------------------------------ in a store


def look(number: float, share: float | None, *, key: str = "acme", state: str = "complete") -> Listing:
    found = listing(day(number), ["a"], others=[f"o{i}" for i in range(29)], key=key, state=state)
    return replace(found, fills={} if share is None else {"description": share}, digest=f"{number}{key}")


def told(recorder: Recorder) -> dict[str, tuple[Drift, ...]]:
    found = recorder.store.status(day(100)).drift
    recorder.store.close()
    return dict(found)


@pytest.mark.usefixtures("each_engine")
def test_the_store_compares_each_board_with_itself(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(*(look(week * 7, 0.98) for week in range(4)), look(28, 0.1))
    recorder.record(*(look(week * 7, 0.1, key="other") for week in range(5)))
    assert told(recorder) == {"ashby:acme": (Drift("description", 0.1, 0.98),)}


@pytest.mark.usefixtures("each_engine")
def test_a_look_without_shares_is_passed_over(tmp_path: Path) -> None:
    """A failure, or a look of before shares were kept, neither ends the warning nor moves the median."""
    recorder = Recorder(tmp_path)
    recorder.record(look(0, 0.98), look(7, None), look(14, 0.1), look(21, None, state="failed"))
    assert told(recorder) == {"ashby:acme": (Drift("description", 0.1, 0.98),)}


@pytest.mark.usefixtures("each_engine")
def test_a_mended_field_is_told_no_more(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(look(0, 0.98), look(7, 0.1), look(14, 0.97))
    assert told(recorder) == {}
