"""T4: which requirements are asked for more, or less, in what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from reports.document.changes import Gate, MoverFamily, MoverRow, Movers
from reports.document.terms import Change, Reason, RoleId
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, flow_population, with_text
from reports.measures.requirements import REFERENCE_SHARE, Tags
from reports.measures.statements import (
    LEAST_MENTIONS,
    adjust,
    change_row,
    share_row,
    silence,
    verdict_of,
)
from reports.measures.two_windows import TwoWindows
from reports.statistics.arrays import Bools, Floats, Ints
from reports.statistics.differences import StratifiedDesign, StratifiedDifference
from reports.statistics.shares import Clusters
from reports.statistics.shrinkage import Observed, prior_size, probability_beyond
from reports.statistics.testing import detectable_change

FAMILIES: tuple[RoleId, ...] = ("aigc_pm", "ai_pm", "all")
TRAILING_WEEKS = 13
NOTICEABLE = 0.02  # a change that a reader would care about
GATE_LOST = 0.05  # fraction of the compared stock that breaks may take
GATE_COVERAGE = 0.25  # by which the readable fraction of the cells may differ between the windows


@dataclass(frozen=True, slots=True)
class MovedBy:
    """What is known of the change of one requirement in one class."""

    change: Change
    deff: float | None
    employer_change: float | None
    posterior: float | None


def movers(panel: Panel, windows: TwoWindows, tags: Tags) -> Movers:
    """Return T4 over those of the flow of both windows that came with their text."""
    held = _disturbance(panel, windows.lost)
    thirteen = flow_population(panel, panel.last - TRAILING_WEEKS + 1, panel.last)
    thirteen = thirteen.where(with_text(panel, thirteen))
    families: list[MoverFamily] = []
    rows: list[MoverRow] = []
    for role in FAMILIES:
        trailing = _trailing(tags, thirteen.rows[thirteen.of(role)])
        family, found = _family(windows, tags, role, trailing, held)
        families.append(family)
        rows += found
    return {
        "id": "T4",
        "population": "flow_4w",
        "status": windows.status,
        "reason": windows.reason,
        "window": windows.window,
        "compared": windows.compared,
        "lost": windows.lost,
        "families": families,
        "rows": rows,
    }


def _trailing(tags: Tags, rows: Ints) -> Floats:
    """The share of each tag, half a mention added to both answers, so that it is never 0 or 1."""
    share: Floats = (tags.asked.totals(rows) + 0.5) / (len(rows) + 1)
    return share


def _disturbance(panel: Panel, lost: float | None) -> Gate:
    """What happened to the listings in the windows that could look like a change of requirements."""
    if (lost or 0.0) > GATE_LOST:
        return "break"
    usable = panel.usable[:, panel.last - 2 * WINDOW_WEEKS + 1 :]
    followed = int(usable.any(axis=1).sum())
    earlier, later = usable[:, :WINDOW_WEEKS].sum(), usable[:, WINDOW_WEEKS:].sum()
    return "coverage" if abs(earlier - later) > GATE_COVERAGE * WINDOW_WEEKS * followed else ""


def _family(
    windows: TwoWindows, tags: Tags, role: RoleId, trailing: Floats, held: Gate
) -> tuple[MoverFamily, list[MoverRow]]:
    mine = windows.of(role) & windows.read
    asked, later, employer = tags.asked[windows.rows[mine]], windows.later[mine], windows.employer[mine]
    design = StratifiedDesign(later, windows.stratum[mine], employer)
    columns = np.flatnonzero(asked.sum(axis=0) >= LEAST_MENTIONS)
    before, now = ((rows, Clusters(employer[rows])) for rows in map(np.flatnonzero, (~later, later)))
    found = changes(asked[:, columns], design, trailing[columns])
    if windows.status != "ok":
        found = [MovedBy(silence(one.change, windows.reason), None, None, None) for one in found]
    rows: list[MoverRow] = []
    for column, one in zip(columns, found, strict=True):
        tag, y = tags.tags[column], asked[:, column]
        verdict = verdict_of(one.change)
        gate = held or gate_of(one)
        rows.append(
            {
                "role": role,
                "tag": tag.id,
                "en": tag.en,
                "zh": tag.zh,
                "era": tag.era,
                "groups": list(tag.groups),
                "before": share_row(before[1].share(y[before[0]])),
                "now": share_row(now[1].share(y[now[0]])),
                "change": one.change,
                "verdict": verdict,
                "deff": one.deff,
                "employer_change": one.employer_change,
                "posterior": one.posterior,
                "gate": gate,
                "mover": verdict in ("rose", "fell") and gate == "",
            }
        )
    rows.sort(key=lambda row: (row["posterior"] is None, -(row["posterior"] or 0.0), row["tag"]))
    return _summary(role, design, rows, windows.reason), rows


def changes(asked: Bools, design: StratifiedDesign, trailing: Floats) -> list[MovedBy]:
    """Return what is known of the change of each requirement of one family, q among them.

    `asked`: postings x requirements; `design` compares the two windows of these postings; `trailing`: the
    share of each requirement in the last 13 weeks, the mean of its prior.
    """
    differences = [design.difference(asked[:, column]) for column in range(asked.shape[1])]
    rows = [change_row(one, len(asked)) for one in differences]
    adjust(rows)
    tested = [one for one, row in zip(differences, rows, strict=True) if row["p"] is not None]
    size = prior_size([one.d for one in tested], [one.variance for one in tested], [*map(_middle, tested)])
    return [
        _tested(change, one, design.once_difference(asked[:, column]), float(trailing[column]), size)
        for column, (change, one) in enumerate(zip(rows, differences, strict=True))
    ]


def gate_of(one: MovedBy) -> Gate:
    """Return "employers" if the change is not so where each employer counts once."""
    d, employers = one.change["d"], one.employer_change
    return "" if d is None or employers is None or d * employers > 0 else "employers"


def _middle(found: StratifiedDifference) -> float:
    """The share in both windows together."""
    share = (found.p0 * found.n0 + (found.p0 + found.d) * found.n1) / (found.n0 + found.n1)
    return min(1.0, max(0.0, share))


def _tested(change: Change, found: StratifiedDifference, once: float, prior: float, size: float) -> MovedBy:
    if change["p"] is None:
        return MovedBy(change, None, None, None)
    p = _middle(found)
    independent = p * (1 - p) * (1 / found.n1 + 1 / found.n0)
    deff = max(1.0, found.variance / independent) if independent > 0 else 1.0
    before = Observed(min(1.0, max(0.0, found.p0)), found.n0 / deff)
    now = Observed(min(1.0, max(0.0, found.p0 + found.d)), found.n1 / deff)
    lower, higher = (before, now) if found.d > 0 else (now, before)
    return MovedBy(change, deff, once, probability_beyond(lower, higher, prior, size, NOTICEABLE))


def _summary(role: RoleId, design: StratifiedDesign, rows: Sequence[MoverRow], reason: Reason) -> MoverFamily:
    n0, n1 = design.members
    effects = [row["deff"] for row in rows if row["deff"] is not None]
    deff = median(effects) if effects else None
    if not reason and not effects:
        reason = "no_flow" if not n0 + n1 else rows[0]["change"]["reason"] if rows else "small_counts"
    return {
        "role": role,
        "n0": n0,
        "n1": n1,
        "employers": design.clusters,
        "tested": len(effects),
        "movers": sum(row["mover"] for row in rows),
        "held_back": sum(row["verdict"] in ("rose", "fell") and not row["mover"] for row in rows),
        "deff": deff,
        "mde": None if deff is None else detectable_change(REFERENCE_SHARE, n1, n0, deff),
        "reason": reason,
    }
