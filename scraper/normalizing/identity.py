"""What makes two texts the same text."""

import hashlib

from scraper.bounds import visible


def content_hash(title: str, text: str, salary_raw: str, experience_raw: str, education_raw: str) -> str:
    """Return the SHA-256 (hex) of what a posting says: it changes when a new version must be kept.

    Blanks, line ends and invisible marks do not count; everything a reader sees does.
    """
    return _digest(*(_visible(part) for part in (title, text, salary_raw, experience_raw, education_raw)))


def _visible(text: str) -> str:
    return " ".join(visible(text).split())


def _digest(*parts: str) -> str:
    # The unit separator keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
