"""What every test has: our helper modules importable by name, and no way out to the network."""

import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

for folder in ("unit", "faults", "torture"):
    sys.path.insert(0, str(Path(__file__).parent / folder))

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Real recordings that are not part of the project; tests on them skip where they are absent."""


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
