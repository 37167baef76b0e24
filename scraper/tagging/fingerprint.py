"""The pipeline fingerprint: how much of the work lies in making models and how much in using them.

Every sentence that names work of one kind gives its weight to that kind (duties 1; requirements and
sentences without a zone half); one that names both gives half of it to each. Sentences and not words are
counted, so that a list of ten tools is one sign. Wishes, tools in the candidate's own use, watched trends,
the employer and the title do not count. fingerprint.toml says which entries of the vocabulary are which.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

from scraper.errors import ConfigError
from scraper.tagging.hits import Hit
from scraper.tagging.tables import load
from scraper.tagging.taxonomy import FineTag, taxonomy
from scraper.tagging.zones import Sentence
from storage.records import Fingerprint

_PIPELINE, _APPLICATION, _BESIDE_AI, _AI = 1, 2, 4, 8
_KINDS = {"pipeline": _PIPELINE, "application": _APPLICATION, "application_beside_ai": _BESIDE_AI}
_FIRST_NAME = 4
"""The bit of the first requirement group; groups and stages follow in the order of the vocabulary."""


def fingerprint(hits: Iterable[Hit], sentences: Sequence[Sentence]) -> Fingerprint:
    """Return the fingerprint of one text: `hits` are its counted hits, those of the title among them.

    Stages of the value chain are those of the AI tags named in title, duties and requirements; groups are
    those of all tags named there.
    """
    signs = _signs()
    by_sentence: dict[int, int] = {}
    named = 0
    for tag, _, _, field, _, requirement, stance, index in hits:
        if stance == "build" and requirement != "preferred":
            sign = signs.get(tag.id)
            if sign is None:  # a tag of another vocabulary
                sign = _sign(tag)
            named |= sign
            if field != "title":
                by_sentence[index] = by_sentence.get(index, 0) | sign
    weight = _weights()
    pipeline = application = 0.0
    for index, sign in by_sentence.items():
        makes = sign & _PIPELINE
        uses = sign & _APPLICATION or (sign & _BESIDE_AI and sign & _AI)
        if makes or uses:
            worth = weight.get(sentences[index].zone, 0.0) / (2 if makes and uses else 1)
            pipeline += worth if makes else 0.0
            application += worth if uses else 0.0
    groups, stages = _names(named >> _FIRST_NAME)
    return Fingerprint(pipeline, application, stages, groups)


@cache
def _signs() -> Mapping[str, int]:
    """Return what each fine tag is a sign of, as bits. Raises ConfigError if the table names a stray one."""
    tags, table = taxonomy().tags, load("fingerprint")
    categories = {tag.category for tag in tags.values()}
    for kind in _KINDS:
        known = {*table[kind]["tags"]} <= set(tags) and {*table[kind]["categories"]} <= categories
        if not known:
            stray = sorted(({*table[kind]["tags"]} - set(tags)) | ({*table[kind]["categories"]} - categories))
            raise ConfigError(f"fingerprint: {kind} names what is not in the vocabulary: {', '.join(stray)}")
    return {id: _sign(tag) for id, tag in tags.items()}


def _sign(tag: FineTag) -> int:
    table = load("fingerprint")
    names = (*tag.groups, *(tag.chain if tag.era != "none" else ()))
    bits = _AI if tag.era != "none" else 0
    for place, name in enumerate((*_order("groups"), *_order("chain")), _FIRST_NAME):
        bits |= (name in names) << place
    for kind, bit in _KINDS.items():
        if tag.id in table[kind]["tags"] or tag.category in table[kind]["categories"]:
            bits |= bit
    return bits


@cache
def _names(bits: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the requirement groups and the stages that `bits` stand for."""
    groups, chain = _order("groups"), _order("chain")
    return (
        tuple(name for place, name in enumerate(groups) if bits >> place & 1),
        tuple(name for place, name in enumerate(chain, len(groups)) if bits >> place & 1),
    )


def _order(names: str) -> tuple[str, ...]:
    return tuple(load("taxonomy")[names])


@cache
def _weights() -> Mapping[str, float]:
    return cast(Mapping[str, float], load("fingerprint")["weight"])
