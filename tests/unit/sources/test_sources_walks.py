"""Whole looks at boards of several pages: every family that turns pages ends, skips nothing and says so."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from places import RECORDINGS
from source_cases import NOW, about, board_of, list_request

from scraper.looking.gathering import Gathered, gather
from scraper.model import Reply, Request
from scraper.sources import FAMILIES
from scraper.sources.parts import asking


@dataclass(frozen=True)
class Shape:
    """Where a family keeps an item's id, the size asked for (or the fixed one), its count and page size."""

    id: str
    size: str | int
    total: str = ""
    told: str = ""
    write: Callable[[int], object] = int


def _adverts(number: int) -> str:
    return f"https://himalayas.app/companies/acme/jobs/pm-{10**9 + number}"


def _path(number: int) -> str:
    return f"/job/Springfield/Product-Manager_JR{10000 + number}"


SHAPES = {
    "alibaba": Shape("id", "pageSize", "content.totalCount"),
    "amazon": Shape("id_icims", "result_limit", "hits"),
    "ant": Shape("id", "pageSize", "totalCount"),
    "baidu": Shape("postId", "pageSize", "data.total", write=str),
    "beisen": Shape("Id", "PageSize", "Count"),
    "bilibili": Shape("id", "pageSize", "data.total"),
    "bytedance": Shape("id", "limit", "data.count"),
    "ctrip": Shape("fromId", "pager.size", "retValue.total"),
    "didi": Shape("jdId", 16, "data.total", "data.size"),
    "eightfold": Shape("id", 10, "data.count"),
    "feishu": Shape("id", "limit", "data.count"),
    "himalayas": Shape("guid", 20, "totalCount"),
    "huawei": Shape("advertisementId", "pageSize", "data.pageVO.totalRows", "data.pageVO.pageSize"),
    "jd": Shape("requirementId", "pageSize"),
    "lever": Shape("id", "limit"),
    "meituan": Shape("jobUnionId", "page.pageSize", "data.page.totalCount", "data.page.pageSize"),
    "netease": Shape("id", "pageSize", "data.total"),
    "smartrecruiters": Shape("id", "limit", "totalFound"),
    "tencent": Shape("PostId", "pageSize", "Data.Count"),
    "themuse": Shape("id", 20, "total"),
    "tiktok": Shape("id", "limit", "data.count"),
    "workday": Shape("externalPath", "limit", "total"),
    "xiaohongshu": Shape("positionId", "pageSize", "data.total", "data.pageSize"),
    "xiaomi": Shape("jobPostId", "pageSize", "data.total", "data.pageSize"),
}
NO_ITEMS_OF_JSON = {"oracle_rc", "teamtailor"}
CHAINS = {"arbeitnow"}
"""It leads on by what the reply names, not by a count."""
NEVER_EMPTY = {"apple"}
BY_COUNT = sorted(name for name, shape in SHAPES.items() if shape.total)
CAPPED = ("baidu", "beisen", "bilibili", "ctrip", "netease", "meituan", "huawei", "xiaomi")


@dataclass
class Site:
    """Lists `count` items of the shape of the first one of `normal`, at most `cap` a page, `shown` in all."""

    family: str
    count: int
    cap: int = 10**6
    shown: int = 10**6
    asked: list[Request] = field(default_factory=list)

    def fetch(self, request: Request, *, published: bool) -> Reply:
        family, shape = FAMILIES[self.family], SHAPES[self.family]
        assert published == family.published
        self.asked.append(request)
        if family.query and request.method == "GET":
            (page,) = (RECORDINGS / self.family / "session").glob("reply.*")
            return Reply(request.url, page.read_bytes(), NOW)
        size = min(self.cap, _size(request, shape))
        assert family.page is not None
        name, first = family.page
        number = asking.number(request, name, first)
        start = (number - first) * (size if _counts_pages(self.family) else 1)
        listed = range(start, min(start + size, self.count, self.shown))
        return Reply(request.url, json.dumps(self._answer(listed, size, start)).encode(), NOW)

    def _answer(self, listed: range, size: int, start: int) -> object:
        shape = SHAPES[self.family]
        answer = json.loads((RECORDINGS / self.family / "normal" / "reply.json").read_text("utf-8"))
        path = about(self.family)["items"]
        holder: Any = {"": answer}
        for step in ["", *path.split(".")][:-1] if path else []:
            holder = holder[step]
        last = path.rpartition(".")[2]
        first = holder[last][0]
        holder[last] = [{**deepcopy(first), shape.id: _id(self.family, n, first[shape.id])} for n in listed]
        told = self.count if not (self.family == "workday" and start) else 0
        for where, value in ((shape.total, shape.write(told)), (shape.told, size)):
            if where:
                *outer, name = where.split(".")
                place: Any = answer
                for step in outer:
                    place = place[step]
                place[name] = value
        if self.family == "themuse":
            answer["page_count"] = -(-self.count // size)
        return answer if path else holder[last]

    def look(self) -> Gathered:
        return gather(board_of(self.family), FAMILIES[self.family], self, lambda posting: False, NOW)


def _size(request: Request, shape: Shape) -> int:
    return shape.size if isinstance(shape.size, int) else asking.number(request, shape.size, 0)


def _counts_pages(family: str) -> bool:
    page = FAMILIES[family].page
    return page is not None and page[0] not in ("offset", "start", "skip")


def _id(family: str, number: int, like: object) -> object:
    if family == "himalayas":
        return _adverts(number)
    if family == "workday":
        return _path(number)
    return str(10**6 + number) if isinstance(like, str) else 10**6 + number


def _asked_size(family: str) -> int:
    return _size(list_request(FAMILIES[family]), SHAPES[family])


def test_every_family_that_turns_pages_by_a_number_is_walked() -> None:
    turning = {name for name, family in FAMILIES.items() if family.page}
    assert turning - NO_ITEMS_OF_JSON - CHAINS - NEVER_EMPTY == SHAPES.keys()


@pytest.mark.parametrize("family", SHAPES)
@pytest.mark.parametrize(("pages", "more"), [(0, 0), (0, 1), (1, -1), (1, 0), (1, 1), (2, 0), (2, 3)])
def test_a_list_of_any_length_is_read_to_its_end(family: str, pages: int, more: int) -> None:
    count = pages * _asked_size(family) + more
    site = Site(family, count)
    look = site.look()
    assert (look.state, look.reason, len(look.postings)) == ("complete", "", count)
    assert len(site.asked) <= max(pages, 1) + 2, "no page is asked for that the count does not promise"


@pytest.mark.parametrize("family", BY_COUNT)
def test_a_list_that_ends_before_its_count_is_partial(family: str) -> None:
    size = _asked_size(family)
    look = Site(family, 4 * size, shown=2 * size).look()
    assert (look.state, len(look.postings)) == ("partial", 2 * size)


@pytest.mark.parametrize("family", CAPPED)
@pytest.mark.parametrize("count", [11, 31, 104])
def test_a_site_that_keeps_to_smaller_pages_than_asked_for_is_read_whole(family: str, count: int) -> None:
    look = Site(family, count, cap=10).look()
    assert (look.state, len(look.postings)) == ("complete", count)


def test_a_first_page_cut_short_by_an_accident_is_no_page_size() -> None:
    site = Site("netease", 500, shown=3)
    assert site.look().state == "partial"
    assert {asking.number(request, "pageSize", 0) for request in site.asked} == {50}
