"""What postings say, in their own words: the quotes behind their tags, and a choice of them (T16)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from zoneinfo import ZoneInfo

import numpy as np

from reports.document.comparison import Evidence, EvidenceRow, Hypotheses
from reports.document.composition import Contrast, ContrastRow
from reports.document.terms import Direction, RoleId
from reports.document.weekly import Finding
from reports.measures.comparison import any_of
from reports.measures.hypotheses import HANDS_ON, TO_B, WORKS_WITH_ALGORITHMS
from reports.measures.panel import ROLE_CODES, Panel
from reports.measures.population import WINDOW_WEEKS, Population, latest_opening, window
from reports.measures.requirements import Tags
from reports.measures.years import floors_of
from reports.statistics.arrays import Ints
from storage.reading.columns import moment
from storage.records import Facts, Passage, Passages, PostingFact

MOST = 6
LOOKED_AT = 6  # postings a topic and language whose passages are read
WORDS = 40  # of a quote at most; two Chinese characters count as one
FEWEST_WORDS = 4
_AT_ONCE = 1_000
"""Postings, the newest first, of which it is asked whether they ask for a topic: mostly some of them do."""

TOPICS: Mapping[str, tuple[str, ...]] = {
    "asks_ai_years": ("ai_years",),
    "hands_on": HANDS_ON,
    "pipeline": ("model_training", "data_annotation", "model_evaluation", "mlops_deployment"),
    "tob": TO_B,
    "algorithm_team": WORKS_WITH_ALGORITHMS,
}
"""Claim -> what a quote for it may be about. The others are no words that could be quoted."""


# ------------------------------------------------------------------ one quote


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A short quote around the words in question; `before` and `after` end in … where something was cut."""

    before: str
    term: str
    after: str

    @property
    def text(self) -> str:
        return f"{self.before}{self.term}{self.after}"


_PERSONAL = re.compile(
    r"""\S@\S | https?:// | \bwww\. | (?<!\d)\+?\d(?:[\s().-]?\d){6,}
      | 微信 | wechat | weixin | \bvx\b | \bqq\b | whatsapp | telegram
      | 联系 | 电话 | 手机 | 邮箱 | 邮件 | 投递 | e-?mail | \bcontact\b
      | 先生 | 女士 | 小姐 | 汇报给 | \b(?:mr|mrs|ms|dr)\.\s
      | recruiter | hiring\ manager | report(?:s|ing)?\ to""",
    re.VERBOSE | re.IGNORECASE,
)
"""What a quote must not hold: ways to reach a person, and words that a name often follows."""
_SENTENCE_END = re.compile(r"[。！？；]|[.!?;](?=\s|$)|[•·●▪◆■\ufffc]")
_LOOSE = " ，、,；;：:"
_PIECE = re.compile(r"[^\s，、：,:]+[，、：,:]*\s*|\s+|[，、：,:]+\s*")
_WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_ENUMERATION = re.compile(
    r"^[\s\-*•·●▪◆■>]*(?:[(（]?[\d一二三四五六七八九十]{1,2}(?:[)）.、．:：]|-(?!\d)))?\s*"
)


def excerpt(passage: Passage) -> Excerpt | None:
    """Return a quote of at most `WORDS` around the passage's words: its sentence, cut at words.

    None where it would tell how to reach a person or name one, and where next to nothing stands around them.
    """
    text, start, end = passage.text, passage.start, passage.end
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    first = max((m.end() for m in _SENTENCE_END.finditer(text, 0, start)), default=0)
    last = next((m.start() for m in _SENTENCE_END.finditer(text, end)), len(text))
    before = _ENUMERATION.sub("", text[first:start])
    term, after = text[start:end], text[end:last].rstrip()
    room = WORDS - _words(term)
    left, right = _PIECE.findall(before)[::-1], _PIECE.findall(after)
    kept_right = _fitting(right, room - min(sum(map(_words, left)), room / 2))
    kept_left = _fitting(left, room - sum(map(_words, kept_right)))
    found = Excerpt(
        ("…" if len(kept_left) < len(left) else "") + "".join(reversed(kept_left)).lstrip(),
        term,
        "".join(kept_right).rstrip(_LOOSE) + ("…" if len(kept_right) < len(right) else ""),
    )
    return None if _PERSONAL.search(found.text) or _words(found.text) < FEWEST_WORDS else found


def _words(text: str) -> float:
    """Return the length of a text in words; a Chinese character is half of one."""
    wide = len(_WIDE.findall(text))
    return wide / 2 + len(_WIDE.sub(" ", text).split())


def _fitting(pieces: Sequence[str], room: float) -> list[str]:
    """Return as many pieces from the first on as have room; of a long first one without blanks a part."""
    kept: list[str] = []
    for piece in pieces:
        room -= _words(piece)
        if room < 0:
            break
        kept.append(piece)
    return kept


# ------------------------------------------------------------------ T16


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a quote is wanted for: any of these tags in a posting of this class."""

    supports: str
    tags: tuple[str, ...]
    role: RoleId


def evidence(
    panel: Panel,
    people: Population,
    tags: Tags,
    facts: Facts,
    findings: Sequence[Finding],
    claims: Hypotheses,
    contrast: Contrast,
) -> Evidence:
    """Return at most `MOST` quotes, one a topic: what findings and decided claims rest on, then T6.

    Of the postings of the class that has more of it the one listed last, of an employer not quoted yet, in
    the language quoted less so far.
    """
    latest = latest_opening(panel)
    topics = list(_topics(findings, claims, contrast))[: 2 * MOST]
    candidates = {topic: _candidates(panel, people, tags, latest, topic) for topic in topics}
    wanted = {panel.postings[row].id for rows in candidates.values() for row in rows}
    passages = facts.passages(sorted(wanted)) if wanted else {}
    chosen: list[EvidenceRow] = []
    quoted: set[int] = set()
    langs: Counter[str] = Counter()
    for topic in topics:
        options = [
            (langs[_lang(posting)], place, posting, tag, found)
            for place, row in enumerate(candidates[topic])
            if (posting := panel.postings[row]).company not in quoted
            for tag, found in _quote(passages, posting, topic.tags)
        ]
        if options:
            _, place, posting, tag, found = min(options, key=lambda option: option[:2])
            quoted.add(posting.company)
            langs[_lang(posting)] += 1
            spell = int(latest[candidates[topic][place]])
            source = panel.units[panel.unit[spell]].source
            digest = passages[posting.id][tag].content_hash
            chosen.append(_row(topic, tag, found, posting, source, _day(panel, spell, facts.zone), digest))
        if len(chosen) == MOST:
            break
    return {
        "id": "T16",
        "population": "window",
        "status": "ok" if chosen else "insufficient",
        "reason": "" if chosen else "not_stated",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": chosen,
    }


def _row(
    topic: _Topic, tag: str, found: Excerpt, posting: PostingFact, source: str, appeared: str, digest: str
) -> EvidenceRow:
    return {
        "quoted_for": tag,
        "supports": topic.supports,
        "role": topic.role,
        "quote_before": found.before,
        "quoted_words": found.term,
        "quote_after": found.after,
        "title": posting.title,
        "company": posting.company_name,
        "source": source,
        "url": posting.url,
        "appeared": appeared,
        "lang": _lang(posting),
        "content_hash": digest,
    }


def _topics(findings: Sequence[Finding], claims: Hypotheses, contrast: Contrast) -> Iterator[_Topic]:
    """The tags of findings, decided claims, and the rows of T6 in turn from both ends; no tag twice."""
    used: set[str] = set()
    told = (
        _Topic(finding["id"], (finding["tag"],), role)
        for finding in findings
        if finding["tag"] and (role := _more(finding["direction"])) is not None
    )
    decided = (
        _Topic(
            row["claim"], TOPICS[row["claim"]], "aigc_pm" if (row["difference"]["d"] or 0) > 0 else "ai_pm"
        )
        for row in claims["rows"]
        if row["verdict"] in ("supported", "contradicted") and row["claim"] in TOPICS
    )
    for topic in chain(told, decided, _of_contrast(contrast)):
        if not used & set(topic.tags):
            used |= set(topic.tags)
            yield topic


def _more(direction: Direction | None) -> RoleId | None:
    return {"higher_in_aigc": "aigc_pm", "higher_in_ai": "ai_pm"}.get(direction or "")  # type: ignore[return-value]


def _of_contrast(contrast: Contrast) -> Iterator[_Topic]:
    rows = contrast["rows"]
    aigc = [_Topic("contrast", (row["tag"],), "aigc_pm") for row in rows if _gap(row) > 0]
    ai = [_Topic("contrast", (row["tag"],), "ai_pm") for row in reversed(rows) if _gap(row) < 0]
    return (topic for pair in zip_longest(aigc, ai) for topic in pair if topic is not None)


def _gap(row: ContrastRow) -> float:
    return (row["aigc"]["share"] or 0.0) - (row["ai"]["share"] or 0.0)


def _lang(posting: PostingFact) -> str:
    return "en" if posting.lang == "en" else "zh"


def _candidates(panel: Panel, people: Population, tags: Tags, latest: Ints, topic: _Topic) -> list[int]:
    """Return panel rows of the class that ask for the topic, the newest first, a few of each language."""
    rows = people.rows[people.role == ROLE_CODES[topic.role]]
    rows = rows[np.lexsort((rows, -panel.opened[latest[rows]]))]
    kept: list[int] = []
    langs: Counter[str] = Counter()
    companies: set[tuple[int, str]] = set()
    some = (rows[first : first + _AT_ONCE] for first in range(0, len(rows), _AT_ONCE))
    for row in chain.from_iterable(_asking(panel, tags, part, topic) for part in some):
        posting = panel.postings[row]
        lang = _lang(posting)
        if posting.url and langs[lang] < LOOKED_AT and (posting.company, lang) not in companies:
            companies.add((posting.company, lang))
            langs[lang] += 1
            kept.append(row)
        if len(kept) == 2 * LOOKED_AT:
            break
    return kept


def _asking(panel: Panel, tags: Tags, rows: Ints, topic: _Topic) -> list[int]:
    """Return those of the panel rows whose text asks for the topic."""
    if topic.tags == ("ai_years",):
        asks = ~np.isnan(floors_of(panel, rows, "ai"))
    else:
        asks = any_of(tags.asked[rows], [tag.id in topic.tags for tag in tags.tags])
    found: list[int] = rows[asks & panel.postings.with_text[rows]].tolist()
    return found


def _quote(passages: Passages, posting: PostingFact, tags: Sequence[str]) -> Iterator[tuple[str, Excerpt]]:
    """Yield the tags and quotes of a posting that may be shown; a title that is quoted says nothing new."""
    found = passages.get(posting.id, {})
    for tag in tags:
        if tag in found and found[tag].text.strip() != posting.title.strip():
            shown = excerpt(found[tag])
            if shown is not None:
                yield tag, shown


def _day(panel: Panel, spell: int, zone: str) -> str:
    """Return the day on which a spell opened."""
    opened = moment(int(panel.instants[panel.opened[spell] // 2]))
    return opened.astimezone(ZoneInfo(zone)).date().isoformat()
