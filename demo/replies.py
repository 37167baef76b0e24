"""The answers of the boards, in the shape of each family's public interface."""

import html
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chance import draw, number, pick
from employers import Company, Story
from openings import Opening
from wording import Money, Section, Wording

Entry = tuple[Opening, Wording]
_EASTERN = ZoneInfo("America/New_York")  # Greenhouse writes its times there
_NAMESPACE = uuid.UUID("6f9d2c1e-7a54-5b0e-9c3d-2f1b8a7e4d60")
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "CN¥"}
_COUNTRIES = {"USD": "US", "EUR": "IE", "GBP": "GB", "CNY": "CN"}
_CLOSING = {
    "en": "We are an equal opportunity employer.",
    "zh": "我们平等对待每一位应聘者。",
}


def body(told: Story, company: Company, entries: Sequence[Entry]) -> bytes:
    """Return the JSON reply of a board that lists `entries`."""
    write: Callable[[Story, Company, Sequence[Entry]], Any]
    write = {"greenhouse": _greenhouse, "ashby": _ashby, "lever": _lever}[company.family]
    return json.dumps(write(told, company, entries), ensure_ascii=False, separators=(",", ":")).encode()


def without_title(company: Company, reply: bytes, at: str) -> bytes:
    """Return a Greenhouse reply with one more posting, a draft that went out without a title."""
    payload = json.loads(reply)
    draft = dict(payload["jobs"][0], id=_number("draft", company.key), internal_job_id=None, title=None)
    draft |= {"first_published": at, "updated_at": at, "content": "&lt;p&gt;TBD&lt;/p&gt;"}
    payload["jobs"].append(draft)
    payload["meta"]["total"] += 1
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def native_id(opening: Opening) -> str:
    """Return the id under which the opening's board lists it."""
    if opening.company.family == "greenhouse":
        return str(_number("posting", opening.key))
    return _uuid("posting", opening.key)


def published(told: Story, opening: Opening) -> datetime:
    """Return when the board published it: before its first listing, up to two months for the backlog."""
    first = told.start + timedelta(weeks=opening.opened)
    backlog = opening.opened == opening.company.since
    days = 1 + 59 * draw("age", opening.key) ** 2 if backlog else 0.5 + 6 * draw("age", opening.key)
    return (first - timedelta(days=days)).replace(microsecond=0)


# ------------------------------------------------------------------ Greenhouse


def _greenhouse(told: Story, company: Company, entries: Sequence[Entry]) -> Any:
    jobs = [_greenhouse_job(told, company, *entry) for entry in entries]
    return {"jobs": jobs, "meta": {"total": len(jobs)}}


def _greenhouse_job(told: Story, company: Company, opening: Opening, wording: Wording) -> dict[str, Any]:
    at = published(told, opening).astimezone(_EASTERN).isoformat()
    intro = f'<div class="content-intro"><p>{_escaped(wording.blurb)}</p></div>'
    closing = f'<div class="content-conclusion"><p>{_CLOSING[company.market]}</p></div>'
    content = "\n".join([intro, _html(company, wording, level=3), closing])
    number_id = native_id(opening)
    job: dict[str, Any] = {
        "absolute_url": f"https://job-boards.greenhouse.io/{company.key}/jobs/{number_id}",
        "internal_job_id": _number("requisition", opening.requisition),
        "location": {"name": opening.place},
        "metadata": [_greenhouse_workplace(opening)],
        "id": int(number_id),
        "updated_at": at,
        "requisition_id": f"R-{_number('requisition', opening.requisition) % 9000 + 1000}",
        "title": wording.title,
        "company_name": company.name,
        "first_published": at,
        "language": "zh" if company.market == "zh" else "en",
        "application_deadline": None,
        "content": html.escape(content),
        "departments": [
            {"id": _number("department", company.key), "name": _department(opening), "child_ids": []}
        ],
        "offices": [{"id": _number("office", company.key, opening.place), "name": opening.place}],
    }
    if wording.pay and company.market == "en":
        low, high = wording.pay.low * 100, wording.pay.high * 100
        job["pay_input_ranges"] = [
            {
                "min_cents": low,
                "max_cents": high,
                "currency_type": wording.pay.currency,
                "title": "Annual base salary",
                "blurb": "",
            }
        ]
    return job


def _greenhouse_workplace(opening: Opening) -> dict[str, Any]:
    names = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "On-site", "": None}
    value = names[_workplace(opening)]
    return {"id": 4011, "name": "Workplace Type", "value": value, "value_type": "single_select"}


# ------------------------------------------------------------------ Ashby


def _ashby(told: Story, company: Company, entries: Sequence[Entry]) -> Any:
    return {"jobs": [_ashby_job(told, company, *entry) for entry in entries], "apiVersion": "1"}


def _ashby_job(told: Story, company: Company, opening: Opening, wording: Wording) -> dict[str, Any]:
    workplace = _workplace(opening)
    posting = native_id(opening)
    url = f"https://jobs.ashbyhq.com/{company.key}/{posting}"
    intro = f"<p>{_escaped(wording.blurb)}</p>"
    others = [place for place in company.places if place != opening.place]
    second = [pick(others, "second", opening.key)] if others and draw("two places", opening.key) < 0.2 else []
    structured = wording.pay if company.market == "en" else None
    return {
        "id": posting,
        "title": wording.title + (" " if draw("blank", opening.key) < 0.08 else ""),
        "department": _department(opening),
        "team": _department(opening),
        "employmentType": "FullTime",
        "location": opening.place,
        "secondaryLocations": [{"location": place, "address": _ashby_address(place)} for place in second],
        "publishedAt": f"{published(told, opening):%Y-%m-%dT%H:%M:%S}.000+00:00",
        "isListed": True,
        "isRemote": {"remote": True, "": None}.get(workplace, False),
        "workplaceType": {"remote": "Remote", "hybrid": "Hybrid", "onsite": "OnSite", "": None}[workplace],
        "address": _ashby_address(opening.place),
        "jobUrl": url,
        "applyUrl": f"{url}/application",
        "shouldDisplayCompensationOnJobPostings": structured is not None,
        "descriptionHtml": f"{intro}{_html(company, wording, level=2)}",
        "descriptionPlain": _plain(wording),
        "compensation": _ashby_pay(structured, opening),
    }


def _ashby_address(place: str) -> dict[str, Any]:
    city, _, region = place.partition(", ")
    return {"postalAddress": {"addressLocality": city, "addressRegion": region or None}}


def _ashby_pay(pay: Money | None, opening: Opening) -> dict[str, Any]:
    if pay is None:
        return {"compensationTierSummary": None, "compensationTiers": [], "summaryComponents": []}
    symbol = _SYMBOLS[pay.currency]
    low, high = (f"{symbol}{end / 1000:g}K" for end in (pay.low, pay.high))
    salary = {
        "compensationType": "Salary",
        "interval": "1 YEAR",
        "currencyCode": pay.currency,
        "minValue": pay.low,
        "maxValue": pay.high,
    }
    equity = {
        "compensationType": "EquityCashValue",
        "interval": "1 YEAR",
        "currencyCode": pay.currency,
        "minValue": None,
        "maxValue": None,
    }
    summary = f"{low} – {high} • Offers Equity"
    components = [
        {"id": _uuid("salary", opening.key), "summary": f"{low} – {high}", **salary},
        {"id": _uuid("equity", opening.key), "summary": "Offers Equity", **equity},
    ]
    tier = {
        "id": _uuid("tier", opening.key),
        "tierSummary": summary,
        "title": None,
        "additionalInformation": None,
        "components": components,
    }
    return {
        "compensationTierSummary": summary,
        "scrapeableCompensationSalarySummary": f"{low} - {high}",
        "compensationTiers": [tier],
        "summaryComponents": [salary, equity],
    }


# ------------------------------------------------------------------ Lever


def _lever(told: Story, company: Company, entries: Sequence[Entry]) -> Any:
    return [_lever_job(told, company, *entry) for entry in entries]


def _lever_job(told: Story, company: Company, opening: Opening, wording: Wording) -> dict[str, Any]:
    posting = native_id(opening)
    url = f"https://jobs.lever.co/{company.key}/{posting}"
    intro, workplace = wording.intro, _workplace(opening)
    benefits = [*wording.benefits.lines, _CLOSING[company.market]]
    job: dict[str, Any] = {
        "id": posting,
        "text": wording.title,
        "categories": {
            "commitment": "Full-time" if company.market == "en" else "全职",
            "department": _department(opening),
            "location": opening.place,
            "team": _department(opening),
            "allLocations": [opening.place],
        },
        "country": _COUNTRIES[company.currency],
        "workplaceType": {"": "unspecified", "onsite": "on-site"}.get(workplace, workplace),
        "createdAt": int(published(told, opening).timestamp() * 1000),
        "opening": f"<div>{_escaped(wording.blurb)}</div>",
        "openingPlain": wording.blurb,
        "description": f"<div>{_escaped(wording.blurb)}</div>{_block(intro, '<div><br></div>')}",
        "descriptionPlain": f"{wording.blurb}\n\n{intro.heading}\n{intro.lines[0]}",
        "lists": [
            {"text": part.heading, "content": "".join(f"\n<li>{_escaped(line)}</li>" for line in part.lines)}
            for part in wording.lists
        ],
        "additional": _block(Section(wording.benefits.heading, tuple(benefits))),
        "additionalPlain": "\n".join([wording.benefits.heading, *benefits]),
        "hostedUrl": url,
        "applyUrl": f"{url}/apply",
    }
    if wording.pay and company.market == "zh":
        job |= {
            "salaryDescription": f"<div>{wording.pay.zh()}</div>",
            "salaryDescriptionPlain": wording.pay.zh(),
        }
    elif wording.pay:
        job["salaryRange"] = {
            "currency": wording.pay.currency,
            "interval": "per-year-salary",
            "min": wording.pay.low,
            "max": wording.pay.high,
        }
    return job


def _block(section: Section, before: str = "") -> str:
    lines = "".join(f"<div>{_escaped(line)}</div>" for line in section.lines)
    return f"{before}<div><b>{_escaped(section.heading)}</b></div>{lines}"


# ------------------------------------------------------------------ shared parts


def _html(company: Company, wording: Wording, *, level: int) -> str:
    """Return the text from the role to the benefits; Chinese pay is printed in the text."""
    parts = [_heading(wording.intro.heading, level), *_paragraphs(wording.intro.lines)]
    for section in wording.lists:
        parts.append(_heading(section.heading, level))
        if company.numbered:
            last = len(section.lines)
            parts += _paragraphs(
                f"{n}、{line}{'。' if n == last else '；'}" for n, line in enumerate(section.lines, start=1)
            )
        else:
            parts.append("<ul>" + "".join(f"<li>{_escaped(line)}</li>" for line in section.lines) + "</ul>")
    if wording.pay and company.market == "zh":
        parts += _paragraphs([f"薪资范围：{wording.pay.zh()}"])
    return "".join([*parts, _heading(wording.benefits.heading, level), *_paragraphs(wording.benefits.lines)])


def _heading(text: str, level: int) -> str:
    return f"<h{level}>{_escaped(text)}</h{level}>"


def _paragraphs(lines: Any) -> list[str]:
    return [f"<p>{_escaped(line)}</p>" for line in lines]


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _plain(wording: Wording) -> str:
    """Ashby's plain text: headings in capitals."""
    parts = [wording.blurb]
    for section in (wording.intro, *wording.lists, wording.benefits):
        parts += [section.heading.upper(), "\n".join(section.lines)]
    return "\n\n".join(parts)


def _workplace(opening: Opening) -> str:
    """Return remote, hybrid, onsite or "" (not stated)."""
    if "Remote" in opening.place:
        return "remote"
    chance = draw("workplace", opening.key)
    stated = 0.85 if opening.company.market == "en" else 0.5
    return "" if chance > stated else "hybrid" if chance < 0.45 * stated else "onsite"


def _department(opening: Opening) -> str:
    names = {"en": ("Team", "Product"), "zh": ("职能", "产品部")}
    return names[opening.company.market][opening.role != "staff"]


def _number(*key: object) -> int:
    return 4_000_000_000 + number(*key) % 900_000_000


def _uuid(*key: object) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, key))))


def iso(at: datetime) -> str:
    """Return an instant as Greenhouse writes it."""
    return at.astimezone(UTC).astimezone(_EASTERN).isoformat()
