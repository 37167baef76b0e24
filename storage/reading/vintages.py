"""Published numbers: keeping each as a vintage, and reading what had been published before.

Nothing is ever changed or deleted here. A report that is made again with the same numbers is the same
publication, whenever and how often that happens; so it also sees the same earlier ones again, and what was
published after it first was can change no byte of it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from storage.column_types import AnyRow
from storage.history import Edition, Number
from storage.tables import Fetch, Publication, Taxonomy, Vintage


def publish(connection: Connection, edition: Edition, numbers: Iterable[Number], now: datetime) -> bool:
    """Keep the numbers of a report; tell whether they were new. `now` is the wall clock's time."""
    wanted = sorted(numbers, key=lambda number: number.key)
    same = _same_edition(connection, edition)
    if same and _numbers(connection, same[-1].id) == tuple(wanted):
        return False
    taxonomy = select(Taxonomy.id).where(Taxonomy.sha256 == edition.taxonomy).scalar_subquery()
    values = {
        "week": edition.week,
        "view": edition.view,
        "as_of": edition.as_of,
        "data_cut": edition.data_cut,
        "taxonomy_id": taxonomy,
        "code_version": edition.code_version,
        "last_run": edition.last_run,
        "published_at": now,
    }
    publication = connection.scalar(insert(Publication).values(values).returning(Publication.id))
    if wanted:
        connection.execute(insert(Vintage), [{"publication_id": publication} | _columns(n) for n in wanted])
    return True


def newest_run(connection: Connection, cut: datetime) -> int | None:
    """Return the number of the newest run of whose looks any is known at the cut."""
    return connection.scalar(select(func.max(Fetch.run_id)).where(Fetch.observed_at <= cut))


def earlier(connection: Connection, edition: Edition) -> list[tuple[Edition, tuple[Number, ...]]]:
    """Return the publications that say something of the weeks of a report, the latest knowledge first.

    Only those of its view that knew less, and that had been published when this very report first was (now,
    if it never was). Of these: for each of its weeks the latest that reaches as far, and the latest of the
    same week.
    """
    knew_less = (Publication.view == edition.view) & (Publication.as_of < edition.as_of)
    if same := _same_edition(connection, edition):
        knew_less &= Publication.id < same[0].id
    chosen: list[AnyRow] = []
    reached: date | None = None
    for row in reversed(_publications(connection, knew_less)):
        own = row.week == edition.week and all(one.week != edition.week for one in chosen)
        reach = min(row.week, edition.week)
        if own or reached is None or reach > reached:
            chosen.append(row)
            reached = reach if reached is None else max(reached, reach)
    return [(_edition(row), _numbers(connection, row.id)) for row in chosen]


def _same_edition(connection: Connection, edition: Edition) -> Sequence[AnyRow]:
    """The publications of one report by one program: more than one if it did not always say the same."""
    of = (
        (Publication.week == edition.week)
        & (Publication.view == edition.view)
        & (Publication.as_of == edition.as_of)
        & (Publication.code_version == edition.code_version)
    )
    return [row for row in _publications(connection, of) if row.taxonomy == edition.taxonomy]


def _publications(connection: Connection, where: ColumnElement[bool]) -> Sequence[AnyRow]:
    """The publications in question with their taxonomy's hash, the latest knowledge last."""
    return connection.execute(
        select(*Publication.__table__.columns, Taxonomy.sha256.label("taxonomy"))
        .outerjoin(Taxonomy, Taxonomy.id == Publication.taxonomy_id)
        .where(where)
        .order_by(Publication.as_of, Publication.id)
    ).all()


def _edition(row: AnyRow) -> Edition:
    return Edition(row.week, row.view, row.as_of, row.data_cut, row.taxonomy, row.code_version, row.last_run)


def _columns(number: Number) -> dict[str, Any]:
    return {name: getattr(number, name) for name in Number.__slots__}


def _numbers(connection: Connection, publication: int) -> tuple[Number, ...]:
    columns = [getattr(Vintage, name) for name in Number.__slots__]
    rows = connection.execute(
        select(*columns)
        .where(Vintage.publication_id == publication)
        .order_by(Vintage.metric, Vintage.week, Vintage.role, Vintage.dimension)
    )
    return tuple(Number(*row) for row in rows)
