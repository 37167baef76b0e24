"""Adzuna: `GET api.adzuna.com/v1/api/jobs/{key}/search/N?title_only=…&what_phrase=…`, 50 a page.

The key is a country: gb, us, de … Requests carry the user's application id and key: 25 a minute, 250 a day,
1,000 a week. Asked for are titles with "product" and "manager" and that phrase anywhere; `title_only` is
documented as keywords and was used as a switch for the other conditions in 2026-07, and this asks the same
either way. In a large country that is more than can be read, and its looks are partial.
The surprise: only the beginning of a text is shown (500 characters), so this source counts postings and
can hardly say what they require. Found words are marked by <strong> in titles. Pay is a year's, in the
country's currency, and an estimate where `salary_is_predicted` is "1". `redirect_url` carries the
application id and a signature that changes: it is kept without its query. The terms allow publishing its
postings under "Jobs by Adzuna", and personal research; counts for an organisation need written consent.
"""

import re
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, items, pay, urls
from storage.records import Pay

_API, _PATH, _SIZE = "api.adzuna.com", "v1/api/jobs", 50
_SECRETS = (("app_id", "adzuna_app_id"), ("app_key", "adzuna_app_key"))
_CURRENCIES = dict.fromkeys(("at", "be", "de", "es", "fr", "it", "nl"), "EUR") | {
    "gb": "GBP", "us": "USD", "au": "AUD", "br": "BRL", "ca": "CAD", "ch": "CHF", "in": "INR", "mx": "MXN",
    "nz": "NZD", "pl": "PLN", "sg": "SGD", "za": "ZAR",
}  # fmt: skip
_MARK = re.compile("</?strong>")


def first(board: Board) -> Request:
    """Ask for the first fifty product managers of the country."""
    asked = {"title_only": "product manager", "what_phrase": "product manager", "results_per_page": _SIZE}
    url = f"https://{_API}/{_PATH}/{quote(board.key, safe='')}/search/1?{urlencode(asked)}"
    return Request(url, secrets=_SECRETS)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `count` is the site's own count. Raises ShapeChanged."""
    payload = reply.json()
    jobs = items.member(reply, payload, "results", list)
    total = items.member(reply, payload, "count", int)
    currency = _CURRENCIES.get(board.key, "")
    postings, rejects = items.read_items(jobs, lambda job: _posting(job, currency), lambda job: job["id"])
    parts = urlsplit(request.url)
    path, _, number = parts.path.rpartition("/")
    page = int(number) if number.isascii() and number.isdecimal() else 1
    following = replace(request, url=parts._replace(path=f"{path}/{page + 1}").geturl())
    size = asking.number(request, "results_per_page", len(jobs))
    return Page(postings, rejects, next=following if jobs and page * size < total else None, total=total)


def key_of(url: str) -> str | None:
    """Return the country of a list request, or of the site of a country (www.adzuna.co.uk: gb)."""
    parts = urls.split(url)
    host = parts.hostname or "" if parts else ""
    if parts is not None and host == _API:
        return urls.segment_after(parts, _PATH)
    if parts is None or not host.removeprefix("www.").startswith("adzuna.") or parts.path == "/robots.txt":
        return None
    domain = host.rpartition(".")[2]
    country = {"uk": "gb", "com": "us"}.get(domain, domain)
    return country if country in _CURRENCIES else None


def _posting(job: items.Item, currency: str) -> RawPosting:
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=_MARK.sub("", items.title(job, "title")),
        url=items.text(job, "redirect_url").partition("?")[0],
        description=_MARK.sub("", items.text(job, "description")),
        company=items.text(items.child(job, "company"), "display_name"),
        locations=items.places([items.text(items.child(job, "location"), "display_name")]),
        pay=_pay(job, currency),
        posted_at=items.iso_time(job, "created"),
        text_cut=True,
    )


def _pay(job: items.Item, currency: str) -> Pay | None:
    if str(job.get("salary_is_predicted")) == "1":
        return None
    return pay.stated(items.number(job, "salary_min"), items.number(job, "salary_max"), currency, "year")


FAMILY = Family(
    "adzuna",
    first,
    parse,
    key_of,
    presentation=frozenset({"results_per_page"}),
    multi_employer=True,
    gap=2.5,
    rest=24.0,
    credit="Jobs by Adzuna (https://www.adzuna.co.uk)",
    keys=("adzuna_app_id", "adzuna_app_key"),
)
