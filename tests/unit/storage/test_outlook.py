"""When a board that failed may be asked again, from its latest looks."""

from datetime import UTC, datetime, timedelta

import pytest
from store_helpers import Recorder, day, feed, listing

from storage.monitoring.outlook import Outlook, outlook
from storage.records import FetchState

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def looks(*states: FetchState, hours: float = 24) -> list[tuple[datetime, FetchState]]:
    """Looks `hours` apart, the newest first and at NOW."""
    return [(NOW - timedelta(hours=hours * place), state) for place, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "waits"),
    [
        (["complete"], None),
        (["failed", "missing"], None),
        (["refused"], 24),
        (["complete", "refused"], None),
        (["failed"] * 3, 2 * 24),
        (["refused", "missing", "failed"], 2 * 24),
        (["failed"] * 4, 4 * 24),
        (["failed"] * 6, 16 * 24),
        (["failed"] * 7, 28 * 24),
        (["failed"] * 60, 28 * 24),
        (["failed", "failed", "partial", "failed"], None),
        (["failed", "failed", "suspect", "failed"], None),
    ],
)
def test_a_refusal_is_respected_for_a_day_and_the_third_failure_on_for_longer(
    states: list[FetchState], waits: float | None
) -> None:
    expected = None if waits is None else NOW + timedelta(hours=waits)
    assert outlook(looks(*states)).not_before == expected


@pytest.mark.parametrize(("hours", "failures"), [(20, 3), (19, 2), (10, 2), (1, 1)])
def test_failures_within_twenty_hours_are_one(hours: float, failures: int) -> None:
    assert outlook(looks("failed", "failed", "failed", hours=hours)).failures == failures


@pytest.mark.usefixtures("each_engine")
def test_the_outlook_of_a_board_is_that_of_its_latest_looks(recorder: Recorder) -> None:
    recorder.record(
        feed(day(0), {"acme": ["f1"]}),
        *(listing(day(number), [], state="failed", key="down") for number in range(30)),
        listing(day(0), ["a"], key="acme"),
        listing(day(3), [], state="refused", key="acme"),
        listing(day(2), ["a"], key="acme"),  # stored after a later one
    )
    assert recorder.store.outlooks() == {
        ("ashby", "down"): Outlook(day(29), "failed", 24),
        ("ashby", "acme"): Outlook(day(3), "refused", 1),
    }
