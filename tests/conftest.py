"""What every test has: our helper modules importable by name, and no way out to the network."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

TESTS = Path(__file__).resolve().parent
for folder in ("helpers", "faults", "torture"):
    sys.path.insert(0, str(TESTS / folder))
sys.path.append(str(TESTS.parent / "benchmarks"))

from places import SHARED_DATA  # noqa: E402 - needs the line above

# An example may take its time: how long it takes says more of what else the machine does than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Take SIGINT again where whoever started the tests in the background had it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data, or a skip."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data are not on this machine ({SHARED_DATA.name} folder beside the checkout)")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that does not go to this machine."""

    def guarded(connect: Any) -> Any:
        def to_this_machine(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
                raise AssertionError(f"a test tried to reach {address}")
            return connect(self, address)

        return to_this_machine

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL server of our own (tests/helpers/own_server.py), or a skip where there are no programs."""
    from own_server import programs, running

    if programs() is None:
        reason = "there are no PostgreSQL server programs here (Debian, Ubuntu: apt install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with running() as made:
        yield made


@pytest.fixture(scope="session")
def databases(server: Any) -> Any:
    """The databases of that server."""
    from databases import Databases

    return Databases(server)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def each_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the tests of a module on both engines; they name their databases by `databases.url(path)`.

    A test marked `file` is about SQLite's file and runs on that alone.
    """
    from databases import on

    if request.param == "sqlite":
        yield "sqlite"
        return
    found = request.getfixturevalue("databases")
    with on(found), found.borrowed():
        yield "postgresql"


@pytest.fixture(autouse=True)
def own_databases() -> Iterator[None]:
    """What a test opened on a server is closed and emptied after it."""
    databases = sys.modules.get("databases")
    with databases.borrowed() if databases else nullcontext():
        yield


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program hands a URL with a password on in its environment; no later test shall find it there."""
    monkeypatch.setenv("PMTREND_DATABASE_URL", "")
    monkeypatch.delenv("PMTREND_DATABASE_URL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about SQLite's file on other engines."""

    def is_elsewhere(item: pytest.Item) -> bool:
        chosen = getattr(item, "callspec", None)
        other = chosen is not None and chosen.params.get("each_engine") == "postgresql"
        return other and item.get_closest_marker("file") is not None

    left_out = [item for item in items if is_elsewhere(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not is_elsewhere(item)]


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Any]:
    """A Recorder (tests/helpers/store_helpers.py) on a new store."""
    from store_helpers import Recorder

    made = Recorder(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def blank_charts() -> Iterator[None]:
    """Reports have the charts they would have, blank (tests/helpers/report_market.py)."""
    from report_market import undrawn

    with undrawn():
        yield
