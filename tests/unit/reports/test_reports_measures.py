"""Stock, flow, closures and populations: a market counted by hand, the shared fixture, and the identity."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from facts_builder import Market, markets, monday, trend_market
from hypothesis import given, settings

from reports.document.terms import ROLES
from reports.measures.breaks import lost_to_breaks
from reports.measures.health import run_health
from reports.measures.level import count_events, fit_level, flows, movement
from reports.measures.panel import KINDS, ROLE_CODES, Panel, build_panel
from reports.measures.population import flow_population, window_population
from reports.measures.quality import pending, preliminary
from reports.measures.requirements import standardised_share
from reports.measures.years import floor_of, floors_of
from storage.records import Break


def panel_of(market: Market, week: int) -> Panel:
    return build_panel(market.facts(), monday(week))


def native_ids(panel: Panel, rows: Any) -> list[str]:
    return sorted(panel.postings[i].url.rsplit("/", 1)[1] for i in rows)


@pytest.fixture
def by_hand() -> Market:
    """Two boards, five weeks.

    X: W0 {a b}  W1 {a b c}  W2 {a c d}  W3 {a c d}  W4 {c d e}
    Y: W0 {p q}  W1 {p q r}  W2 failed   W3 {p r s}  W4 {p r s}
    b was missed in W2 and W3: closed, dated W2. q was missed in W3 and W4: closed between W1 and W3, since W2
    failed. s came between W1 and W3. a is missed in W4 only: pending.
    """
    market = Market()
    for native in "acd":
        market.post(native, "aigc_pm")
    for native in "bpqrs":
        market.post(native, "ai_pm")
    for week, ids in enumerate(["ab", "abc", "acd", "acd", "cde"]):
        market.look("X", week, ids)
    for week, ids in enumerate(["pq", "pqr", "", "prs", "prs"]):
        market.look("Y", week, ids, state="failed" if week == 2 else "complete")
    return market


def test_stock_flow_and_closures_by_hand(by_hand: Market) -> None:
    rows = movement(panel_of(by_hand, 4), flows(panel_of(by_hand, 4)), "ok", "")["rows"]
    whole = [r for r in rows if r["role"] == "all"]
    seen = {key: [r[key] for r in whole] for key in ("stock", "pairs", "births", "closures", "pending")}
    assert seen == {
        "stock": [4, 6, 3, 6, 6],
        "pairs": [0, 2, 1, 1, 2],
        "births": [None, 2, 1, 0, 1],  # c r, d, none, e
        "closures": [None, 0, 1, 0, 0],  # b
        "pending": [None, 0, 0, 0, 1],  # a
    }
    assert [r["births_gap"] for r in whole] == [0, 0, 0, 1, 0]  # s
    assert [r["closures_gap"] for r in whole] == [0, 0, 0, 1, 0]  # q
    aigc = [r["stock"] for r in rows if r["role"] == "aigc_pm"]
    assert aigc == [1, 2, 3, 3, 2]


def test_a_birth_across_a_missing_week_counts_only_in_a_window_that_holds_its_interval(
    by_hand: Market,
) -> None:
    panel = panel_of(by_hand, 4)
    last = panel.last
    assert native_ids(panel, flow_population(panel, last - 3, last).rows) == ["c", "d", "e", "r", "s"]
    assert native_ids(panel, flow_population(panel, last - 2, last).rows) == ["d", "e", "s"]
    assert native_ids(panel, flow_population(panel, last - 1, last).rows) == ["e"]  # s may be of week 2


def test_index_by_hand() -> None:
    """X 2, 3, 4 and Y 4, failed, 8: the index is 100, 150, 200 (see test_reports_statistics)."""
    market = Market()
    for week, size in enumerate((2, 3, 4)):
        market.look("X", week, [f"x{i}" for i in range(size)])
    for week, size in enumerate((4, 0, 8)):
        market.look("Y", week, [f"y{i}" for i in range(size)], state="complete" if size else "failed")
    level = fit_level(panel_of(market, 2), "all")
    assert [level.index(w) for w in (50, 51, 52)] == pytest.approx([100, 150, 200])
    assert [level.chained(w) for w in (50, 51, 52)] == pytest.approx([100, 150, 200])
    assert level.interval(52) == (None, None)  # two employers say nothing about uncertainty


def test_the_last_usable_look_of_a_week_is_its_stock() -> None:
    market = Market()
    market.look("X", 0, "abc", day=0.5)
    market.look("X", 0, "ab", day=4)
    market.look("X", 0, "abd", day=5, state="suspect")
    panel = panel_of(market, 0)
    assert panel.stock[0, panel.last].tolist() == [0, 0, 0, 2, 0]


def test_not_pm_is_in_no_class() -> None:
    market = Market()
    market.post("sales", "not_pm")
    market.look("X", 0, ["sales", "a"])
    market.look("X", 1, ["sales", "a", "b"])
    panel = panel_of(market, 1)
    people = window_population(panel)
    assert (native_ids(panel, people.rows), people.not_pm) == (["a", "b"], 1)
    assert sum(people.of("all")) == 2
    assert fit_level(panel, "all").counts[0, -2:].tolist() == [1, 2]


def test_one_vacancy_counts_once_in_pooled_numbers() -> None:
    market = Market()
    for native in ("beijing", "shanghai"):
        market.post(native, "aigc_pm", vacancy="same words")
    market.look("X", 0, ["beijing", "shanghai", "other"])
    panel = panel_of(market, 0)
    people = window_population(panel)
    assert native_ids(panel, people.rows) == ["beijing", "other"]
    assert len(people.adverts) == 3
    assert panel.stock[0, panel.last].sum() == 3


def test_window_holds_what_overlaps_four_weeks() -> None:
    market = Market()
    market.look("X", 0, "a")
    market.look("X", 1, "b")
    market.look("X", 4, "c", state="partial")
    panel = panel_of(market, 4)
    assert native_ids(panel, window_population(panel).rows) == ["b", "c"]


def test_a_repost_is_no_birth() -> None:
    market = Market()
    for week, ids in enumerate(["ab", "b", "b", "ab"]):
        market.look("X", week, ids)
    row = movement(panel_of(market, 3), flows(panel_of(market, 3)), "ok", "")["rows"][-len(ROLES)]
    assert (row["births"], row["reposts"], row["before"], row["after"]) == (0, 1, 1, 2)


def test_nothing_flows_across_an_epoch() -> None:
    """The scope narrows in week 2: three leave it, one enters; neither closures nor births."""
    market = Market()
    market.look("X", 0, "abcd")
    market.look("X", 1, "abcd")
    market.look("X", 2, "ae", epoch=2)
    market.look("X", 3, "aef", epoch=2)
    panel = panel_of(market, 3)
    rows = [r for r in movement(panel, flows(panel), "ok", "")["rows"] if r["role"] == "all"]
    assert [r["pairs"] for r in rows] == [0, 1, 0, 1]
    assert [r["births"] for r in rows] == [None, 0, None, 1]
    assert [r["closures"] for r in rows] == [None, 0, None, 0]
    level = fit_level(panel, "all")
    assert [level.segment(w) for w in range(49, 53)] == [1, 1, 2, 2]
    assert lost_to_breaks(panel, (49, 50), (51, 52)) == 1.0
    assert lost_to_breaks(panel, (51, 51), (52, 52)) == 0.0


def test_loss_to_a_break_counts_the_larger_side() -> None:
    """X fell from 6 to 1 by its scope, Y stayed at 2: 6/8 of the earlier, 1/3 of the later stock."""
    market = Market()
    market.look("X", 0, "abcdef")
    market.look("X", 1, "a", epoch=2)
    for week in (0, 1):
        market.look("Y", week, "pq")
    assert lost_to_breaks(panel_of(market, 1), (51, 51), (52, 52)) == 6 / 8


def test_a_series_that_both_spans_observed_loses_nothing_to_its_beginning() -> None:
    """X changed its scope within the earlier span, whose last look is of the series that goes on."""
    market = Market()
    market.look("X", 0, "abc")
    for week in (1, 2, 3):
        market.look("X", week, "ab", epoch=2)
    market.breaks.append(Break("ashby", "X", monday(1), "scope", ""))
    panel = panel_of(market, 3)
    assert panel.broken[0, -3]
    assert lost_to_breaks(panel, (49, 50), (51, 52)) == 0.0
    assert lost_to_breaks(panel, (49, 49), (51, 52)) == 1.0


def test_a_break_of_the_taxonomy_concerns_every_series() -> None:
    market = Market()
    for week in range(3):
        market.look("X", week, "ab")
    market.breaks.append(Break("*", None, monday(1), "taxonomy", "2026.12.0"))
    panel = panel_of(market, 2)
    assert panel.paired[0, -3:].tolist() == [False, False, True]
    assert lost_to_breaks(panel, (50, 50), (52, 52)) == 1.0


def test_a_break_names_a_board_by_its_key() -> None:
    market = Market()
    market.board("acme", "lever")
    market.look("acme", 0, "a")
    market.look("beta", 0, "b")
    market.breaks.append(Break("lever", "acme", monday(0), "scope", ""))
    panel = panel_of(market, 0)
    assert panel.broken[:, -1].tolist() == [True, False]


# ------------------------------------------------------------------ the identity, and lost runs


@given(markets())
@settings(max_examples=150)
def test_stock_changes_by_what_came_and_went(market: Market) -> None:
    if not market.looks:
        return
    panel = panel_of(market, 7)
    for row in movement(panel, flows(panel), "ok", "")["rows"]:
        if row["pairs"]:
            parts = [row[k] or 0 for k in ("births", "reposts", "entered", "closures", "pending", "left")]
            came, went = sum(parts[:3]), sum(parts[3:])
            assert row["before"] is not None and row["after"] is not None
            assert row["after"] - row["before"] == came - went, row


@given(markets())
@settings(max_examples=60)
def test_classes_add_up(market: Market) -> None:
    if not market.looks:
        return
    panel = panel_of(market, 7)
    rows = movement(panel, flows(panel), "ok", "")["rows"]
    for start in range(0, len(rows), len(ROLES)):
        whole, *parts = rows[start : start + len(ROLES)]
        for key in ("stock", "births", "reposts", "closures", "pending", "births_gap"):
            values = [p[key] for p in parts]  # type: ignore[literal-required]
            assert whole[key] == (None if None in values else sum(values))  # type: ignore[literal-required]


@pytest.mark.parametrize("lost_week", [3, 5, 8])
def test_losing_one_run_moves_no_index_and_raises_no_closures(lost_week: int) -> None:
    """Five boards of steady size with churn; one run of one board fails."""

    def market(failed: int | None) -> Market:
        found = Market()
        for board in range(5):
            for week in range(12):
                ids = [f"b{board}-{i}" for i in range(week, week + 4 + board)]
                ok = not (board == 2 and week == failed)
                found.look(f"b{board}", week, ids if ok else (), state="complete" if ok else "failed")
        return found

    whole, holed = panel_of(market(None), 11), panel_of(market(lost_week), 11)
    first, second = fit_level(whole, "all"), fit_level(holed, "all")
    for week in range(41, 53):
        assert first.index(week) == pytest.approx(100)
        assert second.index(week) == pytest.approx(100)
    assert flows(holed).closures.sum() < flows(whole).closures.sum()


# ------------------------------------------------------------------ experience, shares, health


@pytest.mark.parametrize(
    ("says", "total", "ai"),
    [
        ({}, None, None),
        ({"years": 3.0}, 3.0, None),
        ({"years": 0.0}, 0.0, None),
        ({"years_max": 2.0}, 0.0, None),  # at most two years: open to none
        ({"years": 3.0, "years_required": False}, None, None),
        ({"years": 5.0, "ai_years": 2.0}, 5.0, 2.0),
        ({"ai_years": 2.0, "ai_years_required": False}, None, None),
    ],
)
def test_floor(says: dict[str, Any], total: float | None, ai: float | None) -> None:
    market = Market()
    market.post("a", "ai_pm", **says)
    market.look("X", 0, "a")
    (posting,) = market.facts().postings.values()
    assert (floor_of(posting, "total"), floor_of(posting, "ai")) == (total, ai)
    panel = build_panel(market.facts(), monday(0))
    for measure, floor in (("total", total), ("ai", ai)):
        (found,) = floors_of(panel, np.array([0]), measure)  # type: ignore[arg-type]
        assert found == floor or (np.isnan(found) and floor is None)


def test_standardised_share_leaves_out_small_sources() -> None:
    hits, sizes = np.array([5, 4, 9]), np.array([10, 20, 9])
    assert standardised_share(hits, sizes, np.array([0.3, 0.1, 0.6])) == pytest.approx(
        (0.3 * 0.5 + 0.1 * 0.2) / 0.4
    )
    assert standardised_share(hits[2:], sizes[2:], np.array([1.0])) is None


def test_one_look_that_counts_makes_the_week_of_its_board() -> None:
    """Complete, or suspect and confirmed by the next; what else the week brought does not matter."""
    market = Market()
    market.look("A", 0, "ab", day=1)
    market.look("A", 0, "a", day=3, state="suspect")
    market.look("B", 0, "cdef", day=3, state="suspect", accepted=True)
    market.look("C", 0, "", day=1, state="failed")
    market.look("C", 0, "gh", day=2)
    market.look("C", 0, "", day=3, state="refused")
    health = run_health(market.facts(), monday(0))
    assert health["totals"]["complete"] == health["boards"] == 3
    assert sum(health["totals"].values()) == 3
    assert health["problems"] == []
    (source,) = health["sources"]
    assert source["strip"][-1] == {
        "week": "2026-W36", "boards": 3, "complete": 3, "suspect": 0, "mark": "complete",
    }  # fmt: skip
    assert source["listed"] == 2 + 4 + 2
    assert source["last_complete"] == "2026-09-03T00:00:00Z"


def test_health_takes_the_latest_fetch_of_a_board_of_which_none_counts() -> None:
    market = Market()
    market.look("X", -1, "ab", day=1)
    market.look("X", 0, "ab", day=1, state="failed")
    market.look("X", 0, "", day=3, state="refused")
    market.look("Y", 0, "c")
    market.look("Z", -1, "d")
    market.board("T", "tencent")
    market.look("T", 0, "e", state="suspect")
    health = run_health(market.facts(), monday(0))
    assert health["boards"] == 4
    assert health["totals"] == {
        "complete": 1,
        "partial": 0,
        "refused": 1,
        "missing": 0,
        "failed": 0,
        "suspect": 1,
        "not_fetched": 1,
    }
    assert [(p["board"], p["state"]) for p in health["problems"]] == [
        ("ashby:X", "refused"),
        ("tencent:T", "suspect"),
    ]
    assert health["problems"][0]["last_complete"] == "2026-08-25T00:00:00Z"
    assert [[c["mark"] for c in s["strip"]][-2:] for s in health["sources"]] == [
        ["complete", "mixed"],
        ["absent", "suspect"],
    ]


@pytest.mark.parametrize(
    ("looks", "want"), [("ab a", True), ("ab a | a", False), ("ab ab | ab", False), ("ab", True)]
)
def test_preliminary_until_the_misses_of_the_week_are_settled(looks: str, want: bool) -> None:
    market = Market()
    inside, _, after = looks.partition("|")
    weeks = inside.split()
    for back, ids in enumerate(reversed(weeks)):
        market.look("X", 5 - back, ids)
    for ids in after.split():
        market.look("X", 6, ids)
    facts = market.facts()
    assert preliminary(build_panel(facts, monday(5)), facts) is want


# ------------------------------------------------------------------ the shared trend fixture


@pytest.fixture
def trend(shared_data: Path) -> tuple[Panel, Any]:
    folder = shared_data / "trend_fixture"
    panel = build_panel(trend_market(folder).facts(), monday(12))
    return panel, json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def test_fixture_stock(trend: tuple[Panel, Any]) -> None:
    panel, expected = trend
    counts = fit_level(panel, "all").counts[:, -3:]
    want = [[np.nan if v is None else v for v in expected["stock_matrix"][s]] for s in "ABC"]
    np.testing.assert_equal(counts, np.array(want))


def test_fixture_flow(trend: tuple[Panel, Any]) -> None:
    panel, expected = trend
    new = panel.kind == KINDS["new"]
    for week, ids in zip((51, 52), expected["flow_ids"].values(), strict=True):
        born = new & panel.births.weekly() & (panel.births.week == week)
        assert native_ids(panel, panel.posting[born]) == ids
    across = new & ~panel.births.weekly() & (panel.births.before >= 0)
    assert native_ids(panel, panel.posting[across]) == expected["flow_interval_ids"]
    assert native_ids(panel, flow_population(panel, 49, 52).rows) == ["a5", "a6", "a7", "b6", "c7"]


def test_fixture_floors(trend: tuple[Panel, Any]) -> None:
    panel, expected = trend
    listed = panel.posting[panel.listed(panel.last)]
    for role, name in (("ai_pm", "AI"), ("aigc_pm", "AIGC")):
        rows = listed[panel.role[listed] == ROLE_CODES[role]]
        floors = floors_of(panel, rows, "total")
        assert sorted(floors[~np.isnan(floors)]) == expected[f"exp_floor_{name}"]["floors"]


def test_events_are_counted_where_they_happened(by_hand: Market) -> None:
    panel = panel_of(by_hand, 4)
    born = panel.births.weekly() & (panel.kind == KINDS["new"])
    counted = count_events(panel, panel.births.week, born)
    assert counted.sum() == born.sum() == 4
    assert counted[0, -3:].sum(axis=1).tolist() == [1, 0, 1]
    assert pending(panel) == 1
