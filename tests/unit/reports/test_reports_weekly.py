"""The whole value of a report: its shape, its bytes, its kinds of week, and that no verb crosses a break."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from facts_builder import TAXONOMY, Market, assert_shape, markets, monday, trend_market
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.building.weekly import build_weekly, rounded, to_json
from reports.document.terms import ROLES, RoleId
from reports.document.weekly import Finding, WeeklyReport
from storage.records import Break, Facts, RoleClass

CHANGING = ("rose", "fell")
WEEK = 15


def growing_market(
    boards: int = 30,
    *,
    growth: float = 1.0,
    suspect: int | None = None,
    scope: tuple[int, float] | None = None,
) -> Market:
    """Boards of one employer each over 16 weeks, with two AI PM, one other PM, and some AIGC PM postings.

    AIGC PM multiplies by `growth` from week 7 on; what is new in weeks 8-11 and 12-15 is alike. `suspect` is
    a week that nobody may use; `scope` a week from which a fraction of the boards lists five times as much.
    """
    market = Market()
    for b in range(boards):
        name = f"b{b:02d}"
        market.board(name, "ashby" if b % 2 else "greenhouse")
        epoch = 1
        for week in range(WEEK + 1):
            wide = scope is not None and week >= scope[0] and b < scope[1] * boards
            epoch = 2 if wide else 1
            size = round((3 + b % 3) * (growth if week >= 7 else 1.0) * (5 if wide else 1))
            ids = [
                market.post(f"{name}-llm{i + week // 2}", "aigc_pm", tags=["llm"], years=2.0)
                for i in range(size)
            ]
            for i in range(2):
                ml = {"tags": ["machine_learning"], "years": 5.0, "ai_years": 3.0}
                ids.append(market.post(f"{name}-ml{i}", "ai_pm", **ml))
            ids += [market.post(f"{name}-pm{week // 4}", "other_pm", tags=["sql"])]
            ok = week != suspect
            market.look(
                name, week, ids if ok else ids[:1], state="complete" if ok else "suspect", epoch=epoch
            )
    if scope is not None:
        for b in range(round(scope[1] * boards)):
            note = "another query"
            source = market.sources[f"b{b:02d}"]
            market.breaks.append(Break(source, f"b{b:02d}", monday(scope[0]), "scope", note))
    return market


def report_of(market: Market, week: int = WEEK) -> WeeklyReport:
    report = build_weekly(market.facts(), monday(week), command="pmtrend report")
    assert_shape(json.loads(to_json(report)), WeeklyReport)
    return report


def row_of(report: WeeklyReport, role: RoleId) -> Any:
    return next(r for r in report["headline"]["rows"] if r["role"] == role)


def verdicts(report: WeeklyReport) -> set[str]:
    found = {r["change_13w"]["verdict"] for r in report["headline"]["rows"]}
    found |= {r["verdict"] for r in report["class_mix"]["rows"]}
    return found | {f["verdict"] for f in report["findings"]}


def by_id(report: WeeklyReport) -> dict[str, Finding]:
    return {f["id"]: f for f in report["findings"]}


# ------------------------------------------------------------------ rising, falling, and not


@pytest.mark.parametrize(("growth", "verdict"), [(2.0, "rose"), (0.4, "fell")])
def test_what_every_employer_does_is_a_trend(growth: float, verdict: str) -> None:
    report = report_of(growing_market(growth=growth))
    change = row_of(report, "aigc_pm")["change_13w"]
    assert change["verdict"] == verdict
    assert change["value"] == pytest.approx(growth - 1, abs=0.15)
    assert row_of(report, "ai_pm")["change_13w"]["verdict"] == "no_clear_change"
    assert by_id(report)["level_change"]["verdict"] == verdict
    assert report["breaks"] == []


def test_a_steady_market_has_no_trend() -> None:
    report = report_of(growing_market())
    assert report["kind"] == "regular"
    assert not verdicts(report) & set(CHANGING)
    assert 3 <= len(report["findings"]) <= 6


def test_a_suspect_week_is_missing_not_a_collapse() -> None:
    """In week 15 every board shows one of its postings only."""
    report = report_of(growing_market(suspect=WEEK))
    assert report["kind"] == "partial"
    assert not verdicts(report) & set(CHANGING)
    assert row_of(report, "all")["stock"] is None
    assert len(report["quality"]["suspects"]) == 30
    assert len(report["quality"]["missing_units"]) == 30
    assert report["skills"]["status"] == "ok"


def test_the_week_after_a_suspect_one_is_bridged() -> None:
    report = report_of(growing_market(suspect=WEEK - 1))
    assert report["kind"] == "regular"
    assert not verdicts(report) & set(CHANGING)
    assert row_of(report, "aigc_pm")["index"] == pytest.approx(100, abs=1)
    assert row_of(report, "all")["closures"] is None  # no week pair


@pytest.mark.parametrize("since", [12, 14, 15])
def test_no_verb_crosses_a_break_of_everything(since: int) -> None:
    report = report_of(growing_market(scope=(since, 1.0)))
    assert not verdicts(report) & set(CHANGING)
    assert row_of(report, "all")["change_13w"]["verdict"] == "not_comparable"
    assert by_id(report)["not_comparable_break"]["extra"] == {"breaks": 30}
    assert "level_change" not in by_id(report)
    assert len(report["breaks"]) == 30
    assert report["breaks"][0] == {
        "source": "ashby",
        "unit": "b01",
        "from": f"2026-W{36 + since}",
        "reason": "scope",
        "note": "another query",
    }


def test_a_break_of_a_few_boards_leaves_the_others_comparable() -> None:
    report = report_of(growing_market(growth=2.0, scope=(12, 0.1)))
    change = row_of(report, "aigc_pm")["change_13w"]
    assert (change["verdict"], change["reason"]) == ("rose", "")
    assert change["value"] == pytest.approx(1.0, abs=0.15)  # not the fivefold of the broken ones
    assert 0 < change["lost"] < 0.5


def test_after_a_break_the_series_speaks_again_from_there_on() -> None:
    """The break lies 9 weeks back: compared is the week of the break, not the one 13 weeks ago."""
    change = row_of(report_of(growing_market(scope=(6, 1.0))), "all")["change_13w"]
    assert change["compared"] == {"first": "2026-W42", "last": "2026-W42"}
    assert change["verdict"] != "not_comparable"


# ------------------------------------------------------------------ kinds of weeks


def test_first_week_is_a_baseline() -> None:
    report = report_of(growing_market(), week=0)
    assert report["kind"] == "first"
    for table in (report["headline"], report["level_index"], report["movement"], report["class_mix"]):
        assert (table["status"], table["reason"]) == ("baseline", "first_week")
    assert row_of(report, "all")["stock"] == 30 * 3 + 10 * (3 + 4 + 5)
    assert row_of(report, "all")["births"] is None and row_of(report, "all")["births_4w"] is None
    assert verdicts(report) <= {"level", "insufficient"}
    assert [f["id"] for f in report["findings"]][:2] == ["listed", "class_share"]


def test_all_boards_failed() -> None:
    market = Market()
    market.look("X", 0, "ab")
    market.look("X", 5, state="failed")
    report = report_of(market, week=5)
    assert report["kind"] == "all_failed"
    assert [(f["id"], f["value"]) for f in report["findings"]] == [("all_failed", 1)]
    assert report["skills"]["status"] == "insufficient" and report["skills"]["rows"] == []
    assert report["run_health"]["totals"]["failed"] == 1


@pytest.mark.parametrize("market", [Market(), growing_market(boards=2)])
def test_empty_week(market: Market) -> None:
    report = report_of(market, week=-30)
    assert report["kind"] == "empty"
    assert [f["id"] for f in report["findings"]] == ["empty"]


def test_a_list_that_was_not_whole_has_composition_only() -> None:
    market = Market()
    market.look("X", 0, [market.post(f"p{i}", "aigc_pm", tags=["llm"]) for i in range(40)], state="partial")
    report = report_of(market, week=0)
    assert report["kind"] == "partial"
    assert by_id(report)["listed"]["value"] == 40
    assert report["skills"]["rows"][0]["y"] == 40
    assert row_of(report, "all")["stock"] is None


# ------------------------------------------------------------------ AI PM and AIGC PM


def test_the_contrast_names_what_differs() -> None:
    report = report_of(growing_market())
    rows = {r["tag"]: r for r in report["contrast"]["rows"]}
    assert [r["tag"] for r in report["contrast"]["rows"]] == ["llm", "machine_learning"]
    assert rows["llm"]["direction"] == "higher_in_aigc" and rows["llm"]["difference"]["d"] == 1
    assert rows["machine_learning"]["direction"] == "higher_in_ai"
    assert rows["llm"]["odds_ratio"] is not None and rows["llm"]["odds_ratio"] > 100
    asks = report["experience"]["contrast"][0]
    assert (asks["id"], asks["direction"], asks["difference"]["d"]) == ("asks_ai_years", "higher_in_ai", -1)
    assert [f["tag"] for f in report["findings"] if f["id"] == "skill_contrast"] == [
        "llm",
        "machine_learning",
    ]


def test_few_postings_give_counts_and_no_odds() -> None:
    market = Market()
    ids = [market.post(f"a{i}", "ai_pm", tags=["machine_learning"]) for i in range(3)]
    ids += [market.post(f"g{i}", "aigc_pm", tags=["llm"]) for i in range(12)]
    market.look("X", 0, ids)
    report = report_of(market, week=0)
    llm = next(r for r in report["contrast"]["rows"] if r["tag"] == "llm")
    assert (llm["ai"]["print"], llm["aigc"]["print"]) == ("counts", "small_n")
    assert llm["odds_ratio"] is None
    assert (llm["direction"], llm["difference"]["reason"]) == ("insufficient", "few_employers")


def test_forty_copies_of_one_employer() -> None:
    """One employer posts 40 more that ask for SQL: the share moves, the share of employers does not."""

    def sql(copies: int) -> Any:
        market = growing_market()
        market.look(
            "b00",
            WEEK,
            [market.post(f"copy{i}", tags=["sql"]) for i in range(copies)],
            day=3,
            state="partial",
        )
        return next(
            r for r in report_of(market)["skills"]["rows"] if r["tag"] == "sql" and r["role"] == "all"
        )

    plain, copied = sql(0), sql(40)
    assert copied["share"] > plain["share"] + 0.05
    assert copied["employer_share"] == plain["employer_share"]
    assert copied["hi"] - copied["lo"] > plain["hi"] - plain["lo"]


def test_a_tag_without_a_name_is_called_by_its_id() -> None:
    market = Market()
    market.look("X", 0, [market.post("a", tags=["quantum_prompting"])])
    row = report_of(market, week=0)["skills"]["rows"][0]
    assert (row["tag"], row["en"], row["zh"], row["era"]) == ("quantum_prompting",) * 3 + ("none",)


@given(markets(), st.integers(0, 8), st.integers(0, 3))
@settings(max_examples=60)
def test_any_market_gives_a_whole_report(market: Market, week: int, breaks: int) -> None:
    for i in range(breaks):
        reason: Any = ("scope", "coverage", "taxonomy")[i]
        market.breaks.append(
            Break("*" if i == 2 else "ashby", "X" if i == 0 else None, monday(2 * i), reason, "")
        )
    report = report_of(market, week)
    assert 1 <= len(report["findings"]) <= 6
    assert not verdicts(report) & set(CHANGING)  # three employers are too few for any verb


# ------------------------------------------------------------------ bytes


def shuffled(facts: Facts, seed: int) -> Facts:
    rng = random.Random(seed)

    def mix(rows: Any) -> Any:
        return tuple(rng.sample(list(rows), len(rows)))

    return replace(
        facts,
        units=dict(mix(facts.units.items())),
        cells=mix(facts.cells),
        spells=mix(facts.spells),
        postings=dict(mix(facts.postings.items())),
        fetches=mix(facts.fetches),
        breaks=mix(facts.breaks),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_the_facts_does_not_change_a_byte(seed: int) -> None:
    facts = growing_market(boards=12, scope=(13, 0.3)).facts()
    assert to_json(build_weekly(shuffled(facts, seed), monday(WEEK))) == to_json(
        build_weekly(facts, monday(WEEK))
    )


def test_numbers_are_rounded_once_and_finite() -> None:
    assert rounded({"a": [1.23456789, -0.0, 123456789.0, 3, None, "x"]}) == {
        "a": [1.23457, 0.0, 123457000.0, 3, None, "x"]
    }
    assert str(rounded(-0.0)) == "0.0"
    with pytest.raises(ValueError, match="finite"):
        rounded(float("nan"))
    report = report_of(growing_market(boards=3))
    assert rounded(report) == report


def test_provenance_and_notices() -> None:
    market = growing_market(boards=2)
    market.notices = ("invented", "invented")
    report = report_of(market)
    assert report["notices"] == ["invented"]
    assert report["provenance"]["taxonomy_sha256"] == TAXONOMY.sha256
    assert report["provenance"]["command"] == "pmtrend report"
    assert report["provenance"]["seed"] == 20261123
    assert (report["week"], report["week_first_day"], report["week_last_day"]) == (
        "2026-W51",
        "2026-12-14",
        "2026-12-20",
    )
    without = build_weekly(replace(market.facts(), taxonomy=None, data_cut=None), monday(WEEK))
    assert (without["provenance"]["taxonomy"], without["provenance"]["data_cut"]) == (None, None)


def test_later_observations_do_not_change_the_level_of_a_week() -> None:
    market = growing_market(growth=2.0)
    whole = report_of(market, week=9)
    market.looks = [look for look in market.looks if look.when < growing_limit(market, 9)]
    early = report_of(market, week=9)
    assert whole["level_index"] == early["level_index"]
    assert (whole["preliminary"], early["preliminary"]) == (False, True)


def growing_limit(market: Market, week: int) -> Any:
    return min(look.when for look in market.looks if look.when.date() >= monday(week + 1))


# ------------------------------------------------------------------ the shared trend fixture


def test_fixture_report(shared_data: Path) -> None:
    folder = shared_data / "trend_fixture"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    report = report_of(trend_market(folder), week=12)
    points = report["level_index"]["series"][0]["points"]
    assert [p["index"] for p in points] == pytest.approx(expected["tpd_index"], abs=1e-3)
    assert [p["chain"] for p in points] == pytest.approx(expected["chain_index"], abs=1e-3)
    assert [p["stock"] for p in points] == expected["stock_raw"]
    links = report["quality"]["totals"][-2:]
    assert [(t["matched_after"], t["matched_before"]) for t in links] == [(5, 4), (12, 11)]
    names: dict[str, RoleClass] = {"AI": "ai_pm", "AIGC": "aigc_pm", "PM": "other_pm"}
    for name, n in expected["stock_by_role_W48"].items():
        row = row_of(report, names[name])  # type: ignore[arg-type]
        assert row["stock"] == n
        if name != "PM":
            assert row["median_floor"] == expected[f"exp_floor_{name}"]["median"]
    share = row_of(report, "aigc_pm")["share_of_all"]
    assert (share["y"], share["n"]) == (8, 16)
    assert row_of(report, "all")["births"] == 2 and row_of(report, "all")["births_4w"] == 5
    for row in report["contrast"]["rows"]:
        if row["tag"] in expected["contrast_window"]:
            want = expected["contrast_window"][row["tag"]]
            assert [row["aigc"]["y"], row["aigc"]["n"]] == want["AIGC"]
            assert [row["ai"]["y"], row["ai"]["n"]] == want["AI"]
            assert row["odds_ratio"] is None  # 8 against 7: the fixture shows why


def test_fixture_openness(shared_data: Path) -> None:
    """Open(y) of the stock of W48: a report whose window is that week alone."""
    folder = shared_data / "trend_fixture"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    market = trend_market(folder)
    market.looks = [look for look in market.looks if look.when.date() >= monday(12)]
    rows = {(r["measure"], r["role"]): r for r in report_of(market, week=12)["experience"]["rows"]}
    for role, name in (("ai_pm", "AI"), ("aigc_pm", "AIGC")):
        want = expected[f"exp_floor_{name}"]
        row = rows["total", role]
        assert (row["stated"]["y"], row["median"]) == (want["n_stated"], want["median"])
        assert {str(o["years"]): f"{o['y']}/{o['n']}" for o in row["open"]} == want["open_to_le"]


def test_whom_a_range_of_years_is_meant_for() -> None:
    """Ranges 0-3, 3-5, 5 and more, and 3 alone, which has no upper end either; a wish is in none."""
    market = Market()
    ranges = [(0.0, 3.0), (3.0, 5.0), (5.0, None), (3.0, 3.0)]
    ids = [market.post(f"p{i}", "ai_pm", years=low, years_max=high) for i, (low, high) in enumerate(ranges)]
    ids.append(market.post("wish", "ai_pm", years=1.0, years_required=False))
    market.look("A", 0, ids)
    rows = {
        row["measure"]: row for row in report_of(market, 0)["experience"]["rows"] if row["role"] == "ai_pm"
    }
    aimed = {at["years"]: at["aimed_y"] for at in rows["total"]["curve"]}
    assert [aimed[years] for years in (0, 2, 3, 4, 5, 10)] == [1, 1, 2, 2, 2, 2]
    assert rows["total"]["open"][-1]["aimed"] == 2 / 4
    assert {at["aimed_y"] for at in rows["ai"]["curve"]} == {None}


def test_every_class_is_in_every_table() -> None:
    report = report_of(growing_market(boards=2))
    assert [r["role"] for r in report["headline"]["rows"]] == list(ROLES)
    assert [s["role"] for s in report["level_index"]["series"]] == list(ROLES)
    assert [b["role"] for b in report["skills"]["bases"]] == list(ROLES)
    assert [r["role"] for r in report["class_mix"]["rows"]] == list(ROLES[1:])
    total = sum(r["window"]["share"] for r in report["class_mix"]["rows"])
    assert np.isclose(total, 1)
