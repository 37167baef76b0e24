"""One scan over the folded text: every alias and heading, at word boundaries, with raw offsets.

All spellings stand in one Aho-Corasick automaton that reports overlapping hits; then a hit counts if its
Latin edges are word edges (an ideograph is one: 负责AI产品) and, for an abbreviation, if its case is right.
Web addresses, e-mails and the employer's own name are blanked first, so that "acme.ai" or a company named
after a model are no evidence. Nothing moves: offsets are offsets into the raw text.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from scraper.tagging.tables import case_kept, is_latin, lowered
from scraper.tagging.taxonomy import Alias, Taxonomy

MASK = "\x00"
_LINE_ENDS = re.compile("[\r\v\f\u0085\u2028\u2029]")
T = TypeVar("T", covariant=True)
_ADDRESSES = re.compile(
    r"https?://[!-~]+|www\.[!-~]+|(?<![a-z0-9._+-])[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9.-]+"
    r"|(?<![a-z0-9.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:ai|io|com|cn|net|org|co|app|dev|tech|de|uk)(?![a-z0-9-])(?:/[!-~]*)?"
)
_LEGAL = re.compile(
    r"[,. ]+(?:inc|ltd|llc|gmbh|corp|co|technologies|labs)\.?$"
    r"|(?:股份|集团|科技|网络|信息|技术|智能|有限|责任|公司|\(.*?\))+$"
)
_CJK = re.compile(r"[\u3400-\u9fff]")
_JUNCTION = re.compile(r"(?<=[\u3400-\u9fff]) ?(?=[a-z0-9])|(?<=[a-z0-9]) ?(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the three forms that matching needs, all of the same length.

    `low` is folded, lowered and masked; `cased` is folded with its case.
    """

    raw: str
    low: str
    cased: str


@dataclass(frozen=True, slots=True)
class Heading:
    """One way to write a section heading; see zones.py for how `match` is used."""

    text: str
    zone: str
    match: str


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """`what` stands at `[start:end)`."""

    what: T
    start: int
    end: int


def prepare(raw: str, names: Iterable[str] = ()) -> Text:
    """Fold `raw` and mask addresses and `names` (folded names of the employer) in it."""
    raw_lines = _LINE_ENDS.sub("\n", raw)
    low = lowered(raw_lines)
    if "." in low or "://" in low or "@" in low:
        low = _ADDRESSES.sub(lambda found: MASK * (found.end() - found.start()), low)
    for name in names:
        if name in low:
            pattern = rf"(?<![a-z0-9_]){re.escape(name)}(?![a-z0-9_])"
            low = re.sub(pattern, lambda found: MASK * (found.end() - found.start()), low)
    return Text(raw, low, case_kept(raw_lines))


def common_words(vocabulary: Taxonomy) -> frozenset[str]:
    """Return the aliases that are words of the field and not names of makers."""
    return frozenset(alias.text for alias in vocabulary.aliases if alias.tag.category != "model_vendor")


def employer_names(company: str, words: AbstractSet[str]) -> tuple[str, ...]:
    """Return the folded forms of `company` to mask, longest first; `words` are those of `common_words`.

    A name that is an ordinary word of the vocabulary (a company called Search) is not masked, since then
    most of its uses would be the word; names of model makers are: the employer is no requirement.
    """
    full = lowered(company).strip()
    short = _LEGAL.sub("", full).strip()
    long_enough = [name for name in {full, short} if len(name) >= (2 if _CJK.search(name) else 3)]
    return tuple(
        sorted((name for name in long_enough if name not in words), key=lambda name: (-len(name), name))
    )


class Matcher:
    """The automaton over a vocabulary and the headings. Build once, use for any number of texts."""

    def __init__(self, vocabulary: Taxonomy, headings: Iterable[Heading]):
        self._owners: dict[str, list[Alias | Heading]] = {}
        for alias in vocabulary.aliases:
            for spelling in spellings(alias.text):
                self._owners.setdefault(spelling, []).append(alias)
        for heading in headings:
            self._owners.setdefault(heading.text, []).append(heading)
        self._patterns = list(self._owners)
        self._edges = [(is_latin(text[0]), is_latin(text[-1])) for text in self._patterns]
        self._automaton = AhoCorasick(
            self._patterns, matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )

    def scan(self, text: Text) -> tuple[list[Match[Alias]], list[Match[Heading]]]:
        """Return the hits of aliases and of headings in `text`, in order of their end."""
        aliases: list[Match[Alias]] = []
        headings: list[Match[Heading]] = []
        low, last = text.low, len(text.low)
        for index, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            left, right = self._edges[index]
            inside = (left and start and is_latin(low[start - 1])) or (
                right and end < last and is_latin(low[end])
            )
            if inside and not _glued(text.cased, start, end):
                continue
            for owner in self._owners[self._patterns[index]]:
                if isinstance(owner, Heading):
                    headings.append(Match(owner, start, end))
                elif inside:
                    continue
                elif owner.cased is None or _case_fits(text.cased[start:end], owner.cased):
                    aliases.append(Match(owner, start, end))
        return aliases, headings


def _glued(cased: str, start: int, end: int) -> bool:
    """Tell whether a heading stands between words that lost their blanks: "…of teaJob SummaryThe person…"."""
    before, after = cased[start - 1 : start], cased[end : end + 1]
    left = not (before and is_latin(before)) or (not before.isupper() and cased[start].isupper())
    return left and (not (after and is_latin(after)) or after.isupper())


def _case_fits(found: str, wanted: str) -> bool:
    return found == wanted or (found[-1:] == "s" and found[:-1] == wanted)


def spellings(text: str) -> Iterator[str]:
    """Yield the ways an alias is written: blanks as hyphen or nothing, plural, blanks beside ideographs.

    `text` is folded. "fine tuning" gives fine-tuning, finetuning; "ai产品" gives "ai 产品"; four or more
    Latin letters may take a plural s.
    """
    gaps = _latin_gaps(text)
    for variant in dict.fromkeys(itertools.chain(gaps, *(_spaced(gap) for gap in gaps))):
        yield variant
        if (
            variant[-1].isalpha()
            and variant[-1].isascii()
            and variant[-1] != "s"
            and _latin_tail(variant) >= 2
        ):
            yield variant + "s"


def _latin_gaps(text: str) -> list[str]:
    words = re.split(r"(?<=[a-z0-9])[ -](?=[a-z0-9])", text)
    if len(words) == 1:
        return [text]
    if len(words) > 3:  # longer phrases are written one way or with one hyphenation throughout
        return [text, "-".join(words), " ".join(words)]
    seams = itertools.product(" -", repeat=len(words) - 1)
    joined = ["".join(itertools.chain(*zip(words, (*seam, ""), strict=True))) for seam in seams]
    return [*joined, "".join(words)] if len("".join(words)) >= 6 else joined


def _spaced(text: str) -> list[str]:
    return [_JUNCTION.sub(" ", text), _JUNCTION.sub("", text)]


def _latin_tail(text: str) -> int:
    return len(text) - len(text.rstrip("abcdefghijklmnopqrstuvwxyz"))
