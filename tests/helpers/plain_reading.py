"""The facts of a store read plainly: every row of every table, one rule after the other, no columns."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.records import Cell, Pay, Spell
from storage.store import Store
from storage.tables import Base

STRENGTH = {"required": 3, "duty": 2, "preferred": 1, "mentioned": 0}
_Tables = dict[str, list[Any]]


@dataclass(frozen=True)
class Plain:
    """What `Store.facts` should say. `postings`: id -> name of a fact -> value."""

    cells: list[Cell]
    spells: list[Spell]
    postings: dict[int, dict[str, Any]]
    otherwise_tagged: int


def plain_facts(store: Store, start: datetime, until: datetime, cut: datetime) -> Plain:
    """Read the facts of the time from `start` to `until`, as known at `cut`."""
    with store.engine.connect() as connection:
        tables = {
            table.name: list(connection.execute(table.select())) for table in Base.metadata.sorted_tables
        }
    spells = [
        spell
        for row in sorted(tables["spells"], key=lambda row: (row.posting_id, row.opened_at))
        if (spell := _spell(tables, row, start, cut)) is not None and spell.opened_at < until
    ]
    wanted = sorted({spell.posting for spell in spells})
    found = {id: _posting(tables, id, cut) for id in wanted}
    taxonomy = _in_force(tables, cut)
    known = {id: posting for id, (posting, _) in found.items() if posting is not None}
    others = sum(tagged_by != taxonomy for id, (_, tagged_by) in found.items() if id in known)
    return Plain(_cells(tables, start, cut), spells, known, others if taxonomy else 0)


def _by_id(rows: list[Any]) -> dict[int, Any]:
    return {row.id: row for row in rows}


# ------------------------------------------------------------------ spells


def _spell(tables: _Tables, row: Any, start: datetime, cut: datetime) -> Spell | None:
    if row.opened_at > cut:
        return None
    unit = _by_id(tables["postings"])[row.posting_id].unit_id
    board = _by_id(tables["units"])[unit].board_id
    last, missed, confirmed = row.last_seen_at, row.missed_at, row.confirmed_at
    since, repeated = _repeated(tables, board, cut)
    if missed is None and since is not None and repeated is not None and since <= last < repeated:
        last = repeated
    if last < start and (missed is None or missed < start):
        return None
    if last > cut:
        last, missed, confirmed = _set_back(tables, row, unit, cut)
    if missed is not None and missed > cut:
        missed, confirmed = None, None
    known = confirmed is not None and confirmed <= cut
    reason = row.reason if known and row.confirmed_at == confirmed else "gone" if known else ""
    return Spell(row.posting_id, unit, row.kind, row.opened_at, last, missed, reason == "gone", reason)


def _repeated(tables: _Tables, board: int, cut: datetime) -> tuple[datetime | None, datetime | None]:
    """When what the board listed was read last, and when an unchanged look said that it is so still."""
    looks = [f for f in tables["fetches"] if f.board_id == board and f.observed_at <= cut and not f.late]
    usable = [f for f in looks if f.state == "complete" or f.accepted_at is not None]
    since = max((f.observed_at for f in usable if not f.unchanged), default=None)
    return since, max((f.observed_at for f in usable if f.unchanged), default=None)


def _set_back(
    tables: _Tables, row: Any, unit: int, cut: datetime
) -> tuple[datetime, datetime | None, datetime | None]:
    gaps = [gap for gap in tables["gaps"] if gap.spell_id == row.id]
    for gap in sorted(gaps, key=lambda gap: gap.back_at):
        if gap.last_seen_at <= cut < gap.back_at:
            return gap.last_seen_at, gap.missed_at if gap.missed_at <= cut else None, gap.confirmed_at
    at = {fetch.id: fetch.observed_at for fetch in tables["fetches"]}
    complete = [at[c.fetch_id] for c in tables["cells"] if c.unit_id == unit and c.state == "complete"]
    seen = [at[s.fetch_id] for s in tables["sightings"] if s.spell_id == row.id]
    return max([row.opened_at, *(one for one in (*complete, *seen) if one <= cut)]), None, None


# ------------------------------------------------------------------ cells


def _cells(tables: _Tables, start: datetime, cut: datetime) -> list[Cell]:
    looks = _by_id(tables["fetches"])
    rows = [row for row in tables["cells"] if looks[row.fetch_id].observed_at <= cut]
    begun: set[tuple[int, int]] = set()
    current: dict[int, int] = {}
    found = []
    for row in sorted(rows, key=lambda r: (looks[r.fetch_id].observed_at, r.fetch_id, r.unit_id)):
        look = looks[row.fetch_id]
        usable = row.state == "complete" or (row.accepted_at is not None and row.accepted_at <= cut)
        first = usable and (row.unit_id, row.epoch) not in begun
        if usable:
            begun.add((row.unit_id, row.epoch))
            current[row.unit_id] = row.epoch
        if look.observed_at >= start:
            state = "complete" if row.state == "complete" else "suspect"
            epoch = current.get(row.unit_id, 0)
            cell = Cell(row.unit_id, epoch, look.observed_at, look.week, state, usable, first, row.listed)  # type: ignore[arg-type]
            found.append(cell)
    return found


# ------------------------------------------------------------------ postings


def _in_force(tables: _Tables, cut: datetime) -> int | None:
    rows = sorted(tables["taxonomies"], key=lambda row: (row.in_force_from, row.id))
    begun = [row for row in rows if row.in_force_from <= cut]
    return begun[-1].id if begun else rows[0].id if rows else None


def _posting(tables: _Tables, id: int, cut: datetime) -> tuple[dict[str, Any] | None, int | None]:
    """What the posting says, and the taxonomy that understood it; None where nothing did."""
    versions = [v for v in tables["versions"] if v.posting_id == id and v.first_seen_at <= cut]
    if not versions:
        return None, None
    version = max(versions, key=lambda v: (v.first_seen_at, v.id))
    taggings = [
        t
        for t in tables["taggings"]
        if t.version_id == version.id and (t.tagged_at is None or t.tagged_at <= cut)
    ]
    if not taggings:
        return None, None
    current = _in_force(tables, cut)
    tagging = max(taggings, key=lambda t: (t.taxonomy_id == current, t.taxonomy_id, t.id))
    posting = _by_id(tables["postings"])[id]
    pay = (tagging.salary_min, tagging.salary_max)
    asked = {
        family: {one["id"]: one["requirement"] for one in tagging.facts.get(family, ())}
        for family in ("industries", "languages", "degree_specials")
    }
    travel = tagging.facts.get("travel")
    return {
        "id": id,
        "unit": posting.unit_id,
        "company": posting.company_id,
        "company_name": _by_id(tables["companies"])[posting.company_id].name,
        "company_hidden": _by_id(tables["companies"])[posting.company_id].key.startswith("anonymous:"),
        "title": version.title,
        "url": version.url or posting.url,
        "market": posting.market,
        "places": tuple(version.places),
        "countries": tuple(version.countries),
        "posted_at": posting.posted_at,
        "role": tagging.role,
        "lang": tagging.lang,
        "years_min": tagging.years_min,
        "years_max": tagging.years_max,
        "years_required": tagging.years_requirement == "required",
        "ai_years_min": tagging.ai_years_min,
        "ai_years_required": tagging.ai_years_requirement == "required",
        "education": tagging.education,
        "education_required": tagging.education_requirement == "required",
        "workplace": tagging.workplace,
        "salary": None
        if pay == (None, None)
        else Pay(*pay, tagging.salary_currency, tagging.salary_period, tagging.salary_months),
        "tags": _tags(tables, tagging.id),
        "has_text": version.text != "" and version.structured.get("text_cut") is not True,
        "title_label": tagging.title_label,
        "body_label": tagging.body_label,
        "pipeline": tagging.pipeline_share,
        "travel": travel["requirement"] if travel and travel["often"] != "none" else None,
        **asked,
    }, tagging.taxonomy_id


def _tags(tables: _Tables, tagging: int) -> dict[str, str]:
    """Tag -> its strongest requirement, mere mentions left out."""
    found: defaultdict[str, str] = defaultdict(lambda: "mentioned")
    for row in tables["tags"]:
        if row.tagging_id == tagging and STRENGTH[row.requirement] > STRENGTH[found[row.tag]]:
            found[row.tag] = row.requirement
    return {tag: asked for tag, asked in found.items() if asked != "mentioned"}
