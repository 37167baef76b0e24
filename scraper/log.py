"""The log: one line an event on stderr, never a secret."""

import logging
import re
import sys

_SECRET = re.compile(
    r"(?i)\b((?:api[-_]?key|app_?key|app_?id|token|secret|password|cookie|authorization)[=:]\s*"
    r"(?:(?:bearer|basic)\s+)?)[^\s&\"']+"
)


class _NoSecrets(logging.Formatter):
    """Cleans the whole entry: a secret may stand in its message or in its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub(r"\1***", super().format(record))


def set_up(verbose: bool) -> None:
    """Send warnings (with `verbose` also information) of our own code to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_NoSecrets("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    # httpx tells whole URLs, and with them keys, at INFO.
    for name in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
