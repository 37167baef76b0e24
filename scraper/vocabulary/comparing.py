"""What a change of the vocabulary does to stored postings: their tags and roles under both.

Nothing is stored. A tag counts where it is asked for, as in the reports: not where it is only mentioned.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from scraper.tagging import Tagger, TextTagging
from scraper.vocabulary.quoting import around
from scraper.vocabulary.reading import Vocabulary, language_of, tagged
from storage.counted import counted
from storage.records import Quote, RoleClass, StoredText

ROLES: tuple[RoleClass, ...] = get_args(RoleClass)
_QUOTED = 30


@dataclass(slots=True)
class TagChange:
    """Postings with a tag under the old and under the new vocabulary, and an example of each change."""

    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0
    gained_quote: str = ""
    lost_quote: str = ""


@dataclass(slots=True)
class Comparison:
    """What became of `postings`; `roles` counts them by (role before, role after)."""

    old: Vocabulary
    new: Vocabulary
    postings: int = 0
    changed: int = 0
    tags: dict[str, TagChange] = field(default_factory=dict)
    roles: Counter[tuple[RoleClass, RoleClass]] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Return it as `pmtrend taxonomy diff --json` prints it."""
        return {
            "old": _identity(self.old),
            "new": _identity(self.new),
            "postings": self.postings,
            "changed": self.changed,
            "tags": [
                {"tag": tag, **{name: getattr(change, name) for name in TagChange.__slots__}}
                for tag, change in self._changed()
            ],
            "roles": {
                before: {after: self.roles[before, after] for after in ROLES if self.roles[before, after]}
                for before in ROLES
                if any(self.roles[before, after] for after in ROLES)
            },
        }

    def lines(self) -> Iterator[str]:
        """Yield it as `pmtrend taxonomy diff` prints it: changed tags, changed roles, the sum."""
        changed = self._changed()
        if changed:
            yield "   before    after   gained     lost  tag"
        for tag, change in changed:
            yield f"{change.before:9}{change.after:9}{change.gained:9}{change.lost:9}  {tag}"
            for sign, quote in (("+", change.gained_quote), ("-", change.lost_quote)):
                if quote:
                    yield f"{'':38}{sign} {quote}"
        moved = {pair: count for pair, count in self.roles.items() if pair[0] != pair[1]}
        if moved:
            yield from self._matrix()
        yield (
            f"{self.old} → {self.new}: {counted(self.postings, 'posting')}, {self.changed} with other tags, "
            f"{sum(moved.values())} with another role"
        )

    def _changed(self) -> list[tuple[str, TagChange]]:
        """Return the tags that changed, most changed first."""
        changed = [(tag, change) for tag, change in self.tags.items() if change.gained or change.lost]
        return sorted(changed, key=lambda row: (-row[1].gained - row[1].lost, row[0]))

    def _matrix(self) -> Iterator[str]:
        yield "role before (rows) and after (columns)"
        yield f"{'':9}{''.join(f'{role:>9}' for role in ROLES)}"
        for before in ROLES:
            yield f"{before:9}{''.join(f'{self.roles[before, after]:9}' for after in ROLES)}"


def _identity(vocabulary: Vocabulary) -> dict[str, str]:
    return {
        "name": vocabulary.name,
        "version": vocabulary.taxonomy.version,
        "sha256": vocabulary.sha256,
    }


def compare(texts: Iterable[StoredText], old: Vocabulary, new: Vocabulary) -> Comparison:
    """Return what a change from `old` to `new` does to `texts`."""
    result = Comparison(old, new)
    before, after = Tagger(old.taxonomy), Tagger(new.taxonomy)
    for text in texts:
        lang = language_of(text)
        _count(result, text, tagged(before, text, lang), tagged(after, text, lang))
    return result


def _count(result: Comparison, text: StoredText, before: TextTagging, after: TextTagging) -> None:
    result.postings += 1
    result.roles[before.verdict.role, after.verdict.role] += 1
    old, new = _asked(text, before), _asked(text, after)
    result.changed += old.keys() != new.keys()
    for tag in sorted(old.keys() | new.keys()):
        change = result.tags.setdefault(tag, TagChange())
        change.before += tag in old
        change.after += tag in new
        if tag not in old:
            change.gained += 1
            change.gained_quote = change.gained_quote or new[tag]
        elif tag not in new:
            change.lost += 1
            change.lost_quote = change.lost_quote or old[tag]


def _asked(text: StoredText, tagging: TextTagging) -> Mapping[str, str]:
    """Return the tags that are asked for, with the quote that proves each and what stands around it."""
    return {
        tag.id: _marked(text.title if tag.quote.field == "title" else text.text, tag.quote)
        for tag in tagging.tags
        if tag.requirement != "mentioned"
    }


def _marked(text: str, quote: Quote) -> str:
    assert quote.start is not None and quote.end is not None  # only quotes of board fields have no place
    left, right = around(text, quote.start, quote.end, _QUOTED)
    return f"{left}[{text[quote.start : quote.end]}]{right}"
