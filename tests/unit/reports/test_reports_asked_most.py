"""What one class does not ask for at all is 0 %, not unknown."""

from typing import Any, cast

import pytest

from reports.document.weekly import WeeklyReport
from reports.sections.requirements import asked_most
from reports.wording.words import Words


def _row(role: str, tag: str, y: int, n: int, print_rule: str) -> dict[str, Any]:
    told = {"y": y, "n": n, "share": y / n, "lo": 0.1, "hi": 0.9, "n_eff": n, "print": print_rule}
    of = {"employers": n, "employers_y": y, "employer_share": y / n, "standardised": None, "spark": []}
    named = {"role": role, "tag": tag, "en": tag, "zh": tag, "era": "none", "groups": [], "required": 0}
    return {**named, **told, **of}


def report_of(rows: list[dict[str, Any]], *compared: dict[str, Any]) -> WeeklyReport:
    return cast(WeeklyReport, {"skills": {"rows": rows}, "contrast": {"rows": compared}})


@pytest.mark.parametrize(
    ("n", "print_rule", "told"), [(40, "full", "0 %"), (12, "small_n", "(0 %)"), (7, "counts", "0/7")]
)
def test_a_share_of_none(n: int, print_rule: str, told: str) -> None:
    rows = [
        _row("ai_pm", "training", 30, 40, "full"),
        _row("aigc_pm", "prompts", n, n, print_rule),
        _row("ai_pm", "prompts", 1, 40, "full"),
    ]
    table = asked_most(report_of(rows), Words("en"))
    (line,) = [line for line in table.splitlines() if line.startswith("| training")]
    assert [cell.strip() for cell in line.replace("\u00a0", " ").split("|")][3] == told


def test_of_a_class_without_postings_nothing_is_told() -> None:
    rows = [_row("ai_pm", "training", 30, 40, "full")]
    table = asked_most(report_of(rows), Words("en"))
    assert "AIGC" not in table
    assert "0 %" not in table.replace("\u00a0", " ")


def test_a_share_of_none_has_the_interval_of_the_comparison() -> None:
    rows = [_row("ai_pm", "training", 30, 40, "full"), _row("aigc_pm", "prompts", 40, 40, "full")]
    none = {**_row("aigc_pm", "training", 0, 40, "full"), "lo": 0.0, "hi": 0.16}
    table = asked_most(report_of(rows, {"tag": "training", "ai": rows[0], "aigc": none}), Words("en"))
    (line,) = [line for line in table.splitlines() if line.startswith("| training")]
    assert [cell.strip() for cell in line.replace("\u00a0", " ").split("|")][3] == "0 % [0, 16]"
