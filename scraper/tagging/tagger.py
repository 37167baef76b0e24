"""One posting through the whole room: scan, zones, clauses, tags, years, education, role."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from scraper.parsing.folding import Folded
from scraper.stages import Stages, at_once
from scraper.tagging import (
    alternatives,
    asked_words,
    clauses,
    education,
    roles,
    sections,
    sentences,
    years,
    years_grammar,
    zone_wording,
)
from scraper.tagging.clauses import NO_MARKS, Marked
from scraper.tagging.counting import Counted, counted_in_text, counted_in_title
from scraper.tagging.education import find_education
from scraper.tagging.facts import TextFacts, text_facts
from scraper.tagging.hits import Hit, ListHits, Stance
from scraper.tagging.masking import MAX_TITLE, Text, common_words, employer_names, prepare, without_units
from scraper.tagging.matching import Found, Scanner, spellings
from scraper.tagging.posting_level import education_asked, years_ai, years_total
from scraper.tagging.sections import SILENT
from scraper.tagging.tables import inside, leftmost_longest
from scraper.tagging.taxonomy import Taxonomy, taxonomy
from scraper.tagging.years import YearsPhrase, find_years
from scraper.tagging.zones import Sentence, Zone, Zoning, zone_text
from storage.records import EducationAsked, Quote, Requirement, TagHit, YearsAsked
from storage.taggings import STRENGTH

WORD_LISTS: tuple[Callable[[], Mapping[str, Sequence[str]]], ...] = (
    alternatives.word_lists,
    asked_words.word_lists,
    roles.word_lists,
)
"""The word lists that other modules of this room want to be found in the same scan; see matching.py."""

_REQUIREMENTS: dict[Zone, Requirement] = {
    "required": "required",
    "preferred": "preferred",
    "unknown": "mentioned",
}
"""What a plain sentence of a zone asks; of other zones, duties."""
_REPEATED = 200
"""Code points of a title up to which what was read is remembered: postings repeat their titles."""


class TextTagging(NamedTuple):
    """What title and text say. `hits` are all counted hits, `tags` the strongest one of each tag.

    `read` is how many code points of the text were read: fewer than it has if it is longer than
    bounds.MAX_READ.
    """

    verdict: roles.Verdict
    years: tuple[YearsPhrase, ...]
    years_total: YearsAsked | None
    years_ai: YearsAsked | None
    education: EducationAsked | None
    tags: tuple[TagHit, ...]
    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    facts: TextFacts
    read: int


class _Title(NamedTuple):
    """A title as it is read: its counted hits, and the hits of the word lists by list."""

    head: Text
    hits: Sequence[Hit]
    lists: ListHits


class Tagger:
    """Holds the compiled tables; `tag` is a pure function of its arguments."""

    def __init__(self, vocabulary: Taxonomy | None = None) -> None:
        self._vocabulary = vocabulary = vocabulary or taxonomy()
        self._common = common_words(vocabulary)
        lists = {name: words for handed in WORD_LISTS for name, words in handed().items()}
        self._scanner = Scanner(
            words={
                "aliases": ((alias, spellings(alias.text)) for alias in vocabulary.aliases),
                "headings": ((heading, (heading.text,)) for heading in sections.headings()),
                "wording": zone_wording.words().items(),
                "clauses": clauses.words().items(),
                "fresh": years.words().items(),
                "degrees": education.words().items(),
                "lists": lists.items(),
            },
            signs={
                "abouts": [(None, sections.ABOUT)],
                "list_numbers": sentences.list_numbers().items(),
                "units": years_grammar.units().items(),
                "parts": years_grammar.parts().items(),
            },
        )

        self._repeated_title = lru_cache(maxsize=4096)(self._read_title)

    @property
    def version(self) -> str:
        """The version of the vocabulary."""
        return self._vocabulary.version

    def tag_in_stages(
        self,
        title: Folded,
        text: Folded,
        *,
        lang: str,
        is_pm: bool,
        company: str = "",
        experience_raw: str = "",
        education_raw: str = "",
    ) -> Stages[TextTagging]:
        """Tag one posting, many of which may be tagged in step.

        `text` is plain text (the quotes point into it); `lang` is zh, en or mixed; `is_pm` what the title
        gate says. The board fields are used where the text is silent.
        """
        names = employer_names(company, self._common) if company else ()
        read = self._repeated_title if len(title.raw) <= _REPEATED else self._read_title
        head, in_head, listed = read(title)
        body = prepare(text, names)
        found, zoning = yield from self._scan_in_stages(body)
        yield
        marked = Marked(body, zoning.sentences, found.clauses)
        yield
        counted = counted_in_text(body, found.aliases, zoning) if zoning.sentences else []
        yield
        hits = [*in_head, *_judged(counted, zoning, marked)]
        yield
        phrases = find_years(body, found, zoning, counted, marked) if zoning.sentences else []
        yield
        degree = (
            find_education(body, zoning, found.degrees, marked)
            if found.degrees and zoning.sentences
            else None
        )
        yield
        employer = _employer(counted, zoning)
        words = _in_lists(listed, found, zoning)
        yield
        verdict = yield from roles.classify(
            body.low, zoning.sentences, hits, employer, words, head=head.low, lang=lang, is_pm=is_pm
        )
        yield
        tags = tuple(_strongest(hits, title.raw, text.raw))
        yield
        facts = yield from text_facts(
            head,
            body,
            zoning,
            hits=hits,
            phrases=phrases,
            words=words,
            marked=marked,
        )
        return TextTagging(
            verdict=verdict,
            years=tuple(phrases),
            years_total=years_total(phrases, text.raw, experience_raw),
            years_ai=years_ai(phrases, text.raw),
            education=education_asked(degree, text.raw, education_raw),
            tags=tags,
            hits=tuple(hits),
            sentences=tuple(zoning.sentences),
            facts=facts,
            read=len(body.low),
        )

    tag = at_once(tag_in_stages)

    def _scan_in_stages(self, body: Text) -> Stages[tuple[Found, Zoning]]:
        """Return what stands where in a text, and the zones of its sentences."""
        lost = sentences.lost_line_ends(body)
        yield
        found = self._scanner.scan(body, lost)
        yield
        parts = sections.find_sections(body, found)
        if seams := sections.seams(body, parts):
            found = self._scanner.scan(body, seams | lost)
        yield
        return found, (yield from zone_text(body, found, parts, lost))

    def _read_title(self, title: Folded) -> _Title:
        head = without_units(prepare(title, most=MAX_TITLE))
        found = self._scanner.scan(head)
        hits = [
            Hit(alias.tag, start, end, "title", "title", "duty", "build", -1)
            for start, end, alias, _ in counted_in_title(head, found.aliases)
        ]
        listed = {
            name: [(start, end, -1) for start, end in leftmost_longest(spans)]
            for name, spans in _by_list(found).items()
        }
        return _Title(head, hits, listed)


def _judged(counted: Iterable[Counted], zoning: Zoning, marked: Marked) -> list[Hit]:
    """Return what counts: no hit in company, benefits or boilerplate, none negated, none a field of study."""
    judged: list[Hit] = []
    last, place, zone, mark = -1, 0, SILENT[0], NO_MARKS
    requirement: Requirement = "mentioned"
    for start, end, alias, index in counted:
        if index != last:
            last = index
            place, _, zone, _ = zoning.sentences[index]
            mark = NO_MARKS if zone in SILENT else marked(index)
            requirement = _REQUIREMENTS.get(zone, "duty")
        if zone in SILENT:
            continue
        if mark is NO_MARKS:
            judged.append(Hit(alias.tag, start, end, "description", zone, requirement, "build", index))
            continue
        preferred, negated, trend, use, field, hiring = mark
        local = start - place
        if hiring or (negated and inside(local, negated)) or (field and inside(local, field)):
            continue
        watched = bool(trend) and inside(local, trend)
        wish = zone == "preferred" or (bool(preferred) and inside(local, preferred))
        asked: Requirement = "preferred" if wish else "mentioned" if watched else requirement
        used = bool(use) and inside(local, use)
        stance: Stance = "use" if used else "watch" if watched else "build"
        judged.append(Hit(alias.tag, start, end, "description", zone, asked, stance, index))
    return judged


def _by_list(found: Found) -> dict[str, list[tuple[int, int]]]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end, name in found.lists:
        places = spans.get(name)
        if places is None:
            spans[name] = [(start, end)]
        else:
            places.append((start, end))
    return spans


def _in_lists(listed: ListHits, found: Found, zoning: Zoning) -> dict[str, list[tuple[int, int, int]]]:
    """Return the hits of the word lists by list, those of the title (`listed`) first."""
    words = {name: [*places] for name, places in listed.items()}
    starts = zoning.starts
    for name, spans in _by_list(found).items():
        places = [
            (start, end, max(bisect_right(starts, start) - 1, 0)) for start, end in leftmost_longest(spans)
        ]
        words[name] = words[name] + places if name in words else places
    return words


def _employer(counted: Iterable[Counted], zoning: Zoning) -> int:
    """Return how many sentences about the employer name AI."""
    named = {index for _, _, alias, index in counted if alias.tag.era != "none"}
    return sum(zoning.sentences[index].zone == "company" for index in named)


def _strongest(hits: Sequence[Hit], title: str, text: str) -> list[TagHit]:
    """Return one TagHit per outer id: strongest requirement first, then body before title, then the first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        out = hit[0].out
        other = best.get(out)
        if other is None:
            best[out] = hit
            continue
        gain = STRENGTH[hit[5]] - STRENGTH[other[5]]
        # Of hits in one field mostly the first in the list stands first, too.
        behind = hit[1] > other[1] and hit[3] == other[3]
        if gain > 0 or (gain == 0 and not behind and _order(hit) < _order(other)):
            best[out] = hit
    chosen = sorted([(hit[3] != "title", hit[1], hit[2], out) for out, hit in best.items()])
    return [_tag_hit(best[out], title, text) for _, _, _, out in chosen]


def _order(hit: Hit) -> tuple[bool, int, int, str]:
    tag, start, end, field, *_ = hit
    return (field == "title", start, -end, tag.id)


def _tag_hit(hit: Hit, title: str, text: str) -> TagHit:
    tag, start, end, field, zone, requirement, _, _ = hit
    quoted = title if field == "title" else text
    return TagHit(tag.out, tag.id, requirement, zone, Quote(quoted[start:end], start, end, field))


@cache
def default_tagger() -> Tagger:
    """Return the tagger over the shipped tables; building it costs some tenths of a second."""
    return Tagger()
