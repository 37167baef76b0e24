"""Normalised postings, just read or stored → what is understood of them, and how that is stored.

Loads no SQL: processes that only tag start from here.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from scraper.bounds import brief
from scraper.normalizing.posting import stated_pay
from scraper.stages import Stages, at_once, in_step
from scraper.understanding.posting import TAXONOMY, understand_in_stages
from storage.recording.tagging_rows import TaggingRows, tagging_rows
from storage.records import PostingRecord, StoredText, Tagging


def tag_in_stages(record: PostingRecord | StoredText) -> Stages[Tagging]:
    """Understand a normalised posting, just read or stored, with the current taxonomy."""
    understanding = yield from understand_in_stages(
        record.title,
        record.text,
        company=record.company,
        locations=tuple(record.structured.get("locations", ())),
        workplace=record.structured.get("workplace"),
        pay=stated_pay(record.structured),
        salary_raw=record.salary_raw,
        experience_raw=record.experience_raw,
        education_raw=record.education_raw,
    )
    return understanding.tagging


tag_record = at_once(tag_in_stages)
"""Understand one record alone."""


@dataclass(frozen=True, slots=True)
class Untaggable:
    """A stored text on which the tagger failed: a bug, told with where it is."""

    version: int
    title: str
    company: str
    reason: str

    def __str__(self) -> str:
        return f"{self.title!r} of {self.company} (version {self.version}): {self.reason}"


Tagged = tuple[int, TaggingRows] | Untaggable
"""What became of a stored text: its version with what is to be stored of it, or why there is nothing."""


def tag_texts(texts: Sequence[StoredText]) -> tuple[str, list[Tagged]]:
    """Tag texts of the store; return the hash of the taxonomy that did it, too.

    A process that is started later might find another release installed than the one that asks it.
    """
    return TAXONOMY.sha256, list(in_step(map(_tagged, texts)))


def _tagged(text: StoredText) -> Stages[Tagged]:
    try:
        tagging = yield from tag_in_stages(text)
        yield
        return text.version, tagging_rows(tagging)
    except Exception as error:  # a bug; it must not cost the others their tags
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
        reason = brief(f"{type(error).__name__}: {' '.join(str(error).split())}") + f" ({where})"
        return Untaggable(text.version, text.title, text.company, reason)
