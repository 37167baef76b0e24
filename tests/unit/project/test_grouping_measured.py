"""Grouping on real pairs: the figures that are promised. benchmarks/grouping.py prints them all."""

from pathlib import Path

import grouping
import pytest

SAME_ID, NEAR_TEXT, FALSE = 0.98, 0.95, 0.005


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [("same_posting_id_two_collections", SAME_ID), ("near_text_same_company", NEAR_TEXT)],
)
def test_recall_by_title_and_text_alone(shared_data: Path, kind: str, at_least: float) -> None:
    pairs = grouping.known_duplicates(shared_data)[kind]
    assert len(pairs) >= 80
    assert grouping.merged(pairs, grouping.ours) >= at_least * len(pairs)


def test_false_merges_on_constructed_negatives(shared_data: Path) -> None:
    sets = grouping.different_openings(shared_data)
    families = {
        "postings of one employer": "one employer",
        "one board": "one board",
        "another level": "another level",
        "one boilerplate": "boilerplate",
    }
    for name, word in families.items():
        pairs = [pair for heading, found in sets.items() if word in heading for pair in found]
        assert len(pairs) > 200, name
        assert grouping.merged(pairs, grouping.ours) <= FALSE * len(pairs), name


def test_the_baseline_is_the_rule_that_it_stands_for() -> None:
    shared, own = "alpha beta gamma delta epsilon zeta eta theta iota kappa", "lambda mu nu xi"
    baseline = grouping.JobFunnel([shared, f"{shared} {own}", own])
    one, longer, other = (grouping.Text("x", text) for text in (shared, f"{shared} {own}", own))
    assert baseline.same(one, longer) and not baseline.same(one, other)
    assert baseline.same(one._replace(id="7"), other._replace(id="7"))
