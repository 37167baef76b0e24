"""The role class, on two axes: classic AI and generative AI.

Three questions, in this order.

1. Is it a PM? The title gate decides; duties that are sales or agency work overrule it.
2. Is AI the core of the job? Points are added: what the title names, how many sentences of duties and
   requirements name AI, which share of the duties is work on models, what the employer builds, what is
   preferred (roles.toml, `[core]`). A tool that the candidate uses, a trend he watches and a negated mention
   give none. The object of the work decides, not the letters AI: who plans recommendation or speech models,
   their data, training and evaluation has an AI job; who works with people who do has not.
3. Which AI? On each axis the sentences that name a technique of it are summed, weighted by zone; a technique
   in the title counts like several. Sentences and not hits are counted, so that one list of ten techniques
   is one sign. Where no technique is named, duties on models and Chinese postings call a classic AI PM so,
   other English ones of today mean generative AI.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol, cast

from scraper.tagging.tables import Lexicon, load
from scraper.tagging.taxonomy import FineTag
from scraper.tagging.zones import Sentence, headings
from storage.records import Requirement, RoleClass

_DUTIES = ("responsibilities", "summary")
_DECORATION = " \t:-*#_|.[]()【】《》0123456789、一二三四五六七八九十"

Reason = Literal[
    "not_pm_title", "not_pm_duties", "ai_core", "ai_passing", "no_ai", "classic", "genai", "both", "unnamed"
]

Stance = Literal["build", "use", "watch"]
"""What the candidate does with a thing: work on it, use it as a tool, keep an eye on it."""


class RoleHit(Protocol):
    """What this module needs of a hit."""

    @property
    def tag(self) -> FineTag: ...
    @property
    def field(self) -> Literal["title", "description"]: ...
    @property
    def requirement(self) -> Requirement: ...
    @property
    def stance(self) -> Stance: ...
    @property
    def sentence(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class, the two axes, the points for AI being the core with their parts, and the reasons."""

    role: RoleClass
    classic: float
    genai: float
    points: float
    limit: float
    parts: Mapping[str, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Measures:
    """What the hits amount to: weighted sentences per axis, and the signs of the title."""

    title_classic: float
    title_genai: float
    title_object: bool
    title_ai: bool
    classic: float
    genai: float
    any_ai: float
    preferred: int
    model_work: float
    title_decides: bool


def classify(
    title: str,
    low: str,
    sentences: Sequence[Sentence],
    hits: Iterable[RoleHit],
    employer: int,
    *,
    lang: str,
    is_pm: bool,
) -> Verdict:
    """Return the role class of one posting.

    `title` and `low` are the folded title and text, `sentences` its zones, `hits` the counted hits of both,
    `employer` the number of sentences about the employer that name AI.
    """
    measures = _measure(title, low, hits, sentences)
    table = load("roles")
    classic = round(measures.classic + table["axis"]["title"] * measures.title_classic, 2)
    genai = round(measures.genai + table["axis"]["title"] * measures.title_genai, 2)
    parts = _points(measures, employer, table["core"])
    points = round(sum(parts.values()), 2)
    role: RoleClass
    reasons: tuple[Reason, ...]
    if not is_pm:
        role, reasons = "not_pm", ("not_pm_title",)
    elif _sells(low, lang):
        role, reasons = "not_pm", ("not_pm_duties",)
    elif points < table["core"]["limit"]:
        role, reasons = "other_pm", ("ai_passing" if points else "no_ai",)
    else:
        made = lang != "en" or measures.model_work > table["core"]["classic_from"]
        role, why = _axis(classic, genai, table["axis"], unnamed="ai_pm" if made else "aigc_pm")
        reasons = ("ai_core", why)
    return Verdict(role, classic, genai, points, table["core"]["limit"], parts, reasons)


def signs(hits: Iterable[RoleHit], sentences: Sequence[Sentence]) -> dict[str, dict[str, float]]:
    """Return what each tag (outer id) brings to each axis: its weighted sentences, and the title's weight."""
    axis, scale = load("roles")["axis"], _scale(sentences)
    seen: dict[tuple[str, str, int], float] = {}
    for hit in hits:
        if hit.tag.era in ("classic", "genai") and _counts(hit):
            zone = axis["title"] if hit.field == "title" else scale * _zone_weight(sentences, hit.sentence)
            key = (hit.tag.era, hit.tag.out, hit.sentence)
            seen[key] = max(seen.get(key, 0.0), zone * _share(hit.tag))
    result: dict[str, dict[str, float]] = {"classic": {}, "genai": {}}
    for (era, out, _), value in seen.items():
        if value:
            result[era][out] = round(result[era].get(out, 0.0) + value, 2)
    return result


def _counts(hit: RoleHit) -> bool:
    """Tell whether a hit says what the job is: no wish, no tool in use, no trend to watch."""
    return hit.stance == "build" and hit.requirement != "preferred"


def _share(tag: FineTag) -> float:
    return cast(float, load("roles")["weight"].get(tag.id, 1.0))


def _zone_weight(sentences: Sequence[Sentence], index: int) -> float:
    return cast(float, load("roles")["zone_weight"].get(sentences[index].zone, 0.0))


def _length(sentences: Sequence[Sentence]) -> float:
    """Return how many weighted sentences of duties and requirements the text has."""
    return sum(_zone_weight(sentences, index) for index in range(len(sentences)))


def _scale(sentences: Sequence[Sentence]) -> float:
    """Return the factor for short texts: one sentence of two says more than one of twenty."""
    core, length = load("roles")["core"], _length(sentences)
    return cast(float, min(max(core["usual_length"] / length, 1.0), core["scale_most"])) if length else 1.0


def _measure(title_low: str, low: str, hits: Iterable[RoleHit], sentences: Sequence[Sentence]) -> _Measures:
    title = {"classic": 0.0, "genai": 0.0}
    best: dict[str, dict[int, float]] = {"classic": {}, "genai": {}, "any": {}}
    title_ai, preferred, on_model = False, set(), dict[int, float]()
    for hit in hits:
        era = hit.tag.era
        if era == "none":
            continue
        if hit.field == "title":
            if era in title:
                title[era] = max(title[era], _share(hit.tag))
            title_ai = title_ai or hit.tag.category == "ai_generic"
        elif hit.requirement == "preferred":
            preferred.add(hit.sentence)
        elif _counts(hit):
            counts = _zone_weight(sentences, hit.sentence)
            on_model[hit.sentence] = max(on_model.get(hit.sentence, 0.0), _on_a_model(hit.tag))
            best["any"][hit.sentence] = counts
            if era in title:
                best[era][hit.sentence] = max(best[era].get(hit.sentence, 0.0), counts * _share(hit.tag))
    for index in _on_model_words(low, sentences):
        on_model[index] = 1.0
        best["any"].setdefault(index, _zone_weight(sentences, index))
    sums = {name: _scale(sentences) * sum(values.values()) for name, values in best.items()}
    return _Measures(
        title_classic=title["classic"],
        title_genai=title["genai"],
        title_object=_names_object(title_low),
        title_ai=title_ai,
        classic=sums["classic"],
        genai=sums["genai"],
        any_ai=sums["any"],
        preferred=len(preferred),
        model_work=_model_work(low, on_model, sentences),
        title_decides=_title_decides(low, sentences, wishes=bool(preferred)),
    )


def _on_a_model(tag: FineTag) -> float:
    """Tell how much a tag says that the work is on a model: a technique, or a stage of its making.

    Dialogue and speech systems are built both ways ("shared") and are models all the same.
    """
    if tag.category == "lifecycle" and tag.out != "algorithm_collaboration":
        return 1.0
    return _share(tag) if tag.era == "classic" or tag.category in ("nlp", "speech") else 0.0


def _on_model_words(low: str, sentences: Sequence[Sentence]) -> Iterator[int]:
    """Yield the duties that are on a model by their words, whether or not they name a technique."""
    words = _model_words()
    for index, sentence in enumerate(sentences):
        if sentence.zone in _DUTIES and words.scan(low[sentence.start : sentence.end]):
            yield index


@cache
def _model_words() -> Lexicon:
    return Lexicon(load("roles")["model_work"])


def _model_work(low: str, on_model: Mapping[int, float], sentences: Sequence[Sentence]) -> float:
    """Return which share of the duties is work on models; of a text without duties, of all that it asks."""
    asked = [i for i, sentence in enumerate(sentences) if not _is_heading(low, sentence)]
    duties = [i for i in asked if sentences[i].zone in _DUTIES]
    weights = {i: _zone_weight(sentences, i) for i in duties or asked}
    total = sum(weights.values())
    return sum(weights.get(i, 0.0) * value for i, value in on_model.items()) / total if total else 0.0


def _is_heading(low: str, sentence: Sentence) -> bool:
    return low[sentence.start : sentence.end].strip(_DECORATION) in _heading_texts()


@cache
def _heading_texts() -> frozenset[str]:
    return frozenset(heading.text for heading in headings())


def _names_object(title: str) -> bool:
    """Tell whether `title` names what models are made for, and not a channel of that name (search ads)."""
    found = _objects().scan(title)
    spared = found.get("except", ())
    return any(not any(a <= start < b for a, b in spared) for start, _ in found.get("words", ()))


@cache
def _objects() -> Lexicon:
    return Lexicon(load("roles")["title_object"])


def _points(measures: _Measures, employer: int, core: Mapping[str, float]) -> dict[str, float]:
    """Return the parts of the points that are not zero, by their name in roles.toml."""
    named = max(measures.title_classic, measures.title_genai)
    borne_out = measures.model_work > 0
    parts = {
        "title_technique": _title_technique(measures, core) * (named >= 0.5),
        "title_strategy": core["title_strategy"] * (0 < named < 0.5),
        "title_object": core["title_object"] * (not named and measures.title_object and borne_out),
        "title_ai": _title_ai(measures, core),
        "genai": core["genai"] * min(measures.genai, core["genai_most"]),
        "classic": core["classic"] * max(measures.model_work - core["classic_from"], 0.0),
        "ai": core["ai"] * min(measures.any_ai, core["ai_most"]),
        "employer": core["employer"] * min(employer, core["employer_most"]) * (measures.any_ai > 0),
        "preferred": core["preferred"] * min(measures.preferred, core["preferred_most"]),
    }
    return {name: round(value, 2) for name, value in parts.items() if value}


def _title_ai(measures: _Measures, core: Mapping[str, float]) -> float:
    """ "AI" in a title counts if the duties bear it out; where there is hardly a text it is all there is."""
    if not measures.title_ai:
        return 0.0
    return core["limit"] if measures.title_decides else core["title_ai"] * (measures.any_ai > 0)


def _title_technique(measures: _Measures, core: Mapping[str, float]) -> float:
    return max(core["title_technique"], core["limit"] * measures.title_decides)


def _title_decides(low: str, sentences: Sequence[Sentence], *, wishes: bool) -> bool:
    """Tell whether the text is too short to speak against its title.

    One that names AI only as a wish does speak, however short it is.
    """
    asked = sum(
        _zone_weight(sentences, index) > 0 and not _is_heading(low, sentence)
        for index, sentence in enumerate(sentences)
    )
    return asked == 0 or (asked < load("roles")["core"]["short_text"] and not wishes)


def _axis(
    classic: float, genai: float, axis: Mapping[str, float], *, unnamed: RoleClass
) -> tuple[RoleClass, Reason]:
    if classic + genai == 0:
        return unnamed, "unnamed"
    share = genai / (genai + classic)
    if axis["both_from"] <= share <= axis["both_to"] and min(classic, genai) >= axis["both_least"]:
        return "both", "both"
    return ("aigc_pm", "genai") if share >= 0.5 else ("ai_pm", "classic")


def _sells(low: str, lang: str) -> bool:
    """Tell whether the duties are selling: several of its words, and no more words of product work."""
    language = "en" if lang == "en" else "zh"
    found = _not_pm(language).scan(low)
    sold, worked = ({low[slice(*span)] for span in found.get(name, ())} for name in ("sells", "works"))
    return len(sold) >= load("roles")["not_pm"]["needed"] and len(worked) < len(sold)


@cache
def _not_pm(language: str) -> Lexicon:
    table = load("roles")["not_pm"]
    return Lexicon({"sells": table[language], "works": table[f"work_{language}"]})
