"""Beisen career portals: `POST {key}.zhiye.com/api/Jobad/GetJobAdPageList`, a hundred a page.

The key is the portal's name as in `{key}.zhiye.com`. `Category` 1 (社会招聘) and the keyword 产品经理 are
asked for. Portals on an employer's own host, and older ones without this interface, are not read.
The surprise: pages count from 0, the total is `Count` (`Total` is always 0), and what `DisplayFields` does
not name comes back null, a day as 0001-01-01. `Duty` and `Require` may be one text, which is then taken
once. Texts are plain; the portal decodes their entities once.
"""

from urllib.parse import quote
from xml.sax.saxutils import unescape

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, items, sections, subdomains

_DOMAIN, _PATH = "zhiye.com", "/api/Jobad/GetJobAdPageList"
_NO_DAY = "0001-01-01"
_LISTING = career_sites.Listing("Data", "Count", ("PageIndex", 0), "PageSize")
_SHOWN = ["Category", "Kind", "LocId", "PostDate", "ClassificationOne", "Salary", "Degree", "YearsOfWorking"]
_ENTITIES = {"&quot;": '"', "&#39;": "'", "&nbsp;": " "}


def first(board: Board) -> Request:
    """Ask for the first hundred posts that the portal finds for 产品经理."""
    asked = {"PageIndex": 0, "PageSize": 100, "Category": ["1"], "KeyWords": career_sites.KEYWORD}
    return asking.json_post(
        f"{_site(board.key)}{_PATH}",
        asked | {"SpecialType": 0, "PortalId": "", "DisplayFields": _SHOWN},
    )


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "Code", 200, says="Message")
    return career_sites.read(_LISTING, reply, payload, request, lambda job: _posting(job, board.key), "Id")


def key_of(url: str) -> str | None:
    """Return the portal's name in a list request or in a public address of a portal or posting."""
    key = subdomains.key_in(url, _DOMAIN)
    host = f"{key}.{_DOMAIN}"
    return key if key and career_sites.key_of(url, host, f"https://{host}{_PATH}") else None


def _site(key: str) -> str:
    return f"https://{quote(key, safe='')}.{_DOMAIN}"


def _posting(job: items.Item, key: str) -> RawPosting:
    job_id = items.identity(job, "Id")
    duties, requirements = (unescape(items.text(job, name), _ENTITIES) for name in ("Duty", "Require"))
    text = sections.duties_and_requirements(duties, requirements)
    return RawPosting(
        native_id=job_id,
        title=items.title(job, "JobAdName"),
        url=f"{_site(key)}/social/detail?jobAdId={job_id}",
        description=duties if duties == requirements else text,
        locations=items.places(sorted(items.texts(job, "LocNames"))),
        salary_raw=_said(job, "Salary"),
        experience_raw=_said(job, "YearsOfWorking"),
        education_raw=_said(job, "Degree"),
        posted_at=None
        if items.text(job, "PostDate").startswith(_NO_DAY)
        else chinese_days.moment(job, "PostDate"),
    )


def _said(job: items.Item, name: str) -> str:
    """Read a field that was null wherever it was seen: only a text says something."""
    return items.text(job, name) if isinstance(job.get(name), str) else ""


FAMILY = Family(
    "beisen",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    published=False,
    market="zh",
    presentation=frozenset({_LISTING.size, "DisplayFields"}),
)
