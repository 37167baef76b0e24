"""What AI is to a duty and to a title: the object, or a thing beside it.

Which duties have AI for their object: what the candidate is to own, build or lead.

"Own the roadmap of our AI support agent" names the job, "improve onboarding, with AI tips" a part of it. The
object is what follows the verb that a duty begins with, up to the first word that adds something else: how,
for whom, with whom. Of what is managed about it ("the strategy and roadmap for …") it is what that is about.
Chinese puts several such clauses into a sentence, so each is looked at. The words stand in `roles.toml`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from scraper.tagging.tables import Span, load
from scraper.tagging.zones import Sentence

_CJK = re.compile(r"[\u3400-\u9fff]")
_EN_INTO = re.compile(r"(?:turn|transform|evolv|develop)ing (?:[a-z0-9\x00'’&-]+ ){1,8}?into ")
"""What is made of another thing is the object: "the roadmap for turning our data into an AI platform"."""
_EN_POWERS = re.compile(
    r"(?:platforms?|infrastructure|capabilities|systems?|layer|foundations?)(?: that powers?| powering) "
)
"""What a platform is there for is its object: "the infrastructure platform that powers our AI agents"."""
_EN_ALSO = re.compile(r",? (?:focusing|focused) on |, (?:owning|leading|building|defining|developing) ")
"""A duty that goes on with another one, or says what it is about."""
_LONGEST = {"en": 120, "zh": 30}
_TITLE_PART = re.compile(r"[(),,\-—|\[\]【】:]")
"""What parts of a title stand between."""


def has_ai_object(
    low: str, sentences: Sequence[Sentence], duties: Sequence[int], named: Sequence[tuple[int, int]]
) -> bool:
    """Tell whether the job is on AI: its first duty, or enough of them, have it for their object.

    `low` is the folded text, `duties` the indexes of its duties (a sentence that only opens a list is none),
    `named` where AI is named in them: (place, index of the sentence).
    """
    on_ai = _ai_objects(low, sentences, named) if named else {}
    if not on_ai:
        return False
    duties = [i for i in duties if not low[sentences[i].start : sentences[i].end].endswith(":")]
    enough = load("roles")["core"]["object_share"] * len(duties)
    return bool(duties) and (on_ai.get(duties[0], False) or (len(on_ai) > 1 and len(on_ai) >= enough))


def is_aside(title: str, places: Iterable[Span]) -> bool:
    """Tell whether a Chinese title names AI only beside what the job is on: "安全产品经理-AI创新业务".

    `title` is folded, `places` are those of AI in it. Behind the name of the job AI tells where it belongs,
    unless it stands there alone ("产品经理(AI方向)"), which says the same as an "AI产品经理".
    """
    head, alone = _title_words()
    found = head.search(title)
    return found is not None and all(
        start >= found.end() and bool(alone.sub("", _part_of(title, start, end))) for start, end in places
    )


def _part_of(title: str, start: int, end: int) -> str:
    """Return the part of `title` that holds `[start:end)`, from one mark or bracket to the next."""
    before = [mark.end() for mark in _TITLE_PART.finditer(title, 0, start)]
    after = _TITLE_PART.search(title, end)
    return title[before[-1] if before else 0 : after.start() if after else len(title)]


@cache
def _title_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load("roles")["title_aside"]
    return re.compile(_any(words["heads"])), re.compile(rf"{_any(words['alone'])}|[\W_]")


def _ai_objects(
    low: str, sentences: Sequence[Sentence], named: Iterable[tuple[int, int]]
) -> Mapping[int, bool]:
    """Return which sentences have AI for an object: index → whether it is what they are on.

    Chinese strings clauses together, so only the first one tells; English goes on with what is made of the
    first object ("own the claims product, building AI triage").
    """
    places: dict[int, list[int]] = {}
    for place, index in named:
        places.setdefault(index, []).append(place - sentences[index].start)
    found = {}
    for index, starts in places.items():
        text = low[sentences[index].start : sentences[index].end]
        english = not _CJK.search(text)
        spans = _objects_en(text) if english else _objects_zh(text)
        holds = [any(a <= start < b for start in starts) for a, b in spans]
        if any(holds):
            found[index] = english or holds[0]
    return found


def _objects_en(text: str) -> list[Span]:
    """Return where the object of an English duty stands, if it begins with a verb of owning."""
    opens, managed, adds = _english()
    found = opens.match(text)
    if not found:
        return []
    start, limit = found.end(), found.end() + _LONGEST["en"]
    about = managed.match(text, start, limit)
    if found["weak"] and not about:
        return []  # "drive adoption", "deliver features": it is done to what exists
    opened = about.end() if about else start
    made = _EN_INTO.match(text, opened, limit)
    stop = adds.search(text, made.end() if made else opened, limit)
    powers = _EN_POWERS.search(text, opened, limit)
    if powers and stop and powers.start() <= stop.start() < powers.end():
        stop = adds.search(text, powers.end(), limit)
    spans = [(made.end() if made else start, stop.start() if stop else limit)]
    for more in _EN_ALSO.finditer(text, spans[0][1]):
        stop = adds.search(text, more.end(), more.end() + _LONGEST["en"])
        spans.append((more.end(), stop.start() if stop else more.end() + _LONGEST["en"]))
    return spans


def _objects_zh(text: str) -> list[Span]:
    """Return where the objects of the clauses of a Chinese duty stand; empty if others make the product."""
    opens, others, adds = _chinese()
    spans = []
    for found in opens.finditer(text):
        start, limit = found.end(), found.end() + _LONGEST["zh"]
        stop = adds.search(text, start, limit)
        end = stop.start() if stop else limit
        spans.append((start, start if others.search(text, start, end) else end))
    return spans


_Patterns = tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def _english() -> _Patterns:
    """Return what opens a duty, what is managed about the object, and what ends it."""
    words = load("roles")["object"]["en"]
    owns, weak, about = _any(words["owns"]), _any(words["weak"]), _any(words["managed"])
    # "As a PM at Acme, you will", "Acme is looking for a PM to", "work with designers to"
    subject = (
        r"(?:(?:as |in |we|the |this |reporting |you"
        r"|[a-z0-9\x00 .&-]{1,40} is (?:looking|searching|hiring|seeking)"
        r"|(?:partner|collaborate|work) (?:closely )?with |lead (?:[a-z-]+ ){0,3}teams )"
        r"[a-z0-9\x00 ,/'’&-]{0,80}?(?:you(?:['’]ll| will| would)|will|to) )?"
        r"(?:play an? (?:[a-z-]+ ){1,3}(?:role|part) in (?:the )?)?"
    )
    opens = (
        rf"^[^a-z]{{0,12}}(?:[a-z /&-]{{2,30}}: )?{subject}"
        rf"(?:(?:{owns}),? (?:and )?)*(?:(?:{owns})|(?P<weak>{weak})) "
    )
    managed = (
        rf"(?:[a-z0-9\x00.&/→'’-]+ ){{0,5}}?(?:{about})(?:(?:,|,? and|/| &) (?:[a-z0-9-]+ )?(?:{about}))*"
        r"(?: of| for| behind| within) "
    )
    adds = rf"[^a-z0-9 \x00'’/.&+→-]| [-–] |(?<![\w-])(?:{_any(words['adds'])})(?![\w-])"
    return re.compile(opens), re.compile(managed), re.compile(adds)


@cache
def _chinese() -> _Patterns:
    """Return what opens a clause, what of its object others make, and what ends it."""
    words = load("roles")["object"]["zh"]
    number = r"[^\w\u3400-\u9fff]{0,9}(?:\d{1,2}[^\w\u3400-\u9fff]{0,9})?"
    owns = rf"[\u3400-\u9fff]{{0,4}}?(?:(?:{_any(words['owns'])})[和与并及、]?)+"
    adds = rf"[,，。；;：:！!\n]|{_any(words['adds'])}"
    return (
        re.compile(rf"(?:^|[,，。；;：:\n]){number}{owns}"),
        re.compile(_any(words["others"])),
        re.compile(adds),
    )
