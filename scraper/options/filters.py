"""What the options of a search mean in the words of the store."""

from collections.abc import Sequence
from datetime import date

from scraper.errors import ConfigError
from scraper.normalizing.companies import company_key
from scraper.options.profiles import cities_named, employer_named
from storage.records import RoleClass
from storage.searching.search import Filters
from storage.store import Store
from storage.weeks import day_start


def read_filters(
    store: Store,
    *,
    roles: Sequence[RoleClass] = (),
    city: str | None = None,
    company: str | None = None,
    since: date | None = None,
    is_open: bool = False,
) -> Filters:
    """Return what may be found. Raises ConfigError, one sentence, for what is no city or employer."""
    return Filters(
        roles=tuple(dict.fromkeys(roles)),
        cities=() if city is None else _cities(store, city),
        company=None if company is None else _company(store, company),
        since=None if since is None else day_start(since, store.zone),
        open=is_open,
    )


def _cities(store: Store, name: str) -> tuple[str, ...]:
    """Return the names that postings have for a city; one that no table knows may still be one of theirs."""
    if not name.strip():
        raise ConfigError("--city needs a name")
    return tuple(sorted(cities_named(name, store.place_names)))


def _company(store: Store, name: str) -> int:
    found = store.company(company_key(name))
    if found is None:
        found = store.company(company_key(employer_named(name, store.company_names())))
    assert found is not None
    return found
