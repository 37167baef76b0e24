"""Making a folded text ready to be looked through: line ends made equal, what is no evidence blanked.

Web addresses, e-mails and the employer's own name are masked, so that "acme.ai" or a company named after a
model say nothing about the job. Nothing moves: offsets are offsets into the raw text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from scraper.bounds import MAX_READ
from scraper.parsing.folding import Folded, fold
from scraper.tagging.tables import Span, blanked, places
from scraper.tagging.taxonomy import Taxonomy

MASK = "\x00"

MAX_TITLE = 1024
"""Code points of a title that are read."""

_LINE_ENDS = "\r\v\f\u0085\u2028\u2029"
_TOP_LEVEL = r"(?:ai|io|com|cn|net|org|co|app|dev|tech|de|uk)(?![a-z0-9-])"
_ADDRESSES = re.compile(
    r"https?://[!-~]+|www\.[!-~]+|(?<![a-z0-9._+-])[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9.-]+"
    rf"|(?<![a-z0-9.-])(?![bm]\.tech)(?:[a-z0-9][a-z0-9-]*\.)+{_TOP_LEVEL}(?:/[!-~]*)?"
)
# What every address holds one of. Each begins with a character of its own, so that it is found fast.
_ADDRESS_SIGNS = tuple(
    (start, re.compile(sign))
    for start, sign in (("://", "://"), ("www.", r"www\."), ("@", "@"), (".", rf"\.{_TOP_LEVEL}"))
)
_UNITS = re.compile(r"[a-z0-9\u3400-\u9fff]{1,6}(?:事业部|事业群|业务群)")
_LONGEST_NAME = 200
_LEGAL = re.compile(
    r"[,. ]+(?:inc|ltd|llc|gmbh|corp|co|technologies|labs)\.?$"
    r"|(?:股份|集团|科技|网络|信息|技术|智能|有限|责任|公司|\([^()]*\))+$"
)
_LATIN_NAME = re.compile(r"[a-z0-9][a-z0-9 .&-]*")
_MADE = ("model_vendor", "tooling")
"""Categories of the vocabulary that hold names of makers, or of tools that are called like them."""
_NAME_TAILS = ("ai", "labs", "health", "hq")
_CJK = re.compile(r"[\u3400-\u9fff]")


class Text(NamedTuple):
    """A folded text to look things up in; all forms have the same length.

    `raw` as given, `low` lowered and masked, `cased` with its case and without masks;
    `masks` are the masked spans, in order.
    """

    raw: str
    low: str
    cased: str
    masks: Sequence[Span] = ()


def prepare(text: Folded, names: Iterable[str] = (), most: int = MAX_READ) -> Text:
    """Return the first `most` code points of `text` with addresses and `names` masked.

    `names` are folded names of the employer. All line ends become "\\n".
    """
    low, cased = text.low[:most], text.cased[:most]
    for mark in _LINE_ENDS:
        if mark in cased:
            low, cased = low.replace(mark, "\n"), cased.replace(mark, "\n")
    masks: list[Span] = []
    if spans := list(_addresses(low)):
        low, masks = blanked(low, spans, MASK), spans
    for name in names:
        if spans := list(places(name, low)) if name in low else []:
            low = blanked(low, spans, MASK)
            masks = sorted(masks + spans)
    return Text(text.raw[:most], low, cased, masks)


def without_units(title: Text) -> Text:
    """Return `title` with the names of business units masked: "千问事业部-会员产品" is no work on 千问."""
    if "事业" not in title.low and "业务群" not in title.low:
        return title
    spans = [found.span() for found in _UNITS.finditer(title.low)]
    return title._replace(low=blanked(title.low, spans, MASK), masks=sorted([*title.masks, *spans]))


def _addresses(low: str) -> Iterator[Span]:
    """Yield the addresses in `low`; the grammar is tried only on the words that hold a sign of one."""
    signs = [found.start() for start, sign in _ADDRESS_SIGNS if start in low for found in sign.finditer(low)]
    done = 0
    for sign in sorted(signs):
        if sign >= done:
            start = max(low.rfind(" ", done, sign), low.rfind("\n", done, sign), done - 1) + 1
            ends = [end for end in (low.find(" ", sign), low.find("\n", sign)) if end >= 0]
            done = min(ends, default=len(low))
            yield from (found.span() for found in _ADDRESSES.finditer(low, start, done))


def common_words(vocabulary: Taxonomy) -> frozenset[str]:
    """Return the aliases that are words of the field and not names of makers and their tools."""
    return frozenset(alias.text for alias in vocabulary.aliases if alias.tag.category not in _MADE)


@lru_cache(maxsize=4096)
def employer_names(company: str, words: AbstractSet[str]) -> tuple[str, ...]:
    """Return the folded forms of `company` to mask, longest first; `words` are those of `common_words`.

    A name that is an ordinary word of the vocabulary (a company called Search) is not masked, since then
    most of its uses would be the word; names of makers are: the employer is no requirement, nor is what he
    makes a tool in use.
    """
    if len(company) > _LONGEST_NAME:
        return ()
    full = fold(company).strip()
    short = _LEGAL.sub("", full).strip()
    written = {full, short, *_respelled(short)}
    long_enough = [name for name in written if len(name) >= (2 if _CJK.search(name) else 3)]
    return tuple(
        sorted((name for name in long_enough if name not in words), key=lambda name: (-len(name), name))
    )


def _respelled(name: str) -> Iterator[str]:
    """Yield how else a Latin name is written: boards run words together ("radai" for "Rad AI")."""
    if _LATIN_NAME.fullmatch(name):
        yield name.replace(" ", "")
        for tail in _NAME_TAILS:
            stem = name.removesuffix(tail).rstrip(" .-")
            if name.endswith(tail) and len(stem) > 2:
                yield f"{stem} {tail}"
                yield f"{stem}.{tail}"
