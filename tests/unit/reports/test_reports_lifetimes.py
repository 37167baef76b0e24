"""T10: which stays are watched from when to when, what is censored, and what is said of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from facts_builder import Market, at, markets, monday
from hypothesis import given, settings
from report_market import numbers, rendered, report_of_kind

from reports.document.stays import Lifetimes
from reports.measures.lifetimes import lifetimes, watched_stays
from reports.measures.panel import build_panel
from reports.wording.words import LANGS
from storage.records import Facts

HALF = 3.5  # half a week between looks


def stays_of(market: Market, week: int) -> list[tuple[float, float, bool]]:
    facts = market.facts()
    cases = watched_stays(build_panel(facts, monday(week)), facts).cases
    return sorted(zip(cases.entry.tolist(), cases.leave.tolist(), cases.event.tolist(), strict=True))


def table_of(facts: Facts, week: int) -> Lifetimes:
    return lifetimes(build_panel(facts, monday(week)), facts)


def weekly(listed: list[str], board: str = "X", market: Market | None = None) -> Market:
    """One look a week; `!` is a look that failed."""
    built = market or Market()
    for week, ids in enumerate(listed):
        failed = ids == "!"
        built.look(board, week, () if failed else ids, state="failed" if failed else "complete")
    return built


# ------------------------------------------------------------------ one stay after the other


def test_a_closed_stay_runs_from_halfway_to_halfway() -> None:
    """q came between weeks 0 and 1 and went between 2 and 3: 3.5 days old at first sight, 14 at the end."""
    assert stays_of(weekly(["a", "aq", "aq", "a", "a", "a"]), 5) == [(HALF, 14.0, True)]


def test_what_is_listed_is_watched_up_to_the_last_look_whose_misses_are_settled() -> None:
    """r is seen at the look of week 5 too; but what was missed there, nobody knows yet."""
    assert stays_of(weekly(["a", "ar", "ar", "ar", "ar", "ar"]), 5) == [(HALF, 21 + HALF, False)]


def test_a_single_miss_closes_nothing_and_is_watched_no_longer_than_others() -> None:
    assert stays_of(weekly(["a", "ar", "ar", "ar", "ar", "a"]), 5) == [(HALF, 21 + HALF, False)]


def test_a_later_look_settles_the_misses_of_a_past_week() -> None:
    market = weekly(["a", "ar", "ar", "a", "a"])
    assert stays_of(market, 2) == [(HALF, 7 + HALF, False)]
    assert stays_of(market, 3) == [(HALF, 14.0, True)]


def test_two_looks_within_twenty_hours_settle_nothing() -> None:
    market = weekly(["a", "ar", "ar"])
    market.look("X", 2, "ar", day=3.0)
    assert stays_of(market, 2) == []  # the look of week 1 is settled, those of week 2 are not
    market.look("X", 2, "ar", day=3.5)
    assert stays_of(market, 2) == [(HALF, HALF + 7, False)]


def test_backlog_enters_at_its_age_or_not_at_all() -> None:
    """s was ten days old at the first look; a has no date, that of b lies in the future."""
    market = Market()
    market.post("s", posted_at=at(0) - timedelta(days=10))
    market.post("b", posted_at=at(1))
    weekly(["abs", "abs", "abs", "abs"], market=market)
    assert stays_of(market, 3) == [(10.0, 24.0, False)]
    facts = market.facts()
    assert table_of(facts, 3)["undated"] == 2


def test_the_boards_own_day_counts_if_it_lies_between_the_looks() -> None:
    market = Market()
    market.post("q", posted_at=at(1) - timedelta(days=1))
    market.post("r", posted_at=at(0) - timedelta(days=30))  # it was not listed then
    weekly(["a", "aqr", "aqr", "aqr"], market=market)
    assert stays_of(market, 3) == [(1.0, 8.0, False), (HALF, HALF + 7, False)]


def test_who_came_while_nobody_looked_is_undated() -> None:
    """Three weeks between two looks: the first day is anybody's guess."""
    market = weekly(["a", "!", "!", "aq", "aq", "aq"])
    assert stays_of(market, 5) == []
    assert table_of(market.facts(), 5)["undated"] == 2  # a is backlog


def test_a_board_that_fails_censors_and_closes_nothing() -> None:
    market = weekly(["a", "aq", "aq", "aq", "!", "!", "!"])
    assert stays_of(market, 6) == [(HALF, HALF + 7, False)]


def test_a_change_of_scope_censors() -> None:
    market = weekly(["a", "aq", "aq", "aq"])
    for week in (4, 5, 6):
        market.look("X", week, "a", epoch=2)
    assert stays_of(market, 6) == [(HALF, HALF + 14, False)]  # last seen in week 3


def test_only_the_last_thirteen_weeks_are_watched() -> None:
    """q came in week 1 and is listed to week 19; the window opens with week 7, when q was 45.5 days old."""
    market = weekly(["a", *["aq"] * 19])
    assert stays_of(market, 19) == [(42 + HALF, 119 + HALF, False)]
    gone = weekly(["a", *["aq"] * 4, *["a"] * 15])
    assert stays_of(gone, 19) == []


def test_no_pm_is_nowhere() -> None:
    market = Market()
    market.post("q", "not_pm")
    assert stays_of(weekly(["a", "aq", "aq", "a", "a"], market=market), 4) == []


@given(markets())
@settings(max_examples=60)
def test_whatever_was_seen_ages_are_in_order_and_order_is_nothing(market: Market) -> None:
    if not market.looks:
        return
    facts = market.facts()
    mixed = replace(facts, spells=facts.spells[::-1], cells=facts.cells[::-1])
    assert table_of(facts, 7) == table_of(mixed, 7)
    closed = 0
    for entry, leave, event in stays_of(market, 7):
        assert 0 <= entry < leave
        closed += event
    assert closed <= sum(spell.closed for spell in facts.spells)


# ------------------------------------------------------------------ the table


def busy(ai_weeks: int, aigc_weeks: int, boards: int = 24, weeks: int = 12) -> Market:
    """Boards that open an AI PM and an AIGC PM posting a week, which stay so many weeks."""
    market = Market()
    for board in range(boards):
        for week in range(weeks):
            listed = [f"a{board}-{w}" for w in range(max(1, week - ai_weeks + 1), week + 1)]
            listed += [f"g{board}-{w}" for w in range(max(1, week - aigc_weeks + 1), week + 1)]
            for native in listed:
                market.post(native, "ai_pm" if native[0] == "a" else "aigc_pm")
            market.look(f"b{board}", week, [f"old{board}", *listed])
    return market


def test_medians_and_shares_of_a_market_with_known_lives() -> None:
    """A posting listed in k looks lives 7k days, halfway to halfway."""
    part = table_of(busy(6, 2).facts(), 11)
    rows = {row["role"]: row for row in part["rows"]}
    assert (rows["ai_pm"]["days_median"], rows["aigc_pm"]["days_median"]) == (42, 14)
    opened = {at_["days"]: at_["still_open"] for at_ in rows["aigc_pm"]["open"]}
    assert opened == {7: 1, 14: 0, 30: 0, 60: 0}
    assert rows["aigc_pm"]["employers"] == 24
    assert rows["other_pm"]["stays"] == 0 and rows["other_pm"]["days_median"] is None
    assert part["undated"] == 24


def test_nothing_closed_so_far_is_bounded_by_what_was_watched() -> None:
    """S(7) = 1 with n watched; the lower end is Wilson's for n of n, n being the 24 employers."""
    part = table_of(busy(6, 2).facts(), 11)
    first = next(row for row in part["rows"] if row["role"] == "ai_pm")["open"][0]
    assert first["still_open"] == 1 and first["hi"] == 1
    assert first["lo"] == pytest.approx(24 / (24 + 1.959964**2))


def test_ai_pm_stays_open_longer_where_it_does() -> None:
    """Half of the boards keep AIGC PM postings for three weeks and half for six, all keep AI PM ones six."""
    market = Market()
    for board in range(30):
        for week in range(13):
            life = 3 if board % 2 else 6
            listed = [f"a{board}-{w}" for w in range(max(1, week - 5), week + 1)]
            listed += [f"g{board}-{w}" for w in range(max(1, week - life + 1), week + 1)]
            for native in listed:
                market.post(native, "ai_pm" if native[0] == "a" else "aigc_pm")
            market.look(f"b{board}", week, listed)
    found = table_of(market.facts(), 12)["contrast"]
    assert found["difference"]["d"] == pytest.approx(-0.5, abs=0.02)  # after 30 days half of AIGC PM is gone
    assert found["direction"] == "higher_in_ai"
    assert found["difference"]["employers"] == 30


def test_equal_lives_are_no_difference_and_few_employers_no_test() -> None:
    assert (
        table_of(busy(4, 4).facts(), 11)["contrast"]["direction"] == "insufficient"
    )  # none left after 30 days
    few = table_of(busy(6, 6, boards=10).facts(), 11)["contrast"]
    assert (few["direction"], few["difference"]["reason"]) == ("insufficient", "few_employers")
    short = table_of(busy(6, 6, weeks=4).facts(), 3)["contrast"]
    assert short["difference"]["reason"] == "short_watch"
    first = table_of(busy(6, 6, weeks=1).facts(), 0)["contrast"]
    assert first["difference"]["reason"] == "no_stays"


def test_a_source_whose_adverts_expire_at_thirty_days_is_named() -> None:
    """Twelve boards: postings end after 1 to 12 weeks alike, but most at their 30th day."""
    market = Market()
    lives = [1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 5, 6, 7]
    for board in range(12):
        market.board(f"b{board}", "expiring")
        for week in range(13):
            listed = []
            for opened in range(1, 13):
                for copy in range(2):
                    if opened <= week < opened + lives[(board + opened * 5 + copy * 7) % len(lives)]:
                        listed.append(f"p{board}-{opened}-{copy}")
            market.look(f"b{board}", week, listed)
    cliffs = table_of(market.facts(), 12)["cliffs"]
    assert [(c["source"], c["days"]) for c in cliffs] == [("expiring", 30)]
    assert cliffs[0]["closed"] > 2 * cliffs[0]["expected"]


# ------------------------------------------------------------------ the section


def test_the_section_says_the_same_in_both_languages_and_names_n() -> None:
    report = report_of_kind("regular")
    part = report["lifetimes"]
    row = next(row for row in part["rows"] if row["role"] == "ai_pm")
    row.update(stays=120, closed=45, days_median=41.0, days_median_lo=33.0, days_median_hi=None, print="full")
    row.update(days_p25=20.0, days_p75=None)
    part["cliffs"] = [{"source": "feed", "days": 30, "closed": 25, "expected": 9.5, "employers": 8}]
    english, chinese = (rendered(report, lang) for lang in LANGS)
    assert (
        "AI PM (n = 120, 45 closed)" in english and "41 [33, ∞]" in english and "20 – not reached" in english
    )
    assert "AI 产品经理（n = 120，下线 45）" in chinese and "20 – 尚未达到" in chinese
    assert "expire" in english and "到期自动下架" in chinese
    assert sorted(numbers(english)) == sorted(numbers(chinese))


def test_a_first_week_says_that_nothing_was_watched() -> None:
    assert "no posting could be watched" in rendered(report_of_kind("first"), "en")
    assert "没有岗位能从一次完整读取追踪到下一次" in rendered(report_of_kind("first"), "zh")


def test_t1_has_the_median_of_t10() -> None:
    report = report_of_kind("regular")
    for first, row in zip(report["headline"]["rows"], report["lifetimes"]["rows"], strict=True):
        assert first["days_open"]["median"] == row["days_median"]
        assert (first["days_open"]["n"], first["days_open"]["closed"]) == (row["stays"], row["closed"])
