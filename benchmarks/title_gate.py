"""How well the title gate tells product managers: `python benchmarks/title_gate.py DATA` prints a table.

DATA holds postings/*.jsonl, whose `kind` says pm or other (near misses); rows of any other kind are listed
with the verdict but not counted. A title that several rows carry counts once per row, as boards list it.
With `--all`, every title judged otherwise than `kind` is listed; without, only the figures are.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data_options import data_options

from scraper.normalizing.titles import GATE_VERSION, is_pm_title


class Titled(NamedTuple):
    """A title with its language and what its collector says of it."""

    lang: str
    kind: str
    title: str


def titles(data: Path) -> Iterator[Titled]:
    """Yield the titles of all posting files that say a kind."""
    for path in sorted((data / "postings").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            row = json.loads(line) if line else {}
            if row.get("kind"):
                yield Titled(row.get("lang") or path.name[:2], row["kind"], row["title"])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.4f}" if whole else "-"


def main(data: Path, everything: bool) -> None:
    """Print precision and recall per language, and if `everything` is asked for every disagreement."""
    rows = list(titles(data))
    print(f"title gate {GATE_VERSION}")
    print("| language | pm | other | passed | precision | recall |")
    print("|---|---|---|---|---|---|")
    for lang in sorted({row.lang for row in rows}):
        judged = Counter((row.kind, is_pm_title(row.title)) for row in rows if row.lang == lang)
        right, missed, wrong = judged["pm", True], judged["pm", False], judged["other", True]
        others = wrong + judged["other", False]
        print(
            f"| {lang} | {right + missed} | {others} | {right + wrong} | "
            f"{_share(right, right + wrong)} | {_share(right, right + missed)} |"
        )
    if everything:
        told = Counter(row for row in rows if is_pm_title(row.title) is not (row.kind == "pm"))
        for row, count in sorted(told.items()):
            verdict = "passed" if is_pm_title(row.title) else "refused"
            print(f"{row.lang} {row.kind}: {verdict} {count}x {row.title}")


if __name__ == "__main__":
    options = data_options(__doc__, listing="list every disagreement")
    main(options.data, options.all)
