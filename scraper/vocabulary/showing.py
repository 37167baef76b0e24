"""The vocabulary as a person reads it: all tags, or one with its aliases."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scraper.errors import ConfigError
from scraper.parsing.folding import fold
from scraper.tagging.taxonomy import Alias, FineTag, Taxonomy

_MOST_CLOSE = 5


def tag_rows(vocabulary: Taxonomy) -> Iterator[Mapping[str, Any]]:
    """Yield id, era, names and fine tags of each contract tag and each tag of its own."""
    for id in _outer(vocabulary):
        en, zh, era = _names(vocabulary, id)
        yield {"id": id, "era": era, "en": en, "zh": zh, "fine": [tag.id for tag in _fine(vocabulary, id)]}


def tag_lines(vocabulary: Taxonomy) -> Iterator[str]:
    """Yield the same as lines, tab-separated."""
    for row in tag_rows(vocabulary):
        yield "\t".join((row["id"], row["era"], row["en"], row["zh"], " ".join(row["fine"])))


def show_tag(vocabulary: Taxonomy, name: str) -> Iterator[str]:
    """Yield what the vocabulary says of a tag, by an id or a name. Raises ConfigError if there is none."""
    id = find_tag(vocabulary, name)
    outer = vocabulary.tags[id].out if id in vocabulary.tags else id
    en, zh, era = _names(vocabulary, outer)
    yield f"{outer}: {en} · {zh} ({era})"
    fine = _fine(vocabulary, outer)
    for tag in fine if id == outer else (vocabulary.tags[id],):
        yield f"  {tag.id}: {tag.en} · {tag.zh} ({tag.category}, {tag.era})"
        yield from _line("groups", tag.groups)
        yield from _line("chain", tag.chain)
        yield from _line("hides", sorted(tag.hides))
        own = [alias for alias in vocabulary.aliases if alias.tag is tag]
        yield from _line("aliases", (_spelled(alias) for alias in own if alias.guard is None))
        yield from _line("aliases with conditions", (_spelled(alias) for alias in own if alias.guard))


def find_tag(vocabulary: Taxonomy, name: str, *, as_written: bool = False) -> str:
    """Return the id of the tag with this id or name, whatever its case; an id goes before a name.

    Of a contract tag and a finer one of the same name it is the contract tag. `as_written`: the words that
    one tag alone is found by name it, too. Raises ConfigError, with suggestions, if there is no such tag.
    """
    outer = _outer(vocabulary)
    ids = list(dict.fromkeys((*outer, *vocabulary.tags)))
    wanted = _plain(name)
    named: dict[str, set[str]] = {}
    for id in ids:
        if _plain(id) == wanted:
            return id
        for called in _called(vocabulary, id):
            named.setdefault(_plain(called), set()).add(id)
    found = named.get(wanted, set())
    if len(found) > 1:
        found = {id for id in found if id in outer} or found
    if len(found) == 1:
        return found.pop()
    written = {alias.tag.out for alias in vocabulary.aliases if as_written and _plain(alias.text) == wanted}
    if not found and len(written) == 1:
        return written.pop()
    if found:
        raise ConfigError(f"{name!r} names several tags: {', '.join(sorted(found))}")
    close = _close(vocabulary, wanted, {**named, **{_plain(id): {id} for id in ids}})
    hint = f"; did you mean {', '.join(close)}?" if close else ";"
    raise ConfigError(f"there is no tag {name!r}{hint} `pmtrend taxonomy list` shows them all")


def _close(vocabulary: Taxonomy, wanted: str, named: Mapping[str, set[str]]) -> list[str]:
    """Return the ids of tags that are found by this word, or whose names are nearly the same or hold it."""
    found = [alias.tag.id for alias in vocabulary.aliases if _plain(alias.text) == wanted]
    near = difflib.get_close_matches(wanted, named, n=_MOST_CLOSE, cutoff=0.65)
    near += [called for called in named if len(wanted) > 1 and wanted in called]
    found += [id for called in near for id in sorted(named[called])]
    return list(dict.fromkeys(found))[:_MOST_CLOSE]


def _plain(name: str) -> str:
    """Return a name without what is easily written otherwise: case, blanks, hyphens."""
    return "".join(fold(name).replace("_", " ").replace("-", " ").split())


def _called(vocabulary: Taxonomy, id: str) -> Iterator[str]:
    """Yield the names of what has this id: a contract tag, a finer one, or one of each."""
    for tag in vocabulary.contract:
        if tag.id == id:
            yield from (tag.en, tag.zh)
    if id in vocabulary.tags:
        yield from (vocabulary.tags[id].en, vocabulary.tags[id].zh)


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
