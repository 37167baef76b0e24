"""Text of a user as TOML, where `tomllib` alone would end in errors of Python."""

import tomllib
from typing import Any


def decoded(raw: bytes) -> str:
    """Return the text of a file, without its mark. Raises tomllib.TOMLDecodeError if it is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise tomllib.TOMLDecodeError(f"it is not UTF-8 text (byte {error.start + 1})") from None


def parsed(text: str) -> dict[str, Any]:
    """Return the document. Raises tomllib.TOMLDecodeError, however deep it nests or large its numbers are."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("it is nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise tomllib.TOMLDecodeError("it holds a number with too many digits") from None
