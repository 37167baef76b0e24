"""The text of JSON columns: one way to lay it out for all that is written.

The standard library takes six times as long, which was a tenth of what storing a posting costs. Its rows have
blanks and escapes where these have none, and say the same: who reads a column takes either.
"""

import json
from typing import Any

import orjson


def json_text(value: Any) -> str:
    """Return a value as the text of a JSON column."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # half a character, which is no UTF-8; a number beyond 64 bits
        return json.dumps(value)
