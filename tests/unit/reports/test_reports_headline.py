"""T1 by hand: what came, came back and went in the week and in four weeks, class by class."""

import pytest
from facts_builder import Market, monday

from reports.building.weekly import build_weekly
from reports.document.tables import HeadlineRow
from reports.document.terms import RoleId

# b is gone since week 4, g since week 6; a, gone since week 2, is back in 6. e came before the four weeks.
# Whether k is gone nobody knows yet.
LISTED = ["abck", "abck", "bck", "bcke", "ckef", "ckefg", "ckefa", "cefah"]


def row_of(role: RoleId, listed: list[str]) -> HeadlineRow:
    market = Market()
    for native in "af":
        market.post(native, "ai_pm")
    for week, ids in enumerate(listed):
        market.look("X", week, ids)
    rows = build_weekly(market.facts(), monday(len(listed) - 1))["headline"]["rows"]
    return next(row for row in rows if row["role"] == role)


@pytest.mark.parametrize(
    ("role", "stock", "week", "four_weeks", "rate"),
    [
        ("all", 5, (1, 0, 0), (3, 1, 2), 0.25),
        ("ai_pm", 2, (0, 0, 0), (1, 1, 0), 0.5),
        ("aigc_pm", 0, (0, 0, 0), (0, 0, 0), None),
    ],
)
def test_the_row_of_a_class(
    role: RoleId,
    stock: int,
    week: tuple[int, int, int],
    four_weeks: tuple[int, int, int],
    rate: float | None,
) -> None:
    row = row_of(role, LISTED)
    assert row["stock"] == stock
    assert (row["births"], row["reposts"], row["closures"]) == week
    assert (row["births_4w"], row["reposts_4w"], row["closures_4w"]) == four_weeks
    assert row["repost_rate_4w"] == rate


def test_what_was_looked_at_once_has_no_flows() -> None:
    row = row_of("all", LISTED[:1])
    assert (row["stock"], row["births"], row["births_4w"], row["repost_rate_4w"]) == (4, None, None, None)


def test_levels_count_postings_and_shares_count_each_vacancy_once() -> None:
    market = Market()
    ids = [market.post(f"p{n}", "ai_pm", vacancy="one") for n in range(3)] + [market.post("q", "aigc_pm")]
    market.look("X", 0, ids)
    rows = build_weekly(market.facts(), monday(0))["headline"]["rows"]
    ai = next(row for row in rows if row["role"] == "ai_pm")
    assert (ai["stock"], ai["vacancies"]) == (3, 1)
    for share in (ai["share_of_all"], ai["share_of_ai_type"]):
        assert share is not None and (share["y"], share["n"]) == (1, 2)
