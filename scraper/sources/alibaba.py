"""Career sites of Alibaba's companies: `POST {host}/position/search?_csrf={token}`, 10 a page.

The key is the host, one of those below (talent.alibaba.com is only the umbrella, behind a bot shield).
A look begins with the list's page, which gives anonymous cookies and the token that has to be repeated in
the address. 产品经理 is asked for, and the title decides; careers.aliyun.com shows no more than 500 posts
of any list. See alibaba_posts for what is read.
"""

import re
from urllib.parse import quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, Reply, Request
from scraper.sources.parts import alibaba_posts, asking, career_sites, urls

_BASES = {
    "aidc-jobs.alibaba.com": "/zh",
    "careers-tongyi.alibaba.com": "",
    "careers.aliyun.com": "",
    "talent-holding.alibaba.com": "",
    "talent.dingtalk.com": "",
    "talent.ele.me": "",
    "talent.quark.cn": "",
    "talent.taotian.com": "",
}
_LISTING = career_sites.Listing("content.datas", "content.totalCount", alibaba_posts.PAGE, "pageSize")
_COOKIE = re.compile(r"(?:^|[,;] ?)(XSRF-TOKEN|SESSION)=([^;,\s]+)")
_TOKEN = re.compile(r"__token__\"?'? ?[:=] ?[\"']([\w-]+)[\"']")


def first(board: Board) -> Request:
    """Open the session: ask for the page of the list."""
    page = f"{_site(board.key)}/off-campus/position-list?lang=zh"
    return Request(page, headers=(("Accept", "text/html"),), token=_TOKEN.pattern)


def query(board: Board) -> Request:
    """Ask for the first ten posts that the site finds for 产品经理; the session is still to be added."""
    body = {
        "channel": "group_official_site",
        "language": "zh",
        "batchId": "",
        "categories": "",
        "deptCodes": [],
        "key": career_sites.KEYWORD,
        "pageIndex": 1,
        "pageSize": 10,
        "regions": "",
        "subCategories": "",
    }
    site = _site(board.key)
    url = f"{site}/position/search" + ("?lang=zh" if _BASES.get(board.key) else "")
    return asking.json_post(url, body, (("Referer", f"{site}/off-campus/position-list?lang=zh"),))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the list's page or a page of the list. Raises Refused, ShapeChanged."""
    if request.method == "GET":
        return Page(next=_in_session(query(board), reply))
    url = f"{_site(board.key)}/off-campus/position-detail?positionId="
    return alibaba_posts.read(_LISTING, reply, request, url)


def key_of(url: str) -> str | None:
    """Return the host of a list request or of a public page for 社会招聘."""
    parts = urls.split(url)
    if parts is None or parts.hostname not in _BASES:
        return None
    path = "/".join(urls.segments(parts)).removeprefix(_BASES[parts.hostname].strip("/")).strip("/")
    social = path in ("", "position/search") or path.startswith("off-campus/")
    return parts.hostname if social else None


def _site(host: str) -> str:
    return f"https://{quote(host, safe='')}{_BASES.get(host, '')}"


def _in_session(asked: Request, page: Reply) -> Request:
    """Return the list request with the session that the page opens.

    The token stands in a cookie and in the page. In an archive either may say "redacted", and that will do.
    """
    cookies = dict(_COOKIE.findall(page.headers.get("set-cookie", "")))
    named = _TOKEN.search(page.text())
    token = cookies.get("XSRF-TOKEN") or (named[1] if named else "")
    if not token:
        raise ShapeChanged(page.url, "the page gives no XSRF-TOKEN")
    held = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = (*asked.headers, ("Cookie", held)) if held else asked.headers
    url = urls.with_parameter(asked.url, "_csrf", token)
    return Request(url, asked.method, headers, asked.body)


FAMILY = Family(
    "alibaba",
    first,
    parse,
    key_of,
    page=alibaba_posts.PAGE,
    query=query,
    published=False,
    market="zh",
    presentation=alibaba_posts.PRESENTATION,
    local_ids=True,
)
