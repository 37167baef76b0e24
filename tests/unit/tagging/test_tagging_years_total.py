"""The years that a posting asks of everybody: of several demands, alternatives and degrees."""

import csv
import json

import pytest
from places import CORPORA

from scraper.understanding.posting import understand

CORPUS = CORPORA / "years_total.tsv"
with CORPUS.open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:50] for case in CASES])
def test_years_of_everybody(case: dict[str, str]) -> None:
    text = case["text"].replace("\\n", "\n")
    tagging = understand("", text).tagging
    assert tagging.years_total is not None
    assert [tagging.years_total.min, tagging.years_total.max] == json.loads(case["total"]), case["note"]
    assert (tagging.years_ai and tagging.years_ai.min) == json.loads(case["ai"]), case["note"]
    assert [years.condition for years in tagging.years_all] == json.loads(case["conditions"]), case["note"]
