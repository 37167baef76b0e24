"""Where the work lies: on making models (pipeline) or on using them, over time and by stage of the chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from reports.document.comparison import Fingerprint, PipelinePoint, PipelineRow, StageRow
from reports.document.terms import ROLES, RoleId
from reports.measures.comparison import Comparison, any_of
from reports.measures.level import CHANGE_WEEKS
from reports.measures.panel import Panel, belongs
from reports.measures.population import WINDOW_WEEKS, Population, stock_rows, window
from reports.measures.requirements import SPARK_LEAST, Tags
from reports.measures.statements import adjust, change_row, direction_of, known, share_of
from reports.statistics.arrays import Bools, Floats, Ints
from reports.statistics.means import clustered_mean_share
from storage.weeks import label

# Pieces of work and not techniques by name, which the chain of the vocabulary counts too: who must know NLP
# need not train models. Deployment and operation cannot be told apart by these tags.
STAGES: Mapping[str, tuple[str, ...]] = {
    "collect": ("data_collection", "data_cleaning", "data_flywheel"),
    "annotate": ("data_annotation",),
    "train": ("model_training", "fine_tuning"),
    "evaluate": ("model_evaluation",),
    "algorithm": ("algorithm_collaboration",),
    "deploy": ("mlops_deployment",),
    "secure": ("ai_ethics_compliance", "privacy", "copyright"),
    "develop": ("prompt_engineering", "rag", "agents"),
}


def fingerprint(panel: Panel, tags: Tags, compared: Comparison) -> Fingerprint:
    """Return the pipeline share per class and the stages of work over the population that is compared."""
    people = compared.people
    weeks = range(panel.last - CHANGE_WEEKS + 1, panel.last + 1)
    known = np.flatnonzero(panel.postings.recent)
    told = np.full(len(panel.postings), np.nan)
    told[known] = pipeline_of(panel, known)
    stocks = [_Stock.of(panel, week, told) for week in weeks]
    share = told[people.rows]
    read, stages = compared.read, _stages(tags, compared.with_text)
    enough = bool((read & (compared.ai | compared.aigc)).any())
    return {
        "id": "fingerprint",
        "population": "window",
        "status": "ok" if enough else "insufficient",
        "reason": "" if enough else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": [
            _row(people, role, share, read, [
                _point(stock, role, label(panel.weeks[week]))
                for week, stock in zip(weeks, stocks, strict=True)
            ])
            for role in ROLES
        ],
        "stages": stages,
    }  # fmt: skip


def pipeline_of(panel: Panel, rows: Ints) -> Floats:
    """Return the pipeline share of each panel row; nan where no such work is named or no text was given."""
    share = panel.postings.each("pipeline", lambda told: np.nan if told is None else told, rows)
    return np.where(panel.postings.with_text[rows], share, np.nan)


@dataclass(frozen=True, slots=True)
class _Stock:
    """What was listed in a week and names such work: role codes, employers, pipeline shares."""

    role: Ints
    employer: Ints
    share: Floats

    @classmethod
    def of(cls, panel: Panel, week: int, share: Floats) -> Self:
        """Return the stock of a week (column); `share` has the pipeline shares by panel row."""
        rows = stock_rows(panel, week)
        rows = rows[np.flatnonzero(~np.isnan(share[rows]))]
        return cls(panel.role[rows], panel.company[rows], share[rows])


def _row(
    people: Population, role: RoleId, share: Floats, read: Bools, weeks: list[PipelinePoint]
) -> PipelineRow:
    mine = people.of(role) & read
    told = mine & ~np.isnan(share)
    found = clustered_mean_share(share[told], people.employer[told])
    return {
        "role": role,
        "mean": known(found.mean),
        "lo": known(found.lo),
        "hi": known(found.hi),
        "n": found.n,
        "employers": found.clusters,
        "stated": share_of(told[mine], people.employer[mine]),
        "weeks": weeks,
    }


def _point(stock: _Stock, role: RoleId, week: str) -> PipelinePoint:
    mine = np.flatnonzero(belongs(stock.role, role))
    found = clustered_mean_share(stock.share[mine], stock.employer[mine])
    enough = found.n >= SPARK_LEAST
    return {
        "week": week,
        "mean": known(found.mean) if enough else None,
        "lo": known(found.lo) if enough else None,
        "hi": known(found.hi) if enough else None,
        "n": found.n,
    }


def _stages(tags: Tags, compared: Comparison) -> list[StageRow]:
    rows: list[StageRow] = []
    for stage, wanted in STAGES.items():
        y = any_of(compared.asked, [tag.id in wanted for tag in tags.tags])
        in_ai, in_aigc = compared.shares(y)
        rows.append(
            {
                "stage": stage,
                "ai": in_ai,
                "aigc": in_aigc,
                "difference": change_row(compared.difference(y), in_ai["n"] + in_aigc["n"]),
                "direction": "insufficient",
            }
        )
    adjust([row["difference"] for row in rows])
    for row in rows:
        row["direction"] = direction_of(row["difference"])
    return rows
