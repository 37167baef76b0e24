"""The store as the rest of the program sees it: open it, record runs, ask what is known."""

import json
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import Text, cast, func, insert, select, update

from storage.database import Database
from storage.engines import upgrading
from storage.engines.allocator import uncollected
from storage.engines.opening import explained, few_pages, open_engine, patience
from storage.exporting.reading import Export, read_export
from storage.history import Edited, Edition, History, Number
from storage.leasing.rows import Leases
from storage.leasing.rules import Lease
from storage.memories import Known, Memory, Repetition
from storage.monitoring import reading as status_reading
from storage.monitoring.outlook import Outlook, read_outlooks
from storage.monitoring.status import Status
from storage.reading import vintages
from storage.reading.edits import read_edits
from storage.reading.passages import read_passages
from storage.reading.postings import known_contents
from storage.reading.published import read_history
from storage.reading.twins import readers
from storage.reading.weekly import read_facts
from storage.reading.weekly_counts import (
    Basis,
    WeeklyCounts,
    read_basis,
    read_stored_basis,
    read_weekly_counts,
    write_weekly_counts,
)
from storage.recording import repeats, retagging, texts
from storage.recording.grouping import text_owners
from storage.recording.new_rows import NewRows
from storage.recording.observing import record_all
from storage.recording.tagging_rows import TaggingRows
from storage.recording.taxonomies import taxonomy_id
from storage.records import Facts, Listing, Passages, Recorded, StoredText, TaxonomyRecord
from storage.searching import index as search_index
from storage.searching import search
from storage.searching.query import Query
from storage.searching.search import Filters, Found
from storage.searching.text import Fold, folding
from storage.tables import Company, Fetch, Run, Version
from storage.version import __version__
from storage.zone import fixed_zone

RunKind = Literal["collect", "replay", "import"]
_SOON = 5.0  # seconds; a look at a board is stored in less


@dataclass(frozen=True, slots=True)
class RunHandle:
    """A run that has begun in the store."""

    id: int
    taxonomy: int


class Store(Database):
    """One database with this release's schema. Every method is one transaction; readers never block."""

    @property
    def leases(self) -> Leases | None:
        """By which several collectors share the boards; None where one has them all (SQLite)."""
        return None if self.engine.dialect.name == "sqlite" else Leases(self.engine)

    def begin_run(
        self,
        kind: RunKind,
        taxonomy: TaxonomyRecord,
        *,
        now: datetime,
        observed_from: datetime,
        notice: str = "",
    ) -> RunHandle:
        """Begin a run at `now`; the taxonomy is in force from `observed_from`, the run's first observation.

        `notice` is a sentence that every report on these data must print.
        """
        with self._writing() as connection:
            taxonomy_row = taxonomy_id(connection, taxonomy, observed_from)
            values = {
                "kind": kind,
                "started_at": now,
                "code_version": __version__,
                "taxonomy_id": taxonomy_row,
                "notice": notice,
            }
            number = connection.scalar(insert(Run).values(values).returning(Run.id))
            assert number is not None
            return RunHandle(number, taxonomy_row)

    def finish_run(self, run: RunHandle, now: datetime) -> None:
        """Note when the run ended; a run that was killed has no end."""
        with self._writing() as connection:
            connection.execute(update(Run).where(Run.id == run.id).values(finished_at=now))

    def record(self, run: RunHandle, listing: Listing, lease: Lease | None = None) -> Recorded:
        """Store one look at one listing, whole or not at all. Raises LeaseLost if the lease is not held."""
        with uncollected(), self._writing(lease) as connection:
            (told,) = record_all(NewRows(connection), run.id, [listing], self.zone, run.taxonomy)
            return told

    def record_together(self, run: RunHandle, looks: Sequence[Listing | Repetition]) -> list[Recorded]:
        """Store looks in this order, all or none; return what each listing changed, as if it came alone."""
        with uncollected(), self._writing() as connection:
            return record_all(NewRows(connection), run.id, looks, self.zone, run.taxonomy)

    def memories(
        self, taxonomy: TaxonomyRecord, of: tuple[str, str] | None = None
    ) -> dict[tuple[str, str], Memory]:
        """Return (family, key) -> what the board's last usable look saw, if seeing it again changes nothing.

        `of` asks for one board only.
        """
        with self._reading() as connection:
            return repeats.read_memories(connection, taxonomy.sha256, of)

    def record_repetitions(
        self, run: RunHandle, looks: Sequence[Repetition], lease: Lease | None = None
    ) -> None:
        """Store looks that saw what `memories` returned for them, all or none. Raises LeaseLost likewise."""
        with self._writing(lease) as connection:
            repeats.record_repetitions(NewRows(connection), run.id, looks, self.zone)

    def history_from(self) -> datetime | None:
        """Return when the first look was made, None in an empty store."""
        with self._reading() as connection:
            return connection.scalar(select(func.min(Fetch.observed_at)))

    def outlooks(self) -> dict[tuple[str, str], Outlook]:
        """Return (family, key) -> when a board was looked at last, and how often in vain."""
        with self._reading() as connection:
            return read_outlooks(connection)

    def known_contents(self, family: str, taxonomy: TaxonomyRecord) -> dict[str, Known]:
        """Return native id -> what is stored of its latest version."""
        with self._reading() as connection:
            return known_contents(connection, family, taxonomy)

    def text_owners(self, family: str, keys: Iterable[bytes]) -> dict[bytes, set[str]]:
        """Return text key -> company keys of the postings of a family that have or had the text."""
        with self._reading() as connection:
            return text_owners(connection, family, keys)

    def newest_looks(self) -> dict[tuple[str, str], datetime]:
        """Return (family, key) -> when a board was last looked at."""
        with self._reading() as connection:
            return status_reading.newest_looks(connection)

    def has_observation(self, family: str, key: str, at: datetime, digest: str) -> bool:
        """Tell whether this very look is stored already."""
        with self._reading() as connection:
            return status_reading.has_observation(connection, family, key, at, digest)

    def facts(
        self,
        *,
        first_week: date,
        until: datetime,
        as_of: datetime | None = None,
        details_from: date | None = None,
        looks: bool = True,
    ) -> Facts:
        """Return all that reports on the weeks from `first_week` to `until` are computed from.

        What postings say is only read of those listed in the week `details_from` or later (None: of all), and
        what is told of each look only with `looks`. Titles, addresses and passages are read from this store
        when they are asked for, so it must still be open then.
        """
        with readers(self.engine, self._reading) as both:
            facts = read_facts(
                *(both, self._reading, self.zone, first_week, until, as_of, details_from, looks)
            )
        return replace(facts, passages=partial(self._passages, facts.as_of, facts.taxonomy))

    def _passages(self, cut: datetime, taxonomy: TaxonomyRecord | None, ids: Iterable[int]) -> Passages:
        with self._reading() as connection:
            return read_passages(connection, ids, cut, taxonomy.sha256 if taxonomy else None)

    def history(self, facts: Facts, week: date, view: str = "") -> History:
        """Return what the report on `week` (a Monday) is told beside `facts`, as of their cut.

        `view` names the part of the market that the report is about, "" the whole.
        """
        with self._reading() as connection:
            found = read_history(connection, facts, week, view)
        sha256 = facts.taxonomy.sha256 if facts.taxonomy else None
        return replace(found, edits=partial(self._edits, facts.as_of, sha256))

    def _edits(
        self,
        cut: datetime,
        taxonomy: str | None,
        postings: Collection[int],
        since: datetime,
        until: datetime,
        most: int,
    ) -> Edited:
        with self._reading() as connection, few_pages(connection):
            return read_edits(connection, postings, since, min(until, cut), most, cut, taxonomy)

    def publish(self, edition: Edition, numbers: Iterable[Number], now: datetime) -> bool:
        """Keep the published numbers of a report as vintages; tell whether they were new.

        Raises StorageError where nothing can be written, soon also where another program writes at length.
        """
        with (
            explained(self.engine),
            self.engine.connect() as connection,
            patience(connection, _SOON),
            connection.begin(),
        ):
            return vintages.publish(connection, edition, numbers, now)

    @contextmanager
    def export(
        self,
        now: datetime,
        *,
        since: date | None = None,
        until: date | None = None,
        as_of: datetime | None = None,
        texts: bool = False,
    ) -> Iterator[Export]:
        """Give all that is known at `as_of` (default: at `now`) of some weeks (Mondays) as tables.

        Its rows are read while they are taken, all of one state of the store. `texts` asks for those of
        postings, too.
        """
        with self._reading() as connection:
            yield read_export(connection, self.zone, now, since=since, until=until, as_of=as_of, texts=texts)

    def status(
        self, now: datetime, next_due: datetime | None = None, taxonomy: TaxonomyRecord | None = None
    ) -> Status:
        """Return what `pmtrend status` shows at `now`.

        When the next run is due, and by which taxonomy postings should be tagged, is the caller's to know.
        """
        with self._reading() as connection:
            return status_reading.read_status(connection, now, next_due, taxonomy)

    def counts_basis(self) -> Basis:
        """Return what weekly counts that are made now would be made of."""
        with self._reading() as connection:
            return read_basis(connection)

    def stored_counts_basis(self) -> Basis | None:
        """Return what the stored weekly counts were made of, None if they were never made."""
        with self._reading() as connection:
            return read_stored_basis(connection)

    def weekly_counts(self) -> WeeklyCounts | None:
        """Return the stored weekly counts, None if they were never made."""
        with self._reading() as connection:
            return read_weekly_counts(connection)

    def write_weekly_counts(self, counts: WeeklyCounts) -> int:
        """Let the stored weekly counts be these, all or none; return how many rows changed.

        Those that are of more than these stay. Raises StorageError where nothing can be written.
        """
        with self._writing() as connection:
            return write_weekly_counts(connection, counts)

    def count_untagged(self, taxonomy: TaxonomyRecord) -> int:
        """Return how many stored texts this taxonomy has not tagged yet."""
        with self._reading() as connection:
            return retagging.count_untagged(connection, taxonomy)

    def untagged(
        self,
        taxonomy: TaxonomyRecord,
        limit: int,
        of: tuple[str, Sequence[str]] | None = None,
        *,
        after: int = 0,
        most_chars: float = math.inf,
    ) -> list[StoredText]:
        """Return up to `limit` stored texts that this taxonomy has not tagged yet, oldest first.

        `of` asks only for postings of a family with the given native ids, `after` for versions after that;
        no more are read once they have `most_chars` characters.
        """
        with self._reading() as connection:
            return retagging.untagged(connection, taxonomy, limit, of, after=after, most_chars=most_chars)

    def add_taggings(
        self, taxonomy: TaxonomyRecord, rows: Sequence[tuple[int, TaggingRows]], now: datetime
    ) -> None:
        """Store taggings [(version id, `tagging_rows` of it)] made at `now`, all or none."""
        with self._writing() as connection:
            retagging.add(connection, taxonomy, rows, now)

    def is_empty(self) -> bool:
        """Tell whether no posting is stored."""
        with self._reading() as connection:
            return connection.scalar(select(Version.id).limit(1)) is None

    def latest_versions(self, sample: int | None = None) -> list[int]:
        """Return the id of each posting's latest version, in order; or `sample` of them, always the same."""
        with self._reading() as connection:
            return texts.latest_ids(connection, sample)

    def texts(self, versions: Sequence[int]) -> list[StoredText]:
        """Return the stored texts with these version ids, in the order of the ids."""
        with self._reading() as connection:
            return texts.texts(connection, versions)

    def count_unindexed(self) -> int:
        """Return how many stored texts the full-text index does not have yet."""
        with self._reading() as connection:
            return search_index.count_unindexed(connection)

    def index_texts(self, fold: Fold) -> int:
        """Add a batch of stored texts to the full-text index; return how many, 0 if it has them all.

        `fold` folds a text for matching without changing its length, and always in the same way. Raises
        StorageError where nothing can be written, soon also where another program writes at length.
        """
        with (
            explained(self.engine),
            self.engine.connect() as connection,
            patience(connection, _SOON),
            connection.begin(),
        ):
            return search_index.add_batch(connection, folding(fold))

    def clear_index(self) -> None:
        """Empty the full-text index; `index_texts` fills it again."""
        with self._writing() as connection:
            search_index.clear(connection)

    def find(self, query: Query, fold: Fold, filters: Filters, limit: int) -> Found:
        """Return the indexed postings that answer the query best, `limit` of them (`searching.MOST` at most).

        `fold` is the one that they were indexed with, and the query was read with.
        """
        with self._reading() as connection:
            return search.find(connection, query, filters, limit, folding(fold))

    def company(self, key: str) -> int | None:
        """Return the number of the company with this key, None if no posting is its."""
        with self._reading() as connection:
            return connection.scalar(select(Company.id).where(Company.key == key))

    def company_names(self) -> list[str]:
        """Return the names of all companies."""
        with self._reading() as connection:
            return list(connection.scalars(select(Company.name).order_by(Company.id)))

    def place_names(self) -> set[str]:
        """Return the places that the texts of postings have, as they name them."""
        with self._reading() as connection:
            # As text: PostgreSQL does not compare JSON.
            lists = connection.scalars(select(cast(Version.places, Text)).distinct())
            return {place for places in lists for place in json.loads(places)}

    def backup(self, target: Path) -> None:
        """Write a verified copy to `target`, which must not exist."""
        with explained(self.engine):
            upgrading.backup(self.engine, target)


def open_store(database: str, zone: str | None = None) -> Store:
    """Open the store at the SQLAlchemy URL, creating or upgrading its schema.

    `zone` (IANA name) is fixed when the store is made; a different one later is refused, since the weeks
    that are stored were computed in it. Raises StorageError.
    """
    engine = open_engine(database)
    try:
        with explained(engine):
            upgrading.upgrade(engine)
            return Store(engine, fixed_zone(engine, zone))
    except BaseException:
        engine.dispose()
        raise
