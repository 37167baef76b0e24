"""Reading what a report is told beside its facts, as of the same cut."""

from datetime import date, datetime

from sqlalchemy import Connection, func, select

from storage.history import Earlier, Edition, History, Since
from storage.reading.learning import learned
from storage.reading.vintages import earlier, newest_run
from storage.records import Facts
from storage.tables import Fetch, Run
from storage.tables import Taxonomy as TaxonomyRow
from storage.version import __version__


def read_history(connection: Connection, facts: Facts, week: date, view: str) -> History:
    """Return the history of the report on `week` (a Monday) and `view` that is made of `facts`."""
    cut = facts.as_of
    edition = Edition(
        week=week,
        view=view,
        as_of=cut,
        data_cut=facts.data_cut,
        taxonomy=facts.taxonomy.sha256 if facts.taxonomy else None,
        code_version=__version__,
        last_run=newest_run(connection, cut),
    )
    return History(
        edition=edition,
        earlier=tuple(
            Earlier(before, numbers, learned(connection, facts.zone, before, edition.last_run, cut))
            for before, numbers in earlier(connection, edition)
        ),
        programs=_programs(connection, cut),
        taxonomies=_taxonomies(connection, cut),
    )


def _programs(connection: Connection, cut: datetime) -> tuple[Since, ...]:
    first = func.min(Fetch.observed_at)
    rows = connection.execute(
        select(Run.code_version, first)
        .join(Fetch, Fetch.run_id == Run.id)
        .where(Fetch.observed_at <= cut)
        .group_by(Run.code_version)
        .order_by(first, Run.code_version)
    )
    return tuple(Since(version, "", at) for version, at in rows)


def _taxonomies(connection: Connection, cut: datetime) -> tuple[Since, ...]:
    rows = connection.execute(
        select(TaxonomyRow.version, TaxonomyRow.sha256, TaxonomyRow.in_force_from)
        .where(TaxonomyRow.in_force_from <= cut)
        .order_by(TaxonomyRow.in_force_from, TaxonomyRow.id)
    )
    return tuple(Since(*row) for row in rows)
