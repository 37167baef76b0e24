"""A PostgreSQL server of our own: in a temporary folder, with a socket in it; ends with who started it."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

LOCALE = "C.UTF-8"  # beside C the only one that every machine has; its order of texts is not asked for
_PATIENCE = 120.0
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
}
"""Settings of a server whose data nobody needs when it ends."""
_PR_SET_PDEATHSIG = 1
GUARDED = "guarded"
"""A user whom the server asks for a password."""


def programs() -> Path | None:
    """Return the folder of the newest server programs on this machine, None if there are none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _servant() -> pwd.struct_passwd | None:
    """The user that the server runs as: it refuses root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("the server refuses to run as root, and there is neither postgres nor nobody")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


@dataclass
class Server:
    """A running server; databases are made from a template that holds the schema of this release."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str = "postgres", user: str = "postgres", password: str = "") -> str:
        """Return the URL of a database."""
        secret = f":{password}" if password else ""
        return f"postgresql+psycopg://{user}{secret}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Return a plain connection of the superuser, without transactions."""
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True, connect_timeout=60
        )

    def create(self, template: str = "template0", *, options: str = "", name: str = "") -> str:
        """Create a database and return its name; `options` are those of CREATE DATABASE."""
        name = name or f"d{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                    sql.Identifier(name), sql.Identifier(template), sql.SQL(options)
                )
            )
        return name

    def drop(self, *names: str) -> None:
        """Drop databases, whoever is connected to them."""
        with self.connect() as connection:
            for name in names:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


@contextmanager
def running(settings: Mapping[str, str] = QUICK) -> Iterator[Server]:
    """Run a server for the time of the block; what `settings` do not name is as the server has it."""
    bin, servant = programs(), _servant()
    assert bin is not None, "there are no PostgreSQL programs here"
    folder = Path(tempfile.mkdtemp(prefix="pmtrend-pg-", dir="/tmp"))  # sockets have short names only
    try:
        if servant:
            os.chown(folder, servant.pw_uid, servant.pw_gid)
        who = {"user": servant.pw_uid, "group": servant.pw_gid, "extra_groups": []} if servant else {}
        initdb = subprocess.run(
            [
                *(bin / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-N"),
                *("-E", "UTF8", f"--locale={LOCALE}"),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            **who,  # type: ignore[call-overload]
        )
        assert initdb.returncode == 0, initdb.stderr
        hba = folder / "data" / "pg_hba.conf"
        hba.write_text(f"local all {GUARDED} scram-sha-256\nlocal all all trust\n")
        place = {"listen_addresses": "", "unix_socket_directories": str(folder)}
        told = [word for name, value in {**settings, **place}.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [bin / "postgres", "-D", folder / "data", *told],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                **who,  # type: ignore[call-overload]
            )
        try:
            server = Server(folder)
            _wait(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing in it is kept
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError:
            dead = process.poll() is not None
            assert not dead and time.monotonic() < end, (server.folder / "log").read_text(errors="replace")
            time.sleep(0.02)
