"""The title gate and the cleaning of titles."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import CORPORA, SHARED_DATA

from scraper.normalizing.titles import clean_title, is_pm_title


def _rows(name: str) -> list[dict[str, str]]:
    with (CORPORA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", _rows("titles.tsv"), ids=lambda row: row["title"] or "empty")
def test_gate(row: dict[str, str]) -> None:
    assert is_pm_title(row["title"]) is (row["pm"] == "1"), row["why"]


@pytest.mark.parametrize("row", _rows("titles_clean.tsv"), ids=lambda row: row["title"])
def test_cleaning(row: dict[str, str]) -> None:
    assert clean_title(row["title"]) == row["clean"]


@given(st.text(max_size=60))
def test_any_text_is_answered_and_cleaning_settles(title: str) -> None:
    is_pm_title(title)
    cleaned = clean_title(title)
    assert clean_title(cleaned) == cleaned
    assert bool(cleaned) == bool(title.split())


@given(
    st.sampled_from(["产品经理", "Product Manager", "產品經理"]),
    st.sampled_from(["（北京）", "(J99887)", " - London"]),
)
def test_noise_does_not_change_the_verdict(title: str, noise: str) -> None:
    assert is_pm_title(title + noise)
    assert clean_title(title + noise) == title


# Titles with these words are near misses in the collection but pass here on purpose: in the trade's
# speech 产品策划, 产品助理 and 策略产品 are product managers.
_PASS_ON_PURPOSE = ("产品策划", "产品助理", "产品经理助理")


@pytest.mark.parametrize("name", ["en.jsonl", "zh.jsonl", "zh_years_apart.jsonl"])
def test_precision_and_recall_on_real_titles(name: str) -> None:
    path = SHARED_DATA / "postings" / name
    if not path.exists():
        pytest.skip("the shared data are not here")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    judged = [
        (is_pm_title(row["title"]), row["kind"] == "pm")
        for row in rows
        if not any(word in row["title"].replace(" ", "") for word in _PASS_ON_PURPOSE) or row["kind"] == "pm"
    ]
    right = sum(said and true for said, true in judged)
    assert right / sum(said for said, _ in judged) >= 0.98
    assert right / sum(true for _, true in judged) >= 0.97
