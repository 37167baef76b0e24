"""What makes two texts the same text, and two listings the same opening."""

import hashlib
import re

from scraper.folding import fold
from scraper.normalizing.titles import clean_title

# Zero-width marks come and go with the editor; nobody sees them.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def content_hash(title: str, text: str, salary_raw: str, experience_raw: str, education_raw: str) -> str:
    """Return the SHA-256 (hex) of what a posting says: it changes when a new version must be kept.

    Blanks, line ends and invisible marks do not count; everything a reader sees does.
    """
    return _digest(*(_visible(part) for part in (title, text, salary_raw, experience_raw, education_raw)))


def vacancy_key(company_key: str, title: str, text: str, requisition: str = "") -> str:
    """Return a key that the listings of one opening share: other city or board, same employer and words.

    With a requisition the employer and it decide; otherwise the title without its noise and the text,
    both folded and without blanks. Postings without any text are grouped by their title alone never:
    their key holds the whole title.
    """
    if requisition.strip():
        return _digest(company_key, "requisition", fold(requisition).strip())
    words = "".join(_visible(fold(text)).split())
    heading = clean_title(title) if words else title
    return _digest(company_key, "text", "".join(fold(heading).split()), words)


def _visible(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text).split())


def _digest(*parts: str) -> str:
    # The unit separator keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
