"""Employers by their keys: those that the store knows, and new ones."""

from collections.abc import Iterable

from sqlalchemy import select

from storage.among import among
from storage.recording.new_rows import NewRows
from storage.tables import Company

_KNOWN = select(Company.key, Company.id).where(among(Company.key, "keys"))


class Companies:
    """The employers that looks name; which of them are stored is read before they are asked for."""

    def __init__(self, rows: NewRows):
        self._rows = rows
        self._stored: dict[str, int] = {}
        self._new: dict[str, int] = {}

    def read(self, keys: Iterable[str]) -> list[int]:
        """Return the ids of the stored ones among the employers with these keys."""
        wanted = dict.fromkeys(keys)
        unknown = [key for key in wanted if key not in self._stored and key not in self._new]
        if unknown:
            found = self._rows.connection.execute(_KNOWN, {"keys": unknown})
            self._stored.update((key, id) for key, id in found)
        return [self._stored[key] for key in wanted if key in self._stored]

    def __call__(self, key: str, name: str) -> int:
        """Return the id of an employer; a new one is called as here, later names do not count."""
        found = self._stored.get(key) or self._new.get(key)
        if found is None:
            found = self._new[key] = self._rows.add_company(key, name)
        return found
