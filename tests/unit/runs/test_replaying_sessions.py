"""Archives of others hold lists of families that open a session, without the session."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from places import RECORDINGS

from scraper.boards import load_boards
from scraper.fetching.archive import WarcArchive
from scraper.fetching.outcome import Answer
from scraper.fetching.replay import ReplayArchive
from scraper.model import Board, Request
from scraper.runs.replaying import replay, visits
from scraper.sources import FAMILIES
from storage.store import open_store

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
JSON = (("Content-Type", "application/json"),)
HTML = (("Content-Type", "text/html"),)


def archived(folder: Path, *exchanges: tuple[Request, bytes, datetime]) -> ReplayArchive:
    with WarcArchive(folder, lambda: NOW) as archive:
        for request, body, at in exchanges:
            kind = HTML if body.lstrip().startswith(b"<") else JSON
            archive.write(request, Answer(request.url, 200, kind, body, at))
    assert archive.path is not None
    return ReplayArchive([archive.path])


@pytest.mark.parametrize(
    ("family", "key", "body", "named"),
    [
        ("feishu", "vrfi1sk8a0.jobs.feishu.cn", {"keyword": "", "limit": 100, "offset": 0}, "MiniMax"),
        ("bilibili", "social", {"pageSize": 10, "pageNum": 1, "positionName": "AI"}, "哔哩哔哩"),
        ("alibaba", "talent-holding.alibaba.com", {"channel": "x", "pageIndex": 1, "pageSize": 10}, ""),
    ],
)
def test_a_list_without_its_session_is_a_look(
    tmp_path: Path, family: str, key: str, body: dict[str, object], named: str
) -> None:
    listed = FAMILIES[family].query
    assert listed is not None
    request = listed(Board(family, key, ""))
    asked = Request(request.url, "POST", body=json.dumps(body).encode())
    reply = (RECORDINGS / family / "normal" / "reply.json").read_bytes()
    archive = archived(tmp_path / "archive", (asked, reply, NOW))
    (visit,) = visits(archive, load_boards())
    assert visit.board.family == family and named in visit.board.company
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    summary = replay(store, archive, load_boards(), clock=lambda: NOW)
    store.close()
    assert summary.postings > 0 and set(summary.states.values()) <= {"complete", "partial"}


def test_a_list_within_its_session_is_no_look_of_its_own(tmp_path: Path) -> None:
    family = FAMILIES["bilibili"]
    board = Board("bilibili", "social", "哔哩哔哩", "zh")
    assert family.query is not None
    token, listed = b'{"code": 0, "data": "t"}', (RECORDINGS / "bilibili/normal/reply.json").read_bytes()
    looks = []
    for week in range(2):
        at = NOW + timedelta(days=7 * week)
        looks += [
            (family.first(board), token, at),
            (family.query(board), listed, at + timedelta(seconds=2)),
        ]
    found = visits(archived(tmp_path, *looks), [board])
    assert [visit.at for visit in found] == [NOW, NOW + timedelta(days=7)]
    assert {visit.first.method for visit in found} == {"GET"}


def test_a_reply_whose_body_is_in_another_archive_is_no_look(tmp_path: Path) -> None:
    """Nothing was seen, so nothing is stored; with the other archive it counts, in its place."""
    family, board = FAMILIES["greenhouse"], Board("greenhouse", "acme", "Acme")
    body = (RECORDINGS / "greenhouse/normal/reply.json").read_bytes()
    request = family.first(board)
    archived(tmp_path, (request, body, NOW))
    first = next((tmp_path / "2026").rglob("*.warc.gz"))
    with WarcArchive(tmp_path, lambda: NOW + timedelta(days=7)) as archive:
        archive.write(request, Answer(request.url, 200, JSON, body, NOW + timedelta(days=7)))
    assert archive.path is not None
    assert visits(ReplayArchive([archive.path]), [board]) == []
    assert len(visits(ReplayArchive([first, archive.path]), [board])) == 2
