"""One writer at a time: a kernel lock that frees itself when its holder dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scraper.errors import ConfigError, LockHeld


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path` for the time of the block. Raises LockHeld at once if another run has it."""
    try:
        file = path.open("a")
    except OSError as error:
        raise ConfigError(f"the lock file {path} cannot be opened: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LockHeld(f"another run of pmtrend is at work on this store ({path})") from None
        yield
