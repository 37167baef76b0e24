"""Which boards a live run asks: most overdue first, none that rests or is left alone after failures."""

from datetime import UTC, datetime, timedelta

import pytest

from scraper.errors import ConfigError
from scraper.looking.planning import chosen, gaps, plan
from scraper.model import Board
from scraper.runs.summary import RunSummary
from scraper.sources import FAMILIES
from storage.monitoring.outlook import Outlook

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
ACME, BOLT = Board("greenhouse", "acme", "Acme"), Board("greenhouse", "bolt", "Bolt")
FEED = Board("remotive", "all", "Remotive")


def ago(hours: float, *, failures: int = 0) -> Outlook:
    return Outlook(NOW - timedelta(hours=hours), "failed" if failures else "complete", failures)


def test_the_most_overdue_board_of_a_host_comes_first_and_new_ones_before_all() -> None:
    planned = plan([ACME, BOLT], {("greenhouse", "acme"): ago(1), ("greenhouse", "bolt"): ago(30)}, NOW)
    assert planned.hosts == ((BOLT, ACME),)
    assert plan([ACME, BOLT], {("greenhouse", "acme"): ago(1)}, NOW).hosts == ((BOLT, ACME),)


def test_a_board_rests_as_the_terms_of_its_source_ask_even_if_it_is_named() -> None:
    assert FAMILIES["remotive"].rest == 6
    for all_due in (False, True):
        planned = plan([FEED], {("remotive", "all"): ago(5)}, NOW, all_due=all_due)
        assert (planned.due, planned.resting, planned.waiting) == (0, (FEED,), ())
    assert plan([FEED], {("remotive", "all"): ago(0)}, NOW).due == 0
    assert plan([FEED], {("remotive", "all"): ago(6)}, NOW).due == 1


def test_who_failed_thrice_waits_unless_he_is_named() -> None:
    outlooks = {("greenhouse", "acme"): ago(24, failures=3)}
    assert plan([ACME], outlooks, NOW).waiting == (ACME,)
    assert plan([ACME], outlooks, NOW, all_due=True).due == 1
    assert plan([ACME], {("greenhouse", "acme"): ago(48, failures=3)}, NOW).due == 1


def test_a_last_look_in_the_future_holds_nobody_back() -> None:
    """The clock was wrong once."""
    outlooks = {("greenhouse", "acme"): ago(-50), ("remotive", "all"): ago(-50)}
    assert plan([ACME, FEED], outlooks, NOW).due == 2


def test_a_run_that_looked_at_nothing_because_all_had_failed_has_failed() -> None:
    assert RunSummary(waiting=3).exit_code == 2
    assert RunSummary(resting=1).exit_code == 0
    lines = RunSummary(waiting=1, resting=2).lines()
    assert lines[0] == "no board was looked at"
    assert "1 board (" in lines[1] and lines[2].endswith("2 boards")


def test_hosts_whose_terms_ask_for_more_than_usual_politeness() -> None:
    assert gaps([ACME, FEED, Board("adzuna", "gb", "Adzuna"), Board("rippling", "x", "X")]) == {
        "api.adzuna.com": 2.5,
        "api.rippling.com": 6.0,
    }


KNOWN = [Board("ashby", "a", "A"), Board("ashby", "b", "B"), Board("lever", "a", "A")]


def test_boards_are_chosen_by_family_and_key() -> None:
    assert chosen(KNOWN, (), ()) == KNOWN
    assert chosen(KNOWN, ("ashby",), ()) == KNOWN[:2]
    assert chosen(KNOWN, (), ("a",)) == [KNOWN[0], KNOWN[2]]
    assert chosen(KNOWN, ("lever",), ("a",)) == KNOWN[2:]
    assert chosen(KNOWN, (), ("lever:a",)) == KNOWN[2:]


@pytest.mark.parametrize(
    ("families", "keys", "said"),
    [
        (("nowhere", "ashby", "nobody"), (), "no board of family nobody, nowhere; there are ashby, lever"),
        (("lever",), ("b",), "no board b; `pmtrend boards list` shows them all"),
        ((), ("a", "y", "x"), "no board x, y;"),
    ],
)
def test_what_is_not_followed_is_not_chosen(
    families: tuple[str, ...], keys: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        chosen(KNOWN, families, keys)
