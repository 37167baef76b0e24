"""Which messages were taken by which service, so that a repeated run does not send them twice.

`delivered.json` in the output folder: week → service → SHA-256 of the message. No address, no secret.
"""

import hashlib
import json
from pathlib import Path

from reports.delivery.messages import Payload, Service, encoded
from reports.errors import ReportError
from reports.output.writing import replace_file

FILE = "delivered.json"
_WEEKS = 60


def was_delivered(out_dir: Path, week: str, service: Service, message: Payload) -> bool:
    """Tell whether exactly this message of `week` was taken by `service` before."""
    return _read(out_dir).get(week, {}).get(service) == _hash(message)


def note_delivered(out_dir: Path, week: str, service: Service, message: Payload) -> None:
    """Note that `service` took the message. Raises ReportError if that cannot be written."""
    known = _read(out_dir)
    known[week] = known.get(week, {}) | {service: _hash(message)}
    kept = {name: known[name] for name in sorted(known)[-_WEEKS:]}
    content = json.dumps(kept, sort_keys=True, indent=1) + "\n"
    try:
        replace_file(out_dir / FILE, content.encode("utf-8"))
    except OSError as error:
        said = f"{out_dir / FILE} cannot be written: {error.strerror or error}"
        raise ReportError(f"{said}; the next run will send the message of {week} again") from error


def _hash(message: Payload) -> str:
    return hashlib.sha256(encoded(message)).hexdigest()


def _read(out_dir: Path) -> dict[str, dict[str, str]]:
    """What is noted. A damaged file counts as no note: a message twice is better than none."""
    try:
        known = json.loads((out_dir / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {week: services for week, services in known.items() if isinstance(services, dict)}
