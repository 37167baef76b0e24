"""How well alternatives are told from lists of demands: `python benchmarks/alternatives.py DATA`.

DATA is the folder of real postings. labels/alternatives/*.jsonl says of 240 sentences that name several tags
which of them are alternatives (labels/README.md). What a sentence names are the hits of the tagger that lie
in no longer one. Two questions are scored: of each thing, whether it is an alternative of another; of each
pair of one sentence, whether the two are alternatives of one another. Sentences on which the two passes
differ are counted, and scored apart against the first pass. All postings of the folder are then tagged, to
tell how many offer a choice.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from data_options import data_options
from labelled import LABELS, lines
from scoring import wilson

from scraper.understanding.posting import Understanding, understand

HALVES = {"dev": "development", "held": "held out"}
LANGUAGES = ("en", "zh")
AI_ROLES = ("ai_pm", "aigc_pm", "both")
FILES = ("en", "zh", "zh_ambiguous_titles", "zh_years_apart")
Span = tuple[int, int]
Row = dict[str, Any]


@dataclass(slots=True)
class Counts:
    """How often an answer and a label both say yes, only the answer does, and only the label does."""

    both: int = 0
    answer: int = 0
    label: int = 0

    def add(self, labelled: bool, answered: bool) -> None:
        """Count one case."""
        self.both += labelled and answered
        self.answer += answered and not labelled
        self.label += labelled and not answered

    def row(self) -> str:
        """Return precision and recall with their intervals as cells of a table."""
        said, true = self.both + self.answer, self.both + self.label
        return f"{_share(self.both, said)} | {_share(self.both, true)}"


def _share(hits: int, n: int) -> str:
    if not n:
        return "–"
    low, high = wilson(hits, n)
    return f"{hits / n:.3f} [{low:.2f}, {high:.2f}] of {n}"


@dataclass(slots=True)
class Score:
    """Sentences scored, what they name, and its pairs."""

    sentences: int = 0
    things: Counts = field(default_factory=Counts)
    pairs: Counts = field(default_factory=Counts)


def labels() -> list[Row]:
    """Return the labelled sentences."""
    return [row for language in LANGUAGES for row in lines(LABELS / "alternatives" / f"{language}.jsonl")]


def postings(data: Path) -> Iterator[Row]:
    """Yield the postings of the folder that have a text."""
    for name in FILES:
        for row in lines(data / "postings" / f"{name}.jsonl"):
            if row.get("description"):
                yield row


def outermost(spans: Iterable[Span]) -> list[Span]:
    """Return those of the spans that lie in no other one."""
    different = set(spans)
    return sorted(
        one
        for one in different
        if not any(other != one and other[0] <= one[0] and one[1] <= other[1] for other in different)
    )


def _group(groups: Sequence[Span], place: Span) -> int | None:
    return next((i for i, (start, end) in enumerate(groups) if start <= place[0] and place[1] <= end), None)


def extents(groups: Iterable[Sequence[Sequence[int]]]) -> list[Span]:
    """Return from where to where each labelled group reaches."""
    return sorted((min(place[0] for place in group), max(place[1] for place in group)) for group in groups)


def score(row: Row, side: str, found: Understanding, scored: Score) -> None:
    """Count one labelled sentence by the labels of one pass ("first", "second")."""
    start, end = row["start"], row["end"]
    told = extents(row[side])
    said = [
        (group.quote.start, group.quote.end)
        for group in found.tagging.alternatives
        if group.quote.start is not None and group.quote.end is not None
        if start <= group.quote.start < end
    ]
    things = outermost(
        (hit.start, hit.end)
        for hit in found.detail.hits
        if hit.field == "description" and start <= hit.start < end
        if hit.requirement in ("required", "preferred")
    )
    places = [(_group(told, thing), _group(said, thing)) for thing in things]
    for label, answer in places:
        scored.things.add(label is not None, answer is not None)
    for (label, answer), (other_label, other_answer) in combinations(places, 2):
        scored.pairs.add(
            label is not None and label == other_label, answer is not None and answer == other_answer
        )
    scored.sentences += 1


def main(data: Path) -> None:
    """Print agreement, precision and recall, and how many postings offer a choice."""
    by_id: dict[str, list[Row]] = {}
    for row in labels():
        by_id.setdefault(row["id"], []).append(row)
    agreed = {(half, lang): Score() for half in HALVES for lang in (*LANGUAGES, "both")}
    first = {half: Score() for half in HALVES}
    total, differing, ai, offering, deciding = 0, 0, 0, 0, 0
    for posting in postings(data):
        found = understand(
            posting.get("title") or "", posting["description"], company=posting.get("company") or ""
        )
        if found.tagging.role in AI_ROLES:
            groups = [one for one in found.tagging.alternatives if one.requirement == "required"]
            ai += 1
            offering += bool(groups)
            deciding += any(not one.alone for one in groups)
        for row in by_id.pop(posting["id"], ()):
            total += 1
            score(row, "first", found, first[row["half"]])
            if extents(row["first"]) != extents(row["second"]):
                differing += 1
                continue
            for key in (row["lang"], "both"):
                score(row, "first", found, agreed[row["half"], key])
    print(f"{total} labelled sentences; on {differing} the two passes differ.\n")
    print("| half | language | sentences | alternative: precision | recall | pairs: precision | recall |")
    print("| --- | --- | ---: | --- | --- | --- | --- |")
    for (half, lang), one in agreed.items():
        print(f"| {HALVES[half]} | {lang} | {one.sentences} | {one.things.row()} | {one.pairs.row()} |")
    for half, one in first.items():
        cells = f"{one.sentences} | {one.things.row()} | {one.pairs.row()}"
        print(f"| {HALVES[half]} | both, first pass alone | {cells} |")
    print(
        f"\n{ai} AI postings of the folder: {offering} require one of several tags, in {deciding} of them one"
        " that nothing else in the posting asks for."
    )
    if by_id:
        print(f"\nNo text for {len(by_id)} postings: {json.dumps(sorted(by_id)[:5])}")


if __name__ == "__main__":
    main(data_options(__doc__).data)
