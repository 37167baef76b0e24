"""The log: one line an event on stderr, never a secret."""

import logging
import re
import sys

_SECRET = re.compile(
    r"(?i)\b((?:api_?key|app_?key|app_?id|token|secret|password|authorization)[=:]\s*)[^\s&\"']+"
)


class _NoSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = _SECRET.sub(r"\1***", message)
        if cleaned != message:
            record.msg, record.args = cleaned, None
        return True


def set_up(verbose: bool) -> None:
    """Send warnings (with `verbose` also information) of our own code to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_NoSecrets())
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    # httpx tells whole URLs, and with them keys, at INFO.
    for name in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
