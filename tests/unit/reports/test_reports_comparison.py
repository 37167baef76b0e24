"""AI PM against AIGC PM: claims and their verdicts, readings, groups, labels, fingerprint, by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from facts_builder import TAXONOMY, Market, monday, trend_market
from hypothesis import given
from hypothesis import strategies as st

from reports.building.views import View
from reports.building.weekly import build_weekly
from reports.document.comparison import HypothesisRow
from reports.document.terms import Change
from reports.document.weekly import WeeklyReport
from reports.measures.comparison import Comparison, compare, stands
from reports.measures.fingerprint import STAGES
from reports.measures.hypotheses import CLAIMS, verdict_of_claim
from reports.measures.panel import build_panel
from reports.measures.population import window_population
from reports.measures.requirements import tag_matrix

NAN = float("nan")


def report_of(market: Market, week: int = 0) -> WeeklyReport:
    return build_weekly(market.facts(), monday(week))


def pairs(
    boards: int, ai: Mapping[str, Any], aigc: Mapping[str, Any], both: Mapping[str, Any] | None = None
) -> Market:
    """Boards of one employer each, in two sources, with one AI PM and one AIGC PM posting."""
    market = Market()
    for board in range(boards):
        name = f"b{board:03d}"
        market.board(name, ("ashby", "lever")[board % 2])
        listed = [market.post(f"{name}-ai", "ai_pm", **ai), market.post(f"{name}-aigc", "aigc_pm", **aigc)]
        if both is not None:
            listed.append(market.post(f"{name}-both", "both", **both))
        market.look(name, 0, listed)
    return market


def claims(market: Market) -> dict[str, HypothesisRow]:
    return {row["claim"]: row for row in report_of(market)["hypotheses"]["rows"]}


def said(row: HypothesisRow) -> tuple[str, str]:
    return row["verdict"], row["reason"]


# ------------------------------------------------------------------ verdicts


def some(market: Market, role: str, every: int, **says: Any) -> Market:
    """Let every so many-th posting of a class say something more."""
    ids = sorted(native for native, told in market.says.items() if told["role"] == role)
    for native in ids[::every]:
        market.says[native] |= says
    return market


def test_that_nothing_differs_is_a_finding_only_where_it_would_have_been_seen() -> None:
    """Who asks for AI years: the same employers in both classes but for two, then others in each class."""

    def told(shift: int) -> tuple[str, list[str]]:
        market = pairs(60, {"years": 5.0, "tags": ["llm"]}, {"years": 5.0, "tags": ["llm"]})
        for board in range(30):
            for role, other in (("ai", 0), ("aigc", shift if shift > 2 or board < 2 else 0)):
                market.says[f"b{(board + other) % 60:03d}-{role}"] |= {"ai_years": 3.0}
        report = report_of(market)
        row = next(row for row in report["hypotheses"]["rows"] if row["claim"] == "asks_ai_years")
        return row["verdict"], [one["id"] for one in report["findings"]]

    verdict, findings = told(2)
    assert verdict == "no_clear_difference" and "ai_years" in findings
    verdict, findings = told(30)
    assert verdict == "insufficient" and "ai_years" not in findings


def test_titles_beside_whole_texts_pull_no_share_down() -> None:
    market = some(pairs(40, {"tags": ["sql"]}, {"tags": ["sql"]}), "ai_pm", 2, tags=[], has_text=False)
    report = report_of(market)
    row = next(row for row in report["contrast"]["rows"] if row["tag"] == "sql")
    assert (row["ai"]["share"], row["ai"]["n"], row["aigc"]["n"]) == (1.0, 20, 40)
    asked = {row["role"]: row for row in report["skills"]["rows"] if row["tag"] == "sql"}
    assert (asked["ai_pm"]["share"], asked["ai_pm"]["n"], asked["all"]["n"]) == (1.0, 20, 60)
    assert asked["ai_pm"]["spark"][-1] == 1.0
    bases = {base["role"]: (base["n"], base["adverts"]) for base in report["skills"]["bases"]}
    assert (bases["ai_pm"], bases["all"]) == ((20, 20), (60, 60))
    assert report["headline"]["rows"][0]["stock"] == 80
    # Where there are titles alone, they are what can be counted.
    titles = some(some(market, "ai_pm", 1, has_text=False), "aigc_pm", 1, has_text=False)
    row = next(row for row in report_of(titles)["contrast"]["rows"] if row["tag"] == "sql")
    assert (row["ai"]["share"], row["ai"]["n"]) == (0.5, 40)


def test_an_employer_without_texts_is_not_held_against_others() -> None:
    market = pairs(12, {"tags": ["sql"]}, {"tags": ["sql"]})
    for native in ("b000-ai", "b000-aigc"):
        market.says[native] |= {"tags": [], "has_text": False}
    of = {
        name: build_weekly(market.facts(), monday(0), view=View(company=name))["peers"]
        for name in ("b000", "b001")
    }
    assert (of["b000"]["rows"], of["b000"]["reason"]) == ([], "not_stated")
    assert [(row["share"], row["others"]["n"]) for row in of["b001"]["rows"]] == [(1.0, 20)]


def test_a_difference_of_shares_of_work_is_at_most_all_of_it() -> None:
    """Two mass posters that differ in opposite ways, and few others: next to nothing is known."""
    market = pairs(22, {"pipeline": 0.5}, {"pipeline": 0.5})
    for board, ai in (("b000", 1.0), ("b001", 0.0)):
        listed = [f"{board}-ai", f"{board}-aigc"]
        for number in range(60):
            listed.append(market.post(f"{board}-ai-{number}", "ai_pm", pipeline=ai))
            listed.append(market.post(f"{board}-aigc-{number}", "aigc_pm", pipeline=1 - ai))
        market.look(board, 0, listed)
    row = claims(market)["pipeline"]
    assert said(row) == ("insufficient", "wide_interval")
    assert (row["difference"]["lo"], row["difference"]["hi"]) == (-1, 1)


def test_a_claim_is_supported_or_contradicted_by_the_sign() -> None:
    for role, verdict in (("ai_pm", "supported"), ("aigc_pm", "contradicted")):
        market = some(pairs(60, {"tags": ["llm"]}, {"tags": ["llm"]}), role, 2, ai_years=3.0)
        row = claims(market)["asks_ai_years"]
        assert said(row) == (verdict, "")
        side, other = (row["ai"], row["aigc"]) if role == "ai_pm" else (row["aigc"], row["ai"])
        assert (side["y"], side["n"], side["level"], side["employers"]) == (30, 60, 0.5, 60)
        assert (other["y"], other["n"]) == (0, 60)
        assert row["difference"]["d"] == pytest.approx(-0.5 if role == "ai_pm" else 0.5)


@pytest.mark.parametrize(("boards", "want"), [
    (19, ("insufficient", "few_employers")),
    (29, ("insufficient", "few_postings")),
    (60, ("insufficient", "wide_interval")),
    (900, ("no_clear_difference", "")),
])  # fmt: skip
def test_equal_classes_need_many_postings_to_be_called_equal(boards: int, want: tuple[str, str]) -> None:
    market = pairs(boards, {"tags": ["llm"]}, {"tags": ["llm"]})
    for role in ("ai_pm", "aigc_pm"):
        some(market, role, 2, industries={"finance": "required"})
    assert said(claims(market)["industry"]) == want


def test_what_can_be_seen_of_half_and_half() -> None:
    """d of independent halves at n = 900 and 900: 2.80 * sqrt(2 * 0.25 / 900) = 6.6 points."""
    rng = np.random.default_rng(3)
    market = pairs(900, {}, {})
    for told in market.says.values():
        told["industries"] = {"finance": "required"} if rng.random() < 0.5 else {}
    assert claims(market)["industry"]["difference"]["mde"] == pytest.approx(0.066, abs=0.003)


def test_a_mean_is_tested_in_its_own_unit() -> None:
    market = pairs(80, {"tags": ["llm"]}, {"tags": ["llm"]})
    some(market, "ai_pm", 1, ai_years=2.0)
    some(market, "ai_pm", 2, ai_years=5.0)
    some(market, "aigc_pm", 1, ai_years=1.0)
    some(market, "aigc_pm", 2, ai_years=2.0)
    row = claims(market)["ai_years"]
    assert (row["ai"]["level"], row["aigc"]["level"], row["ai"]["y"]) == (3.5, 1.5, None)
    assert row["difference"]["d"] == pytest.approx(-2)
    assert said(row) == ("supported", "")


def test_years_of_a_text_that_is_cut_off_are_in_no_mean() -> None:
    """As in T7, which shows the same years."""
    market = pairs(40, {"ai_years": 2.0}, {"ai_years": 2.0})
    some(market, "ai_pm", 2, ai_years=8.0, has_text=False)
    row = claims(market)["ai_years"]
    assert (row["ai"]["n"], row["ai"]["level"], row["aigc"]["n"]) == (20, 2.0, 40)


def test_techniques_are_counted_whatever_their_kind() -> None:
    """machine_learning and llm are of G2; sql is not."""
    market = pairs(40, {"tags": ["llm", "machine_learning", "sql"]}, {"tags": ["llm"]})
    some(market, "aigc_pm", 4, tags=["llm", "machine_learning"])
    row = claims(market)["techniques"]
    assert (row["ai"]["level"], row["aigc"]["level"]) == (2, 1.25)


def test_who_asks_for_no_years_states_none_or_zero() -> None:
    market = pairs(40, {"years": 3.0}, {})
    some(market, "aigc_pm", 2, years=0.0)
    some(market, "ai_pm", 40, years=5.0, years_required=False)
    rows = claims(market)
    assert (rows["no_years"]["ai"]["y"], rows["no_years"]["aigc"]["y"]) == (1, 40)
    assert (rows["open_3"]["ai"]["n"], rows["open_3"]["aigc"]["n"]) == (39, 20)
    assert (rows["open_3"]["ai"]["y"], rows["open_3"]["aigc"]["y"]) == (39, 20)


def test_a_title_alone_says_nothing_and_another_role_is_in_no_class() -> None:
    market = pairs(30, {"tags": ["sql"], "has_text": False, "years": 2.0}, {"has_text": False})
    for board in range(30):
        market.says[f"b{board:03d}-aigc"]["role"] = "not_pm"
    report = report_of(market)
    part = report["hypotheses"]
    assert (part["n_ai"], part["n_aigc"], part["status"], part["reason"]) == (
        0,
        0,
        "insufficient",
        "no_postings",
    )
    rows = {row["claim"]: row for row in part["rows"]}
    assert rows["hands_on"]["ai"] == {"level": None, "y": 0, "n": 0, "employers": 0, "print": "counts"}
    assert rows["open_3"]["ai"]["n"] == 30  # a field of the board may state years without a text
    assert part["counts"]["insufficient"] == len(part["rows"]) == len(CLAIMS)
    assert "hypotheses" not in {finding["id"] for finding in report["findings"]}


def test_nobody_to_compare() -> None:
    for market in (Market(), pairs(0, {}, {})):
        market.look("X", 0, [market.post("a", "other_pm")])
        report = report_of(market)
        assert {row["verdict"] for row in report["hypotheses"]["rows"]} == {"insufficient"}
        assert report["labels"]["rows"][0]["inflated"]["n"] == 0
        assert report["fingerprint"]["rows"][0]["mean"] is None
        assert report["evidence"]["rows"] == []


@given(
    st.sampled_from(["ai", "aigc"]),
    st.floats(-1, 1),
    st.floats(0.001, 1),
    st.floats(0, 1),
    st.floats(0, 0.5),
    st.sampled_from([True, False, None]),
)
def test_the_verdict_follows_the_rule(
    expects: Any, d: float, half: float, q: float, mde: float, robust: bool | None
) -> None:
    change: Change = {
        "d": d, "lo": d - half, "hi": d + half, "p": q, "q": q, "mde": mde, "n0": 50, "n1": 50,
        "employers": 50, "strata": 1, "lost": 0.0, "reason": "",
    }  # fmt: skip
    row: Any = {"difference": change, "expects": expects, "relevant": 0.1, "robust": robust}
    verdict, reason = verdict_of_claim(row)
    decided = abs(d) > half and q < 0.1
    assert (verdict in ("supported", "contradicted")) == (decided and robust is not False)
    if verdict == "supported":
        assert (d > 0) == (expects == "aigc")
    if verdict == "contradicted":
        assert (d > 0) == (expects == "ai")
    assert (reason == "not_robust") == (decided and robust is False)
    assert (reason == "wide_interval") == (not decided and mde > 0.1)


# ------------------------------------------------------------------ readings


@pytest.mark.parametrize(("d", "readings", "want"), [
    (0.2, (0.1, 0.3, 0.2, NAN), True),
    (0.2, (0.1, 0.09, 0.2, 0.2), False),  # less than half
    (0.2, (-0.2, 0.2, 0.2, 0.2), False),
    (-0.2, (-0.1, -0.4), True),
    (0.2, (NAN, NAN), None),
    (NAN, (0.1, 0.1), None),
])  # fmt: skip
def test_a_difference_stands(d: float, readings: tuple[float, ...], want: bool | None) -> None:
    assert stands(d, readings) is want


def compared(market: Market, week: int = 0) -> tuple[Comparison, Any]:
    panel = build_panel(market.facts(), monday(week))
    people = window_population(panel)
    tags = tag_matrix(panel, TAXONOMY)
    named = [tag.id for tag in tags.tags]
    return compare(panel, people, tags), lambda tag: tags.asked[people.rows][:, named.index(tag)]


def test_readings_by_hand() -> None:
    """40 AI PM of which 20 ask for SQL, 40 AIGC PM of which none does, 40 of both kinds that all do.

    Half of the AI PM postings name no technique; those that ask for SQL all do. Those asking for 5 years are
    the ones with SQL.
    """
    market = pairs(40, {"years": 2.0}, {"tags": ["llm"], "years": 2.0}, {"tags": ["llm", "sql"]})
    some(market, "ai_pm", 2, tags=["machine_learning", "sql"], years=5.0)
    some(market, "aigc_pm", 4, years=5.0)
    both, asked = compared(market)
    sql = asked("sql")
    assert both.difference(sql).d == pytest.approx(-0.5)
    found = both.readings(sql)
    assert found["d_both_as_aigc"] == pytest.approx(0.5 - 0.5)  # 40 of 80 against 20 of 40
    assert found["d_both_as_ai"] == pytest.approx(0 - 60 / 80)
    assert found["d_named"] == pytest.approx(0 - 1)
    # On ashby boards all 20 AI PM ask for 5 years, and of the AIGC PM 10 for 2 and 10 for 5. On lever boards
    # all ask for 2 years and nobody for SQL: weights 20*10/30 and 20*20/40 in the two strata with both.
    assert found["d_by_years"] == pytest.approx(-(20 * 10 / 30) / (20 * 10 / 30 + 20 * 20 / 40))
    assert found["robust"] is False
    assert both.readings(sql, of_years=True)["d_by_years"] is None


def test_a_difference_that_hangs_on_the_unnamed_is_no_verdict() -> None:
    """AI PM asks for AI years only where it names no technique."""
    market = pairs(60, {"tags": ["machine_learning"]}, {"tags": ["llm"]})
    some(market, "ai_pm", 2, tags=[], ai_years=3.0)
    row = claims(market)["asks_ai_years"]
    assert row["d_named"] == 0
    assert said(row) == ("no_clear_difference", "not_robust")


def test_trend_fixture_contrast(shared_data: Path) -> None:
    both, asked = compared(trend_market(shared_data / "trend_fixture"), 12)
    assert (int(both.ai.sum()), int(both.aigc.sum())) == (7, 8)
    found = both.difference(asked("LLM"))
    assert found.d == pytest.approx(32 / 37)
    assert sorted(found.weights.values()) == pytest.approx([10 / 37, 12 / 37, 15 / 37])


# ------------------------------------------------------------------ groups, labels, fingerprint


def test_a_group_is_any_of_its_tags() -> None:
    report = report_of(pairs(25, {"tags": ["machine_learning", "sql"]}, {"tags": ["sql"]}))
    rows = {row["group"]: row for row in report["requirement_groups"]["rows"]}
    assert (rows["G2"]["ai"]["y"], rows["G2"]["aigc"]["y"], rows["G2"]["ai"]["n"]) == (25, 0, 25)
    assert rows["G2"]["direction"] == "higher_in_ai"
    assert rows["G1"]["ai"]["y"] == 0


def labelled(built: Market, native: str, of_title: str, of_text: str, **says: Any) -> str:
    return built.post(native, "other_pm", title_label=of_title, body_label=of_text, **says)


def test_labels_by_hand() -> None:
    market = Market()
    market.look("A", 0, [
        labelled(market, "a1", "ai_pm", "other_pm", title="AI PM"),
        labelled(market, "a2", "aigc_pm", "aigc_pm"),
        labelled(market, "a3", "other_pm", "both"),
        labelled(market, "a4", "other_pm", "other_pm"),
        labelled(market, "a5", "ai_pm", "other_pm", has_text=False),
        market.post("a6", "other_pm"),  # tagged before labels were kept
    ])  # fmt: skip
    market.look("B", 0, [
        labelled(market, "b1", "both", "ai_pm", market="zh"),
        labelled(market, "b2", "ai_pm", "other_pm", market="zh", title="AI 产品经理"),
    ])  # fmt: skip
    part = report_of(market)["labels"]
    rows = {row["market"]: row for row in part["rows"]}
    counted = {m: [(r[k]["y"], r[k]["n"]) for k in ("inflated", "quiet")] for m, r in rows.items()}
    assert counted == {None: [(2, 4), (1, 2)], "intl": [(1, 2), (1, 2)], "cn": [(1, 2), (0, 0)]}
    assert {one["title"] for one in part["examples"]} == {"AI PM", "AI 产品经理"}
    assert part["spark"][-1] is None  # fewer than 10 titles with AI


def test_labels_over_time_are_those_of_the_stock() -> None:
    market = Market()
    ids = [labelled(market, f"p{i}", "ai_pm", "other_pm" if i < 3 else "ai_pm") for i in range(12)]
    market.look("A", 0, ids)
    market.look("A", 1, ids[2:])
    part = report_of(market, 1)["labels"]
    assert part["spark"][-2:] == [pytest.approx(3 / 12), pytest.approx(1 / 10)]
    assert part["spark_weeks"][-1] == "2026-W37"


def test_the_pipeline_share_is_a_mean_over_those_that_state_one() -> None:
    market = Market()
    ids = []
    for i, share in enumerate([1.0, 0.5, None, 0.0] * 4):
        ids.append(market.post(f"p{i}", "ai_pm", pipeline=share))
    market.post("p0", "ai_pm", pipeline=1.0, has_text=False)
    market.look("A", 0, ids)
    rows = {row["role"]: row for row in report_of(market)["fingerprint"]["rows"]}
    assert (rows["ai_pm"]["n"], rows["ai_pm"]["stated"]["y"], rows["ai_pm"]["stated"]["n"]) == (11, 11, 15)
    assert rows["ai_pm"]["mean"] == pytest.approx((3 * 1.0 + 4 * 0.5) / 11, rel=1e-5)
    assert rows["ai_pm"]["lo"] is None  # one employer
    assert rows["all"]["mean"] == rows["ai_pm"]["mean"]
    assert rows["aigc_pm"]["n"] == 0
    last = rows["ai_pm"]["weeks"][-1]
    assert (last["week"], last["n"], last["mean"]) == ("2026-W36", 11, rows["ai_pm"]["mean"])


def test_a_stage_is_work_in_it_and_no_technique_by_name() -> None:
    market = pairs(25, {"tags": ["data_annotation", "machine_learning"]}, {"tags": ["rag", "nlp"]})
    rows = {row["stage"]: row for row in report_of(market)["fingerprint"]["stages"]}
    assert list(rows) == list(STAGES)
    assert {stage for stage, row in rows.items() if row["ai"]["y"]} == {"annotate"}
    assert {stage for stage, row in rows.items() if row["aigc"]["y"]} == {"develop"}
    assert rows["annotate"]["direction"] == "higher_in_ai"


# ------------------------------------------------------------------ what must always hold


def test_order_of_postings_changes_nothing() -> None:
    one, other = pairs(30, {"tags": ["llm"]}, {}), Market()
    for name in reversed(sorted(one.sources)):
        other.board(name, one.sources[name])
    for look in reversed(one.looks):
        for native in sorted(look.ids, reverse=True):
            other.post(native, **one.says[native])
        other.look(look.board, 0, sorted(look.ids, reverse=True))
    assert report_of(one)["hypotheses"] == report_of(other)["hypotheses"]


def test_doubling_the_adverts_of_one_vacancy_moves_nothing() -> None:
    once, twice = pairs(30, {"tags": ["llm"]}, {"years": 2.0}), pairs(30, {"tags": ["llm"]}, {"years": 2.0})
    more = [twice.post(f"copy{i}", "ai_pm", tags=["llm"], vacancy="b000-ai") for i in range(20)]
    twice.look("b000", 0, ["b000-ai", "b000-aigc", *more], day=3)
    assert report_of(once)["hypotheses"]["rows"][2] == report_of(twice)["hypotheses"]["rows"][2]
