"""schema.org `JobPosting` in the JSON-LD of a web page: finding it in spite of its flaws, and its fields.

https://schema.org/JobPosting and, for how sites are told to fill it in, Google's structured data guide. What
sites do in fact: CDATA and comment guards around the JSON, raw line breaks within it, descriptions that are
escaped as text, "\\n" written out, places as one object or a list, numbers as texts, "2026-7-27" for a day.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from itertools import islice
from typing import Any

from scraper.sources.parts import headed, items, pay
from storage.records import Pay

_SCRIPT = re.compile(r"<script\b([^<>]*)>", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_META = re.compile(r"<meta\b([^<>]*)>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[a-z][a-z0-9]*[\s/>]|/[a-z])", re.IGNORECASE)
_GUARDS = re.compile(r"(?:\s|//|/\*|\*/|<!--|<!\[CDATA\[)*")
_DECODER = json.JSONDecoder(strict=False)  # lets raw line breaks pass
_MOST = 100
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_SECTIONS = {
    "responsibilities": "Responsibilities",
    "qualifications": "Qualifications",
    "skills": "Skills",
    "experienceRequirements": "Experience",
    "educationRequirements": "Education",
}


def found_in(page: str) -> items.Item | None:
    """Return the first JobPosting of an HTML page, None if it has none.

    Raises ValueError if there is none and a block of JSON-LD that speaks of one cannot be read.
    """
    return next(_all_in(page), None)


def all_in(page: str) -> list[items.Item]:
    """Return the JobPostings of an HTML page, of very many the first. Raises ValueError as `found_in`."""
    return list(islice(_all_in(page), _MOST))


def _all_in(page: str) -> Iterator[items.Item]:
    broken, found = "", False
    for block in _blocks(page):
        try:
            guards = _GUARDS.match(block)
            payload, _ = _DECODER.raw_decode(block, guards.end() if guards else 0)
        except (ValueError, RecursionError) as error:
            broken = str(error)[:80] if "JobPosting" in block else broken
            continue
        for node in _objects(payload):
            if any(_kind(kind) == "JobPosting" for kind in _listed(node.get("@type"))):
                found = True
                yield node
    if broken and not found:
        raise ValueError(f"its JSON-LD is not JSON: {broken}")


def hidden(page: str) -> bool:
    """Tell whether an HTML page asks search engines not to list it: a posting that is closed, mostly."""
    tags = (tag[1].lower() for tag in _META.finditer(page))
    return any("robots" in tag and ("noindex" in tag or 'content="none"' in tag) for tag in tags)


def title(job: items.Item) -> str:
    """Return the title as plain text. Raises TypeError."""
    return " ".join(unescape(items.text(job, "title")).split())


def employer(job: items.Item) -> str:
    """Return the name of the employer, "" if there is none."""
    return " ".join(unescape(_word(job.get("hiringOrganization"))).split())


def description(job: items.Item) -> str:
    """Return the whole text as HTML, each further section under its heading. Raises TypeError."""
    whole = _html(items.text(job, "description"))
    sections = [(heading, _section(job.get(name))) for name, heading in _SECTIONS.items()]
    return headed.headed([("", whole), *((heading, html) for heading, html in sections if html not in whole)])


def places(job: items.Item) -> tuple[str, ...]:
    """Return the places, sorted; of remote work without any, where applicants may live."""
    found = list(_mappings(job.get("jobLocation")))
    addresses = {_address(place) for place in found} - {""}
    names = {_word(place.get("name")) for place in found} - {""}
    if len(names) > len(addresses):  # one site repeats the first address and names each place rightly
        addresses = names
    if not addresses and remote(job):
        addresses = {_word(area.get("name")) for area in _mappings(job.get("applicantLocationRequirements"))}
    return items.places(sorted(addresses))


def remote(job: items.Item) -> bool:
    """Tell whether the posting says that it is remote."""
    return "TELECOMMUTE" in [str(kind).upper() for kind in _listed(job.get("jobLocationType"))]


def stated_pay(job: items.Item) -> Pay | None:
    """Return the base salary, the envelope of several; None if none is stated in numbers."""
    return pay.envelope(_salary(amount) for amount in _mappings(job.get("baseSalary")))


def experience(job: items.Item) -> str:
    """Return the experience asked for in words; months become years."""
    return "; ".join(_required(job.get("experienceRequirements")))


def education(job: items.Item) -> str:
    """Return the education asked for in words."""
    return "; ".join(_required(job.get("educationRequirements")))


def requisition(job: items.Item) -> str:
    """Return the employer's own identifier, "" if there is none."""
    return next((_word(entry) for entry in _listed(job.get("identifier")) if _word(entry)), "")


def posted_at(job: items.Item, now: datetime) -> datetime | None:
    """Return when the posting says it was posted; None if it says nothing that can be: many sites stamp it
    anew with every rendering, some into the future."""
    posted = _moment(job.get("datePosted"))
    return posted if posted and posted <= now else None


def expired(job: items.Item, now: datetime) -> bool:
    """Tell whether `validThrough` lies in the past of `now`; a day counts to its end."""
    until = _moment(job.get("validThrough"))
    if until is None:
        return False
    is_day = until.time() == datetime.min.time()
    # Not by adding a day to what it says: to stand for ever is said as 9999-12-31.
    return until < (now - timedelta(days=1) if is_day else now)


def _blocks(page: str) -> Iterator[str]:
    for tag in _SCRIPT.finditer(page):
        if "ld+json" in tag[1].lower():
            end = _END.search(page, tag.end())
            if end is None:
                return
            yield page[tag.end() : end.start()]


def _objects(payload: object) -> Iterator[Mapping[str, Any]]:
    """Yield every object within `payload` (a graph, a list, a page's main entity), outer ones first."""
    waiting = [payload]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            yield node
            waiting.extend(reversed(list(node.values())))
        elif isinstance(node, list):
            waiting.extend(reversed(node))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in _listed(value) if isinstance(entry, Mapping))


def _kind(name: object) -> str:
    return re.split("[/:#]", name)[-1] if isinstance(name, str) else ""


def _word(value: object) -> str:
    """Return the text that a value is or stands for: an object by its name or value, a list by its first."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, Mapping):
            value = value.get("value") or value.get("name")
        else:
            break
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value.strip() if isinstance(value, str) else str(value) if number else ""


def _address(place: Mapping[str, Any]) -> str:
    address = place.get("address")
    if not isinstance(address, Mapping):
        return _word(address) or _word(place.get("name"))
    names = (_word(address.get(f"address{part}")) for part in ("Locality", "Region", "Country"))
    return ", ".join(items.places(names))


def _html(text: str) -> str:
    """Return a text as HTML, whether it is HTML, HTML escaped as text, or plain text."""
    if not _TAG.search(text) and "&lt;" in text:
        text = unescape(text)
    if "\\n\\n" in text:
        text = text.replace("\\n", "\n")
    if _TAG.search(text):
        return text
    return "<br>\n".join(escape(unescape(line), quote=False) for line in text.splitlines())


def _section(value: object) -> str:
    entries = [_html(text) for text in _required(value)]
    if len(entries) < 2:
        return "".join(entries)
    return "<ul>" + "".join(f"<li>{entry}</li>" for entry in entries) + "</ul>"


def _required(value: object) -> list[str]:
    """Return requirements, texts or objects (OccupationalExperienceRequirements and the like), as texts."""
    found = []
    for entry in _listed(value):
        months = entry.get("monthsOfExperience") if isinstance(entry, Mapping) else None
        amount = _number(months)
        if amount:
            found.append(f"{amount / 12:g} years" if amount % 12 == 0 else f"{amount:g} months")
        elif isinstance(entry, Mapping):
            found.append(
                _word(entry.get("credentialCategory")) or _word(entry.get("description")) or _word(entry)
            )
        else:
            found.append(_word(entry))
    return [text for text in found if text]


def _salary(amount: Mapping[str, Any]) -> Pay | None:
    value = amount.get("value")
    stated: Mapping[str, Any] = value if isinstance(value, Mapping) else {"value": value}
    only = _number(stated.get("value"))
    low, high = (_number(stated.get(name)) for name in ("minValue", "maxValue"))
    unit = _word(stated.get("unitText")) or _word(amount.get("unitText"))
    currency = _word(amount.get("currency")) or _word(stated.get("currency"))
    return pay.stated(
        low if low is not None else only, high if high is not None else only, currency, pay.period(unit)
    )


def _number(value: object) -> float | None:
    """Return a number, also one written as text ("120,000"), None for anything else."""
    if isinstance(value, str):
        text = value.replace(",", "").strip()
        value = float(text) if re.fullmatch(r"\d{1,12}(?:\.\d{1,4})?", text, re.ASCII) else None
    try:
        return items.number({"": value}, "")
    except (TypeError, ValueError):
        return None


def _moment(value: object) -> datetime | None:
    """Return an ISO 8601 time or day, also without zone (taken as UTC) and zeros; None for anything else."""
    day = _DAY.match(_word(value))
    padded = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}" if day else _word(value)
    try:
        moment = datetime.fromisoformat(padded)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return zoned.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
