"""How well postings are understood: `python benchmarks/scores.py DATA` prints all figures as Markdown.

DATA is the folder of real postings; the scorer is expected beside it (DATA/../tools/score_tags.py). Its head
says what is right and what is wrong. Scored are the gold and our own labels of further postings (labels/), of
which those of employers that the gold does not hold are a set of their own, and so are those that have labels
of degree, pay and workplace, too (all fields: the fifth draw and later). All are development data: whoever
wrote rules could look at them. Every figure comes with its 95 % interval and the number of its cases.

    --errors    also lists the postings whose role is wrong: id, label, answer
    --skills    also lists precision and recall of each skill; under 20 cases a figure proves little
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import labelled
import tagging
from baselines import all_baselines
from labelled import Row
from scoring import ROLES, TAG, Answer, Figure, Scored, Scorer, by_class, wilson

from scraper.understanding.posting import TAXONOMY

HERE = Path(__file__).resolve().parent
TARGETS = {
    "role_acc": ("role class, both labellers agree", ">=", 0.92),
    "role_macro_f1": ("role class, macro-F1", ">=", 0.85),
    "other_called_ai": ("other_pm called AI", "<=", 0.05),
    "skill_f1": ("30 skills, micro-F1", ">=", 0.90),
    "level_acc": ("skills, level right", ">=", 0.96),
    "preferred_recall": ("skills, preferred found", ">=", 0.85),
    "years": ("total years, min and max", ">=", 0.97),
    "ai_years_recall": ("AI years, recall", ">=", 0.85),
    "ai_years_precision": ("AI years, precision", ">=", 0.90),
    "education": ("education", ">=", 0.98),
    "pay": ("pay where stated", ">=", 0.92),
    "pay_invented": ("pay invented", "<=", 0.03),
    "workplace": ("workplace", ">=", 0.94),
    "quotes": ("quotes that are their slice", ">=", 1.0),
}
"""The scorer's figure → what it is called, and its target in both languages together."""
FURTHER = ("title_gate", "pay_fields")
"""Benchmarks of their own that belong to the table: `python benchmarks/NAME.py DATA`."""
_FEW = 20


@dataclass(frozen=True, slots=True)
class Set:
    """Labelled postings and what is said of them."""

    rows: list[Row]
    answers: list[Answer]
    scored: Scored


def sets_of(groups: Mapping[str, Sequence[Row]], scorer: Scorer) -> dict[str, Set]:
    """Return language → set, and `both`; each posting is tagged once."""
    found = {}
    for language, rows in groups.items():
        answers = scorer.answers(rows)
        found[language] = Set(list(rows), answers, scorer.score(rows, answers))
    rows = [row for one in found.values() for row in one.rows]
    answers = [answer for one in found.values() for answer in one.answers]
    return found | {"both": Set(rows, answers, scorer.score(rows, answers))}


# ------------------------------------------------------------------ tables


def cell(figure: Figure | None) -> str:
    """Return `0.934 (0.90–0.96, n=287)`, a dash for none."""
    if figure is None:
        return "–"
    return f"{figure.value:.3f} ({figure.low:.2f}–{figure.high:.2f}, n={figure.n})"


def figures_table(sets: Mapping[str, Set], silent: Sequence[str] = ()) -> str:
    """Return the table of the figures but for those of `silent`; the last set is held against the targets."""
    figures = {name: one.scored.figures() for name, one in sets.items()}
    last = list(figures.values())[-1]
    out = [f"| field | target | {' | '.join(sets)} | |", f"| --- | ---: |{' ---: |' * len(sets)} --- |"]
    for name, (called, sign, target) in TARGETS.items():
        if name in silent:
            continue
        cells = [cell(found.get(name)) for found in figures.values()]
        verdict = ""
        if name in last:
            value = round(last[name].value, 3)
            kept = value >= target if sign == ">=" else value <= target
            verdict = "kept" if kept else "**missed**"
        out.append(f"| {called} | {sign.replace('>=', '≥').replace('<=', '≤')} {target:.2f} "
                   f"| {' | '.join(cells)} | {verdict} |")  # fmt: skip
    return "\n".join(out)


def classes_table(scored: Scored) -> str:
    """Return the confusion matrix with precision, recall and F1 of each class.

    The last two columns are what a report shows: the share of a class by the labels and by the answers.
    """
    measures, total = by_class(scored.confusion), scored.confusion.total()
    out = [
        f"| label \\ answer | {' | '.join(ROLES)} | precision | recall | F1 | labelled | answered |",
        "| --- |" + " ---: |" * (len(ROLES) + 5),
    ]
    for name in ROLES:
        if name in measures:
            precision, recall, f1, is_so = measures[name]
            counts = " | ".join(str(scored.confusion[(name, other)]) for other in ROLES)
            answered = sum(scored.confusion[(other, name)] for other in ROLES)
            out.append(
                f"| {name} | {counts} | {precision:.2f} | {recall:.2f} | {f1:.2f} "
                f"| {is_so / total:.1%} | {answered / total:.1%} |"
            )
    return "\n".join(out)


def baselines_table(sets: Mapping[str, Set], scorer: Scorer) -> str:
    """Return our figures of each set beside those of the simple readers."""
    shown = ("role_acc", "role_macro_f1", "other_called_ai", "skill_f1", "level_acc", "preferred_recall",
             "years", "ai_years_recall")  # fmt: skip
    out = [
        f"| set | reader | {' | '.join(TARGETS[name][0] for name in shown)} |",
        "| --- | --- |" + " ---: |" * len(shown),
    ]
    for name, one in sets.items():
        readers = {"ours": one.answers, **all_baselines(one.rows)}
        for reader, answers in readers.items():
            figures = scorer.score(one.rows, answers).figures()
            values = [f"{figures[key].value:.2f}" if key in figures else "–" for key in shown]
            out.append(f"| {name} | {reader} | {' | '.join(values)} |")
    return "\n".join(out)


def skills_table(one: Set, scorer: Scorer) -> str:
    """Return each skill's precision and recall in a set."""
    out = ["| skill | named | precision | recall | |", "| --- | ---: | ---: | ---: | --- |"]
    for skill in sorted(scorer.skills):
        found = scorer.of_skill(skill, one.rows, one.answers)
        right, wrong, missed = found["tp"], found["fp"], found["fn"]
        cells = []
        for n in (right + wrong, right + missed):
            low, high = wilson(right, n)
            cells.append(f"{right / n:.2f} ({low:.2f}–{high:.2f})" if n else "–")
        few = "few" if right + missed < _FEW else ""
        out.append(f"| {skill} | {right + missed} | {' | '.join(cells)} | {few} |")
    return "\n".join(out)


def errors(one: Set) -> list[str]:
    """Return a line for each posting whose role is wrong though both labellers agree."""
    return [
        f"{row['id']}: {row['role']}, got {answer['role']['class']}"
        for row, answer in zip(one.rows, one.answers, strict=True)
        if row["role"] == row["second"]["role"] != answer["role"]["class"]
    ]


# ------------------------------------------------------------------ the same twice


def reproduced(lines: Sequence[str]) -> list[str]:
    """Return what two runs in two processes with different hash seeds, and a third backwards, tell."""

    def run(seed: str, told: Sequence[str]) -> list[str]:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            TAG, input=("\n".join(told) + "\n").encode(), capture_output=True, env=environment, check=True
        )
        return done.stdout.decode().splitlines()

    first, second, backwards = run("1", lines), run("2", lines), run("3", lines[::-1])[::-1]
    digest = hashlib.sha256("\n".join(first).encode()).hexdigest()[:16]
    answers = [json.loads(line) for line in first]
    versions = Counter(answer.get("taxonomy") for answer in answers)
    hashes = sum(TAXONOMY.sha256 in _values(answer) for answer in answers)
    return [
        f"{len(first)} answers, {'byte-identical' if first == second else '**different**'} in two processes "
        f"with different hash seeds (SHA-256 {digest}…); "
        f"{'the same' if first == backwards else '**others**'} in the opposite order.",
        f"Taxonomy version in {versions[TAXONOMY.version]} of {len(answers)} answers ({TAXONOMY.version}); "
        f"its hash ({TAXONOMY.sha256[:16]}…) in {hashes}.",
    ]


def _values(answer: Mapping[str, Any]) -> set[str]:
    inner = [value for value in answer.values() if isinstance(value, dict)]
    return {value for part in (answer, *inner) for value in part.values() if isinstance(value, str)}


def further(name: str, data: Path) -> str:
    """Return what a benchmark of its own prints, or that it is not there."""
    script = HERE / f"{name}.py"
    if not script.exists():
        return f"benchmarks/{name}.py is not there."
    done = subprocess.run([sys.executable, str(script), str(data)], capture_output=True, text=True)
    return done.stdout.strip() or f"benchmarks/{name}.py failed: {done.stderr.strip()[-300:]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure how well postings are understood.")
    parser.add_argument("data", type=Path, help="the folder of real postings")
    parser.add_argument("--errors", action="store_true", help="list the wrong roles")
    parser.add_argument("--skills", action="store_true", help="list each skill")
    options = parser.parse_args(arguments)
    data = options.data.resolve()
    tools, golden = data.parent / "tools", labelled.gold(data)
    if not (tools / "score_tags.py").exists():
        raise SystemExit(f"the scorer is not beside the data: {tools.name}/score_tags.py")
    scorer = Scorer(tools, data / "gold" / "en.jsonl")
    ours, missing = labelled.own(data)
    others = {language: labelled.of_other_employers(rows, golden) for language, rows in ours.items()}
    whole = {language: [row for row in rows if "education_min" in row] for language, rows in ours.items()}
    groups = {"gold": golden, "further postings": ours, "further employers": others, "all fields": whole}
    sets = {name: sets_of(group, scorer) for name, group in groups.items()}
    print(f"{tagging.machine()}; taxonomy {TAXONOMY.version} ({TAXONOMY.sha256[:12]})")
    if missing:
        print(f"\n{len(missing)} labels are not scored: their texts are not there.")
    for name, found in sets.items():
        # Where nobody labelled the degree, none is expected, which is no measure.
        silent = () if name in ("gold", "all fields") else ("education",)
        print(f"\n### {name}\n\n{figures_table(found, silent)}\n\n{classes_table(found['both'].scored)}")
        if options.errors:
            print("", *errors(found["both"]), sep="\n")
        if options.skills:
            print(f"\n{skills_table(found['both'], scorer)}")
    print("\n### beside simple readers\n")
    print(baselines_table({name: found["both"] for name, found in sets.items()}, scorer))
    for name in FURTHER:
        print(f"\n### {name.replace('_', ' ')}\n\n{further(name, data)}")
    lines = [line for language in tagging.FILES for line in tagging.rows(data, language)]
    print("\n### the same twice\n", *reproduced(lines), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
