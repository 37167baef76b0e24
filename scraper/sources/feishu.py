"""Feishu Hire portals: `POST {host}/api/v1/search/job/posts`, 100 a page (see atsx).

The key is "host/path" ("vrfi1sk8a0.jobs.feishu.cn/index"), or only the host for its chief portal: a host
keeps several portals (social, campus), and only the header `website-path` says which one is asked. So a
look begins with the portal's page, whose `js-websiteInfo` names that path. 产品经理 is asked for.
The surprise: the portals' own script signs its requests as portal_type 6 of channel "saas-career"; what
answered 73 tenants unsigned in 2026-06 was portal_type 2 of channel "office", and that is asked here. A
tenant that wants the signature answers 405: it refuses. Duties, requirements or both may be null.
"""

import json
import re
from urllib.parse import quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, Reply, Request
from scraper.sources.parts import atsx, items, urls

_SAAS = ".jobs.feishu.cn"
_OWN_HOSTS = frozenset({"hr-jobs.sensetime.com"})
_PATH = re.compile(r"[A-Za-z0-9_/-]{1,60}")
_ENTRANCE = {"portal_type": 2, "job_function_id_list": [], "storefront_id_list": [], "portal_entrance": 1}


def first(board: Board) -> Request:
    """Ask for the portal's page, which names its `website-path`."""
    host, path = _place(board.key)
    page = f"https://{host}/{quote(path)}/" if path else f"https://{host}/"
    return Request(page, headers=(("Accept", "text/html"),))


def query(board: Board) -> Request:
    """Return the list request of the portal that the key names."""
    return _search(*_place(board.key))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the portal's page or one page of its list. Raises BoardGone, Refused, ShapeChanged."""
    host, _ = _place(board.key)
    if request.method == "GET":
        return Page(next=_search(host, _website_path(reply)))
    posts = f"https://{host}/{dict(request.headers).get('website-path', '')}/position/"
    return atsx.read(reply, request, lambda post: atsx.posting(post, posts))


def key_of(url: str) -> str | None:
    """Return host and path in a portal's or posting's address, the host alone in that of a list request."""
    parts = urls.split(url)
    host = parts.hostname if parts else None
    if parts is None or host is None or not (host.endswith(_SAAS) or host in _OWN_HOSTS):
        return None
    path = "/".join(urls.segments(parts))
    portal = "" if path.startswith("api/") else f"{path}/".partition("position/")[0].rstrip("/")
    return None if portal and not _PATH.fullmatch(portal) else f"{host}/{portal}".rstrip("/")


def _place(key: str) -> tuple[str, str]:
    host, _, path = key.partition("/")
    return quote(host, safe=""), path


def _search(host: str, path: str) -> Request:
    headers = (("portal-channel", "office"), ("portal-platform", "pc"), ("website-path", path))
    return atsx.search(f"https://{host}/api/v1/search/job/posts", headers, **_ENTRANCE)


def _website_path(reply: Reply) -> str:
    page = reply.text()
    _, _, told = page.partition('id="js-websiteInfo"')
    _, _, told = told.partition(">")
    info, end, _ = told.partition("</script>")
    try:
        path = items.member(reply, json.loads(info) if end else None, "website_info.path", str)
    except (ValueError, RecursionError) as error:
        raise ShapeChanged(reply.url, "the portal's js-websiteInfo is not JSON") from error
    if not _PATH.fullmatch(path):
        raise ShapeChanged(reply.url, f"the portal's page names no website-path: {path[:40]!r}")
    return path


FAMILY = Family(
    "feishu",
    first,
    parse,
    key_of,
    page=atsx.PAGE,
    query=query,
    published=False,
    market="zh",
    presentation=atsx.PRESENTATION,
)
