"""What the benchmarks compute: intervals, agreement, joins, verdicts. What they measure is in the docs."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import baselines
import labelled
import numpy as np
import peer_duels
import pytest
import scoring
import tagging
import worst_cases
from market_life import REPOST, live

from scraper.understanding.answering import tag_lines

LABELS = [label for path in sorted(labelled.LABELS.glob("*.jsonl")) for label in labelled.lines(path)]

# ------------------------------------------------------------------ figures


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (8, 10, 0.4902, 0.9433),
        (81, 263, 0.2553, 0.3662),  # the example of Newcombe 1998, Statistics in Medicine 17
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    assert scoring.wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_kappa_of_the_textbook() -> None:
    # 50 applications: both yes 20, only the first 5, only the second 10, both no 15.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert labelled.kappa(pairs) == pytest.approx(0.4)
    assert labelled.kappa([("y", "y")] * 3) is None and labelled.kappa([]) is None


def test_precision_and_recall_by_class() -> None:
    confusion = {("ai_pm", "ai_pm"): 3, ("ai_pm", "both"): 1, ("other_pm", "ai_pm"): 2}
    found = scoring.by_class(confusion)
    assert set(found) == {"ai_pm", "other_pm"}, "classes that no row has are no classes"
    assert found["ai_pm"] == pytest.approx((3 / 5, 3 / 4, 2 / 3, 4))
    assert found["other_pm"] == (0.0, 0.0, 0.0, 2)


def label(role: str, skills: dict[str, str], years: int | None, clear: bool = True) -> dict[str, Any]:
    told = {"role": role, "clear": clear, "years_total_min": years, "years_total_max": None}
    return {**told, "years_ai_min": None, "skills": [{"skill": k, "level": v} for k, v in skills.items()]}


def test_agreement_counts_requirements_of_product_managers_only() -> None:
    rows = [
        {**label("ai_pm", {"nlp": "required", "sql": "required"}, 3)}
        | {"second": label("ai_pm", {"nlp": "preferred"}, 3)},
        {**label("both", {"rag": "required"}, 5, clear=False)}
        | {"second": label("aigc_pm", {"rag": "required"}, None)},
        {**label("not_pm", {"sql": "required"}, 1)} | {"second": label("not_pm", {}, 2)},
    ]
    found = labelled.agreement(rows)
    assert (found.rows, found.role, found.both_clear, found.role_if_clear) == (
        3,
        pytest.approx(2 / 3),
        2,
        1.0,
    )
    assert found.skills_f1 == pytest.approx(2 * 2 / (2 + 1 + 1 + 1))
    assert found.levels == 0.5 and found.years == 0.5 and found.ai_years == 1.0


# ------------------------------------------------------------------ labels


def test_labels_are_labels_only() -> None:
    keys = {"role", "clear", "years_total_min", "years_total_max", "years_ai_min", "skills"}
    degree = {"education_min"}
    more = degree | {"salary_min", "salary_max", "currency", "period", "remote"}
    assert len({one["id"] for one in LABELS}) == len(LABELS) > 250
    for one in LABELS:
        assert set(one) == {"id", "lang", "first", "second"} and one["lang"] in labelled.LANGUAGES
        for side in ("first", "second"):
            told = one[side]
            without_skills = told.get("skills_annotated", True) is False
            assert set(told) - {"skills_annotated"} in (keys, keys | degree, keys | more), one["id"]
            assert told["role"] in scoring.ROLES, one["id"]
            assert not (without_skills and told["skills"]), one["id"]
            assert set(told["skills"].values()) <= {"required", "preferred"}, one["id"]
            assert " " not in one["id"] and "/" not in one["id"]


def test_labels_are_joined_with_their_texts_by_id(tmp_path: Path) -> None:
    side = {"role": "ai_pm", "clear": True, "skills": {"nlp": "required"}, "years_total_min": 3}
    path = tmp_path / "zh.jsonl"
    told = [{"id": id, "lang": "zh", "first": side, "second": side} for id in ("there", "gone")]
    path.write_text("\n".join(json.dumps(one) for one in told), encoding="utf-8")
    known = {"there": {"id": "there", "title": "AI产品经理", "description": "…"}}
    rows, missing = labelled.labelled(path, known)
    assert missing == ["gone"]
    assert [(row["id"], row["title"], row["role"], row["second"]["role"]) for row in rows] == [
        ("there", "AI产品经理", "ai_pm", "ai_pm")
    ]
    assert rows[0]["skills"] == [{"skill": "nlp", "level": "required"}]


def test_every_label_finds_its_text(shared_data: Path) -> None:
    rows, missing = labelled.own(shared_data)
    assert missing == []
    assert sum(map(len, rows.values())) == len(LABELS)


def test_a_masked_employer_may_be_any() -> None:
    than = {"zh": [{"company": "甲科技有限公司"}]}
    rows = [{"company": name} for name in ("某知名公司", "甲科技", "乙科技有限公司", None, "")]
    assert labelled.of_other_employers(rows, than) == [rows[2]]


# ------------------------------------------------------------------ the scorer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves its files open
def test_the_scorer_is_used_as_it_is(shared_data: Path, tmp_path: Path) -> None:
    tools = shared_data.parent / "tools"
    if not (tools / "score_tags.py").exists():
        pytest.skip("the scorer is not beside the data")
    rows = [
        {"id": n, "title": "x", "description": "y", "education_min": None}
        | label(role, {"nlp": "required"}, 3)
        | {"second": label(role, {"nlp": "required"}, 3)}
        for n, role in enumerate(("ai_pm", "ai_pm", "other_pm"))
    ]
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    said = {"role": {"class": "ai_pm"}, "tags": [{"id": "nlp", "requirement": "required", "quote": ""}]}
    program = (
        f"import json, sys\nfor line in sys.stdin: print(json.dumps(dict({said}, id=json.loads(line)['id'])))"
    )
    scorer = scoring.Scorer(tools, path, (sys.executable, "-c", program))
    answers = scorer.answers(rows)
    figures = scorer.score(rows, answers).figures()
    assert figures["role_acc"].value == pytest.approx(2 / 3) and figures["role_acc"].n == 3
    assert figures["other_called_ai"].value == 1.0 and figures["years"].value == 0.0
    assert figures["skill_f1"].value == 1.0 and figures["skill_f1"].low == 1.0
    assert figures["role_macro_f1"].low <= figures["role_macro_f1"].value <= figures["role_macro_f1"].high
    assert "pay" not in figures, "nothing is a figure of no case"
    assert scorer.of_skill("nlp", rows, answers) == Counter(tp=3, fp=0, fn=0)


# ------------------------------------------------------------------ simple readers and peers


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("负责AI产品", "ai_pm"),
        ("Prompt tuning with GPT", "aigc_pm"),
        ("maintain the brain", "other_pm"),
        ("大模型与机器学习", "aigc_pm"),
    ],
)
def test_the_role_by_words(text: str, role: str) -> None:
    assert baselines.role_of(text) == role


def test_years_by_words_take_the_greatest() -> None:
    found = baselines.years("3-5年经验，其中1年AI")
    assert found is not None and (found["min"], found["max"]) == (3, 5)
    assert baselines.years("no years at all") is None


def test_pay_is_exact_only_if_both_ends_are() -> None:
    truth = [(100.0, 120.0), (90.0, 120.0)]
    read: list[Any] = [[90, 120, "USD"], [90, 110, "USD"], None]
    assert peer_duels.verdicts([truth] * 3, read) == Counter(exact=1, wrong=1, missed=1)


@pytest.mark.parametrize(
    ("text", "amount", "stands"),
    [
        ("from $120,000 a year", 120000, True),
        ("120K", 120000, True),
        ("$1,120,000", 120000, False),
        ("$37.50 an hour", 37.5, True),
        ("50 states", 50, False),
        ("120,0001", 120000, False),
    ],
)
def test_an_amount_stands_in_the_text(text: str, amount: float, stands: bool) -> None:
    assert peer_duels.says(text, amount) is stands


def test_planted_copies_know_their_originals() -> None:
    rows = [(f"title {n}", "company", f"text {n}") for n in range(700)] + [("again", "company", "text 5")]
    case = peer_duels.planted(rows, str.upper)
    assert len(case.known) == 600 and len(case.coming) == 200 and len(case.original) == 100
    known = {one[0]: one for one in case.known}
    for id, title, _, text in case.coming[:100]:
        assert (title, text) == (known[case.original[id]][1], known[case.original[id]][3].upper())
    assert not {one[3] for one in case.coming[100:]} & {one[3] for one in case.known}


# ------------------------------------------------------------------ constructed cases


def test_constructed_cases_are_of_the_size_that_they_say() -> None:
    for name, row in worst_cases.worst_cases(64 * 1024, {"real": "产品经理 wanted. "}):
        values = (value for value in row.values() if value != 1)
        longest = max(len("".join(value).encode("utf-8", "surrogatepass")) for value in values)
        assert 32 * 1024 < longest <= 64 * 1024, name


def test_constructed_cases_have_names_of_their_own_and_are_understood() -> None:
    cases = list(worst_cases.worst_cases(size=512))
    assert len({name for name, _ in cases}) == len(cases) > 150
    problems: list[str] = []
    answers = list(tag_lines((json.dumps(row) for _, row in cases), problems))
    assert problems == [] and len(answers) == len(cases)


def test_a_case_of_one_quarter_is_a_quarter() -> None:
    assert worst_cases.filled("ab", 9) == "abababab"
    assert worst_cases.filled("\ud800", 9) == "\ud800" * 3
    assert worst_cases.filled("产品经理", 10) == "产品经"


def test_growth_and_limit_are_told() -> None:
    cases = [tagging.Case("a|b", 80.0, 4.2), tagging.Case("c", 2000.0, 16.0), tagging.Case("d", 20.0)]
    lines = tagging.worst_table(cases, shown=1).splitlines()
    assert lines[2:4] == ["| a\\|b | 80 **over** | 1/4 |", "| c | over 2000 **over** | 1/16 |"]
    assert lines[-1] == "3 cases, 2 over 50 ms; the median takes 80 ms."


def test_speeds_are_pooled_pass_by_pass() -> None:
    one, other = (
        tagging.Speed("a", 10, 1_000_000, (2.0, 1.0)),
        tagging.Speed("b", 30, 3_000_000, (1.0, 3.0)),
    )
    together = tagging.pooled([one, other])
    assert (together.postings, together.bytes, together.passes) == (40, 4_000_000, (3.0, 4.0))
    assert together.row() == "| both | 40 | 4.0 MB | 1.3 | 1.1 | 1.3 | 11 | 87500 µs |"


# ------------------------------------------------------------------ invented stores


def test_invented_lives_follow_the_rules_of_spells() -> None:
    lives = live(3_000, seed=7)
    boards, spells = lives.boards, lives.spells
    board = lives.board[spells.posting]
    assert set(spells.posting.tolist()) == set(range(3_000)), "every posting was seen"
    for week in (spells.opened, spells.last, spells.missed, spells.confirmed):
        known = week >= 0
        assert boards.read[board[known], week[known]].all(), "only a look that was made tells anything"
    assert (spells.opened <= spells.last).all()
    missed, confirmed = spells.missed >= 0, spells.confirmed >= 0
    assert (spells.missed[missed] == boards.next(board, spells.last + 1)[missed]).all()
    assert (spells.confirmed[confirmed] >= spells.missed[confirmed]).all()
    assert (missed | ~confirmed).all() and (spells.left_scope <= confirmed).all()
    order = np.lexsort((spells.opened, spells.posting))
    again = np.flatnonzero(np.diff(spells.posting[order]) == 0)
    assert len(again) and (spells.kind[order[again + 1]] == REPOST).all()
    assert (spells.opened[order[again + 1]] > spells.confirmed[order[again]]).all()
    assert (np.diff(spells.opened[np.unique(spells.posting, return_index=True)[1]]) >= 0).all()


def test_the_same_seed_gives_the_same_lives() -> None:
    one, same, other = (live(500, seed) for seed in (1, 1, 2))
    assert one.spells.last.tolist() == same.spells.last.tolist()
    assert one.spells.last.tolist() != other.spells.last.tolist()
