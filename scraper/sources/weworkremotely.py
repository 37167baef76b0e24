"""We Work Remotely: `GET weworkremotely.com/categories/{category}.rss`, ten feeds read as one list.

The one key is "all". Product managers are filed under any category, and each category's feed shows all its
postings (`remote-jobs.rss` only the newest ten of each), so the ten follow one another, whether empty or
not. "All Programming" is left out: it repeats postings of others, in an older shape.
The surprise: a title is "Company: Role", split at the first ": "; one without is all role. `region` is
"Anywhere in the World" even where `country` names a few countries, each behind its flag; so the countries
count, if there are any. What `country` means is not documented. `state` is the seat of the company. The
terms: link back to We Work Remotely; a feed is not to be asked for more than once an hour (`ttl` 60).
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import aggregators, items, xmlitems

_CATEGORIES = "https://weworkremotely.com/categories"
_FEEDS = (
    "remote-product-jobs",
    "remote-management-and-finance-jobs",
    "remote-full-stack-programming-jobs",
    "remote-back-end-programming-jobs",
    "remote-front-end-programming-jobs",
    "remote-devops-sysadmin-jobs",
    "remote-design-jobs",
    "remote-sales-and-marketing-jobs",
    "remote-customer-support-jobs",
    "all-other-remote-jobs",
)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]+")


def first(board: Board) -> Request:
    """Ask for the first of the ten feeds."""
    return Request(_address(_FEEDS[0]))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one feed; the next one follows from its address. Raises ShapeChanged."""
    root = reply.xml()
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is None:
        raise ShapeChanged(reply.url, "the reply is no RSS feed")
    listed = [{child.tag: child.text or "" for child in item} for item in channel.findall("item")]
    postings, rejects = items.read_items(listed, _posting, lambda item: item["guid"])
    feed = urlsplit(request.url).path.rpartition("/")[2].removesuffix(".rss")
    following = _FEEDS[_FEEDS.index(feed) + 1 :] if feed in _FEEDS else ()
    more = replace(request, url=_address(following[0])) if following else None
    return Page(postings, rejects, next=more)


def key_of(url: str) -> str | None:
    """Return "all" for the feeds and the site's pages."""
    return aggregators.key_of(url, _address(_FEEDS[0]))


def _address(feed: str) -> str:
    return f"{_CATEGORIES}/{feed}.rss"


def _posting(item: items.Item) -> RawPosting:
    heading = items.title(item, "title")
    company, _, role = heading.partition(": ")
    countries = _FLAG.sub("", items.text(item, "country")).split(",")
    return RawPosting(
        native_id=items.identity(item, "guid").strip(),
        title=role.strip() or heading,
        url=items.text(item, "link"),
        description=items.text(item, "description"),
        format="html",
        company=company.strip() if role.strip() else "",
        locations=items.places(sorted(countries)) or items.places([items.text(item, "region")]),
        workplace="remote",
        posted_at=xmlitems.rss_time(item, "pubDate"),
    )


FAMILY = Family(
    "weworkremotely",
    first,
    parse,
    key_of,
    multi_employer=True,
    rest=1.0,
    credit="Postings from We Work Remotely (https://weworkremotely.com)",
)
