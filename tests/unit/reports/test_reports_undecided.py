"""AI PM against AIGC PM: "no clear difference" is only said where one that matters would have been seen."""

from typing import Any

import pytest
from facts_builder import Market, monday

from reports.building.weekly import build_weekly
from reports.document.terms import Direction
from reports.measures.statements import direction_of
from reports.wording.sentences import sentence
from reports.wording.words import Words


@pytest.mark.parametrize(("d", "half", "q", "mde", "told"), [
    (0.2, 0.1, 0.01, 0.15, "higher_in_aigc"),
    (-0.2, 0.1, 0.01, 0.15, "higher_in_ai"),
    (0.2, 0.1, 0.2, 0.15, "undecided"),  # one of many tests
    (0.02, 0.06, 0.5, 0.09, "no_clear_difference"),
    (0.02, 0.07, 0.5, 0.11, "undecided"),
    (None, 0.1, None, None, "insufficient"),
])  # fmt: skip
def test_what_a_difference_allows_to_say(
    d: float | None, half: float, q: float, mde: float, told: Direction
) -> None:
    change: Any = {"d": d, "lo": d and d - half, "hi": d and d + half, "q": q, "mde": mde}
    assert direction_of(change) == told


def test_a_sample_that_could_show_nothing_is_not_said_to_show_no_difference() -> None:
    """22 employers, each with five postings of one kind; half of either class ask for each of two skills."""
    market = Market()
    for board in range(22):
        name, role = f"b{board:02d}", ("ai_pm", "aigc_pm")[board % 2]
        market.board(name)
        tags = [["sql", "python"], []][board // 2 % 2]
        market.look(name, 0, [market.post(f"{name}-{n}", role, tags=tags) for n in range(5)])
    report = build_weekly(market.facts(), monday(0))
    part = report["contrast"]
    rows = {row["tag"]: row for row in part["rows"]}
    assert (part["tested"], part["different"], part["undecided"]) == (2, 0, 2)
    # All five postings of an employer agree, so 11 against 11 employers are compared, not 55 against 55.
    assert rows["sql"]["difference"]["mde"] == part["mde"] > 0.6
    finding = next(one for one in report["findings"] if one["id"] == "skill_contrast")
    assert (finding["direction"], finding["extra"]["undecided"]) == ("undecided", 2)
    told = sentence(finding, Words("en"))
    assert (
        "for 2 of them this sample is too small to tell" in told and f"{100 * part['mde']:.1f} points" in told
    )
    assert "样本不足以下结论" in sentence(finding, Words("zh"))


def test_a_thin_week_tells_its_share_by_counts_and_does_not_say_over_and_over_that_nothing_is_known() -> None:
    market = Market()
    market.board("b")
    for week in range(9):
        new = [
            market.post(f"b-{n}", role) for n, role in enumerate(["aigc_pm"] * (1 + week // 4) + ["ai_pm"])
        ]
        market.look("b", week, new)
    report = build_weekly(market.facts(), monday(8))
    told = {one["id"]: sentence(one, Words("en")) for one in report["findings"]}
    assert set(told) == {"listed", "level_change", "class_share", "hypotheses"}
    assert "**AIGC PM** make up 3/4 of the PM postings" in told["class_share"]
    assert told["hypotheses"].endswith("the data of this week decide none of them (n = 4).")


def test_a_finding_on_what_tells_the_classes_apart_says_so() -> None:
    market = Market()
    for board in range(40):
        name, role = f"b{board:02d}", ("ai_pm", "aigc_pm")[board % 2]
        market.board(name)
        market.look(name, 0, [market.post(name, role, tags=["llm"] if role == "aigc_pm" else [])])
    (found,) = (one for one in build_weekly(market.facts(), monday(0))["findings"] if one["tag"] == "llm")
    assert found["extra"]["by_definition"] == 1
    assert sentence(found, Words("en")).endswith("Partly by definition: the classes are told apart by it.")
    found["extra"]["by_definition"] = 0
    assert "by definition" not in sentence(found, Words("en"))
