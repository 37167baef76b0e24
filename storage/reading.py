"""Reading what weekly reports are computed from, cut at an instant.

Everything that was learned after the cut is left out, so that a report of the past can be made again:
spells are set back to what they looked like then, a suspect listing that was confirmed later is suspect
again, a text is the version of that day, a tag that of the taxonomy then in force.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from storage.contents import chunks
from storage.records import (
    IMPORT,
    Break,
    Cell,
    Facts,
    FetchFact,
    FetchState,
    Pay,
    PostingFact,
    Requirement,
    Spell,
    TaxonomyRecord,
    TaxonomyTag,
    Unit,
)
from storage.tables import Board as BoardRow
from storage.tables import Break as BreakRow
from storage.tables import Cell as CellRow
from storage.tables import Company as CompanyRow
from storage.tables import Fetch as FetchRow
from storage.tables import Gap as GapRow
from storage.tables import Posting as PostingRow
from storage.tables import Run as RunRow
from storage.tables import Sighting as SightingRow
from storage.tables import Spell as SpellRow
from storage.tables import Tag as TagRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Taxonomy as TaxonomyRow
from storage.tables import Unit as UnitRow
from storage.tables import Version as VersionRow
from storage.upgrading import revision
from storage.weeks import week_of

_Row = Any
"""A result row; its columns are those of the statement just above its use."""
_STRENGTH: Mapping[str, int] = {"required": 3, "duty": 2, "preferred": 1, "mentioned": 0}


def known_contents(connection: Connection, family: str, taxonomy: TaxonomyRecord) -> dict[str, str]:
    """Return native id -> content hash of the latest version, where this taxonomy has tagged it."""
    rows = connection.execute(
        select(PostingRow.native_id, VersionRow.content_hash, TaxonomyRow.sha256)
        .join(VersionRow, VersionRow.posting_id == PostingRow.id)
        .outerjoin(TaggingRow, TaggingRow.version_id == VersionRow.id)
        .outerjoin(TaxonomyRow, TaxonomyRow.id == TaggingRow.taxonomy_id)
        .where(PostingRow.family == family)
        .order_by(VersionRow.first_seen_at, VersionRow.id)
    )
    latest: dict[str, tuple[str, set[str]]] = {}
    for native_id, content_hash, sha256 in rows:
        if latest.get(native_id, ("",))[0] != content_hash:
            latest[native_id] = (content_hash, set())
        latest[native_id][1].add(sha256)
    return {key: content for key, (content, by) in latest.items() if taxonomy.sha256 in by}


def read_facts(
    connection: Connection, zone: str, first_week: date, until: datetime, as_of: datetime | None
) -> Facts:
    """Return the facts of the weeks from `first_week` up to the instant `until`, as known at `as_of`."""
    start = datetime(first_week.year, first_week.month, first_week.day, tzinfo=ZoneInfo(zone))
    newest = connection.scalar(select(func.max(FetchRow.observed_at)))
    cut = as_of or max(newest or until, until)
    data_cut = connection.scalar(select(func.max(FetchRow.observed_at)).where(FetchRow.observed_at <= cut))
    units = _units(connection)
    cells = _cells(connection, start, cut)
    taxonomy_row = _taxonomy_in_force(connection, cut)
    spells = [spell for spell in _spells(connection, start, cut) if spell.opened_at < until]
    postings, mixed = _postings(connection, {spell.posting for spell in spells}, cut, taxonomy_row)
    breaks = _breaks(connection, zone, cut)
    if mixed and taxonomy_row is not None:
        note = f"{mixed} postings are tagged with another taxonomy than {taxonomy_row.version}: run retag"
        week = week_of(taxonomy_row.in_force_from, zone)
        breaks.append(Break("*", None, week, "taxonomy", note))
    return Facts(
        zone=zone,
        as_of=cut,
        data_cut=data_cut,
        units=units,
        cells=tuple(cells),
        spells=tuple(spells),
        postings=postings,
        fetches=tuple(_fetches(connection, start, cut)),
        breaks=tuple(breaks),
        taxonomy=_taxonomy_record(taxonomy_row),
        schema=revision(connection),
        notices=_notices(connection, cut),
    )


def _units(connection: Connection) -> dict[int, Unit]:
    rows = connection.execute(
        select(
            UnitRow.id,
            CompanyRow.name.label("employer"),
            BoardRow.name.label("board_name"),
            BoardRow.family,
            BoardRow.key,
            BoardRow.market,
            BoardRow.multi_employer,
        )
        .join(BoardRow, BoardRow.id == UnitRow.board_id)
        .join(CompanyRow, CompanyRow.id == UnitRow.company_id)
        .order_by(UnitRow.id)
    )
    return {
        row.id: Unit(
            row.id,
            row.employer if row.multi_employer else row.board_name,
            row.key if row.family == IMPORT else row.family,
            f"{row.family}:{row.key}",
            row.market,
            row.multi_employer,
        )
        for row in rows
    }


def _cells(connection: Connection, start: datetime, cut: datetime) -> list[Cell]:
    rows = connection.execute(
        select(
            CellRow.unit_id,
            CellRow.epoch,
            CellRow.state,
            CellRow.accepted_at,
            CellRow.listed,
            FetchRow.observed_at,
            FetchRow.week,
        )
        .join(FetchRow, FetchRow.id == CellRow.fetch_id)
        .where(FetchRow.observed_at <= cut)
        .order_by(FetchRow.observed_at, FetchRow.id, CellRow.unit_id)
    )
    begun: set[tuple[int, int]] = set()
    current: dict[int, int] = {}
    cells = []
    for row in rows:
        usable = row.state == "complete" or (row.accepted_at is not None and row.accepted_at <= cut)
        first = usable and (row.unit_id, row.epoch) not in begun
        if usable:
            begun.add((row.unit_id, row.epoch))
            current[row.unit_id] = row.epoch
        # A look that is not (yet) believed belongs to the series as it was before.
        epoch = current.get(row.unit_id, 0)
        if row.observed_at >= start:
            state: FetchState = "complete" if row.state == "complete" else "suspect"
            cells.append(
                Cell(row.unit_id, epoch, row.observed_at, row.week, state, usable, first, row.listed)
            )
    return cells


# ------------------------------------------------------------------ spells, set back to the cut


def _spells(connection: Connection, start: datetime, cut: datetime) -> list[Spell]:
    rows = connection.execute(
        select(
            SpellRow.id,
            SpellRow.posting_id,
            PostingRow.unit_id,
            SpellRow.kind,
            SpellRow.opened_at,
            SpellRow.last_seen_at,
            SpellRow.missed_at,
            SpellRow.confirmed_at,
            SpellRow.reason,
        )
        .join(PostingRow, PostingRow.id == SpellRow.posting_id)
        .where(SpellRow.opened_at <= cut)
        .where((SpellRow.last_seen_at >= start) | (SpellRow.missed_at >= start))
        .order_by(SpellRow.posting_id, SpellRow.opened_at)
    ).all()
    moved = [row.id for row in rows if row.last_seen_at > cut]
    gaps = _gaps(connection, moved)
    seen = _last_sightings(connection, moved, cut)
    complete = _complete_looks(connection, cut) if moved else {}
    spells = []
    for row in rows:
        last_seen, missed, confirmed = row.last_seen_at, row.missed_at, row.confirmed_at
        if last_seen > cut:
            last_seen, missed, confirmed = _set_back(row, gaps, seen, complete, cut)
        if missed is not None and missed > cut:
            missed, confirmed = None, None
        known = confirmed is not None and confirmed <= cut
        # A gap that ended is no closure of the spell, so its reason is empty and stays so.
        reason = row.reason if known and row.confirmed_at == confirmed else "gone" if known else ""
        spells.append(
            Spell(
                row.posting_id,
                row.unit_id,
                row.kind,
                row.opened_at,
                last_seen,
                missed,
                reason == "gone",
                reason,
            )
        )
    return spells


def _set_back(
    row: _Row,
    gaps: Mapping[int, Sequence[_Row]],
    seen: Mapping[int, datetime],
    complete: Mapping[int, Sequence[datetime]],
    cut: datetime,
) -> tuple[datetime, datetime | None, datetime | None]:
    """What was known at the cut of a spell that was seen again after it."""
    for gap in gaps.get(row.id, ()):
        if gap.last_seen_at <= cut < gap.back_at:
            missed = gap.missed_at if gap.missed_at <= cut else None
            return gap.last_seen_at, missed, gap.confirmed_at
    looks = complete.get(row.unit_id, ())
    position = bisect_right(looks, cut)
    last_look = looks[position - 1] if position else row.opened_at
    return max(row.opened_at, last_look, seen.get(row.id, row.opened_at)), None, None


def _gaps(connection: Connection, spells: Iterable[int]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for ids in chunks(spells):
        for row in connection.execute(
            select(
                GapRow.spell_id, GapRow.last_seen_at, GapRow.missed_at, GapRow.confirmed_at, GapRow.back_at
            )
            .where(GapRow.spell_id.in_(ids))
            .order_by(GapRow.back_at)
        ):
            found[row.spell_id].append(row)
    return found


def _last_sightings(connection: Connection, spells: Iterable[int], cut: datetime) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for ids in chunks(spells):
        for spell, at in connection.execute(
            select(SightingRow.spell_id, FetchRow.observed_at)
            .join(FetchRow, FetchRow.id == SightingRow.fetch_id)
            .where(SightingRow.spell_id.in_(ids), FetchRow.observed_at <= cut)
            .order_by(FetchRow.observed_at)
        ):
            found[spell] = at
    return found


def _complete_looks(connection: Connection, cut: datetime) -> dict[int, list[datetime]]:
    """Unit -> instants of the complete looks up to the cut, in order."""
    found: dict[int, list[datetime]] = defaultdict(list)
    for unit, at in connection.execute(
        select(CellRow.unit_id, FetchRow.observed_at)
        .join(FetchRow, FetchRow.id == CellRow.fetch_id)
        .where(CellRow.state == "complete", FetchRow.observed_at <= cut)
        .order_by(FetchRow.observed_at)
    ):
        found[unit].append(at)
    return found


# ------------------------------------------------------------------ postings and what they say


def _postings(
    connection: Connection, ids: set[int], cut: datetime, taxonomy: _Row | None
) -> tuple[dict[int, PostingFact], int]:
    """The postings with their versions of the cut; and how many the taxonomy in force has not tagged."""
    versions = _versions(connection, ids, cut)
    taggings = _taggings(connection, [row.id for row in versions.values()], taxonomy)
    tags = _tags(connection, [row.id for row in taggings.values()])
    facts: dict[int, PostingFact] = {}
    mixed = 0
    for part in chunks(sorted(ids)):
        rows = connection.execute(
            select(*PostingRow.__table__.columns, CompanyRow.name.label("company_name"))
            .join(CompanyRow, CompanyRow.id == PostingRow.company_id)
            .where(PostingRow.id.in_(part))
            .order_by(PostingRow.id)
        )
        for row in rows:
            version = versions.get(row.id)
            tagging = taggings.get(version.id) if version else None
            if version is None or tagging is None:
                continue
            mixed += taxonomy is not None and tagging.taxonomy_id != taxonomy.id
            facts[row.id] = _fact(row, version, tagging, tags.get(tagging.id, {}))
    return facts, mixed


def _fact(
    row: _Row, version: _Row, tagging: _Row, tags: Mapping[str, tuple[Requirement, str]]
) -> PostingFact:
    pay = None
    if tagging.salary_min is not None or tagging.salary_max is not None:
        pay = Pay(
            tagging.salary_min,
            tagging.salary_max,
            tagging.salary_currency,
            tagging.salary_period,
            tagging.salary_months,
        )
    return PostingFact(
        id=row.id,
        vacancy=row.vacancy,
        unit=row.unit_id,
        company=row.company_id,
        company_name=row.company_name,
        title=version.title,
        url=row.url,
        market=row.market,
        places=tuple(version.places),
        posted_at=row.posted_at,
        role=tagging.role,
        lang=tagging.lang,
        years_min=tagging.years_min,
        years_max=tagging.years_max,
        years_required=tagging.years_requirement == "required",
        ai_years_min=tagging.ai_years_min,
        ai_years_required=tagging.ai_years_requirement == "required",
        education=tagging.education,
        education_required=tagging.education_requirement == "required",
        workplace=tagging.workplace,
        salary=pay,
        tags={tag: requirement for tag, (requirement, _) in tags.items()},
        quotes={tag: quote for tag, (_, quote) in tags.items()},
        has_text=version.has_text,
    )


def _versions(connection: Connection, ids: Iterable[int], cut: datetime) -> dict[int, _Row]:
    found: dict[int, _Row] = {}
    for part in chunks(sorted(ids)):
        for row in connection.execute(
            select(
                VersionRow.id,
                VersionRow.posting_id,
                VersionRow.title,
                VersionRow.places,
                (VersionRow.text != "").label("has_text"),
            )
            .where(VersionRow.posting_id.in_(part), VersionRow.first_seen_at <= cut)
            .order_by(VersionRow.first_seen_at, VersionRow.id)
        ):
            found[row.posting_id] = row
    return found


def _taggings(connection: Connection, versions: Iterable[int], taxonomy: _Row | None) -> dict[int, _Row]:
    """Version -> its tagging under the taxonomy in force, else the newest that there is."""
    found: dict[int, _Row] = {}
    for part in chunks(versions):
        for row in connection.execute(
            select(*TaggingRow.__table__.columns)
            .where(TaggingRow.version_id.in_(part))
            .order_by(TaggingRow.taxonomy_id, TaggingRow.id)
        ):
            present = found.get(row.version_id)
            if present is None or taxonomy is None or present.taxonomy_id != taxonomy.id:
                found[row.version_id] = row
    return found


def _tags(connection: Connection, taggings: Iterable[int]) -> dict[int, dict[str, tuple[Requirement, str]]]:
    """Tagging -> tag -> its strongest requirement and that hit's quote; mere mentions are left out."""
    found: dict[int, dict[str, tuple[Requirement, str]]] = defaultdict(dict)
    for part in chunks(taggings):
        for row in connection.execute(
            select(TagRow.tagging_id, TagRow.tag, TagRow.requirement, TagRow.quote)
            .where(TagRow.tagging_id.in_(part), TagRow.requirement != "mentioned")
            .order_by(TagRow.tagging_id, TagRow.tag, TagRow.fine)
        ):
            tags = found[row.tagging_id]
            present = tags.get(row.tag)
            if present is None or _STRENGTH[row.requirement] > _STRENGTH[present[0]]:
                tags[row.tag] = (row.requirement, row.quote)
    return found


def _taxonomy_in_force(connection: Connection, cut: datetime) -> _Row | None:
    columns = select(*TaxonomyRow.__table__.columns)
    newest = columns.where(TaxonomyRow.in_force_from <= cut).order_by(
        TaxonomyRow.in_force_from.desc(), TaxonomyRow.id.desc()
    )
    oldest = columns.order_by(TaxonomyRow.in_force_from, TaxonomyRow.id)
    return connection.execute(newest.limit(1)).first() or connection.execute(oldest.limit(1)).first()


def _taxonomy_record(row: _Row | None) -> TaxonomyRecord | None:
    if row is None:
        return None
    tags = tuple(
        TaxonomyTag(tag["id"], tag["en"], tag["zh"], tag["era"], tuple(tag["groups"]), tuple(tag["chain"]))
        for tag in row.body
    )
    return TaxonomyRecord(row.version, row.sha256, tags)


# ------------------------------------------------------------------ runs and breaks


def _fetches(connection: Connection, start: datetime, cut: datetime) -> list[FetchFact]:
    rows = connection.execute(
        select(*FetchRow.__table__.columns, BoardRow.family, BoardRow.key, BoardRow.name)
        .join(BoardRow, BoardRow.id == FetchRow.board_id)
        .where(FetchRow.observed_at >= start, FetchRow.observed_at <= cut, ~FetchRow.late)
        .order_by(FetchRow.observed_at, BoardRow.family, BoardRow.key, FetchRow.id)
    )
    return [
        FetchFact(
            board=f"{row.family}:{row.key}",
            company=row.name,
            source=row.key if row.family == IMPORT else row.family,
            observed_at=row.observed_at,
            week=row.week,
            state=row.state,
            reason=row.reason,
            listed=row.listed,
            kept=row.kept,
            rejected=row.rejected,
            pages=row.pages,
        )
        for row in rows
    ]


def _breaks(connection: Connection, zone: str, cut: datetime) -> list[Break]:
    rows = connection.execute(
        select(
            BreakRow.at,
            BreakRow.reason,
            BreakRow.note,
            BreakRow.unit_id,
            BoardRow.family,
            BoardRow.key,
            BoardRow.multi_employer,
            CompanyRow.name,
        )
        .join(BoardRow, BoardRow.id == BreakRow.board_id)
        .outerjoin(UnitRow, UnitRow.id == BreakRow.unit_id)
        .outerjoin(CompanyRow, CompanyRow.id == UnitRow.company_id)
        .where(BreakRow.known_at <= cut)
        .order_by(BreakRow.at, BoardRow.family, BoardRow.key, BreakRow.id)
    )
    breaks = []
    for row in rows:
        imported = row.family == IMPORT
        # A board of one employer is the unit; a source of several breaks as a whole or for one employer.
        unit = row.name if row.unit_id else None if imported or row.multi_employer else row.key
        source = row.key if imported else row.family
        breaks.append(Break(source, unit, week_of(row.at, zone), row.reason, row.note))
    return breaks


def _notices(connection: Connection, cut: datetime) -> tuple[str, ...]:
    rows = connection.scalars(
        select(RunRow.notice)
        .join(FetchRow, FetchRow.run_id == RunRow.id)
        .where(RunRow.notice != "", FetchRow.observed_at <= cut)
        .distinct()
        .order_by(RunRow.notice)
    )
    return tuple(rows)
