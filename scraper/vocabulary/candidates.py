"""What postings ask for and no tag covers: frequent phrases of their duties and requirements, best first.

Only sentences that are duties, required or preferred count, without the spans that tags cover and without
fields of study; a text that several postings share counts once. The phrases are found as ngrams.py tells:
Chinese ones of 2 to 8 ideographs (a Latin word counts as one), English ones of 1 to 4 words.

Left out are phrases that begin or end with a stop word (stopwords.toml), that more than a tenth of the texts
(and more than 50) hold, as words of every posting are, and that stand more often in the other parts of the
texts, such as benefits.

The others are ranked by how much more companies ask for them in AI roles than in other PM roles: the signed
log-likelihood ratio (Dunning 1993, "Accurate Methods for the Statistics of Surprise and Coincidence"), by
companies, since one employer's template is no demand. What can be asked for stands in lists ("熟悉 RAG、
工作流编排、…"): the ratio is weighted by the root of the share of texts in which the phrase is a whole item
of a list, and by the logarithm of its length, as the C-value (Frantzi, Ananiadou, Mima 2000) weights terms.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from scraper.parsing.folding import fold
from scraper.tagging import Tagger, TextTagging
from scraper.vocabulary.ngrams import CUT, ITEM, Corpus, Limits, Phrase
from scraper.vocabulary.quoting import around
from scraper.vocabulary.reading import language_of, tagged
from storage.counted import counted
from storage.records import StoredText

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_ASKED = ("responsibilities", "required", "preferred")
_LIMITS: Mapping[Language, tuple[int, float, float]] = {"zh": (8, 3.0, 1.0), "en": (4, 1.5, 0.7)}
"""Longest phrase in units, least cohesion, least freedom: set by hand, on postings of both languages."""
_RAREST = 2000
"""Of n texts at least n/2000 must hold a phrase, however few companies are asked for: it bounds the work."""
_ORDINARY, _FEW = 0.1, 50
_UNITS: Mapping[Language, re.Pattern[str]] = {
    "zh": re.compile(r"[a-z][a-z0-9+#]*(?:[.&/-][a-z0-9+#]+)*|[\u3400-\u9fff]|(?P<cut>[^ ])"),
    "en": re.compile(r"[a-z][a-z0-9+#]*(?:[.&/'’-][a-z0-9+#]+)*|(?P<cut>[^ ])"),
}
_STUDY: Mapping[Language, re.Pattern[str]] = {
    "zh": re.compile(r"(?<![^,;])[^,;]*(?:专业|学历|本科|硕士)[^,;]*"),
    "en": re.compile(r"(?<![^\n]).*\b(?:degree|bachelor|bachelors|master's|university)\b.*"),
}
"""What names a degree or a field of study: a clause, in English a sentence."""
_BETWEEN = "、,/()|+\"“”'"
"""What stands between the items of a list, or around one."""
_CJK = re.compile(r"[\u3400-\u9fff]")
_POSSESSIVE = re.compile(r"['’](?:s|re|ve|ll|d|t)?$")
_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase (folded); the different texts and the companies that hold it, those with AI roles of them.

    `items` counts the texts in which it is an item of a list, `score` is what it is ranked by (0 or less: AI
    roles do not ask for it more often); `quote` is from a posting of `company`.
    """

    lang: Language
    phrase: str
    postings: int
    companies: int
    ai_companies: int
    items: int
    score: float
    quote: str
    company: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best phrases of each language, of so many different texts."""

    taxonomy: str
    texts: Mapping[Language, int]
    best: tuple[Candidate, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as `pmtrend taxonomy candidates --json` prints it."""
        return {
            "taxonomy": self.taxonomy,
            "texts": dict(self.texts),
            "candidates": [asdict(one) for one in self.best],
        }

    def lines(self) -> Iterator[str]:
        """Yield it as `pmtrend taxonomy candidates` prints it."""
        for lang, count in self.texts.items():
            rows = [one for one in self.best if one.lang == lang]
            yield (
                f"{lang}: {counted(count, 'different text')} of PM postings; "
                f"{counted(len(rows), 'phrase')} that no tag covers"
            )
            if rows:
                yield "postings  companies  in AI roles  phrase"
            for one in rows:
                counts = f"{one.postings:8}  {one.companies:9}  {one.ai_companies:11}"
                yield f"{counts}  {one.phrase}  “{one.quote}”"


def find_candidates(
    texts: Iterable[StoredText],
    again: Callable[[Sequence[int]], Iterable[StoredText]],
    tagger: Tagger,
    languages: Sequence[Language] = LANGUAGES,
    *,
    limit: int,
    min_companies: int,
    on_pass: Callable[[], object] = lambda: None,
) -> Candidates:
    """Return up to `limit` candidates per language that at least `min_companies` companies ask for.

    `texts` are read once, in order; `again` gives those of some versions once more, for the quotes. Then
    phrases are counted in many passes over what was read: `on_pass` is called for each.
    """
    with Corpus() as zh, Corpus() as en:
        corpora: Mapping[Language, Corpus] = {"zh": zh, "en": en}
        _fill(corpora, texts, tagger, languages)
        found = {lang: _ranked(corpora[lang], lang, min_companies, on_pass)[:limit] for lang in languages}
        sizes = {lang: corpora[lang].size for lang in languages}
    firsts = sorted({phrase.first for rows in found.values() for _, phrase in rows})
    quoted = {text.version: text for text in again(firsts)}
    best = tuple(
        _candidate(lang, score, phrase, quoted[phrase.first])
        for lang, rows in found.items()
        for score, phrase in rows
    )
    return Candidates(tagger.version, sizes, best)


def _fill(
    corpora: Mapping[Language, Corpus],
    texts: Iterable[StoredText],
    tagger: Tagger,
    languages: Sequence[Language],
) -> None:
    companies: dict[str, int] = {}
    seen: set[int] = set()
    for text in texts:
        spoken = language_of(text)
        lang: Language = "en" if spoken == "en" else "zh"
        digest = hash(text.text)
        if lang not in languages or digest in seen:
            continue
        seen.add(digest)
        tagging = tagged(tagger, text, spoken)
        if tagging.verdict.role != "not_pm":
            owner = companies.setdefault(text.company, len(companies))
            marked = tagging.verdict.role != "other_pm"
            corpora[lang].add(text.version, owner, marked, *_units(text.text, tagging, lang))


def _units(text: str, tagging: TextTagging, lang: Language) -> tuple[list[str], list[str]]:
    """Return the units of duties and requirements, and of the rest; what a tag covers ends a segment."""
    low = list(fold(text))
    for hit in tagging.hits:
        if hit.field == "description":
            low[hit.start : hit.end] = "\n" * (hit.end - hit.start)
    asked: list[str] = []
    rest: list[str] = []
    for sentence in tagging.sentences:
        units = asked if sentence.zone in _ASKED else rest
        said = _STUDY[lang].sub("\n", "".join(low[sentence.start : sentence.end]))
        for found in _UNITS[lang].finditer(said):
            cut = found["cut"]
            units.append(_POSSESSIVE.sub("", found[0]) if cut is None else ITEM if cut in _BETWEEN else CUT)
        units.append(CUT)
    return asked, rest


@cache
def _words(lang: Language) -> Mapping[str, frozenset[str]]:
    raw = resources.files(__package__).joinpath("stopwords.toml").read_text(encoding="utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(raw)[lang].items()}


def _wanted(lang: Language) -> Callable[[Sequence[str]], bool]:
    words = _words(lang)
    first, last = words["edge"] | words["start"], words["edge"] | words["end"]
    if lang == "en":
        return lambda units: (
            units[0] not in first and units[-1] not in last and (len(units) > 1 or len(units[0]) > 2)
        )
    starts, ends = tuple(first), tuple(last)

    def wanted(units: Sequence[str]) -> bool:
        phrase = "".join(units)
        named = len(_CJK.findall(phrase)) >= 2 or any(len(unit) >= 2 for unit in units)
        return named and not phrase.startswith(starts) and not phrase.endswith(ends)

    return wanted


# ------------------------------------------------------------------ ranking


def _ranked(
    corpus: Corpus, lang: Language, min_companies: int, on_pass: Callable[[], object]
) -> list[tuple[float, Phrase]]:
    longest, cohesion, freedom = _LIMITS[lang]
    words = _words(lang)
    support = max(min_companies, corpus.size // _RAREST)
    limits = Limits(support, longest, cohesion, freedom, words["opens"], words["closes"])
    most = max(_ORDINARY * corpus.size, _FEW)
    scored = [
        (_score(phrase, corpus, lang), phrase)
        for phrase in corpus.phrases(limits, _wanted(lang), on_pass)
        if len(phrase.owners[0] | phrase.owners[1]) >= min_companies
        and phrase.elsewhere <= phrase.texts <= most
    ]
    return sorted(scored, key=lambda row: (-row[0], -row[1].texts, row[1].units))


def _score(phrase: Phrase, corpus: Corpus, lang: Language) -> float:
    others, ais = map(len, corpus.owners)
    if others and ais:
        other, ai = map(len, phrase.owners)
        surprise = _surprise(other, ai, others, ais)
    else:  # nothing to compare with
        surprise = math.log1p(len(phrase.owners[0] | phrase.owners[1]))
    listed = math.sqrt(phrase.items / phrase.texts)
    return round(surprise * _length(phrase.units, lang) * listed if surprise > 0 else surprise, 4)


def _length(units: Sequence[str], lang: Language) -> float:
    if lang == "en":
        return 0.5 + math.log2(len(units))
    return math.log2(len(units) + sum(unit.isascii() for unit in units))  # a Latin word says more than one 字


def _surprise(other: int, ai: int, others: int, ais: int) -> float:
    """Return the signed log-likelihood ratio of `ai` of `ais` against `other` of `others`."""
    share = (other + ai) / (others + ais)
    ratio = 2 * sum(
        _fit(held, of, held / of) - _fit(held, of, share) for held, of in ((other, others), (ai, ais))
    )
    return ratio if ai * others >= other * ais else -ratio


def _fit(held: int, of: int, share: float) -> float:
    """Return the log-likelihood that `held` of so many hold a phrase, if each does with p = share."""
    return sum(count * math.log(p) for count, p in ((held, share), (of - held, 1 - share)) if count)


# ------------------------------------------------------------------ showing


def _candidate(lang: Language, score: float, phrase: Phrase, text: StoredText) -> Candidate:
    other, ai = phrase.owners
    return Candidate(
        lang=lang,
        phrase=_spelled(phrase.units, lang),
        postings=phrase.texts,
        companies=len(other | ai),
        ai_companies=len(ai),
        items=phrase.items,
        score=score,
        quote=_quote(text.text, phrase.units, lang),
        company=text.company,
    )


def _spelled(units: Sequence[str], lang: Language) -> str:
    text = " ".join(units)
    return text if lang == "en" else re.sub(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])", "", text)


def _quote(text: str, units: Sequence[str], lang: Language) -> str:
    """Return a place that holds the phrase, with what stands around it in its sentence."""
    between = r"[^\S\n]*" if lang == "zh" else r"(?:['’][a-z]{0,2})?[^\S\n]+"
    word = r"(?<![a-z0-9])%s(?![a-z0-9])" if units[0][0].isascii() and units[-1][-1].isascii() else "%s"
    found = re.search(word % between.join(map(re.escape, units)), fold(text))
    if found is None:
        return ""
    left, right = around(text, found.start(), found.end(), _QUOTED)
    return f"{left}{text[found.start() : found.end()]}{right}"
