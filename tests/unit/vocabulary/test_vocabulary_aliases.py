"""The aliases themselves: guards that guard, words that real postings use."""

import re
import tomllib
from pathlib import Path

from places import CORPORA

from scraper.parsing.folding import fold
from scraper.tagging.tables import load
from scraper.tagging.taxonomy import taxonomy


def stands_in(word: str, text: str) -> bool:
    """Tell whether `word` stands in `text` at word edges."""
    left = "(?<![a-z0-9_])" if word[0].isascii() and word[0] in WORD else ""
    right = "(?![a-z0-9_])" if word[-1].isascii() and word[-1] in WORD else ""
    return re.search(left + re.escape(word) + right, text) is not None


WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def test_no_guard_is_met_or_broken_by_the_alias_that_it_guards() -> None:
    for entry in load("taxonomy")["tag"]:
        for block in entry.get("guarded", ()):
            for alias in (*block.get("aliases", ()), *(fold(text) for text in block.get("abbr", ()))):
                for key in ("require_near", "forbid_near"):
                    words = [word for word in block.get(key, ()) if stands_in(word, alias)]
                    assert not words, f"{entry['id']}: {key} {words} says nothing about {alias!r}"


def test_aliases_stand_in_real_postings_or_are_justified(shared_data: Path) -> None:
    import vocabulary

    corpus = CORPORA / "unseen_aliases.toml"
    justified = {
        (tag, alias)
        for group in tomllib.loads(corpus.read_text(encoding="utf-8"))["unseen"]
        for tag, aliases in group["aliases"].items()
        for alias in aliases
    }
    texts = vocabulary.postings(shared_data)
    unseen = {(alias.tag.id, vocabulary.spelled(alias)) for alias in vocabulary.unseen(taxonomy(), texts)}
    assert not unseen - justified, "neither found nor justified"
    assert not justified - unseen, "justified, but found (or gone)"
