"""Running the migrations: apart from upgrading.py, since Alembic is loaded only where a schema changes."""

import importlib.resources

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.tables import Base


def config(connection: Connection) -> Config:
    """Return how Alembic works on this connection."""
    found = Config()
    location = str(importlib.resources.files("migrations"))
    found.set_main_option("script_location", location.replace("%", "%%"))
    found.attributes["connection"] = connection
    found.attributes["target_metadata"] = Base.metadata
    return found


def knows(connection: Connection, revision: str) -> bool:
    """Tell whether there is a migration to this revision."""
    try:
        return ScriptDirectory.from_config(config(connection)).get_revision(revision) is not None
    except CommandError:
        return False


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to the revision, in the connection's transaction."""
    command.upgrade(config(connection), revision)
