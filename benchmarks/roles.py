"""Are the numbers of the role class right? `python benchmarks/roles.py DATA [--rounds 8]`

roles.toml adds points; a posting with enough of them has AI as its core. This script fits the worth of each
part again, from all labelled postings on which both labellers agree, and judges the shipped numbers and the
fitted ones on employers that were left out of the fit (ten parts, drawn anew in each round). The fit is a
logistic regression (Newton's method) whose prior is the shipped table, so that few rows move it little:

    minimise  -sum log p(label | parts) + 1/2 sum strength_i (w_i - shipped_i)^2

Where fitting does not judge better than the table, the table stays: it is the simpler of the two. Prints
worths as multiples of the shipped ones (1.0: agrees).

The two limits of `both` are judged likewise: in each part those count that are right most often about the
others' employers (tools in use left aside). Needs the folder of real postings; takes a minute.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))

from data_options import data_options
from labelled import Row, gold, own

from scraper.normalizing.companies import company_key
from scraper.tagging.role_signs import which_ai
from scraper.tagging.roles import Verdict
from scraper.tagging.tables import load
from scraper.understanding.posting import understand

PARTS = (
    "title_technique",
    "title_half_sign",
    "title_object",
    "title_ai",
    "genai",
    "classic",
    "ai",
    "employer",
    "object",
    "preferred",
    "tools",
)
AI_ROLES = ("ai_pm", "aigc_pm", "both")
SHARPNESS = 1.2
"""Log-odds per point: how sharp the limit of the shipped table is, as a start."""
STRENGTH = 10.0
BORDERS = tuple(product((0.2, 0.25, 0.3, 0.35, 0.4), (1.0, 1.5, 2.0, 2.5, 3.0)))
"""Values of `both_share` and `both_least` to choose from."""
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Judged(NamedTuple):
    """A labelled posting, whose it is, and what the tagger says of it."""

    label: str
    employer: str
    verdict: Verdict


def judged(rows: Sequence[Row]) -> list[Judged]:
    """Return the rows on which both labellers agree, without those that the gate or the duties rule out."""
    found = []
    for row in rows:
        if row["role"] != row["second"]["role"]:
            continue
        verdict = understand(
            row["title"], row["description"], company=row.get("company") or ""
        ).detail.verdict
        if row["role"] == "not_pm" or verdict.role == "not_pm":
            continue
        key = company_key(row.get("company") or "")
        found.append(Judged(row["role"], row["id"] if key.startswith("anonymous:") else key, verdict))
    return found


def fit(points: Floats, core: Floats, shipped: Floats, strength: Floats) -> Floats:
    """Return the weights (the first is the intercept) that minimise the sum in the module's docstring."""
    weights = shipped.copy()
    inputs = np.column_stack([np.ones(len(points)), points])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (chance - core) + strength * (weights - shipped)
        bend = (inputs.T * (chance * (1 - chance))) @ inputs + np.diag(strength)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def left_out(rows: Sequence[Judged], points: Floats, core: Floats, limit: float, rounds: int) -> float:
    """Return how often the fitted numbers are right about rows of employers that were left out."""
    shipped, strength = prior(limit)
    right = 0
    for held in parts(rows, rounds):
        weights = fit(points[~held], core[~held], shipped, strength)
        said = np.column_stack([np.ones(held.sum()), points[held]]) @ weights > 0
        right += int((said == (core[held] > 0.5)).sum())
    return right / (rounds * len(rows))


def parts(rows: Sequence[Judged], rounds: int) -> Iterator[Bools]:
    """Yield which rows are left out: in each round ten parts, an employer in one."""
    for round in range(rounds):
        employers = sorted({row.employer for row in rows})
        random.Random(round).shuffle(employers)
        part = {employer: place % 10 for place, employer in enumerate(employers)}
        of = np.array([part[row.employer] for row in rows])
        for held in range(10):
            yield of == held


def prior(limit: float) -> tuple[Floats, Floats]:
    """Return the shipped weights and how strongly they hold, the intercept hardly at all."""
    shipped = np.array([-limit * SHARPNESS, *[SHARPNESS] * len(PARTS)])
    return shipped, np.array([0.05, *[STRENGTH] * len(PARTS)])


def axis_lines(rows: Sequence[Judged]) -> list[str]:
    """Return how the three AI roles are told apart where label and tagger both see one."""
    pairs = Counter((row.label, row.verdict.role) for row in rows if row.label in AI_ROLES)
    seen = {pair: count for pair, count in pairs.items() if pair[1] in AI_ROLES}
    right = sum(count for (label, said), count in seen.items() if label == said)
    wrong = {f"{label} called {said}": n for (label, said), n in sorted(seen.items()) if label != said}
    return [f"which AI: {right} of {sum(seen.values())} right; {wrong}"]


def border_line(rows: Sequence[Judged], rounds: int) -> str:
    """Return how often the shipped limits of `both` are right, and those chosen on other employers."""
    named = [
        row
        for row in rows
        if row.label in AI_ROLES and row.verdict.role in AI_ROLES and "unnamed" not in row.verdict.reasons
    ]
    axis = load("roles")["axis"]
    shipped = BORDERS.index((axis["both_share"], axis["both_least"]))
    right = np.array(
        [
            [
                which_ai(
                    row.verdict.classic,
                    row.verdict.genai,
                    {**axis, "both_share": share, "both_least": least},
                    unnamed="ai_pm",
                )[0]
                == row.label
                for row in named
            ]
            for share, least in BORDERS
        ]
    )
    chosen = [int(right[right[:, ~held].sum(1).argmax(), held].sum()) for held in parts(named, rounds)]
    return (
        f"limits of `both`, {len(named)} postings: shipped ones right in {right[shipped].mean():.4f}, "
        f"chosen on other employers {sum(chosen) / (rounds * len(named)):.4f}"
    )


def report(name: str, rows: Sequence[Judged]) -> list[str]:
    """Return the figures of the shipped table on one set."""
    right = sum((row.verdict.role in AI_ROLES) == (row.label in AI_ROLES) for row in rows)
    others = [row for row in rows if row.label == "other_pm"]
    called = sum(row.verdict.role in AI_ROLES for row in others)
    whole = sum(row.verdict.role == row.label for row in rows)
    head = f"{name}: {len(rows)} postings; AI as the core {right / len(rows):.3f} right"
    return [f"{head}, other PMs called AI {called} of {len(others)}; class {whole / len(rows):.3f} right"]


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures."""
    given = data_options(__doc__, argv, rounds=8)
    mine, missing = own(given.data)
    sets: Mapping[str, list[Judged]] = {
        "gold": judged([row for rows in gold(given.data).values() for row in rows]),
        "own labels": judged([row for rows in mine.values() for row in rows]),
    }
    rows = [row for part in sets.values() for row in part]
    limit = rows[0].verdict.limit
    points = np.array([[row.verdict.parts.get(name, 0.0) for name in PARTS] for row in rows])
    core = np.array([float(row.label in AI_ROLES) for row in rows])
    for name, part in sets.items():
        print("\n".join(report(name, part)))
    if missing:
        print(f"{len(missing)} labelled postings are not in {given.data}")
    shipped = float(((points.sum(axis=1) >= limit) == (core > 0.5)).mean())
    fitted = left_out(rows, points, core, limit, given.rounds)
    print(f"shipped table {shipped:.4f}; fitted again, on employers left out of the fit {fitted:.4f}")
    weights = fit(points, core, *prior(limit))
    worth = {
        name: round(float(w / weights[0] * -limit), 2) for name, w in zip(PARTS, weights[1:], strict=True)
    }
    print(f"fitted worth of each part, in shipped ones: {worth}")
    print("\n".join(axis_lines(rows)))
    print(border_line(rows, given.rounds))


if __name__ == "__main__":
    main()
