"""What stands before the verb, as a value: the configuration, the database, the clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.counting import count_weeks
from commands.indexing import INDEXED_AFTER_A_RUN, add_to_index
from scraper.config import FILE_NAME, Settings

if TYPE_CHECKING:
    from storage.store import Store

DATABASE_URL = "PMTREND_DATABASE_URL"
"""The variable of the environment that names the database."""


@dataclass(frozen=True, slots=True)
class Context:
    """Which configuration and which database a verb works with, and where it asks what time it is.

    `options` say the same from any folder, for a command that is run later; `file` is what `init` writes,
    with the database `named` in it: "" if none was, or one whose URL holds a password.
    """

    settings: Settings
    database: str
    clock: Callable[[], datetime]
    options: tuple[str, ...] = ()
    file: Path = Path(FILE_NAME)
    named: str = ""

    @contextmanager
    def store(self) -> "Iterator[Store]":
        """Open the store (creating or upgrading it), close it afterwards."""
        from storage.store import open_store

        store = open_store(self.database, self.settings.zone)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def writing(self, *, shared: bool = False) -> "Iterator[Store]":
        """Open the store for a run; one run at a time, on PostgreSQL also several that are `shared`."""
        with self.store() as store, store.one_run(shared=shared):
            yield store
            count_weeks(store)
            add_to_index(store, most=INDEXED_AFTER_A_RUN)


pass_context = click.make_pass_decorator(Context)
