"""ByteDance, Feishu, Baidu, NetEase, Alibaba and Ant: whole looks, and what of them others recorded."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from places import RECORDINGS, SHARED_DATA
from source_cases import NOW, board_of, parsed

from scraper.boards import load_boards
from scraper.looking.gathering import Gathered, gather
from scraper.model import Reply, Request
from scraper.normalizing.text import to_text
from scraper.sources import FAMILIES, family_of
from scraper.sources.parts import asking

SESSION = {"set-cookie": "XSRF-TOKEN=t-1; Path=/, SESSION=s==; HttpOnly"}


class Site:
    """Answers a session's page from the corpus and every list request by `answer`."""

    def __init__(self, family: str, answer: Callable[[Request], object]):
        self.family, self.answer = family, answer
        self.asked: list[Request] = []

    def fetch(self, request: Request, *, published: bool) -> Reply:
        assert not published
        self.asked.append(request)
        if request.method == "GET":
            page = (RECORDINGS / self.family / "session" / "reply.html").read_bytes()
            return Reply(request.url, page, NOW, headers=SESSION)
        return Reply(request.url, json.dumps(self.answer(request)).encode(), NOW)

    def look(self) -> Gathered:
        return gather(board_of(self.family), FAMILIES[self.family], self, lambda posting: True, NOW)


def _atsx(count: int, shown: int) -> Callable[[Request], object]:
    def answer(request: Request) -> object:
        offset, limit = asking.number(request, "offset", 0), asking.number(request, "limit", 0)
        posts = [{"id": str(n), "title": "产品经理"} for n in range(offset, min(offset + limit, shown))]
        return {"code": 0, "data": {"count": count, "job_post_list": posts}}

    return answer


def test_a_feishu_look_asks_every_page_of_the_portal_that_its_page_names() -> None:
    site = Site("feishu", _atsx(250, 250))
    look = site.look()
    assert (look.state, look.pages, len(look.postings)) == ("complete", 4, 250)
    assert [dict(request.headers).get("website-path") for request in site.asked] == [None, *["index"] * 3]
    assert look.postings[0].url == "https://acme1234.jobs.feishu.cn/index/position/0/detail"


def test_a_list_cut_at_the_cap_is_partial_and_loses_nothing() -> None:
    site = Site("bytedance", _atsx(10_000, 10_000))
    look = site.look()
    assert (look.state, len(look.postings), len(site.asked)) == ("partial", 10_000, 101)
    assert "shows only 10000 posts of a longer list" in look.reason


@pytest.mark.parametrize(
    ("family", "total", "shown", "state"),
    [
        ("alibaba", 21, 21, "complete"),
        ("ant", 21, 21, "complete"),
        ("alibaba", 677, 500, "partial"),  # as careers.aliyun.com
    ],
)
def test_a_look_at_alibaba_and_ant(family: str, total: int, shown: int, state: str) -> None:
    def answer(request: Request) -> object:
        start = 10 * (asking.number(request, "pageIndex", 1) - 1)
        posts = [{"id": n, "name": "产品经理"} for n in range(start, min(start + 10, shown))]
        page = {"totalCount": total if posts or start < total else 0, "pageSize": 500, "currentPage": 1}
        if family == "ant":
            return {"success": True, "content": posts, **page}
        return {"success": True, "content": {"datas": posts, **page}}

    site = Site(family, answer)
    look = site.look()
    assert (look.state, len(look.postings)) == (state, shown)
    lists = [request for request in site.asked if request.method == "POST"]
    if family == "alibaba":
        assert {asking.value(request, "_csrf") for request in lists} == {"t-1"}
        assert {dict(request.headers)["Cookie"] for request in lists} == {"XSRF-TOKEN=t-1; SESSION=s=="}


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("1、规划；\n2、响应 < 1 秒，A&B。", "1、规划；\n2、响应 < 1 秒，A&B。"),
        ("1、规划；\r\n2、落地。", "1、规划；\n2、落地。"),
        ("<p>1、规划 &lt; 2；</p><p>2、落地。</p>", "1、规划 < 2；\n2、落地。"),
        ("1、熟悉&nbsp;SQL；\n2、<b>结果</b>导向。", "1、熟悉 SQL；\n2、结果导向。"),
    ],
)
def test_texts_of_netease_read_as_the_site_shows_them(text: str, reads: str) -> None:
    post = {"id": 1, "name": "产品经理", "description": text, "requirement": "本科。"}
    page = parsed(
        FAMILIES["netease"], json.dumps({"code": 200, "data": {"total": 1, "list": [post]}}).encode()
    )
    (posting,) = page.postings
    shown = to_text(posting.description, posting.format).replace("\u00a0", " ")
    lines = [line for line in shown.split("\n") if line]
    assert lines == ["岗位职责", *reads.split("\n"), "岗位要求", "本科。"]


# ------------------------------------------------------------------ the real thing


def test_the_real_baidu_posts_parse() -> None:
    path = SHARED_DATA / "recordings_cn" / "baidu" / "ai-job-radar_baidu_posts_subset_2026-10.json"
    posts = json.loads(_here(path).read_text("utf-8"))
    wrapped = {"status": "ok", "data": {"list": posts, "total": str(len(posts))}}
    page = parsed(FAMILIES["baidu"], json.dumps(wrapped).encode())
    assert (len(page.postings), page.rejects, page.next, page.total) == (11, (), None, 11)
    # J72652, J92835 and J96806 stand there twice.
    assert len({posting.requisition for posting in page.postings}) == 8
    assert all(posting.posted_at and posting.locations for posting in page.postings)
    assert all("岗位职责\n" in p.description and "\n\n岗位要求\n" in p.description for p in page.postings)
    assert page.postings[-1].locations == ("北京市", "石家庄市")
    assert not any(posting.experience_raw or posting.education_raw for posting in page.postings)


def test_the_addresses_that_others_collected_lead_to_the_boards() -> None:
    path = SHARED_DATA / "snapshots" / "zh_company_boards_2026-06-28_07-03.csv"
    followed = {(board.family, board.key): board.company for board in load_boards()}
    ours = {"字节跳动": "bytedance", "百度": "baidu", "蚂蚁集团": "ant"}
    ours |= dict.fromkeys(("阿里云", "淘天集团", "千问/夸克", "通义"), "alibaba")
    seen = set()
    with _here(path).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["company"] in ours:
                found = family_of(row["url"])
                assert found is not None and found[0].name == ours[row["company"]], row["url"]
                assert followed[found[0].name, found[1]] in (row["company"], row["company"].split("/")[0])
                seen.add(row["company"])
    assert seen == set(ours)


def test_the_feishu_portals_followed_were_listed_by_others() -> None:
    path = SHARED_DATA / "recordings_cn" / "registry" / "Hiring-Radar_companies.seed"
    fields = [line.split("|") for line in _here(path).read_text("utf-8").splitlines() if "| feishu |" in line]
    listed = {line[3].strip() for line in fields if not line[0].startswith("#")}
    portals = {board.key for board in load_boards() if board.family == "feishu"}
    assert len(listed) == 73
    assert {key for key in portals if key not in listed and key.removesuffix("/index") not in listed} == {
        "hr-jobs.sensetime.com/exp"
    }


def _here(path: Path) -> Path:
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    return path
