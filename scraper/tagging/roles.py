"""The role class, on two axes: classic AI and generative AI.

Three questions, in this order.

1. Is it a PM? The title gate decides; duties that are another's work (other_work.py) overrule it.
2. Is AI the core of the job? Points are added: what the title names, how many sentences of duties and
   requirements name AI, which share of the duties is work on models, what the employer builds, what is
   preferred (roles.toml, `[core]`). A tool that the candidate uses takes points off; a trend he watches and
   a negated mention give none. The object of the work decides, not the letters AI: who plans recommendation
   or speech models, their data, training and evaluation has an AI job; who works with people who do has not.
3. Which AI? On each axis the sentences that name a technique of it are summed, weighted by zone; a technique
   in the title counts like several. Sentences and not hits are counted, so that one list of ten techniques
   is one sign; a list of both kinds is shared out by how many it names of each. Where hardly a technique is
   named, what is wished for or watched tells, if it is generative; else duties on models and Chinese
   postings call a classic AI PM so, other English ones of today mean generative AI.

The same questions are answered for the title alone and for the text alone: where the two differ, the title
promises AI that the job does not have, or keeps quiet about AI that it has.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from scraper.stages import Stages
from scraper.tagging import other_work
from scraper.tagging.hits import Hit, ListHits
from scraper.tagging.objects import has_ai_object, is_aside
from scraper.tagging.role_signs import (
    WHOLE,
    counts,
    is_product,
    scale_of,
    sign_of,
    weighed,
    which_ai,
    worth_of,
)
from scraper.tagging.sections import headings
from scraper.tagging.tables import load
from scraper.tagging.taxonomy import FineTag
from scraper.tagging.zones import Sentence
from storage.records import RoleClass

_DUTIES = ("responsibilities", "summary")
_DECORATION = " \t:-*#_|.[]()【】《》0123456789、一二三四五六七八九十"
_LONGEST_HEADING = 60

Reason = Literal[
    "not_pm_title", "not_pm_duties", "ai_core", "ai_passing", "no_ai", "classic", "genai", "both", "unnamed"
]


class Verdict(NamedTuple):
    """The class, the two axes, the points for AI being the core with their parts, and the reasons.

    `title_label` and `body_label` are the classes that the title and the text alone give.
    """

    role: RoleClass
    classic: float
    genai: float
    points: float
    limit: float
    parts: Mapping[str, float]
    reasons: tuple[Reason, ...]
    title_label: RoleClass
    body_label: RoleClass


class _Title(NamedTuple):
    """What the title names: the weight of its techniques on each axis, an object of models, AI as such.

    `aside`: AI as such only beside what the job is on.
    """

    classic: float = 0.0
    genai: float = 0.0
    object: bool = False
    ai: bool = False
    aside: bool = False


class _Body(NamedTuple):
    """What the text amounts to: weighted sentences, counted sentences, and the share of work on models.

    `used_*` are what AI tools in use add to an axis; `few`: the text is too short to speak against a title;
    `object`: AI is what the job is on; `wished`: what is wished for or watched is generative.
    """

    classic: float = 0.0
    genai: float = 0.0
    used_classic: float = 0.0
    used_genai: float = 0.0
    any_ai: float = 0.0
    preferred: int = 0
    tools: int = 0
    employer: int = 0
    model_work: float = 0.0
    few: bool = True
    object: bool = False
    wished: bool = False


_NO_TITLE, _NO_BODY = _Title(), _Body()


def word_lists() -> Mapping[str, Sequence[str]]:
    """Return the words that this module wants to be found."""
    table = load("roles")
    lists: dict[str, Sequence[str]] = {
        "roles.object": table["title_object"]["words"],
        "roles.no_object": table["title_object"]["except"],
        "roles.model_work": [*table["model_work"]["zh"], *table["model_work"]["en"]],
    }
    return {**lists, **other_work.word_lists()}


def classify(
    low: str,
    sentences: Sequence[Sentence],
    hits: Sequence[Hit],
    employer: int,
    words: ListHits,
    *,
    head: str,
    lang: str,
    is_pm: bool,
) -> Stages[Verdict]:
    """Return the role class of one posting.

    `low` is the folded text, `sentences` its zones, `hits` the counted hits of title and text, `employer`
    the number of sentences about the employer that name AI, `words` the hits of `word_lists`, `head` the
    folded title.
    """
    core = load("roles")["core"]
    title, body = yield from _evidence(head, low, sentences, hits, employer, words)
    yield
    parts, points, role, reasons = _judged(title, body, lang, core["limit"])
    title_label, body_label = _title_label(title, lang), role
    if title != _NO_TITLE:
        # In doubt a text means what its title says, so that only a clear difference is one.
        enough = core["limit"] if title_label == "other_pm" else core["text_limit"]
        body_label = _judged(_NO_TITLE, body, lang, enough)[2]
    if not is_pm:
        role, reasons, title_label = "not_pm", ("not_pm_title",), "not_pm"
    elif other_work.is_other_work(low, sentences, words):
        role, reasons = "not_pm", ("not_pm_duties",)
        body_label = "not_pm"
    weight = load("roles")["axis"]["title"]
    return Verdict(
        role,
        round(body.classic + weight * title.classic, 2),
        round(body.genai + weight * title.genai, 2),
        points,
        core["limit"],
        parts,
        reasons,
        title_label,
        body_label,
    )


# ------------------------------------------------------------------ evidence


class _Named(NamedTuple):
    """Where the hits name AI: indexes of sentences, by axis (0 classic, 1 generative) where that is told.

    `built` and `used` hold the largest share of a sign of each sentence, `aside` the wishes and trends that
    name a technique, `in_duties` the places of what is made, `on_model` how much of the work is on a model,
    `fields` where a field stands that may do without AI (search), and how much of a sign it is.
    """

    built: tuple[dict[int, float], dict[int, float]]
    used: tuple[dict[int, float], dict[int, float]]
    aside: tuple[set[int], set[int]]
    preferred: set[int]
    tools: set[int]
    products: set[int]
    in_duties: list[tuple[int, int]]
    on_model: dict[int, float]
    fields: dict[int, float]


def _named(hits: Sequence[Hit], head: str, *, object: bool) -> tuple[_Title, _Named]:
    """Gather what title and text name; `head` is the title, `object`: it names what models are made for."""
    found = _Named(({}, {}), ({}, {}), (set(), set()), set(), set(), set(), [], {}, {})
    built, used, aside, preferred, tools, products, in_duties, on_model, fields = found
    techniques = [0.0, 0.0]
    ai: list[tuple[int, int]] = []
    for tag, start, end, field, zone, requirement, stance, index in hits:
        if tag.era == "none":
            continue
        axis, share, model, generic = sign_of(tag)
        if field == "title":
            if generic or tag.id == "ai_ml":  # who says ML says AI
                ai.append((start, end))
            object = object or (axis is None and model == 1.0)
            if axis is not None and share > techniques[axis]:
                techniques[axis] = share
        elif stance == "use":
            if requirement != "preferred":
                tools.add(index)
            if axis is not None and share > used[axis].get(index, 0.0):
                used[axis][index] = share
        elif requirement == "preferred":
            preferred.add(index)
            if axis is not None and share >= WHOLE:
                aside[axis].add(index)
        elif stance == "watch":
            if axis is not None and share >= WHOLE:
                aside[axis].add(index)
        else:
            if model > on_model.get(index, -1.0):
                on_model[index] = model
            if share < WHOLE and _is_field(tag):
                fields[index] = share
            if is_product(tag):
                products.add(index)
                if zone in _DUTIES:
                    in_duties.append((start, index))
            if axis is not None and share > built[axis].get(index, 0.0):
                built[axis][index] = share
    return _Title(techniques[0], techniques[1], object, bool(ai), bool(ai) and is_aside(head, ai)), found


def _evidence(
    head: str, low: str, sentences: Sequence[Sentence], hits: Sequence[Hit], employer: int, words: ListHits
) -> Stages[tuple[_Title, _Body]]:
    title, found = _named(hits, head, object=_names_object(words))
    yield
    on_model, used, aside = found.on_model, found.used, found.aside
    for _, _, index in words.get("roles.model_work", ()):
        if index >= 0 and sentences[index].zone in _DUTIES:
            on_model[index] = 1.0
    fields = _fields_alone(found.fields, hits) if found.fields else {}
    worth = worth_of(sentences)
    longest = min(len(head) + 4, _LONGEST_HEADING)
    short = [i for i, (start, end, _, _) in enumerate(sentences) if end - start <= longest]
    for i in short:
        if worth[i] and _repeats(head, low[sentences[i].start : sentences[i].end]):
            worth[i] = 0.0
    scale = scale_of(sum(worth))
    classic, genai = weighed(found.built, hits, worth, scale)
    tool_weight = scale * load("roles")["axis"]["tool"]
    asked = [i for i, weight in enumerate(worth) if weight and not _is_heading(low, sentences[i])]
    duties = [i for i in asked if sentences[i].zone in _DUTIES]
    body = _Body(
        classic,
        genai,
        tool_weight * sum([worth[i] * share for i, share in used[0].items()]),
        tool_weight * sum([worth[i] * share for i, share in used[1].items()]),
        scale * sum([worth[i] * fields.get(i, 1.0) for i in on_model]),
        len(found.preferred),
        len(found.tools),
        employer,
        _model_work(on_model, worth, duties or asked),
        _says_little([i for i in asked if sentences[i].zone != "unknown"], found.preferred),
        _is_half(found.products, asked) or has_ai_object(low, sentences, duties, found.in_duties),
        len(aside[1]) > max(len(aside[0]), 1),
    )
    return title, body


def _is_field(tag: FineTag) -> bool:
    """Tell whether an entry that is a weak sign names a field to work in rather than AI."""
    return tag.category == "recsys_search"


def _fields_alone(fields: Mapping[int, float], hits: Iterable[Hit]) -> Mapping[int, float]:
    """Return those of the sentences that name a field which name no other sign of AI."""
    others = {
        hit.sentence
        for hit in hits
        if counts(hit)
        and hit.tag.era != "none"
        and (sign_of(hit.tag).share >= WHOLE or not _is_field(hit.tag))
    }
    return {index: share for index, share in fields.items() if index not in others}


def _is_half(named: AbstractSet[int], asked: Sequence[int]) -> bool:
    """Tell whether half of what is asked names AI: the posting speaks of little else."""
    hits = sum([i in named for i in asked])
    return hits > 1 and 2 * hits >= len(asked)


def _model_work(on_model: Mapping[int, float], worth: Sequence[float], counted: Sequence[int]) -> float:
    """Return which share of the sentences `counted` is work on models: duties, or all that a text asks."""
    total = max(sum([worth[i] for i in counted]), load("roles")["core"]["classic_least"])
    return float(sum([worth[i] * on_model[i] for i in counted if i in on_model]) / total)


def _says_little(asked: Sequence[int], preferred: AbstractSet[int]) -> bool:
    """Tell whether duties and demands are too few to speak against a title; what may be either is none."""
    return not asked or (len(asked) < load("roles")["core"]["short_text"] and not preferred)


def _is_heading(low: str, sentence: Sentence) -> bool:
    start, end, _, _ = sentence
    return end - start <= _LONGEST_HEADING and low[start:end].strip(_DECORATION) in _heading_texts()


def _repeats(head: str, sentence: str) -> bool:
    """Tell whether a sentence is the title once more, which adds nothing to it."""
    said = sentence.strip(_DECORATION)
    return len(said) > 3 and said in head


@cache
def _heading_texts() -> frozenset[str]:
    return frozenset(heading.text for heading in headings())


def _names_object(words: ListHits) -> bool:
    """Tell whether the title names what models are made for, and not a channel of that name (search ads)."""
    if "roles.object" not in words:
        return False
    spared = [(start, end) for start, end, index in words.get("roles.no_object", ()) if index < 0]
    return any(
        index < 0 and not any(a <= start < b for a, b in spared) for start, _, index in words["roles.object"]
    )


# ------------------------------------------------------------------ judging


def _judged(
    title: _Title, body: _Body, lang: str, limit: float
) -> tuple[dict[str, float], float, RoleClass, tuple[Reason, ...]]:
    """Return parts and sum of the points, the class and its reasons, whatever the title gate says.

    `limit` is how many points make AI the core.
    """
    table = load("roles")
    parts = _points(title, body, table["core"])
    points = round(sum(parts.values()), 2)
    if points < limit:
        return parts, points, "other_pm", ("ai_passing" if parts else "no_ai",)
    axis = table["axis"]
    classic = body.classic + body.used_classic + axis["title"] * title.classic
    genai = body.genai + body.used_genai + axis["title"] * title.genai
    made = lang != "en" or body.model_work > table["core"]["classic_from"]
    role, why = which_ai(classic, genai, axis, unnamed="ai_pm" if made and not body.wished else "aigc_pm")
    return parts, points, role, ("ai_core", why)


@lru_cache(maxsize=1024)
def _title_label(title: _Title, lang: str) -> RoleClass:
    """Return the class that a title alone gives."""
    return _judged(title, _NO_BODY, lang, load("roles")["core"]["limit"])[2]


def _points(title: _Title, body: _Body, core: Mapping[str, Any]) -> dict[str, float]:
    """Return the parts of the points that are not zero, by their name in roles.toml."""
    _, genai, _, _, any_ai, preferred, tools, employer, model_work, few, on_ai, _ = body
    parts: dict[str, float] = {}
    named = max(title.classic, title.genai)
    whole = named >= WHOLE
    if whole:
        parts["title_technique"] = max(core["title_technique"], core["limit"] * few)
    elif named:
        parts["title_half_sign"] = core["title_half_sign"]
    elif title.object and model_work > 0:
        parts["title_object"] = core["title_object"]
    if title.ai:
        # "AI" in a title counts if anything bears it out; where there is hardly a text it is all there is.
        borne_out = bool(any_ai or title.object or whole)
        said = core["title_ai_aside" if title.aside else "title_ai"]
        parts["title_ai"] = core["limit"] if few else said * borne_out
    if genai:
        parts["genai"] = core["genai"] * min(genai, core["genai_most"])
    if model_work > core["classic_from"]:
        parts["classic"] = core["classic"] * (model_work - core["classic_from"])
    if any_ai:
        parts["ai"] = core["ai"] * min(any_ai, core["ai_most"])
        parts["employer"] = core["employer"] * min(employer, core["employer_most"])
    if on_ai:
        parts["object"] = core["object"]
    if preferred:
        parts["preferred"] = core["preferred"] * min(preferred, core["preferred_most"])
    if tools and not on_ai:
        parts["tools"] = -core["tools"] * min(tools, core["tools_most"])
    return {name: round(value, 2) for name, value in parts.items() if value}
