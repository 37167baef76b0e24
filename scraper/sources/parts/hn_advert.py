"""Reading what an employer writes in a "Who is hiring?" comment: company, roles, places, pay.

By convention the first line is `Company | Role | Location | REMOTE | salary`, but the order varies, several
roles stand in one segment or in lines below, and some write prose. This is a tolerant reading: a segment is
taken for what its words say, not for its place; what is not understood is left out. Text in, text out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

from scraper.sources.parts import items
from storage.records import Workplace


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comment: as HTML, and as a person reads it."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role with the lines that speak of it (HTML), and what its own line or the first one states."""

    title: str
    html: str
    locations: tuple[str, ...] = ()
    workplace: Workplace | None = None
    salary: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Advert:
    """What a comment offers; a comment that names a company and no role offers none."""

    company: str
    roles: tuple[Role, ...]


_NOUN = (
    r"engineers?|developers?|devs?|designers?|managers?|scientists?|analysts?|architects?|researchers?|"
    r"marketers?|recruiters?|consultants?|leads?|leaders?|heads?|directors?|owners?|officers?|specialists?|"
    r"associates?|executives?|representatives?|reps?|technicians?|interns?|administrators?|advocates?|"
    r"accountants?|writers?|editors?|founders?|co-?founders?|strategists?|partners?|counsels?|programmers?|"
    r"experts?|vps?|chiefs?|sres?|swes?|sdes?|mles?|sdets?|pms?|gpms?|tpms?|pmms?|ctos?|cpos?|coos?|cmos?"
)
_ROLE = re.compile(rf"\b(?:{_NOUN})\b", re.IGNORECASE)
_ROLE_AT_END = re.compile(rf"\b(?:{_NOUN})\b(?:\s*\([^()]*\))?\W*$", re.IGNORECASE)
_ROLE_AT_START = re.compile(r"(?:head|director|vp|chief|manager)\b", re.IGNORECASE)
_WORKPLACES: dict[Workplace, re.Pattern[str]] = {
    "remote": re.compile(r"\bremote(?!\s+sens)|\bwfh\b|\bwork from home\b|\banywhere\b", re.IGNORECASE),
    "hybrid": re.compile(r"\bhybrid\b", re.IGNORECASE),
    "onsite": re.compile(r"\bon-?\s?site\b|\bin[- ](?:office|person)\b", re.IGNORECASE),
}
_TERMS = re.compile(
    r"\b(?:(?:full|part)[- ]?time|contract(?:or)?|permanent|interns?(?:hips?)?|freelance|visa)\b",
    re.IGNORECASE,
)
_PAY = re.compile(
    r"(?:[$€£]|\b(?:USD|EUR|GBP|CAD) ?)\d[\d.,]*\s?[kKmM]?\b"
    r"(?:\s?(?:-|–|—|to)\s?[$€£]?\d[\d.,]*\s?[kKmM]?\b)?"
    r"|\b\d{2,3}\s?(?:[kK]\s?)?(?:-|–|—|to)\s?\d{2,3}\s?[kK]\b"
)
# Facts enough to tell a place from a technology or a line of business; normalizing knows more of them.
_PLACE = re.compile(
    r"\b(?:NYC|SF|LA|DC|US|USA|U\.S\.?A?\.?|UK|EU|EMEA|LATAM|APAC|CET|EST|PST|Bay Area|New York|"
    r"San [A-Z]\w+|Los Angeles|Palo Alto|Mountain View|Menlo Park|Redwood City|Seattle|Redmond|Boston|"
    r"Cambridge|Chicago|Austin|Denver|Boulder|Atlanta|Miami|Portland|Philadelphia|Pittsburgh|Washington|"
    r"California|Texas|Toronto|Vancouver|Montr[eé]al|Canada|London|Manchester|Edinburgh|Dublin|Ireland|"
    r"Berlin|Munich|Hamburg|Germany|Paris|France|Amsterdam|Netherlands|Brussels|Belgium|Zurich|Geneva|"
    r"Switzerland|Vienna|Austria|Madrid|Barcelona|Spain|Lisbon|Portugal|Milan|Italy|Stockholm|Sweden|"
    r"Copenhagen|Denmark|Oslo|Norway|Helsinki|Finland|Warsaw|Poland|Prague|Czechia|Europe|Tel Aviv|"
    r"Israel|Dubai|Bangalore|Bengaluru|India|Singapore|Tokyo|Japan|Sydney|Melbourne|Australia|Brazil|"
    r"Worldwide|Global)\b|, ?[A-Z]{2}\b"
)
_NO_PLACE = re.compile(r"citizen|authori[sz]|legal|eligib|clearance|english|fluent|\brelocat", re.IGNORECASE)
# What is said of a place and is none: "3 days/week in office", "EU time zones", "US preferred".
_ABOUT_PLACE = re.compile(
    r"[(\[][^()\[\]]*\b(?:days?|week|hours?|office|trips?|travel|meet-?ups?)\b[^()\[\]]*[)\]]?"
    r"|[±~]?\b\d[\dx–-]{0,20}\+?\s?(?:days?|x|h|hours?|times)\b[^,;|()]*"
    r"|\b(?:time ?zones?|preferred|preferably|friendly|only|based|possible|overlap|adjacent|first|hours)\b"
    r"|\+ [^,;|()]*\b(?:meet-?ups?|travel|trips|roles)\b[^,;|()]*",
    re.IGNORECASE,
)
_URL = re.compile(
    r"\(?\b(?:https?://|www\.)\S+|\b[\w-]{1,63}\.(?:com|io|ai|co|dev|org|net|so|app|xyz)(?:/\S*)?(?=\W*$)"
)
_BULLET = re.compile(r"^(?:[\s>*•●▪‣·–—+/-]|\[?\(?\d{1,2}[.)\]]|→)+")
_LABEL = re.compile(
    r"^(?:(?:open )?(?:roles?|positions?|title|job|multiple openings|(?:we(?:'|’)?re |we are |now )?hiring)"
    r"(?: for)?\s*[:\-–—]\s*)+",
    re.IGNORECASE,
)
_CUT = re.compile(r":(?:\s|$)|\s?\||\s?→|\s?=>|https?://|\s—\s|\.\s|\s?\(?[$€£]\d|\s?\[\d")
_ROLE_TAIL = re.compile(
    r"(?<![\s\-–—,;(])[\s\-–—,;(]+$|(?<!\s)\s+(?:roles?|positions?|job (?:posting|description|link))\W*$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:a|an|the|we|you|our|your|us|i|my|is|are|was|will|who|that|as|no|not|to|have|has|years?|interview|"
    r"chat|call|meet|talk|screen|hiring manager|experience (?:as|in|with)|report(?:ing|s)?|worked|apply|"
    r"contact|email)\b|[?!]|w/",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*(?:[,;/]|\s(?:&|and|\+|or)\s)\s*(?![^(]*\))", re.IGNORECASE)
_DASHES = re.compile(r"(?<!\s)\s+[-–—]{1,2}\s+|(?:(?<!\s)\s+)?[·•]\s+")
_COMPANY = r"(?P<company>[A-Za-z0-9][\w.&'’-]*(?: [A-Z0-9][\w.&'’-]*){0,3})"
_IS_HIRING = re.compile(
    r"^(?P<company>\S.{0,48}?)\s+(?:is|are)\s+(?:now )?(?:hiring|looking for|seeking)\b(?: for)?\W*"
)
_PROSE = (
    re.compile(rf"^(?:Company|Who is hiring)\s*:\s*{_COMPANY}$"),
    re.compile(rf"^At {_COMPANY}(?=[ ,(])"),
    re.compile(rf"\bhiring at {_COMPANY}"),
    re.compile(rf"^[^@|]{{3,60}}\b(?i:{_NOUN})(?:\s+@\s?|\s+at\s+){_COMPANY}"),
)
_AT = re.compile(r"\s(?:@|at(?= [A-Z])).*")
_LABELLED_PLACE = re.compile(r"^(?:Location|Where)s?\s*:\s*(\S.*)", re.IGNORECASE)
_SOUGHT = re.compile(
    r"\b(?:hiring|looking for|seeking|searching for)\b(?: for)?:?\s+(?P<roles>[^!?:;(]{3,160})", re.IGNORECASE
)
_NO_COMPANY = re.compile(
    r"(?:we|i)(?:$|['’]| (?:am|are|have|applied)\b)|(?:hi|hey|hello|seeking|hiring|edit|multiple|various|"
    r"tech|looking|remote|update)\b",
    re.IGNORECASE,
)
_LONGEST_COMPANY, _LONGEST_TITLE, _LONGEST_HEADER, _LONGEST_LINE = 60, 90, 400, 2000


def read(html: str) -> Advert | None:
    """Return what the comment offers, None if no company can be read from it."""
    lines = [line for line in map(_line, re.split(r"<p>|\n", html)) if line.text]
    if not lines:
        return None
    piped = next((place for place, line in enumerate(lines[:3]) if line.text.count("|") > 1), 0)
    header, body = lines[piped], [*lines[:piped], *lines[piped + 1 :]]
    segments = _segments(lines[0].text)
    company = _company(lines[0].text, segments)
    if not company:
        return None
    stated = segments[1:] if _name(segments[0]) == company else [s for s in segments if _name(s) != company]
    stated += _segments(header.text) if piped else []
    if hiring := _IS_HIRING.match(segments[0]):
        stated = [_offered(segments[0][hiring.end() :]), *stated[1:]]
    stated += [place[1] for line in body if (place := _LABELLED_PLACE.match(line.text))]
    named = [title for segment in stated for title in _titles(segment)]
    own = {place: titles for place, line in enumerate(body) if (titles := _titles_of_line(line.text))}
    if not named and not own:
        named = [title for line in lines for title in _sought(line.text)]
    return Advert(company, tuple(_roles(header, stated, named, body, own)))


def _line(html: str) -> Line:
    return Line(html.strip(), " ".join(unescape(re.sub("<[^<>]*>", "", html)).split())[:_LONGEST_LINE])


def _segments(header: str) -> list[str]:
    header = header[:_LONGEST_HEADER]
    found = header.split("|") if "|" in header else _DASHES.split(header)
    return [segment.strip(" []") for segment in found if segment.strip(" []")] or [header]


def _name(segment: str) -> str:
    """Return a segment as a company's name: without brackets, addresses and what stands behind a dash."""
    shown = segment if _URL.fullmatch(segment) else _URL.sub(" ", segment)
    bare = _DASHES.split(re.sub(r"[(\[][^()\[\]]*[)\]]?", " ", shown).strip())[0]
    return " ".join(bare.split()).strip(" -–—,:;.")


def _company(first: str, segments: list[str]) -> str:
    for pattern in (_IS_HIRING, *_PROSE):
        found = pattern.search(first[:300])
        if found and not _NO_COMPANY.match(found["company"]):
            return _name(found["company"])
    if len(segments) < 2:
        return ""
    role_first = _names_role(_name(segments[0]))
    for segment in segments[1:] if role_first else segments[:1]:
        name = _name(segment)
        if name and len(name) <= _LONGEST_COMPANY and not _says_other(name, role_first):
            return name
    return ""


def _says_other(name: str, role_first: bool) -> bool:
    """Tell whether what stands in a company's place says something else; it may bear the name of a place."""
    other = (_NO_COMPANY.match(name), _names_role(name), _PAY.search(name), _TERMS.fullmatch(name))
    return any(other) or bool(_workplace([name])) or (role_first and _is_place(name))


def _names_role(text: str) -> bool:
    return bool(_ROLE_AT_END.search(text) or _ROLE_AT_START.match(text))


def _titles(segment: str) -> list[str]:
    """Return the roles that a segment names; a part without a role's noun belongs to the one before it."""
    if len(segment) > _LONGEST_HEADER:
        return []
    bare = _LABEL.sub("", _BULLET.sub("", _AT.sub("", _URL.sub("", segment)))).strip(" -–—,;")
    if len(bare) > 2 * _LONGEST_TITLE or not _ROLE.search(bare) or _PAY.match(bare):
        return []
    gaps = [*_PARTS.finditer(bare)]
    ends = [*(gap.start() for gap in gaps[1:]), len(bare)]
    found: list[str] = []
    start = 0
    for gap, end in zip(gaps, ends, strict=False):
        if _ROLE_AT_END.search(bare[start : gap.start()]) and _ROLE_AT_END.search(bare[gap.end() : end]):
            found.append(bare[start : gap.start()])
            start = gap.end()
    found.append(bare[start:])
    return [title for part in found if (title := _tidied(part)) and _ROLE.search(title)]


def _titles_of_line(text: str) -> list[str]:
    """Return the roles that a line of the body names as its heading or bullet, [] if it is a sentence."""
    bare = _LABEL.sub("", _BULLET.sub("", text))
    if _LABEL.search(_BULLET.sub("", text)) and bare.count(",") > 1:
        return _titles(bare.rstrip("."))
    cut = _CUT.search(bare)
    heading = bare[: cut.start()] if cut else bare
    if len(heading.split()) > 8:
        heading = _DASHES.split(heading)[0]
    heading = _tidied(heading)
    fits = (
        2 < len(heading) <= _LONGEST_TITLE and len(heading.split()) <= 10 and heading[0].upper() == heading[0]
    )
    return _titles(heading) if fits and not _SENTENCE.search(heading) else []


def _sought(text: str) -> Iterator[str]:
    for match in _SOUGHT.finditer(re.sub(r"\([^()]*\) ?", "", text)):
        yield from _titles(_offered(match["roles"]))


def _offered(text: str) -> str:
    """Return the beginning of what is sought: "a Senior PM to lead us" seeks a "Senior PM"."""
    kept = re.split(r"\s(?:to|who|that|with|in|on|at|across|for a)\s|[!?:;(]|\.(?:\s|$)", text)[0]
    return re.sub(r"^(?:a|an|some|our|the|two|three|several|multiple)\s", "", kept)


def _tidied(title: str) -> str:
    """Return a title without what hangs on its ends: dashes, "roles", a bracket of terms."""
    before = ""
    while title != before:
        before, title = title, _ROLE_TAIL.sub("", title).strip()
    return title


def _roles(
    header: Line, rest: list[str], named: list[str], body: list[Line], own: dict[int, list[str]]
) -> Iterator[Role]:
    """Yield each role once, with its own lines where it has some.

    Lines of roles that follow each other closely are a list: what else is said holds for all. Else each
    begins a section; what stands before the first one speaks of the roles of the header, if those have none.
    """
    heads = sorted(own)
    keys = {key(title) for titles in own.values() for title in titles}
    others = [title for title in named if key(title) not in keys]
    listed = any(later - before == 1 for before, later in pairwise(heads))
    shared = (
        [line for place, line in enumerate(body) if place not in own]
        if listed or not own
        else body[: heads[0]]
    )
    seen: set[str] = set()
    for title in named:
        if key(title) not in keys | seen:
            seen.add(key(title))
            yield _role(title, [header, *shared], rest)
    for number, place in enumerate(heads):
        end = heads[number + 1] if number + 1 < len(heads) else len(body)
        section = body[place : place + 1] if listed else body[place:end]
        lines = [header, *(shared if listed or not others else []), *section]
        for title in own[place]:
            if key(title) not in seen:
                seen.add(key(title))
                yield _role(title, lines, rest, body[place])


def _role(title: str, lines: list[Line], rest: Iterable[str], own: Line | None = None) -> Role:
    ours = [part.strip() for part in own.text.split("|")[1:]] if own else []
    stated = [segment for segment in ours if _is_place(segment)] or [s for s in rest if _is_place(s)]
    pay = _PAY.search(own.text if own else "") or next(filter(None, map(_PAY.search, rest)), None)
    links = re.findall(r'href="([^"<>]*)"', own.html) if own else []
    return Role(
        title,
        "<p>".join(line.html for line in lines),
        items.places(map(_place, stated)),
        _workplace(map(_place, stated)),
        pay[0] if pay else "",
        unescape(links[0]) if len(links) == 1 else "",
    )


def _place(segment: str) -> str:
    bare = _ABOUT_PLACE.sub("", _TERMS.sub("", segment))
    return " ".join(re.sub(r"[(\[]\W*[)\]]", "", bare).split()).strip(" ,;-–—/+&:")


def _is_place(segment: str) -> bool:
    if len(segment) > 90 or any(other.search(segment) for other in (_ROLE, _PAY, _URL, _NO_PLACE)):
        return False
    return bool(_PLACE.search(segment)) or any(kind.search(segment) for kind in _WORKPLACES.values())


def _workplace(segments: Iterable[str]) -> Workplace | None:
    """Return the workplace that the segments name, None if they name none or several."""
    text = " | ".join(segments)
    named = [kind for kind, pattern in _WORKPLACES.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else None


def key(title: str) -> str:
    """Return what makes two writings of a role the same: its words, joined, a plural's "s" left out."""
    return "-".join(word.removesuffix("s") for word in re.findall(r"[^\W_]+", title.lower()))
