"""List requests: building them, and reading and turning what they ask for, be it in the query or the body."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from scraper.model import Request
from scraper.sources.parts import urls

JSON = ("Content-Type", "application/json")
ACCEPT_JSON = ("Accept", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")


def json_post(url: str, body: Mapping[str, Any], headers: tuple[tuple[str, str], ...] = ()) -> Request:
    """Return a POST of `body` as JSON, asking for JSON."""
    return Request(url, "POST", (JSON, ACCEPT_JSON, *headers), _packed(body))


def form_post(url: str, fields: Mapping[str, Any], headers: tuple[tuple[str, str], ...] = ()) -> Request:
    """Return a POST of `fields` as a form, asking for JSON."""
    return Request(url, "POST", (FORM, ACCEPT_JSON, *headers), urlencode(fields).encode("ascii"))


def conditions(request: Request) -> list[tuple[str, str]]:
    """Return all that a request asks for as (name, value), in order: query, then body; empty ones left out.

    Names within objects are joined by dots, the entries of a list by "|".
    """
    pairs = parse_qsl(urlsplit(request.url).query)
    return [(name, value) for name, value in [*pairs, *_body(request)] if value]


def value(request: Request, name: str) -> str | None:
    """Return what `request` asks for under `name`, None if it does not."""
    return next((value for known, value in conditions(request) if known == name), None)


def number(request: Request, name: str, default: int) -> int:
    """Return the whole number that `request` asks for under `name`, `default` if it asks for none."""
    asked = value(request, name) or ""
    return int(asked) if asked.isascii() and asked.isdecimal() else default


def turned(request: Request, name: str, number: int) -> Request:
    """Return `request` asking for `number` under `name`, where it stands now: in the body or the query."""
    if request.body.startswith(b"{"):
        body = json.loads(request.body)
        *path, last = name.split(".")
        place = body
        for step in path:
            place = place[step]
        place[last] = str(number) if isinstance(place.get(last), str) else number
        return replace(request, body=_packed(body))
    if request.body:
        fields = dict(parse_qsl(request.body.decode("ascii"), keep_blank_values=True)) | {name: number}
        return replace(request, body=urlencode(fields).encode("ascii"))
    return replace(request, url=urls.with_parameter(request.url, name, number))


def begins(request: Request, first: Request, page: tuple[str, int] | None) -> bool:
    """Tell whether `request` asks for the beginning of the list that `first` asks for.

    Method, host and path decide, since archives hold list requests with other conditions than ours; `page`
    names the parameter that turns pages and its first value, which counts when it is absent, too.
    """
    if request.method != first.method or not urls.same_place(request.url, first.url):
        return False
    return page is None or value(request, page[0]) in (None, str(page[1]))


def _packed(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _body(request: Request) -> Iterator[tuple[str, str]]:
    try:
        if request.body.startswith(b"{"):
            yield from _flat("", json.loads(request.body))
        else:
            yield from parse_qsl(request.body.decode("ascii"))
    except ValueError:  # archives of others hold bodies that are neither
        return


def _flat(name: str, found: object) -> Iterator[tuple[str, str]]:
    if isinstance(found, Mapping):
        for key, inner in found.items():
            yield from _flat(f"{name}.{key}" if name else key, inner)
    elif isinstance(found, list):
        yield name, "|".join(_written(inner) for inner in found)
    elif found is not None:
        yield name, _written(found)


def _written(found: object) -> str:
    # Without blanks: the conditions of a scope are parted by a comma and a blank.
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, separators=(",", ":"))
