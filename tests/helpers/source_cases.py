"""The corpus of the families: tests/recordings/<family>/<case>, as docs/ADDING_A_SOURCE.md describes it."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from places import RECORDINGS

from scraper.fetching.outcome import Answer, reply_or_error
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources import FAMILIES
from storage.records import Pay

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def cases() -> list[Path]:
    """Every recorded reply with its expected result."""
    found = RECORDINGS.glob("*/*/expected.json")
    return sorted(path.parent for path in found if path.parts[-3] in FAMILIES)


@cache
def about(family: str) -> dict[str, Any]:
    """What family.json says of a family: a key, where its items stand, addresses."""
    path = RECORDINGS / family / "family.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {"key": "acme"}
    return found


def board_of(family: str, key: str = "") -> Board:
    """A board of the family, under the key of family.json unless another is given."""
    return Board(family, key or about(family)["key"], "Acme")


def list_request(family: Family) -> Request:
    """The request whose reply `normal` is: the first, or the one of its request.json."""
    return asked(RECORDINGS / family.name / "normal")[1]


@cache
def asked(case: Path) -> tuple[Board, Request, dict[str, Any]]:
    """The board and request that a case answers, and its request.json."""
    family = FAMILIES[case.parts[-2]]
    path = case / "request.json"
    told = json.loads(path.read_text("utf-8")) if path.exists() else {}
    board = board_of(family.name, told.get("key", ""))
    request = family.query(board) if family.query else family.first(board)
    if told.get("first"):
        request = family.first(board)
    if "url" in told:
        request = dataclasses.replace(request, url=told["url"])
    if "body" in told:
        body = told["body"]
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        request = dataclasses.replace(request, method="POST", body=text.encode())
    return board, request, told


def read(case: Path) -> Page:
    """Read a case as a look would: its answer's status first, then the family."""
    family = FAMILIES[case.parts[-2]]
    board, request, told = asked(case)
    (body,) = case.glob("reply.*")
    path = case / "answer.json"
    answer = json.loads(path.read_text("utf-8")) if path.exists() else {}
    headers = tuple(answer.get("headers", {}).items())
    reply = reply_or_error(
        request, Answer(request.url, answer.get("status", 200), headers, body.read_bytes(), NOW)
    )
    if "detail_of" not in told:
        return family.parse(board, reply, request)
    assert family.parse_detail is not None
    posting = family.parse_detail(RawPosting(detail=request, **told["detail_of"]), reply)
    return Page((posting,) if posting else ())


def parsed(family: Family, body: bytes, request: Request | None = None) -> Page:
    """Read a body as the reply to the family's list request."""
    request = request or list_request(family)
    return family.parse(board_of(family.name), Reply(request.url, body, NOW), request)


def shown(request: Request) -> Any:
    """A request as expected.json writes it: its address, with its body (JSON or text) if it has one."""
    if not request.body:
        return request.url
    text = request.body.decode()
    return {"url": request.url, "body": json.loads(text) if text.startswith("{") else text}


def plain(posting: RawPosting) -> dict[str, Any]:
    """The fields that are not the defaults, as JSON values."""
    return dict(_plain(posting))


def _plain(posting: RawPosting) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(posting):
        value = getattr(posting, field.name)
        if value == field.default:
            continue
        if isinstance(value, datetime):
            assert value.utcoffset() is not None
            value = value.isoformat()
        elif isinstance(value, Pay):
            pay = {name: getattr(value, name) for name in ("min", "max", "currency", "period")}
            value = pay | ({"months": value.months} if value.months else {})
        elif isinstance(value, Request):
            value = shown(value)
        yield field.name, list(value) if isinstance(value, tuple) else value
