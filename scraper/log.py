"""The log: one line an event on stderr, never a secret, and no line that a stranger wrote."""

import logging
import re
import sys
from typing import Any

from scraper.printing import printable

_SECRET = re.compile(
    r"(?i)\b((?:api[-_]?key|app_?key|app_?id|token|secret|password|cookie|authorization)[=:]\s*"
    r"(?:(?:bearer|basic)\s+)?)[^\s&\"']+"
)
_QUIETER = {
    # httpx tells whole URLs, and with them keys, at INFO.
    **dict.fromkeys(("httpx", "httpcore", "apscheduler"), logging.WARNING),
    # It warns, once a text, that a Chinese font has no bold face; charts take the one that there is.
    "matplotlib.font_manager": logging.ERROR,
}


class _Safe(logging.Formatter):
    """Cleans the whole entry: a secret may stand in its message or in its traceback.

    The message is one line. Those of a traceback are indented, so that none of them passes for an entry.
    """

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub(r"\1***", super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return printable(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        lines = super().formatException(ei).splitlines()
        return "\n".join(f"  {printable(line)}" for line in lines)


def set_up(verbose: bool) -> None:
    """Send warnings (with `verbose` also information) to stderr; of libraries only what concerns a user."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Safe("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    for name, level in _QUIETER.items():
        logging.getLogger(name).setLevel(level)
