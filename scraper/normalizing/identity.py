"""What makes two texts the same text."""

import hashlib
import re

# Zero-width marks come and go with the editor; nobody sees them.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def content_hash(title: str, text: str, salary_raw: str, experience_raw: str, education_raw: str) -> str:
    """Return the SHA-256 (hex) of what a posting says: it changes when a new version must be kept.

    Blanks, line ends and invisible marks do not count; everything a reader sees does.
    """
    return _digest(*(_visible(part) for part in (title, text, salary_raw, experience_raw, education_raw)))


def _visible(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text).split())


def _digest(*parts: str) -> str:
    # The unit separator keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
