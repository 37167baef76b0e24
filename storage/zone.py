"""The zone in which a store's weeks are cut: fixed when the store is made."""

from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select

from storage.errors import StorageError
from storage.tables import Setting

DEFAULT_ZONE = "Asia/Shanghai"
_NAME = "zone"


def fixed_zone(engine: Engine, wanted: str | None) -> str:
    """Return the zone of the store; a new one gets the `wanted` one (IANA name).

    Raises StorageError if another is wanted than the weeks that are stored were computed in.
    """
    query = select(Setting.value).where(Setting.name == _NAME)
    with engine.connect().execution_options(readonly=True) as connection, connection.begin():
        stored = connection.scalar(query)
    if stored is None:
        stored = wanted or DEFAULT_ZONE
        with engine.begin() as connection:
            if connection.scalar(query) is None:
                connection.execute(insert(Setting).values(name=_NAME, value=stored))
    if wanted is not None and wanted != stored:
        raise StorageError(
            f"the weeks of this store were computed in {stored}, the configuration says {wanted}; "
            "keep the zone, or start a new database and replay the archive into it"
        )
    try:
        ZoneInfo(stored)
    except (KeyError, ValueError, OSError):
        raise StorageError(
            f"the weeks of this store were computed in {stored!r}, which is no time zone known here"
        ) from None
    return stored
