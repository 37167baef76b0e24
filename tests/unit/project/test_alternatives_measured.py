"""What the benchmark of alternatives counts, and how well the half of its labels held out is told."""

from pathlib import Path

import alternatives as benchmark

from scraper.understanding.posting import understand


def test_the_labels_are_ids_and_offsets_only() -> None:
    rows = benchmark.labels()
    assert len({(row["id"], row["start"]) for row in rows}) == len(rows) >= 150
    for row in rows:
        assert set(row) == {"id", "lang", "half", "start", "end", "sign", "first", "second"}, row["id"]
        assert row["half"] in benchmark.HALVES and row["lang"] in benchmark.LANGUAGES
        for group in (*row["first"], *row["second"]):
            assert len(group) > 1 and all(row["start"] <= a < b <= row["end"] for a, b in group), row["id"]


def test_a_thing_is_scored_by_the_group_that_it_lies_in() -> None:
    text = "任职要求：熟悉SQL或Python，了解RAG、Agent"
    found = understand("AI产品经理", text)
    at = text.index("SQL")
    row = {"start": 0, "end": len(text), "first": [[[at, at + 3], [at + 4, at + 10]]], "second": []}
    scores = {side: benchmark.Score() for side in ("first", "second")}
    for side, one in scores.items():
        benchmark.score(row, side, found, one)
    things = {side: (one.things.both, one.things.answer, one.things.label) for side, one in scores.items()}
    pairs = {side: (one.pairs.both, one.pairs.answer, one.pairs.label) for side, one in scores.items()}
    assert things == {"first": (2, 0, 0), "second": (0, 2, 0)}
    assert pairs == {"first": (1, 0, 0), "second": (0, 1, 0)}


def test_what_lies_in_another_one_is_no_thing() -> None:
    assert benchmark.outermost([(0, 4), (1, 3), (0, 4), (3, 6)]) == [(0, 4), (3, 6)]


def test_the_labelled_sentences_of_the_half_held_out(shared_data: Path) -> None:
    known = {posting["id"]: posting for posting in benchmark.postings(shared_data)}
    scored = benchmark.Score()
    for row in benchmark.labels():
        if row["half"] == "held" and benchmark.extents(row["first"]) == benchmark.extents(row["second"]):
            posting = known[row["id"]]
            found = understand(
                posting.get("title") or "", posting["description"], company=posting.get("company") or ""
            )
            benchmark.score(row, "first", found, scored)
    for counts in (scored.things, scored.pairs):
        assert counts.both / (counts.both + counts.answer) >= 0.95
        assert counts.both / (counts.both + counts.label) >= 0.80
