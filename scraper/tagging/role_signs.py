"""Signs of the two kinds of AI: what each entry of the vocabulary says, and how sentences add up to two axes.

Sentences are counted and not hits, so that a list of ten techniques is one sign, weighted by their zone. A
sentence that names both kinds is shared out by how many techniques of each it names. Numbers in roles.toml.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Literal, NamedTuple

from scraper.tagging.hits import Hit
from scraper.tagging.tables import load
from scraper.tagging.taxonomy import FineTag
from scraper.tagging.zones import Sentence
from storage.records import RoleClass

WHOLE = 0.5
"""How much of a sign stands for a technique of its own."""

Kind = Literal["classic", "genai", "both", "unnamed"]


class Sign(NamedTuple):
    """What an entry of the vocabulary is a sign of; see `sign_of`."""

    axis: int | None  # 0 classic, 1 generative
    share: float  # how much of a whole sign on its axis
    on_model: float  # how much it says that the work is on a model
    generic: bool  # AI as such


@cache
def sign_of(tag: FineTag) -> Sign:
    """Return what `tag` is a sign of.

    Systems for dialogue, speech and language are built both ways; work on them is on models all the same.
    """
    share = load("roles")["weight"].get(tag.id, 1.0)
    stage = tag.category == "lifecycle" and tag.out != "algorithm_collaboration"
    if stage or tag.category in ("nlp", "speech"):
        on_model = 1.0
    else:
        on_model = share if tag.era == "classic" else 0.0
    axis = {"classic": 0, "genai": 1}.get(tag.era)
    return Sign(axis, share, on_model, tag.category == "ai_generic")


@cache
def is_product(tag: FineTag) -> bool:
    """Tell whether `tag` names AI that is made, not what may do without (search, devices), nor work on it."""
    table = load("roles")["product"]
    if tag.id in table["tags"]:
        return True
    if tag.id in table["except"] or tag.category in table["except_categories"]:
        return False
    _, share, on_model, generic = sign_of(tag)
    return generic or on_model > 0 or (tag.era in ("classic", "genai") and share >= WHOLE)


def counts(hit: Hit) -> bool:
    """Tell whether a hit says what the job is: no wish, no tool in use, no trend to watch."""
    return hit.stance == "build" and hit.requirement != "preferred"


def worth_of(sentences: Sequence[Sentence]) -> list[float]:
    """Return what each sentence counts."""
    weight = load("roles")["zone_weight"]
    return [weight.get(zone, 0.0) for _, _, zone, _ in sentences]


def scale_of(length: float) -> float:
    """Return the factor for short texts: one sentence of two says more than one of twenty."""
    core = load("roles")["core"]
    return float(min(max(core["usual_length"] / length, 1.0), core["scale_most"])) if length else 1.0


def signs(hits: Iterable[Hit], sentences: Sequence[Sentence]) -> dict[str, dict[str, float]]:
    """Return what each tag (outer id) brings to each axis: its weighted sentences, and the title's weight."""
    worth, seen = worth_of(sentences), dict[tuple[str, str, int], float]()
    scale, in_title = scale_of(sum(worth)), load("roles")["axis"]["title"]
    for hit in hits:
        if hit.tag.era in ("classic", "genai") and counts(hit):
            place = in_title if hit.field == "title" else scale * worth[hit.sentence]
            key = (hit.tag.era, hit.tag.out, hit.sentence)
            seen[key] = max(seen.get(key, 0.0), place * sign_of(hit.tag).share)
    result: dict[str, dict[str, float]] = {"classic": {}, "genai": {}}
    for (era, out, _), value in seen.items():
        if value:
            result[era][out] = round(result[era].get(out, 0.0) + value, 2)
    return result


def weighed(
    built: tuple[dict[int, float], dict[int, float]],
    hits: Sequence[Hit],
    worth: Sequence[float],
    scale: float,
) -> tuple[float, float]:
    """Return the weighted sentences of both axes; one that names both kinds is shared out between them."""
    both = {index for index, share in built[0].items() if share and built[1].get(index)}
    shares = _shared_out(hits, both) if both else {}
    sums = [0.0, 0.0]
    for axis in (0, 1):
        for index, share in built[axis].items():
            sums[axis] += worth[index] * share * (shares[index][axis] if index in shares else 1.0)
    return scale * sums[0], scale * sums[1]


def _shared_out(hits: Iterable[Hit], mixed: AbstractSet[int]) -> dict[int, tuple[float, float]]:
    """Return which share of a sentence of `mixed` is of each axis: that of the techniques which it names.

    A tag counts once, and as much as it is a sign. Where only stages of a model's making stand for classic AI
    ("annotation for large models"), it is no list but one piece of work, half of each.
    """
    named: dict[int, tuple[dict[str, float], dict[str, float]]] = {index: ({}, {}) for index in mixed}
    lists: set[int] = set()
    for hit in hits:
        if hit.sentence in named and counts(hit):
            axis, share, _, _ = sign_of(hit.tag)
            if axis is not None and share:
                of = named[hit.sentence][axis]
                of[hit.tag.out] = max(of.get(hit.tag.out, 0.0), share)
                if axis == 0 and hit.tag.category != "lifecycle":
                    lists.add(hit.sentence)
    found = {}
    for index, (classic, genai) in named.items():
        c, g = sum(classic.values()), sum(genai.values())
        found[index] = (c / (c + g), g / (c + g)) if index in lists and g else (0.5, 0.5)
    return found


def which_ai(
    classic: float, genai: float, axis: Mapping[str, float], *, unnamed: RoleClass
) -> tuple[RoleClass, Kind]:
    """Return the class of an AI role and which kinds it names, by its weighted sentences of both axes.

    `axis` are the limits of roles.toml; `unnamed` is the class where hardly any technique is named.
    """
    if classic + genai < axis["named_from"]:
        return unnamed, "unnamed"
    weaker = min(classic, genai)
    if weaker >= axis["both_least"] and weaker / (genai + classic) >= axis["both_share"]:
        return "both", "both"
    return ("aigc_pm", "genai") if genai >= classic else ("ai_pm", "classic")
