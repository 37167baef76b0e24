"""The store as the rest of the program sees it: open it, record runs, ask what is known."""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, func, insert, select, update

from storage import repeats, retagging, status_reading, texts, upgrading, vintages
from storage.contents import taxonomy_id
from storage.edits import read_edits
from storage.engine import explained, open_engine, patience
from storage.errors import StorageError
from storage.grouping import text_owners
from storage.history import Edited, Edition, History, Number
from storage.memories import Known, Memory, Repetition
from storage.observing import record
from storage.outlook import Outlook, read_outlooks
from storage.passages import read_passages
from storage.reading import read_facts
from storage.reading_history import read_history
from storage.reading_postings import known_contents
from storage.records import Facts, Listing, Passages, Recorded, StoredText, TaxonomyRecord
from storage.status import Status
from storage.tables import Fetch, Run, Setting
from storage.tagging_rows import TaggingRows
from storage.version import __version__

RunKind = Literal["collect", "replay", "import"]
DEFAULT_ZONE = "Asia/Shanghai"
_SOON = 5.0  # seconds; a look at a board is stored in less


@dataclass(frozen=True, slots=True)
class RunHandle:
    """A run that has begun in the store."""

    id: int
    taxonomy: int


class Store:
    """One database with this release's schema. Every method is one transaction; readers never block."""

    def __init__(self, engine: Engine, zone: str):
        self.engine, self.zone = engine, zone

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with explained(str(self.engine.url)), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with (
            explained(str(self.engine.url)),
            self.engine.connect().execution_options(readonly=True) as connection,
            connection.begin(),
        ):
            yield connection

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

    def record(self, run: RunHandle, listing: Listing) -> Recorded:
        """Store one look at one listing, whole or not at all."""
        with self._writing() as connection:
            return record(connection, run.id, listing, self.zone, run.taxonomy)

    def memories(
        self, taxonomy: TaxonomyRecord, of: tuple[str, str] | None = None
    ) -> dict[tuple[str, str], Memory]:
        """Return (family, key) -> what the board's last usable look saw, if seeing it again changes nothing.

        `of` asks for one board only.
        """
        with self._reading() as connection:
            return repeats.read_memories(connection, taxonomy.sha256, of)

    def record_repetitions(self, run: RunHandle, looks: Sequence[Repetition]) -> None:
        """Store looks that saw what `memories` returned for them, all or none."""
        with self._writing() as connection:
            repeats.record_repetitions(connection, run.id, looks, self.zone)

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
    ) -> Facts:
        """Return all that reports on the weeks from `first_week` to `until` are computed from.

        What postings say is only read of those listed in the week `details_from` or later (None: of all).
        Titles, addresses and passages are read from this store when they are asked for, so it must still be
        open then.
        """
        with self._reading() as connection:
            facts = read_facts(connection, self._reading, self.zone, first_week, until, as_of, details_from)
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
        with self._reading() as connection:
            return read_edits(connection, postings, since, min(until, cut), most, cut, taxonomy)

    def publish(self, edition: Edition, numbers: Iterable[Number], now: datetime) -> bool:
        """Keep the published numbers of a report as vintages; tell whether they were new.

        Raises StorageError where nothing can be written, soon also where another program writes at length.
        """
        with (
            explained(str(self.engine.url)),
            self.engine.connect() as connection,
            patience(connection, _SOON),
            connection.begin(),
        ):
            return vintages.publish(connection, edition, numbers, now)

    def status(
        self, now: datetime, next_due: datetime | None = None, taxonomy: TaxonomyRecord | None = None
    ) -> Status:
        """Return what `pmtrend status` shows at `now`.

        When the next run is due, and by which taxonomy postings should be tagged, is the caller's to know.
        """
        with self._reading() as connection:
            return status_reading.read_status(connection, now, next_due, taxonomy)

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

    def latest_versions(self, sample: int | None = None) -> list[int]:
        """Return the id of each posting's latest version, in order; or `sample` of them, always the same."""
        with self._reading() as connection:
            return texts.latest_ids(connection, sample)

    def texts(self, versions: Sequence[int]) -> list[StoredText]:
        """Return the stored texts with these version ids, in the order of the ids."""
        with self._reading() as connection:
            return texts.texts(connection, versions)

    def backup(self, target: Path) -> None:
        """Write a verified copy to `target`, which must not exist."""
        with explained(str(self.engine.url)):
            upgrading.backup(self.engine, target)

    def check(self) -> list[str]:
        """Return sentences about what is wrong with the database; empty if nothing is."""
        with explained(str(self.engine.url)):
            return upgrading.check(self.engine)

    def close(self) -> None:
        """Release the database."""
        self.engine.dispose()


def open_store(database: str, zone: str | None = None) -> Store:
    """Open the store at the SQLAlchemy URL, creating or upgrading its schema.

    `zone` (IANA name) is fixed when the store is made; a different one later is refused, since the weeks
    that are stored were computed in it. Raises StorageError.
    """
    engine = open_engine(database)
    try:
        with explained(database):
            upgrading.upgrade(engine)
            with engine.connect().execution_options(readonly=True) as connection, connection.begin():
                stored = connection.scalar(select(Setting.value).where(Setting.name == "zone"))
            if stored is None:
                stored = zone or DEFAULT_ZONE
                with engine.begin() as connection:
                    if connection.scalar(select(Setting.value).where(Setting.name == "zone")) is None:
                        connection.execute(insert(Setting).values(name="zone", value=stored))
    except BaseException:
        engine.dispose()
        raise
    if zone is not None and zone != stored:
        engine.dispose()
        raise StorageError(
            f"the weeks of this store were computed in {stored}, the configuration says {zone}; "
            "keep the zone, or start a new database and replay the archive into it"
        )
    return Store(engine, stored)
