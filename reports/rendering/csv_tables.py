"""Which CSV files a report has: where the rows of each are, what identifies them, and its columns.

Columns follow the types of reports.document: a nested value becomes `outer_inner` columns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from reports.document import (
    changes,
    choice,
    comparison,
    composition,
    concentration,
    edits,
    qualifications,
    salary,
    stays,
    tables,
)
from reports.document import history as document_history
from reports.document import peers as document_peers
from reports.document import postings as document_postings
from reports.document.co_occurrence import TagPair
from reports.document.terms import Change
from reports.document.weekly import WeeklyReport

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """One file: its name, type and key of its rows, where they are, and columns beside those of `shape`."""

    name: str
    shape: type
    key: tuple[str, ...]
    rows: Callable[[WeeklyReport], Iterable[Row]]
    beside: tuple[str, ...] = ()

    def columns(self) -> list[str]:
        """Return the names of the columns: the report's week, the key, then the rest as in the shape."""
        return list(dict.fromkeys(["report_week", *self.key, *self.beside, *columns_of(self.shape)]))


@cache
def columns_of(shape: type) -> tuple[str, ...]:
    """Return the columns that a TypedDict is flattened to (lists of records have files of their own)."""
    columns: list[str] = []
    for name, hint in get_type_hints(shape).items():
        inner = _without_none(hint)
        if is_typeddict(inner):
            columns += (f"{name}_{column}" for column in columns_of(inner))
        elif get_origin(inner) is not list or get_args(inner) == (str,):
            columns.append(name)
    return tuple(columns)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _strips(report: WeeklyReport) -> Iterator[Row]:
    for source in report["run_health"]["sources"]:
        for cell in source["strip"]:
            yield {"source": source["source"], **cell}


def _points(report: WeeklyReport) -> Iterator[Row]:
    for series in report["level_index"]["series"]:
        for point in series["points"]:
            yield {"role": series["role"], "base": series["base"], **point}


def _weekly_shares(report: WeeklyReport) -> Iterator[Row]:
    part = report["skills"]
    for row in part["rows"]:
        for week, share in zip(part["spark_weeks"], row["spark"], strict=True):
            yield {"role": row["role"], "tag": row["tag"], "week": week, "stock_share": share}


def _curves(report: WeeklyReport) -> Iterator[Row]:
    for row in report["experience"]["rows"]:
        for at in row["curve"]:
            yield {"measure": row["measure"], "role": row["role"], **at}


def _weekly_labels(report: WeeklyReport) -> Iterator[Row]:
    part = report["labels"]
    for week, share in zip(part["spark_weeks"], part["spark"], strict=True):
        yield {"week": week, "inflated_share": share}


def _weekly_pipeline(report: WeeklyReport) -> Iterator[Row]:
    for row in report["fingerprint"]["rows"]:
        for point in row["weeks"]:
            yield {"role": row["role"], **point}


def _weekly_requirements(report: WeeklyReport) -> Iterator[Row]:
    for row in report["requirements_weekly"]["rows"]:
        for point in row["points"]:
            yield {"role": row["role"], "tag": row["tag"], **point}


def _pairs(report: WeeklyReport) -> Iterator[Row]:
    for matrix in report["co_occurrence"]["classes"]:
        yield from matrix["pairs"]


def _still_open(report: WeeklyReport) -> Iterator[Row]:
    for row in report["lifetimes"]["rows"]:
        for at in row["open"]:
            yield {"role": row["role"], **at}


def _cards(report: WeeklyReport) -> Iterator[Row]:
    for card in report["choice"]["cards"]:
        yield {**card, **card["profile"], "skills": [tag["id"] for tag in card["profile"]["skills"]]}


def _doors(report: WeeklyReport) -> Iterator[Row]:
    for card in report["choice"]["cards"]:
        for door in card["doors"]:
            yield {"profile": card["profile"]["name"], "standing": card["profile"]["standing"], **door}


def _of_doors(*parts: str) -> Callable[[WeeklyReport], Iterator[Row]]:
    """Return what yields the rows of these parts of each door, told whose door it is."""

    def rows(report: WeeklyReport) -> Iterator[Row]:
        for door in _doors(report):
            whose = {name: door[name] for name in _WHOSE}
            for row in (row for part in parts for row in door[part]):
                levers = [f"{one['kind']}:{one['id']}" for one in row.get("levers", ())]
                yield {**whose, **row, "levers": levers}

    return rows


_WHOSE = ("profile", "standing", "role")


class _Nothing(dict[str, Any]):
    """A shape without columns of its own: all of the file's columns are named in `beside`."""


TABLES: tuple[CsvTable, ...] = (
    CsvTable("run_health.csv", tables.StripCell, ("source", "week"), _strips, ("source",)),
    CsvTable("sources.csv", tables.SourceHealth, ("source",), lambda r: r["run_health"]["sources"]),
    CsvTable("board_problems.csv", tables.BoardProblem, ("board",), lambda r: r["run_health"]["problems"]),
    CsvTable("quarantined.csv", tables.Quarantined, ("board",), lambda r: r["run_health"]["quarantined"]),
    CsvTable(
        "template_drift.csv",
        tables.TemplateDrift,
        ("board", "source_field"),
        lambda r: r["run_health"]["drift"],
    ),
    CsvTable("headline.csv", tables.HeadlineRow, ("role",), lambda r: r["headline"]["rows"]),
    CsvTable("level_index.csv", tables.LevelPoint, ("role", "week"), _points, ("role", "base")),
    CsvTable("movement.csv", tables.MovementRow, ("role", "week"), lambda r: r["movement"]["rows"]),
    CsvTable("class_mix.csv", composition.MixRow, ("role",), lambda r: r["class_mix"]["rows"]),
    CsvTable("mix_shifts.csv", composition.MixShift, ("role", "week"), lambda r: r["class_mix"]["shifts"]),
    CsvTable("skills.csv", composition.SkillRow, ("role", "tag"), lambda r: r["skills"]["rows"]),
    CsvTable(
        "skills_weekly.csv",
        _Nothing,
        ("role", "tag", "week"),
        _weekly_shares,
        ("role", "tag", "week", "stock_share"),
    ),
    CsvTable("hypotheses.csv", comparison.HypothesisRow, ("claim",), lambda r: r["hypotheses"]["rows"]),
    CsvTable(
        "requirement_groups.csv", comparison.GroupRow, ("group",), lambda r: r["requirement_groups"]["rows"]
    ),
    CsvTable("labels.csv", comparison.LabelRow, ("market",), lambda r: r["labels"]["rows"]),
    CsvTable("labels_weekly.csv", _Nothing, ("week",), _weekly_labels, ("week", "inflated_share")),
    CsvTable("pipeline.csv", comparison.PipelineRow, ("role",), lambda r: r["fingerprint"]["rows"]),
    CsvTable("pipeline_weekly.csv", comparison.PipelinePoint, ("role", "week"), _weekly_pipeline, ("role",)),
    CsvTable("stages.csv", comparison.StageRow, ("stage",), lambda r: r["fingerprint"]["stages"]),
    CsvTable(
        "evidence.csv",
        comparison.EvidenceRow,
        ("supports", "quoted_for", "url"),
        lambda r: r["evidence"]["rows"],
    ),
    CsvTable("contrast.csv", composition.ContrastRow, ("tag",), lambda r: r["contrast"]["rows"]),
    CsvTable("movers.csv", changes.MoverRow, ("role", "tag"), lambda r: r["movers"]["rows"]),
    CsvTable("movers_tested.csv", changes.MoverFamily, ("role",), lambda r: r["movers"]["families"]),
    CsvTable(
        "requirements_weekly.csv",
        changes.WeeklyPoint,
        ("role", "tag", "week"),
        _weekly_requirements,
        ("role", "tag"),
    ),
    CsvTable("emerging.csv", changes.EmergingRow, ("tag",), lambda r: r["emerging"]["rows"]),
    CsvTable("co_occurrence.csv", TagPair, ("role", "tag", "other_tag"), _pairs),
    CsvTable(
        "experience.csv", composition.ExperienceRow, ("measure", "role"), lambda r: r["experience"]["rows"]
    ),
    CsvTable(
        "experience_open.csv", composition.OpenAt, ("measure", "role", "years"), _curves, ("measure", "role")
    ),
    CsvTable(
        "experience_contrast.csv",
        composition.ExperienceContrast,
        ("id",),
        lambda r: r["experience"]["contrast"],
    ),
    CsvTable(
        "qualifications.csv",
        qualifications.QualificationRow,
        ("qualification", "answer", "role"),
        lambda r: r["qualifications"]["rows"],
    ),
    CsvTable(
        "qualifications_contrast.csv",
        qualifications.QualificationContrast,
        ("qualification", "answer"),
        lambda r: r["qualifications"]["contrast"],
    ),
    CsvTable("salary.csv", salary.PayRow, ("market", "currency", "role"), lambda r: r["salary"]["rows"]),
    CsvTable(
        "salary_disclosure.csv",
        salary.Disclosure,
        ("market", "role"),
        lambda r: r["salary"]["disclosure"],
    ),
    CsvTable(
        "salary_rates.csv",
        salary.RateRow,
        ("market", "currency", "period", "role"),
        lambda r: r["salary"]["rates"],
    ),
    CsvTable("salary_gap.csv", salary.PayGap, ("market", "currency"), lambda r: r["salary"]["gaps"]),
    CsvTable("lifetimes.csv", stays.StayRow, ("role",), lambda r: r["lifetimes"]["rows"]),
    CsvTable("lifetimes_open.csv", stays.StillOpen, ("role", "days"), _still_open, ("role",)),
    CsvTable("lifetimes_contrast.csv", stays.StayContrast, ("days",), lambda r: [r["lifetimes"]["contrast"]]),
    CsvTable("lifetimes_cliffs.csv", stays.Cliff, ("source", "days"), lambda r: r["lifetimes"]["cliffs"]),
    CsvTable(
        "concentration.csv",
        concentration.ConcentrationRow,
        ("role", "grouped_by"),
        lambda r: r["concentration"]["rows"],
    ),
    CsvTable(
        "largest.csv",
        concentration.Largest,
        ("role", "grouped_by", "rank"),
        lambda r: r["concentration"]["largest"],
    ),
    CsvTable(
        "choice_cards.csv",
        choice.ProfileRow,
        ("name", "standing"),
        _cards,
        (
            "skills",
            "verdict",
            "reason",
            *(f"difference_{c}" for c in columns_of(Change)),
            "lenient_difference",
            "named_difference",
        ),
    ),
    CsvTable("choice.csv", choice.Door, _WHOSE, _doors, _WHOSE),
    CsvTable(
        "choice_blockers.csv", choice.BlockerRow, (*_WHOSE, "constraint"), _of_doors("blockers"), _WHOSE
    ),
    CsvTable("choice_lacking.csv", choice.LackingRow, (*_WHOSE, "tag"), _of_doors("lacking"), _WHOSE),
    CsvTable(
        "choice_levers.csv",
        choice.UnlockRow,
        (*_WHOSE, "levers"),
        _of_doors("singles", "pairs"),
        (*_WHOSE, "levers"),
    ),
    CsvTable(
        "choice_examples.csv",
        choice.Example,
        (*_WHOSE, "url"),
        _of_doors("examples"),
        (*_WHOSE, "unknown"),
    ),
    CsvTable("barrier.csv", choice.BarrierRow, ("role",), lambda r: r["choice"]["barrier"]["rows"]),
    CsvTable(
        "breaks.csv", tables.BreakRow, ("from", "source", "unit", "reason", "note"), lambda r: r["breaks"]
    ),
    CsvTable(
        "suspect_runs.csv", tables.SuspectRun, ("observed_at", "board"), lambda r: r["quality"]["suspects"]
    ),
    CsvTable(
        "missing_units.csv", tables.MissingUnit, ("source", "unit"), lambda r: r["quality"]["missing_units"]
    ),
    CsvTable(
        "listed_postings.csv", document_postings.ListedPosting, ("rank",), lambda r: r["postings"]["rows"]
    ),
    CsvTable(
        "posting_changes.csv",
        edits.PostingChange,
        ("company", "title", "url", "changed", "tag", "edited_at"),
        lambda r: r["changes"]["rows"],
    ),
    CsvTable("posting_change_shares.csv", edits.ChangeShare, ("id",), lambda r: r["changes"]["shares"]),
    CsvTable(
        "rewritten_sources.csv",
        edits.RewrittenSource,
        ("source",),
        lambda r: r["changes"]["rewritten"],
    ),
    CsvTable(
        "revisions.csv",
        document_history.RevisionRow,
        ("metric", "week", "role", "dimension"),
        lambda r: r["revisions"]["rows"],
        ("reasons",),
    ),
    CsvTable(
        "changelog.csv",
        document_history.ChangelogRow,
        ("week", "event", "source", "subject", "note"),
        lambda r: r["changelog"]["rows"],
    ),
    CsvTable("peers.csv", document_peers.PeerRow, ("tag",), lambda r: r["peers"]["rows"]),
    CsvTable("totals.csv", tables.Totals, ("week",), lambda r: r["quality"]["totals"]),
    CsvTable(
        "completeness.csv", tables.Completeness, ("field", "role"), lambda r: r["quality"]["completeness"]
    ),
    CsvTable("mde.csv", tables.MdeRow, ("p",), lambda r: r["quality"]["mde"]),
)
