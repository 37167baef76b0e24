"""Floors on the labelled postings: below them something broke. The figures themselves are in the docs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

from scraper.understanding.posting import understand

FLOORS = {
    "role_acc": 0.87, "role_macro_f1": 0.80, "skill_f1": 0.89, "level_acc": 0.95, "preferred_recall": 0.87,
    "years": 0.96, "ai_years_recall": 0.80, "ai_years_precision": 0.85, "education": 0.97, "quotes": 1.0,
}  # fmt: skip


def test_scores_on_the_labelled_postings(shared_data: Path) -> None:
    scorer = shared_data.parent / "tools" / "score_tags.py"
    if not scorer.exists():
        pytest.skip("the scorer is not beside the data")
    gold = [str(shared_data / "gold" / f"{language}.jsonl") for language in ("zh", "en")]
    tag = [sys.executable, "-c", "import pmtrend; pmtrend.main()", "tag", "--jsonl"]
    done = subprocess.run(
        [sys.executable, str(scorer), *gold, "--", *tag], capture_output=True, text=True, check=True, cwd=ROOT
    )
    pooled = json.loads(done.stdout.splitlines()[-1])["pooled"]
    below = {name: pooled[name] for name, floor in FLOORS.items() if pooled[name] < floor}
    assert not below, below


def test_no_generative_word_is_found_before_the_generative_wave(shared_data: Path) -> None:
    genai = {
        "llm",
        "prompt_engineering",
        "rag",
        "agents",
        "fine_tuning",
        "image_generation",
        "video_generation",
    }
    path = shared_data / "postings" / "zh_years_apart.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    pms = [row for row in rows if row["kind"] == "pm"]
    with_genai: dict[str, list[bool]] = {}
    for row in pms:
        tags = understand(row["title"], row["description"]).tagging.tags
        with_genai.setdefault(row["collected_at"][:4], []).append(any(tag.id in genai for tag in tags))
    assert not any(with_genai["2019"]) and not any(with_genai["2021"])
    assert 0.03 < sum(with_genai["2023"]) / len(with_genai["2023"]) < 0.12
