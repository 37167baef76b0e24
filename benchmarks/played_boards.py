"""Invented boards on loopback, as many as one likes: who they are, what they list, and a server playing them.

Employers, fragments and the shape of the replies are those of the demonstration; texts are lengthened to the
2 to 5 KB that real postings have. Each family has an address of its own (127.0.0.1, .2, .3), as each has one
host in the world. Needs a system on which all of 127/8 is loopback (Linux).
"""

import gzip
import hashlib
import math
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from scraper.model import Board
from scraper.sources import FAMILIES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "demo"))

from chance import draw, pick, some
from employers import Company, Story, companies, story, texts
from openings import Opening
from replies import body
from wording import Section, Wording, word

ADDRESSES = {"greenhouse": "127.0.0.1", "ashby": "127.0.0.2", "lever": "127.0.0.3"}
_SHARES: tuple[tuple[Literal["greenhouse", "ashby", "lever"], float], ...] = (
    ("greenhouse", 400 / 600),
    ("ashby", 150 / 600),
    ("lever", 50 / 600),
)
_MEAN_SIZE = 40  # postings on a board
_PM_SHARE = 0.08
_VALIDATED, _CHANGING = 2, 50  # every second board sends an ETag, every fiftieth changes
_LEVER_PAGE = 100
_ROLES = ("ai_pm", "aigc_pm", "both", "other_pm")


# ------------------------------------------------------------------ who they are and what they list


def employers(count: int) -> list[Company]:
    """Return `count` invented employers: those of the demonstration under further names."""
    told = companies(story())
    found = []
    for number in range(count):
        model = told[number % len(told)]
        name, key = f"{model.name} {number}", f"{model.key}-{number}"
        found.append(replace(model, name=name, key=key, family=_family(number, count)))
    return found


def _family(number: int, count: int) -> Literal["greenhouse", "ashby", "lever"]:
    before = 0.0
    for family, share in _SHARES:
        before += share
        if number < round(before * count):
            return family
    return _SHARES[-1][0]


def boards(count: int) -> list[Board]:
    """Return the boards to follow."""
    return [Board(one.family, one.key, one.name, one.market) for one in employers(count)]


def listed(company: Company, fragments: Mapping[str, Any]) -> Iterator[tuple[Opening, Wording]]:
    """Yield the postings of a board; sizes are spread as those of real boards are (log-normal)."""
    spread = 0.9
    normal = sum(draw("size", company.key, turn) for turn in range(12)) - 6  # Irwin-Hall
    size = max(1, round(_MEAN_SIZE * math.exp(spread * normal - spread**2 / 2)))
    for number in range(size):
        yield _posting(company, number, fragments)


def _posting(
    company: Company, number: int, fragments: Mapping[str, Any], pm_share: float = _PM_SHARE
) -> tuple[Opening, Wording]:
    key = f"{company.key}/{number}"
    if draw("pm", key) < pm_share:
        able = [role for role in _ROLES if company.roles.get(role)]
        role = pick(able, "role", key)
        archetype = pick(company.roles[role], "archetype", key)
        title = pick(fragments[archetype]["titles"], "title", key)
        prefix = pick(fragments["seniority"]["prefixes"], "prefix", key)
    else:
        role, prefix = "staff", ""
        archetype = str(int(draw("staff", key) * len(fragments["staff"])))
        title = fragments["staff"][int(archetype)]["title"]
    area, place = pick(company.areas, "area", key), pick(company.places, "place", key)
    opening = Opening(key, company, role, archetype, title, area, prefix, 0, 99, key, place)
    return opening, _lengthened(opening, word(opening, fragments, 0), fragments)


def _lengthened(opening: Opening, wording: Wording, fragments: Mapping[str, Any]) -> Wording:
    """Add what real postings also have: the employer at length, the neighbouring teams, how one is hired."""
    key, general = opening.key, fragments["general"]
    styles = fragments["headings"]["styles"]
    company = opening.company
    teams = tuple(f"{one['title']}: {one['text'].format(area=opening.area)}" for one in fragments["staff"])
    about = Section(company.name, (company.blurb, *some(teams, 3, "teams", key), *general["benefits"]))
    lists = list(wording.lists)
    if not lists:
        needed = [*general["requirements"], *general["preferred"]]
        lists = [Section(styles[0][2], tuple(some(needed, 9, "needed", key)))]
    further = tuple(some(teams, 4 + int(5 * draw("further", key)), "further teams", key))
    return replace(wording, lists=(about, *lists, Section(styles[1][0], further)))


# ------------------------------------------------------------------ what they answer


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as it is sent: the gzipped body and its ETag ("" for none)."""

    body: bytes
    etag: str


@dataclass(slots=True)
class Mode:
    """What the server plays: whether some boards offer validators, whether some have changed."""

    validators: bool = True
    changed: bool = False


class Played:
    """The replies of all boards. `facts` counts boards, postings, PM postings, bytes of texts and replies."""

    def __init__(self, count: int):
        self.mode = Mode()
        self.facts: Counter[str] = Counter()
        self._first: dict[tuple[str, int], Answer] = {}
        self._changed: dict[tuple[str, int], Answer] = {}
        told, fragments = story(), texts()
        for number, company in enumerate(employers(count)):
            entries = list(listed(company, fragments[company.market]))
            self._count(entries)
            validated = number % _VALIDATED == 0
            self._first |= _replies(told, company, entries, validated, self.facts)
            if number % _CHANGING == 0:
                others = [one for one in entries if one[0].role == "staff"]
                left = [one for one in entries if one not in others[:1]]
                later = [_posting(company, 10_000, fragments[company.market], pm_share=1), *left]
                self._changed |= _replies(told, company, later, validated, Counter())

    def _count(self, entries: Sequence[tuple[Opening, Wording]]) -> None:
        pm = [wording for opening, wording in entries if opening.role != "staff"]
        self.facts.update({"boards": 1, "postings": len(entries), "pm": len(pm)})
        self.facts["pm_text"] += sum(
            len(line.encode()) for one in pm for part in one.lists for line in (part.heading, *part.lines)
        )

    def answer(self, target: str) -> Answer | None:
        """Return the reply to a request target, None if there is no such board."""
        parts = urlsplit(target)
        place = parts.path, int(dict(parse_qsl(parts.query)).get("skip", 0))
        return (self.mode.changed and self._changed.get(place)) or self._first.get(place)


def _replies(
    told: Story,
    company: Company,
    entries: Sequence[tuple[Opening, Wording]],
    validated: bool,
    facts: Counter[str],
) -> Iterator[tuple[tuple[str, int], Answer]]:
    path = urlsplit(FAMILIES[company.family].first(Board(company.family, company.key, company.name)).url).path
    size = _LEVER_PAGE if company.family == "lever" else len(entries)
    starts = range(0, len(entries) + (size == _LEVER_PAGE), size)
    for start in starts:
        plain = body(told, company, entries[start : start + size])
        facts["bytes"] += len(plain)
        etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"' if validated else ""
        yield (path, start), Answer(gzip.compress(plain, 6, mtime=0), etag)


# ------------------------------------------------------------------ the server


def serve(control: Connection, count: int) -> None:
    """Play `count` boards until `control` closes. Sends (addresses by family, facts) first, then for every
    Mode that it is sent the (requests, bytes) answered since the one before.
    """
    played = Played(count)
    traffic: Counter[str] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one segment: no waiting for a delayed acknowledgement
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            answer = played.answer(self.path)
            etag = answer.etag if answer and played.mode.validators else ""
            same = bool(etag) and self.headers.get("If-None-Match") == etag
            self.send_response(404 if answer is None else 304 if same else 200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            if etag:
                self.send_header("ETag", etag)
            content = b"" if answer is None or same else answer.body
            if not same:
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            with lock:
                traffic.update({"requests": 1, "bytes": len(content)})

        def log_message(self, format: str, *args: object) -> None:
            pass

    servers = {family: ThreadingHTTPServer((address, 0), Handler) for family, address in ADDRESSES.items()}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    control.send(({family: server.server_address[:2] for family, server in servers.items()}, played.facts))
    while True:
        try:
            played.mode = control.recv()
        except EOFError:
            return
        with lock:
            control.send((traffic["requests"], traffic["bytes"]))
            traffic.clear()
