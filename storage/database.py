"""A database with this release's schema: its transactions, the lock of a run, its checks."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from storage.engines.opening import explained, one_run, without_password
from storage.errors import StorageError
from storage.leasing import rows as lease_rows
from storage.leasing.rules import Lease
from storage.records import Hashes


class Database:
    """What every question to a store stands on. Readers never block; weeks are cut in `zone`."""

    def __init__(self, engine: Engine, zone: str):
        self.engine, self.zone = engine, zone

    @contextmanager
    def _writing(self, lease: Lease | None = None) -> Iterator[Connection]:
        with explained(self.engine), self.engine.begin() as connection:
            if lease:
                lease_rows.check(connection, lease)
            yield connection

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        with (
            explained(self.engine),
            self.engine.connect().execution_options(readonly=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._snapshot() as connection:
                yield connection
        except (ValueError, KeyError) as error:
            # An instant, JSON, a word that does not read as such: damage that the engine does not see, or a
            # bug of ours, which must show itself.
            if not self.check():
                raise
            raise StorageError(
                f"the database {without_password(self.engine.url)} holds a value that cannot be read "
                f"({' '.join(str(error).split())}); `pmtrend db check` tells where"
            ) from error

    @contextmanager
    def one_run(self, *, shared: bool = False) -> Iterator[None]:
        """Be the only run on this store for the time of the block. Raises LockHeld at once if another is.

        `shared` runs let each other in where there are `leases`.
        """
        with explained(self.engine), one_run(self.engine, shared=shared):
            yield

    def check(self, hashes: Hashes | None = None, *, quick: bool = False) -> list[str]:
        """Return sentences about what is wrong with the database; empty if nothing is.

        `hashes` tells which hash stored words should have; `quick` leaves out what needs every text read.
        """
        from storage.checking import checking  # its queries take a while to be made, and only this needs them

        found: list[str] = []
        try:
            with self._snapshot() as connection:
                found = checking.check(connection, self.zone, hashes, quick=quick)
        except StorageError as error:  # a damaged file may fail when the reading ends, too
            found.append(str(error))
        return found

    def close(self) -> None:
        """Release the database."""
        self.engine.dispose()
