"""One posting through the whole room: scan, zones, clauses, tags, years, education, role."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from scraper.tagging import roles
from scraper.tagging.clauses import Marks, inside, marks
from scraper.tagging.education import Degree, find_education, parse_education
from scraper.tagging.matching import Match, Matcher, Text, common_words, employer_names, prepare
from scraper.tagging.taxonomy import Alias, FineTag, taxonomy
from scraper.tagging.years import YearsPhrase, find_years, parse_experience
from scraper.tagging.zones import Sentence, Zone, Zoning, headings, zone_text
from storage.records import EducationAsked, Quote, Requirement, TagHit, YearsAsked

Field = Literal["title", "description"]

_STRENGTH: dict[Requirement, int] = {"required": 3, "duty": 2, "preferred": 1, "mentioned": 0}
_SILENT: tuple[Zone, ...] = ("company", "benefits", "boilerplate")


@dataclass(frozen=True, slots=True)
class Hit:
    """One counted hit: where it stands, what it asks, and whether its clause builds, uses or only watches."""

    tag: FineTag
    start: int
    end: int
    field: Field
    zone: Zone
    requirement: Requirement
    stance: roles.Stance
    sentence: int


@dataclass(frozen=True, slots=True)
class TextTagging:
    """What title and text say. `hits` are all counted hits, `tags` the strongest one of each tag."""

    verdict: roles.Verdict
    years: tuple[YearsPhrase, ...]
    years_total: YearsAsked | None
    years_ai: YearsAsked | None
    education: EducationAsked | None
    tags: tuple[TagHit, ...]
    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]


class Tagger:
    """Holds the compiled tables; `tag` is a pure function of its arguments."""

    def __init__(self) -> None:
        self._vocabulary = taxonomy()
        self._words = common_words(self._vocabulary)
        self._matcher = Matcher(self._vocabulary, headings())

    @property
    def version(self) -> str:
        """The version of the vocabulary."""
        return self._vocabulary.version

    def tag(
        self,
        title: str,
        text: str,
        *,
        lang: str,
        is_pm: bool,
        company: str = "",
        experience_raw: str = "",
        education_raw: str = "",
    ) -> TextTagging:
        """Tag one posting.

        `text` is plain text (the quotes point into it); `lang` is zh, en or mixed; `is_pm` what the title
        gate says. The board fields are used where the text is silent.
        """
        names = employer_names(company, self._words) if company else ()
        head, body = prepare(title), prepare(text, names)
        found, found_headings = self._matcher.scan(body)
        zoning = zone_text(body, found_headings) if text else Zoning([])
        marked = _Marked(body, zoning)
        guarded = _unhidden([hit for hit in found if _passes(body, zoning, hit)]) if zoning.sentences else []
        hits = [*self._title_hits(head), *_judged(guarded, zoning, marked)]
        phrases = find_years(body, zoning, guarded, marked) if zoning.sentences else []
        degree = find_education(body, zoning, marked) if zoning.sentences else None
        verdict = roles.classify(
            head.low, body.low, zoning.sentences, hits, _employer(guarded, zoning), lang=lang, is_pm=is_pm
        )
        return TextTagging(
            verdict=verdict,
            years=tuple(phrases),
            years_total=_total(phrases, text) or _from_field(experience_raw),
            years_ai=_ai(phrases, text),
            education=_education(degree, text, education_raw),
            tags=tuple(_strongest(hits, title, text)),
            hits=tuple(hits),
            sentences=tuple(zoning.sentences),
        )

    def _title_hits(self, head: Text) -> list[Hit]:
        found, _ = self._matcher.scan(head)
        counted = _unhidden(
            [hit for hit in found if all(guard.allows(head.low) for guard in hit.what.guards)]
        )
        return [
            Hit(hit.what.tag, hit.start, hit.end, "title", "title", "duty", "build", -1) for hit in counted
        ]


class _Marked:
    """The marks of each sentence, found when first asked for."""

    def __init__(self, body: Text, zoning: Zoning):
        self._low, self._zoning = body.low, zoning
        self._known: dict[int, Marks] = {}

    def __call__(self, index: int) -> Marks:
        if index not in self._known:
            sentence = self._zoning.sentences[index]
            self._known[index] = marks(self._low[sentence.start : sentence.end])
        return self._known[index]


def _passes(body: Text, zoning: Zoning, hit: Match[Alias]) -> bool:
    if not hit.what.guards:
        return True
    sentence = zoning.sentences[zoning.index(hit.start)]
    around = body.low[sentence.start : sentence.end]
    return all(guard.allows(around) for guard in hit.what.guards)


def _unhidden(hits: list[Match[Alias]]) -> list[Match[Alias]]:
    """Drop the hits that stand inside a longer hit of a tag that hides theirs."""
    covers = sorted(
        ((hit.start, hit.end, hit.what.tag.hides) for hit in hits if hit.what.tag.hides), key=lambda c: c[:2]
    )
    if not covers:
        return hits
    starts = [start for start, _, _ in covers]
    longest = max(end - start for start, end, _ in covers)

    def hidden(hit: Match[Alias]) -> bool:
        first, last = bisect_left(starts, hit.end - longest), bisect_right(starts, hit.start)
        return any(hit.end <= end and hit.what.tag.id in hides for _, end, hides in covers[first:last])

    return [hit for hit in hits if not hidden(hit)]


def _judged(hits: Iterable[Match[Alias]], zoning: Zoning, marked: Callable[[int], Marks]) -> list[Hit]:
    """Return what counts: no hit in company, benefits or boilerplate, none negated, none a field of study."""
    judged = []
    for hit in hits:
        index = zoning.index(hit.start)
        sentence = zoning.sentences[index]
        if sentence.zone in _SILENT:
            continue
        mark = marked(index)
        local = hit.start - sentence.start
        if mark.hiring or inside(local, mark.negated) or inside(local, mark.field):
            continue
        requirement = _requirement(sentence.zone, mark, local)
        judged.append(
            Hit(
                hit.what.tag,
                hit.start,
                hit.end,
                "description",
                sentence.zone,
                requirement,
                _stance(mark, local),
                index,
            )
        )
    return judged


def _employer(hits: Iterable[Match[Alias]], zoning: Zoning) -> int:
    """Return how many sentences about the employer name AI."""
    named = {zoning.index(hit.start) for hit in hits if hit.what.tag.era != "none"}
    return sum(zoning.sentences[index].zone == "company" for index in named)


def _stance(mark: Marks, local: int) -> roles.Stance:
    if inside(local, mark.use):
        return "use"
    return "watch" if inside(local, mark.trend) else "build"


def _requirement(zone: Zone, mark: Marks, local: int) -> Requirement:
    if zone == "preferred" or inside(local, mark.preferred):
        return "preferred"
    if inside(local, mark.trend):
        return "mentioned"
    if zone == "required":
        return "required"
    return "mentioned" if zone == "unknown" else "duty"


def _strongest(hits: Sequence[Hit], title: str, text: str) -> list[TagHit]:
    """Return one TagHit per outer id: strongest requirement first, then body before title, then the first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        other = best.get(hit.tag.out)
        if other is None or _order(hit) < _order(other):
            best[hit.tag.out] = hit
    chosen = sorted(best.values(), key=lambda hit: (hit.field != "title", hit.start, hit.end, hit.tag.out))
    return [
        TagHit(
            hit.tag.out,
            hit.tag.id,
            hit.requirement,
            hit.zone,
            _quote(hit.start, hit.end, title if hit.field == "title" else text, hit.field),
        )
        for hit in chosen
    ]


def _order(hit: Hit) -> tuple[int, bool, int, int, str]:
    return (-_STRENGTH[hit.requirement], hit.field == "title", hit.start, -hit.end, hit.tag.id)


def _quote(start: int, end: int, text: str, field: Field = "description") -> Quote:
    return Quote(text[start:end], start, end, field)


# ------------------------------------------------------------------ posting level


def _asked(phrase: YearsPhrase, text: str) -> YearsAsked:
    requirement: Literal["required", "preferred"] = (
        "preferred" if phrase.requirement == "preferred" else "required"
    )
    upper = None if phrase.min == 0 and phrase.max == 0 else phrase.max
    return YearsAsked(phrase.min, upper, requirement, _quote(phrase.start, phrase.end, text))


def _total(phrases: Sequence[YearsPhrase], text: str) -> YearsAsked | None:
    """Required total or product years, the larger minimum; else other scopes, AI years, preferred ones.

    Of years that contain others ("8+ years in software, 3 of them in product") those that contain them count.
    """
    phrases = _wholes(phrases)
    required = [phrase for phrase in phrases if phrase.requirement != "preferred"]
    for group, scopes in (
        (required, ("total", "pm")),
        (required, ("other", "mgmt")),
        (required, ("ai", "genai")),
        (phrases, ("total", "pm", "other", "mgmt", "ai", "genai")),
    ):
        chosen = [phrase for phrase in group if phrase.scope in scopes]
        if chosen:
            return _asked(max(_lowest_degree(chosen), key=lambda phrase: (phrase.min, -phrase.start)), text)
    return None


def _wholes(phrases: Sequence[YearsPhrase]) -> list[YearsPhrase]:
    wholes: list[YearsPhrase] = []
    for phrase in phrases:
        if not (phrase.part and wholes and wholes[-1].min >= phrase.min):
            wholes.append(phrase)
        elif wholes[-1].scope in ("other", "ai", "genai") and phrase.requirement != "preferred":
            wholes[-1] = replace(wholes[-1], scope="total")
    return wholes


def _lowest_degree(phrases: list[YearsPhrase]) -> list[YearsPhrase]:
    bound = [phrase for phrase in phrases if phrase.condition]
    if not bound:
        return phrases
    # More years are asked of the lower degree: that is the demand on everybody.
    lowest = max(bound, key=lambda phrase: phrase.min)
    return [phrase for phrase in phrases if not phrase.condition or phrase is lowest]


def _ai(phrases: Sequence[YearsPhrase], text: str) -> YearsAsked | None:
    chosen = [phrase for phrase in phrases if phrase.scope in ("ai", "genai")]
    required = [phrase for phrase in chosen if phrase.requirement == "required"]
    best = max(required or chosen, key=lambda phrase: (phrase.min, -phrase.start), default=None)
    return _asked(best, text) if best else None


def _from_field(raw: str) -> YearsAsked | None:
    parsed = parse_experience(raw) if raw else None
    if parsed is None:
        return None
    low, high = parsed
    return YearsAsked(low, None if (low, high) == (0, 0) else high, "required", Quote(raw))


def _education(degree: Degree | None, text: str, raw: str) -> EducationAsked | None:
    level = parse_education(raw) if raw else None
    if degree is not None and not (degree.requirement == "preferred" and level):
        return EducationAsked(degree.level, degree.requirement, _quote(degree.start, degree.end, text))
    return EducationAsked(level, "required", Quote(raw)) if level else None


@cache
def default_tagger() -> Tagger:
    """Return the tagger over the shipped tables; building it costs some tenths of a second."""
    return Tagger()
