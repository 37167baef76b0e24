"""Reading the store as tables for researchers: week by week, one state of it, and never much of it at once.

What a table says is what a report would count, since it is read by the same functions: spells and looks as
known at the cut, texts of that day, tags of the taxonomy then in force. Postings come in the order in which
they were first seen, a few thousand at a time. What is held meanwhile grows with the looks at boards and with
what is listed at one time, not with the number of postings.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby, islice
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Select, case, exists, func, select

from storage.engines.upgrading import revision
from storage.exporting.details import POSTING, Said, read_said, read_tags
from storage.exporting.panel import Listed, PanelWeek, panel_weeks
from storage.reading.columns import (
    SPELL_KINDS,
    SPELL_REASONS,
    Ints,
    Spells,
    instant,
    microseconds,
    moment,
)
from storage.reading.postings import read_tagged
from storage.reading.spells import Looks, Owners, read_spells
from storage.reading.weekly import (
    last_learned,
    midnight,
    read_cells,
    read_fetches,
    read_notices,
    read_units,
    taxonomy_in_force,
    taxonomy_record,
)
from storage.records import TaxonomyRecord, TaxonomyTag, Unit
from storage.tables import Board, Break, Fetch, Spell
from storage.weeks import label, week_end, week_of

BATCH: Final = 250
"""Postings, or other rows, that are read at a time."""
_EARLY, _LATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table, as columns. `week` is the Monday of the part of the table that they belong to.

    Instants are aware UTC, lists are lists of texts, what is not known is None (never an empty text).
    """

    table: str
    columns: Mapping[str, Sequence[Any]]
    week: date | None = None

    @property
    def count(self) -> int:
        """How many rows they are."""
        return len(next(iter(self.columns.values())))


@dataclass(slots=True)
class Export:
    """What is exported, and what must be said of it.

    `rows` yields every table in parts: the weeks of a table in their order, the tables in any. `postings` is
    how many postings will be looked at. `untagged` and `mixed` are only known when all rows were read: how
    many postings were left out since nothing was understood of them, and how many another taxonomy tagged
    than `taxonomy`.
    """

    zone: str
    as_of: datetime | None  # the last instant at which anything in it was learned; None: nothing was
    data_cut: datetime | None
    taxonomy: TaxonomyRecord | None
    schema: str
    notices: tuple[str, ...]
    units: Mapping[int, Unit]
    postings: int
    texts: bool  # whether the texts of postings are among the tables
    rows: Iterator[Rows] = field(default_factory=lambda: iter(()))
    untagged: int = 0
    mixed: int = 0


def read_export(
    connection: Connection,
    zone: str,
    now: datetime,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: datetime | None = None,
    texts: bool = False,
) -> Export:
    """Return what is known at `as_of` (default: all that is, at `now`) of the weeks `since` to `until`.

    Weeks are Mondays, None is no bound. The rows are read while they are taken, so the transaction must still
    be open then. A posting belongs to the weeks if it was seen in one of them, or before and after; its own
    row then tells all of it.
    """
    newest = connection.scalar(select(func.max(Fetch.observed_at)))
    cut = as_of or max(newest or now, now)
    data_cut = connection.scalar(select(func.max(Fetch.observed_at)).where(Fetch.observed_at <= cut))
    taxonomy = taxonomy_in_force(connection, cut)
    span = _Span(
        zone,
        cut,
        _EARLY if since is None else midnight(since, zone),
        _LATE if until is None else week_end(until, zone),
    )
    export = Export(
        zone=zone,
        as_of=data_cut and last_learned(data_cut, taxonomy, cut),
        data_cut=data_cut,
        taxonomy=taxonomy_record(taxonomy),
        schema=revision(connection),
        notices=read_notices(connection, cut),
        units=read_units(connection),
        postings=connection.scalar(select(func.count()).select_from(_first_seen(span).subquery())) or 0,
        texts=texts,
    )
    in_force = 0 if taxonomy is None else taxonomy.id
    export.rows = _rows(connection, export, span, in_force)
    return export


@dataclass(frozen=True, slots=True)
class _Span:
    """The time from `start` until `end`, as known at `cut`."""

    zone: str
    cut: datetime
    start: datetime
    end: datetime


def _rows(connection: Connection, export: Export, span: _Span, in_force: int) -> Iterator[Rows]:
    boards = _boards(connection, span.cut)
    units = {unit.id: unit for unit in export.units.values() if unit.board in set(boards["board"])}
    yield Rows("boards", boards)
    yield Rows("units", _units(units))
    yield Rows("breaks", _breaks(connection, span))
    yield from _looks(connection, span)
    panel = panel_weeks(read_cells(connection, span.start, span.cut), microseconds(span.end))
    for week, cells in panel.items():
        yield Rows("panel", cells.columns(), week)
    used: set[str] = set()
    for rows in _postings(connection, export, span, panel, in_force):
        if rows.table == "tags":
            used.update(rows.columns["tag"])
        yield rows
    yield Rows("vocabulary", _vocabulary(export.taxonomy, used))


def _transposed(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))


# ------------------------------------------------------------------ boards and looks


def _boards(connection: Connection, cut: datetime) -> dict[str, Sequence[Any]]:
    looked_at = exists().where(Fetch.board_id == Board.id, Fetch.observed_at <= cut)
    found = connection.execute(
        select(
            *(Board.family, Board.key, Board.name, Board.market),
            *(Board.industry, Board.multi_employer, Board.credit),
        ).where(looked_at)
    )
    names = ("board", "family", "name", "market", "industry", "multi_employer", "credit")
    rows = sorted((f"{family}:{key}", family, *said, credit or None) for family, key, *said, credit in found)
    return _transposed(names, rows)


def _units(units: Mapping[int, Unit]) -> dict[str, Sequence[Any]]:
    rows = [(unit.id, unit.board, unit.source, unit.name) for unit in units.values()]
    return _transposed(("unit", "board", "source", "name"), rows)


def _breaks(connection: Connection, span: _Span) -> dict[str, Sequence[Any]]:
    found = connection.execute(
        select(Board.family, Board.key, Break.unit_id, Break.at, Break.reason, Break.note)
        .join(Board, Board.id == Break.board_id)
        .where(Break.known_at <= span.cut, Break.at >= span.start, Break.at < span.end)
        .order_by(Break.at, Break.id)
    )
    rows = [
        (f"{family}:{key}", unit, label(week_of(at, span.zone)), at, reason, note or None)
        for family, key, unit, at, reason, note in found
    ]
    return _transposed(("board", "unit", "week", "at", "reason", "note"), rows)


def _looks(connection: Connection, span: _Span) -> Iterator[Rows]:
    names = ("board", "observed_at", "state", "usable", "epoch", "listed", "kept", "rejected", "reason")
    looks = read_fetches(connection, span.start, span.cut)
    for week, of_week in groupby(looks, key=lambda look: look.week):
        if midnight(week, span.zone) >= span.end:
            continue  # to the end, so that no cursor is left open on a server
        while some := list(islice(of_week, BATCH)):
            rows = [
                (
                    *(look.board, look.observed_at, look.state, look.state == "complete" or look.accepted),
                    *(look.epoch, look.listed, look.kept, look.rejected, look.reason or None),
                )
                for look in some
            ]
            yield Rows("looks", _transposed(names, rows), week)


# ------------------------------------------------------------------ postings


def _first_seen(span: _Span) -> Select[int, datetime]:
    """Postings with the instant at which they were first seen, in its order."""
    first = func.min(Spell.opened_at)
    lasting = (Spell.last_seen_at >= span.start) | Spell.missed_at.is_(None)
    return (
        select(Spell.posting_id, first.label("first"))
        .where(Spell.opened_at <= span.cut, Spell.opened_at < span.end)
        .group_by(Spell.posting_id)
        .having(func.max(case((lasting, 1), else_=0)) == 1)
        .order_by(first, Spell.posting_id)
    )


def _batches(connection: Connection, span: _Span) -> Iterator[tuple[date, list[int]]]:
    """Yield the postings (ids) of each week in which any was first seen, some at a time."""
    found = connection.execute(_first_seen(span), execution_options={"yield_per": BATCH})
    for week, of_week in groupby(found, key=lambda row: week_of(row.first, span.zone)):
        while some := [row.posting_id for row in islice(of_week, BATCH)]:
            yield week, some


def _postings(
    connection: Connection,
    export: Export,
    span: _Span,
    panel: Mapping[date, PanelWeek],
    in_force: int,
) -> Iterator[Rows]:
    """Yield postings with their spells, tags and texts, and what a week listed once all of that are known."""
    looks, listed = Looks(connection, span.cut), Listed()
    weeks = iter(panel)
    coming = next(weeks, None)
    for week, ids in _batches(connection, span):
        while coming is not None and coming < week:
            yield Rows("listings", listed.in_week(panel[coming]), coming)
            coming = next(weeks, None)
        spells, owners = read_spells(looks, _EARLY, span.end, in_force, among=ids)
        lasting = set(spells.posting[spells.last_seen_at >= microseconds(span.start)].tolist())
        tagged, others = read_tagged(connection, owners, span.cut)
        understood = lasting.intersection(tagged.id.tolist())
        chosen = [id for id in ids if id in understood]
        export.untagged += len(lasting) - len(understood)
        export.mixed += others if in_force else 0
        kept = _rows_of(spells, chosen)
        listed.add(spells, kept)
        said = read_said(connection, _taggings(tagged, chosen), export.texts)
        yield Rows("postings", _transposed(POSTING, list(_posting_rows(said, spells, kept))), week)
        yield Rows("spells", _spells(spells, kept), week)
        yield Rows("tags", read_tags(connection, said), week)
        if export.texts:
            rows = [(one.posting, one.text) for one in said if one.text]
            yield Rows("texts", _transposed(("posting", "text"), rows), week)
    while coming is not None:
        yield Rows("listings", listed.in_week(panel[coming]), coming)
        coming = next(weeks, None)


def _rows_of(spells: Spells, postings: Sequence[int]) -> Ints:
    """Return the rows of these postings' spells, in the order of the postings and then of opening."""
    order = {posting: place for place, posting in enumerate(postings)}
    place = np.array([order.get(posting, -1) for posting in spells.posting.tolist()], dtype=np.int64)
    rows = np.argsort(place, kind="stable")
    return rows[place[rows] >= 0]


def _taggings(owners: Owners, postings: Sequence[int]) -> list[int]:
    of = dict(zip(owners.id.tolist(), owners.tagging.tolist(), strict=True))
    return [of[posting] for posting in postings]


def _posting_rows(said: Sequence[Said], spells: Spells, kept: Ints) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of postings; `kept` are the rows of all their spells, in the same order."""
    posting = spells.posting[kept]
    ends = np.append(np.flatnonzero(np.diff(posting)), len(posting) - 1)[: len(said)]
    starts = np.append(0, ends[:-1] + 1)
    for one, first, last in zip(said, starts.tolist(), ends.tolist(), strict=True):
        unit, opened = int(spells.unit[kept[first]]), int(spells.opened_at[kept[first]])
        still = SPELL_REASONS[spells.reason[kept[last]]] == ""
        yield (
            one.posting,
            unit,
            moment(opened),
            moment(int(spells.last_seen_at[kept[last]])),
            still,
            *one.facts,
        )


def _spells(spells: Spells, kept: Ints) -> dict[str, Sequence[Any]]:
    posting = spells.posting[kept]
    begins = np.append(True, np.diff(posting) != 0)[: len(posting)]
    place = np.arange(len(posting))
    number = place - np.maximum.accumulate(np.where(begins, place, 0)) + 1
    return {
        "posting": posting.tolist(),
        "number": number.tolist(),
        "kind": [SPELL_KINDS[kind] for kind in spells.kind[kept].tolist()],
        "opened_at": [moment(at) for at in spells.opened_at[kept].tolist()],
        "last_seen_at": [moment(at) for at in spells.last_seen_at[kept].tolist()],
        "missed_at": [instant(at) for at in spells.missed_at[kept].tolist()],
        "reason": [SPELL_REASONS[reason] or None for reason in spells.reason[kept].tolist()],
    }


# ------------------------------------------------------------------ the vocabulary


def _vocabulary(taxonomy: TaxonomyRecord | None, used: set[str]) -> dict[str, Sequence[Any]]:
    """Every tag of the taxonomy; one that only an earlier taxonomy had is named by its id."""
    named = {tag.id: tag for tag in taxonomy.tags} if taxonomy else {}
    tags = [named.get(id) or TaxonomyTag(id, id, id, "none") for id in sorted(named.keys() | used)]
    rows = [(tag.id, tag.en, tag.zh, tag.era, list(tag.groups), list(tag.chain)) for tag in tags]
    return _transposed(("tag", "en", "zh", "era", "groups", "chain"), rows)
