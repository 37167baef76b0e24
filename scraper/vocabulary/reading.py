"""A vocabulary and the texts that it is tried on."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scraper.errors import ConfigError, InputError
from scraper.normalizing.text import detect_language
from scraper.normalizing.titles import is_pm_title
from scraper.parsing.folding import folded
from scraper.parsing.tomltext import decoded, parsed
from scraper.tagging import Tagger, TextTagging
from scraper.tagging.tables import RULES_VERSION, TABLES, load
from scraper.tagging.taxonomy import Taxonomy, read, taxonomy
from storage.records import StoredText
from storage.store import Store

_BATCH = 500
CURRENT = "current"
"""The name of the vocabulary of this release."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary; `sha256` is the hash that tags made with it and with today's rules would carry."""

    name: str
    taxonomy: Taxonomy
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} ({self.taxonomy.version}, {self.sha256[:12]})"


def read_vocabulary(name: str) -> Vocabulary:
    """Return the vocabulary in the TOML file `name`, or this release's if it is "current".

    Raises InputError, one sentence that names the file, if it cannot be read or is no vocabulary.
    """
    if name == CURRENT:
        return Vocabulary(name, taxonomy(), _digest(load("taxonomy")))
    try:
        table = parsed(decoded(Path(name).read_bytes()))
        _check_shape(table)
        return Vocabulary(name, read(table), _digest(table))
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is no TOML: {error}") from None
    except ConfigError as error:
        raise InputError(f"{name}: {str(error).removeprefix('taxonomy: ')}") from None


def _digest(table: Mapping[str, Any]) -> str:
    """Return what tagging.tables.fingerprint would be if `table` were taxonomy.toml."""
    tables = ((name, table if name == "taxonomy" else load(name)) for name in TABLES)
    said = json.dumps([RULES_VERSION, *tables], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


def _check_shape(table: Mapping[str, Any]) -> None:
    """Raise ConfigError if what taxonomy.read goes through is not made of tables and lists of words."""
    for name in ("groups", "chain", "contract"):
        if not isinstance(table.get(name, {}), dict):
            raise ConfigError(f"[{name}] must be a table")
    entries = {f"[contract.{name}]": entry for name, entry in table.get("contract", {}).items()}
    tags = table.get("tag", [])
    if not isinstance(tags, list):
        raise ConfigError("tags are written [[tag]]")
    entries |= {f"tag {number}": entry for number, entry in enumerate(tags, start=1)}
    for place, entry in entries.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("name", {}), dict):
            raise ConfigError(f"{place} must be a table, and so must its name")
        if not isinstance(entry.get("id", ""), str) or not isinstance(entry.get("category", ""), str):
            raise ConfigError(f"id and category of {place} must be text")
        blocks = entry.get("guarded", [])
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise ConfigError(f"the guarded blocks of {place} are written [[tag.guarded]]")
        for holder in (entry, *blocks):
            for key in ("groups", "chain", "hides", "en", "zh", *_WORDS):
                words = holder.get(key, [])
                if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
                    raise ConfigError(f"{key} of {place} must be a list of words")


_WORDS = ("abbr", "aliases", "require_near", "forbid_near")


def stored_texts(
    store: Store, versions: Sequence[int], on_batch: Callable[[int], object] = lambda n: None
) -> Iterator[StoredText]:
    """Yield the texts of `versions`, read in batches."""
    for start in range(0, len(versions), _BATCH):
        batch = store.texts(versions[start : start + _BATCH])
        yield from batch
        on_batch(len(batch))


def language_of(text: StoredText) -> str:
    """Return the language of a stored text: zh, en or mixed."""
    return detect_language(f"{text.title}\n{text.text}")


def tagged(tagger: Tagger, text: StoredText, lang: str) -> TextTagging:
    """Return what `tagger` understands of a stored text, board fields aside."""
    return tagger.tag(
        folded(text.title), folded(text.text), lang=lang, is_pm=is_pm_title(text.title), company=text.company
    )
