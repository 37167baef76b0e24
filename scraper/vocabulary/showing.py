"""The vocabulary as a person reads it: all tags, or one with its aliases."""

from collections.abc import Iterable, Iterator, Sequence

from scraper.errors import ConfigError
from scraper.tagging.taxonomy import Alias, FineTag, Taxonomy


def tag_lines(vocabulary: Taxonomy) -> Iterator[str]:
    """Yield one tab-separated line per contract tag and per tag of its own: id, era, names, fine tags."""
    for name in _outer(vocabulary):
        fine = _fine(vocabulary, name)
        en, zh, era = _names(vocabulary, name)
        yield "\t".join((name, era, en, zh, " ".join(tag.id for tag in fine)))


def show_tag(vocabulary: Taxonomy, name: str) -> Iterator[str]:
    """Yield what the vocabulary says of a tag, by either of its ids. Raises ConfigError if there is none."""
    outer = vocabulary.tags[name].out if name in vocabulary.tags else name
    if outer not in _outer(vocabulary):
        raise ConfigError(f"there is no tag {name!r}; `pmtrend taxonomy list` shows them all")
    en, zh, era = _names(vocabulary, outer)
    yield f"{outer}: {en} · {zh} ({era})"
    fine = _fine(vocabulary, outer)
    for tag in fine if name == outer else (vocabulary.tags[name],):
        yield f"  {tag.id}: {tag.en} · {tag.zh} ({tag.category}, {tag.era})"
        yield from _line("groups", tag.groups)
        yield from _line("chain", tag.chain)
        yield from _line("hides", sorted(tag.hides))
        own = [alias for alias in vocabulary.aliases if alias.tag is tag]
        yield from _line("aliases", (_spelled(alias) for alias in own if alias.guard is None))
        yield from _line("aliases with conditions", (_spelled(alias) for alias in own if alias.guard))


def _outer(vocabulary: Taxonomy) -> list[str]:
    fixed = [tag.id for tag in vocabulary.contract]
    return [
        *fixed,
        *(tag.id for tag in vocabulary.tags.values() if tag.out == tag.id and tag.id not in fixed),
    ]


def _fine(vocabulary: Taxonomy, outer: str) -> Sequence[FineTag]:
    return [tag for tag in vocabulary.tags.values() if tag.out == outer]


def _names(vocabulary: Taxonomy, outer: str) -> tuple[str, str, str]:
    contract = {tag.id: tag for tag in vocabulary.contract}
    tag = contract.get(outer) or vocabulary.tags[outer]
    return tag.en, tag.zh, tag.era


def _spelled(alias: Alias) -> str:
    return alias.cased or alias.text


def _line(name: str, words: Iterable[str]) -> Iterator[str]:
    if told := ", ".join(words):
        yield f"    {name}: {told}"
