"""The vocabulary: fine tags with their aliases, and the contract tags they roll up into.

taxonomy.toml holds `[contract.ID]` (name, era, groups, chain), and one `[[tag]]` per fine tag: id, name,
category, era, groups, chain, `contract` (where it rolls up; a tag without one keeps its own id), aliases
`en`, `zh` (folded) and `abbr` (matched with their case), `hides` (tags whose hits inside a hit of this one
do not count: the robot in a chatbot), `forbid_near` (no hit if the sentence holds one of these) and
`[[tag.guarded]]` blocks for ambiguous aliases with `require_near` and `forbid_near` of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast, get_args

from scraper.errors import ConfigError
from scraper.parsing.folding import fold, fold_case_kept
from scraper.tagging.tables import fingerprint, load, stands_in
from storage.records import TaxonomyRecord, TaxonomyTag

Era = Literal["classic", "genai", "shared", "none"]
_TAG_KEYS = {
    "id",
    "name",
    "category",
    "era",
    "groups",
    "chain",
    "contract",
    "en",
    "zh",
    "abbr",
    "forbid_near",
    "guarded",
    "hides",
}
_GUARD_KEYS = {"aliases", "abbr", "require_near", "forbid_near"}


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """Words of which the sentence around a hit must hold one (`require`, if any), and none (`forbid`)."""

    require: tuple[str, ...]
    forbid: tuple[str, ...]

    def allows(self, sentence: str) -> bool:
        """Tell whether a hit in the folded `sentence` counts."""
        # A sentence is short and a guard has few words: asking for each is cheaper than any automaton.
        for word in self.forbid:
            if word in sentence and stands_in(word, sentence):
                return False
        for word in self.require:
            if word in sentence and stands_in(word, sentence):
                return True
        return not self.require


@dataclass(frozen=True, slots=True, eq=False)
class FineTag:
    """One entry of the vocabulary; `out` is the id that tags carry outside (contract id or own id).

    Equal only to itself, so that it is hashed at once, however much it holds.
    """

    id: str
    out: str
    en: str
    zh: str
    category: str
    era: Era
    groups: tuple[str, ...]
    chain: tuple[str, ...]
    hides: frozenset[str]


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write a tag: `text` folded; `cased` the exact spelling if case matters."""

    tag: FineTag
    text: str
    cased: str | None
    guard: Guard | None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The loaded vocabulary."""

    version: str
    tags: Mapping[str, FineTag]
    contract: tuple[TaxonomyTag, ...]
    aliases: tuple[Alias, ...]


@cache
def taxonomy() -> Taxonomy:
    """Return the vocabulary shipped with this version. Raises ConfigError naming a wrong entry."""
    return read(load("taxonomy"))


def read(table: Mapping[str, Any]) -> Taxonomy:
    """Check and build a vocabulary from a parsed taxonomy table. Raises ConfigError naming a wrong entry."""
    try:
        version, contracts, entries = str(table["version"]), table["contract"], table["tag"]
        groups, chain = set(table["groups"]), set(table["chain"])
    except KeyError as error:
        raise ConfigError(f"taxonomy: the key {error} is missing") from error
    tags: dict[str, FineTag] = {}
    aliases: list[Alias] = []
    owners: dict[tuple[str, str], str] = {}
    for entry in entries:
        tag = _fine_tag(entry, contracts, groups, chain)
        if tag.id in tags:
            raise ConfigError(f"taxonomy: the tag {tag.id!r} is there twice")
        tags[tag.id] = tag
        for alias in _aliases(tag, entry):
            spelling = (tag.out, alias.cased or alias.text)
            if spelling in owners:
                owner = owners[spelling]
                raise ConfigError(f"taxonomy: {tag.id!r} repeats the alias {spelling[1]!r} of {owner!r}")
            owners[spelling] = tag.id
            aliases.append(alias)
    for tag in tags.values():
        if stray := tag.hides - set(tags):
            raise ConfigError(f"taxonomy: the tag {tag.id!r} hides unknown tags: {', '.join(sorted(stray))}")
    record = tuple(_contract_tag(name, entry, groups, chain) for name, entry in contracts.items())
    return Taxonomy(version, tags, record, tuple(aliases))


def _fine_tag(
    entry: Mapping[str, Any], contracts: Mapping[str, Any], groups: set[str], chain: set[str]
) -> FineTag:
    name = entry.get("id", "?")
    if unknown := set(entry) - _TAG_KEYS:
        raise ConfigError(f"taxonomy: the tag {name!r} has unknown keys: {', '.join(sorted(unknown))}")
    roll = entry.get("contract")
    if roll is not None and roll not in contracts:
        raise ConfigError(f"taxonomy: the tag {name!r} rolls up into {roll!r}, which is no contract tag")
    if roll is None and name in contracts:
        raise ConfigError(
            f"taxonomy: the tag {name!r} has the id of a contract tag but does not roll up into it"
        )
    outer = _contract_tag(name, entry, groups, chain)
    if not entry.get("category"):
        raise ConfigError(f"taxonomy: the tag {name!r} has no category")
    return FineTag(
        outer.id,
        roll or outer.id,
        outer.en,
        outer.zh,
        entry["category"],
        outer.era,
        outer.groups,
        outer.chain,
        frozenset(entry.get("hides", ())),
    )


def _contract_tag(name: str, entry: Mapping[str, Any], groups: set[str], chain: set[str]) -> TaxonomyTag:
    names, era = entry.get("name", {}), entry.get("era")
    if not (names.get("en") and names.get("zh")):
        raise ConfigError(f"taxonomy: the tag {name!r} needs a name in en and in zh")
    if era not in get_args(Era):
        raise ConfigError(
            f"taxonomy: the tag {name!r} has the era {era!r}; it must be one of {get_args(Era)}"
        )
    if stray := (set(entry.get("groups", ())) - groups) | (set(entry.get("chain", ())) - chain):
        raise ConfigError(
            f"taxonomy: the tag {name!r} names unknown groups or stages: {', '.join(sorted(stray))}"
        )
    return TaxonomyTag(
        name,
        names["en"],
        names["zh"],
        cast(Era, era),
        tuple(entry.get("groups", ())),
        tuple(entry.get("chain", ())),
    )


def _aliases(tag: FineTag, entry: Mapping[str, Any]) -> Iterator[Alias]:
    forbidden = tuple(entry.get("forbid_near", ()))
    common = Guard((), forbidden) if forbidden else None
    for text in (*entry.get("en", ()), *entry.get("zh", ())):
        yield Alias(tag, _folded(tag, text), None, common)
    for text in entry.get("abbr", ()):
        yield Alias(tag, fold(text), _cased(tag, text), common)
    for block in entry.get("guarded", ()):
        if set(block) - _GUARD_KEYS or not (set(block) & {"require_near", "forbid_near"}):
            raise ConfigError(f"taxonomy: a guarded block of {tag.id!r} has unknown keys or guards nothing")
        guard = Guard(tuple(block.get("require_near", ())), (*forbidden, *block.get("forbid_near", ())))
        for text in block.get("aliases", ()):
            yield Alias(tag, _folded(tag, text), None, guard)
        for text in block.get("abbr", ()):
            yield Alias(tag, fold(text), _cased(tag, text), guard)


def _folded(tag: FineTag, text: str) -> str:
    if not text or text != fold(text) or text != text.strip():
        raise ConfigError(
            f"taxonomy: the alias {text!r} of {tag.id!r} must be written folded and without blanks around"
        )
    return text


def _cased(tag: FineTag, text: str) -> str:
    if not text or text != fold_case_kept(text):
        raise ConfigError(f"taxonomy: the abbreviation {text!r} of {tag.id!r} must be written folded")
    return text


def taxonomy_record() -> TaxonomyRecord:
    """Return version, hash over everything in this room that decides tags, and the contract-level tags.

    Fine tags without a contract id follow the contract tags, since postings carry them too.
    """
    words = taxonomy()
    fixed = {tag.id for tag in words.contract}
    own = tuple(
        TaxonomyTag(tag.id, tag.en, tag.zh, tag.era, tag.groups, tag.chain)
        for tag in words.tags.values()
        if tag.out not in fixed
    )
    return TaxonomyRecord(words.version, fingerprint(), words.contract + own)
