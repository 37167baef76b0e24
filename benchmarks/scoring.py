"""What the shared scorer counts, with intervals; the scorer itself is beside the data (tools/score_tags.py).

It is run as it is: `Scorer` executes it once on a file of labels, and then uses its functions for counting
and for the figures. A share gets Wilson's interval (Wilson 1927), an F1 that of the bootstrap over postings
(Efron 1979, percentiles); both 95 %.
"""

import contextlib
import io
import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

TAG = (sys.executable, "-c", "import pmtrend; pmtrend.main()", "tag", "--jsonl")
ROLES = ("aigc_pm", "ai_pm", "both", "other_pm", "not_pm")
AI_ROLES = ROLES[:3]
_Z = 1.959964  # of the normal distribution, 95 % two-sided
_RESAMPLES = 1000
Row = dict[str, Any]
Answer = dict[str, Any]
Interval = tuple[float, float]

_SHARES = {
    "level_acc": ("lv_ok", "lv_n"),
    "preferred_recall": ("pref_ok", "pref_n"),
    "years": ("years", "pm"),
    "ai_years_recall": ("ai_hit", "ai_pos"),
    "ai_years_precision": ("ai_right", "ai_said"),
    "education": ("edu", "pm"),
    "pay": ("pay_ok", "pay_n"),
    "pay_invented": ("nopay_said", "nopay_n"),
    "workplace": ("work_ok", "work_n"),
    "quotes": ("quote_ok", "quote_n"),
}
"""The scorer's figure → what it divides."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its value, its interval, and of how many cases it is."""

    value: float
    low: float
    high: float
    n: int


def wilson(hits: int, n: int) -> Interval:
    """Return the 95 % interval of a share of `hits` in `n`; (0, 1) of nothing."""
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(hits: int, n: int) -> Figure | None:
    """Return a share as a figure; None of nothing."""
    return Figure(hits / n, *wilson(hits, n), n) if n else None


def by_class(confusion: Mapping[tuple[str, str], int]) -> dict[str, tuple[float, float, float, int]]:
    """Return role → (precision, recall, F1, rows that are so) from (is, got) → rows; classes that occur."""
    found = {}
    for name in ROLES:
        right = confusion.get((name, name), 0)
        is_so = sum(n for (true, _), n in confusion.items() if true == name)
        got = sum(n for (_, said), n in confusion.items() if said == name)
        if is_so:
            f1 = 2 * right / (is_so + got)
            found[name] = (right / got if got else 0.0, right / is_so, f1, is_so)
    return found


class Scored:
    """What the scorer counted in a set of postings, row by row."""

    def __init__(self, counted: Sequence[tuple[Counter[Any], Counter[Any]]], figures: Callable[..., Row]):
        self._figures = figures
        self._counted = counted
        self.counts: Counter[str] = sum((r for r, _ in counted), Counter())
        self.confusion: Counter[tuple[str, str]] = sum((c for _, c in counted), Counter())

    def figures(self) -> dict[str, Figure]:
        """Return name → figure, those of which there are cases; the names are the scorer's own."""
        counts, confusion = self.counts, self.confusion
        agreed, others = confusion.total(), sum(n for (true, _), n in confusion.items() if true == "other_pm")
        found = {
            "role_acc": share(sum(confusion[(name, name)] for name in ROLES), agreed),
            "other_called_ai": share(sum(confusion[("other_pm", name)] for name in AI_ROLES), others),
            **{name: share(counts[hits], counts[n]) for name, (hits, n) in _SHARES.items()},
        }
        return {name: figure for name, figure in found.items() if figure} | self._bootstrapped()

    def _bootstrapped(self) -> dict[str, Figure]:
        """The two figures that are no shares, with the percentiles of resampled postings; a fixed seed."""
        keys = [*((0, key) for key in self.counts), *((1, key) for key in self.confusion)]
        table = np.array([[row[side][key] for side, key in keys] for row in self._counted], dtype=np.int64)
        n = len(self._counted)
        draws = np.random.default_rng(20261125).multinomial(n, [1 / n] * n, size=_RESAMPLES) @ table
        names = ("role_macro_f1", "skill_f1")
        values: dict[str, list[float]] = {name: [] for name in names}
        for draw in draws:
            sums: tuple[Counter[Any], Counter[Any]] = Counter(), Counter()
            for (side, key), value in zip(keys, draw, strict=True):
                sums[side][key] = int(value)
            one = self._figures(*sums)
            for name in names:
                values[name].append(one[name] or 0.0)
        whole = self._figures(self.counts, self.confusion)
        cases = {"role_macro_f1": self.confusion.total(), "skill_f1": self._skills()}
        found = {}
        for name in names:
            if cases[name]:
                low, high = np.percentile(values[name], (2.5, 97.5))
                found[name] = Figure(whole[name], float(low), float(high), cases[name])
        return found

    def _skills(self) -> int:
        return sum(self.counts[name] for name in ("tp", "fp", "fn"))


class Scorer:
    """The shared scorer, bound to `pmtrend tag`. `tools` is the folder that holds score_tags.py."""

    def __init__(self, tools: Path, labels: Path, command: Sequence[str] = TAG):
        path = tools / "score_tags.py"
        self._space: dict[str, Any] = {"__name__": "score_tags"}
        before, sys.argv = sys.argv, [str(path), str(labels), "--", *command]
        try:  # the scorer is a script: it scores a file when it is executed
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), self._space)
        finally:
            sys.argv = before
        if self._space["ROLES"] != ROLES:
            raise SystemExit("the scorer has other roles than this benchmark")

    @property
    def skills(self) -> frozenset[str]:
        """The skills that are labelled."""
        return frozenset(self._space["SKILLS"])

    def answers(self, rows: Sequence[Row]) -> list[Answer]:
        """Return what `pmtrend tag --jsonl` says of each row, as the scorer asks it."""
        found: list[Answer] = self._space["tag"](list(rows))
        return found

    def score(self, rows: Sequence[Row], answers: Sequence[Answer]) -> Scored:
        """Count the answers against the labels."""
        counted = [self._space["count"]([row], [answer]) for row, answer in zip(rows, answers, strict=True)]
        return Scored(counted, self._space["figures"])

    def of_skill(self, skill: str, rows: Sequence[Row], answers: Sequence[Answer]) -> Counter[str]:
        """Return tp, fp and fn of one skill."""
        kept_rows = [
            {**_only(row, skill), "second": _only(row["second"], skill)} for row in rows if "second" in row
        ]
        kept = [
            {**answer, "tags": [tag for tag in answer["tags"] if tag["id"] == skill]} for answer in answers
        ]
        counts, _ = self._space["count"](kept_rows, kept)
        return Counter({name: counts[name] for name in ("tp", "fp", "fn")})


def _only(label: Row, skill: str) -> Row:
    return {**label, "skills": [one for one in label["skills"] if one["skill"] == skill]}
