"""Following one board more or less: find it behind an address, look at it, write it down; take it out."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from scraper.boards import identity, load_boards, own
from scraper.bounds import brief
from scraper.errors import FetchError, InputError
from scraper.fetching import Fetcher
from scraper.following import finding, naming
from scraper.following.finding import Candidate
from scraper.looking.gathering import Gathered, gather
from scraper.model import Board, Market, RawPosting, Reply, Request
from scraper.normalizing.companies import company_key
from scraper.normalizing.titles import is_pm_title
from scraper.parsing.urls import LONGEST_URL
from scraper.sources import FAMILIES
from storage.counted import counted
from storage.records import Industry

_HOPS = 3
"""Redirects to another host that are followed: the person who gave the address sees where they led."""
_SITEMAPS = 3
_LISTS = 10
"""Sitemaps of a site, and lists within one, that are read in search of postings."""
_POSTINGS = 3
"""Pages of a sitemap that are read: one of them must describe a posting."""
_PAGE = (("Accept", "text/html,application/xhtml+xml"),)
_CHINESE = re.compile("[\u3400-\u9fff]")
_ANSWERED = ("complete", "partial")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person says of the board; what he leaves open is found out or has a default."""

    company: str = ""
    market: Market | None = None
    industry: Industry = "other"
    check: bool = True


def add(url: str, folder: Path, fetcher: Fetcher, wishes: Wishes, now: datetime) -> list[str]:
    """Follow the board behind `url`: write it to `folder` and return what to tell.

    Raises InputError where no board is found, the board does not answer with postings (unless it is not to be
    checked) or its employer is followed already, FetchError if the address cannot be read, ConfigError if
    `folder` cannot be read or written.
    """
    known = load_boards(folder)
    asked = finding.as_url(url)
    if not asked:
        raise InputError(f"{_shown(url)} is no address of a web page or board")
    found, title = find(asked, fetcher)
    told = _followed_again(found, known, folder)
    if told:
        return told
    if title is None and wishes.check and not wishes.company:
        title = _title(asked, fetcher)
    board, source = _named(found, wishes, title or "", asked)
    _refuse_second(board, known)
    lines = [f"{found.name}: not asked"]
    evidence = f"added without asking for its postings on {now.date()}"
    if wishes.check:
        looked = look(board, fetcher, now)
        lines = [_told(found, looked)]
        evidence = f"answered with {counted(looked.listed, 'posting')} on {now.date()}"
    file = own.add(folder, replace(board, evidence=evidence))
    where = (
        f"followed as {board.company} ({source}), market {board.market}, industry {board.industry}: {file}"
    )
    return [*lines, where]


def remove(text: str, folder: Path) -> list[str]:
    """Stop following the board called `text` ("family:key" or an address) and return what to tell.

    One of the user's own is taken out of his file, a shipped one is listed in unfollow.toml. Raises
    InputError if there is no such board, and ConfigError.
    """
    board = _called(text)
    if identity(board) not in map(identity, load_boards(folder)):
        raise InputError(f"{board.name} is not followed; `pmtrend boards list` shows those that are")
    file = own.remove(folder, board) if own.has(folder, board) else None
    if identity(board) in map(identity, load_boards(folder)):
        file = own.unfollow(folder, board)
    return [f"{board.name} is followed no more: {file}"]


def find(url: str, fetcher: Fetcher) -> tuple[Candidate, str | None]:
    """Return the board behind `url`, and the title of the page it was found in (None if none was read).

    Raises InputError if there is none, or several of which none stands out, and FetchError.
    """
    for _ in range(_HOPS + 1):
        found = finding.in_address(url)
        if found:
            return found, None
        try:
            page = _get(url, fetcher)
        except FetchError as error:
            if not error.moved_to:
                raise
            url = error.moved_to
            continue
        return _in_page(page, fetcher), naming.title_of(page.text())
    raise InputError(f"{url} redirects from host to host; name the address to which it leads")


def doubled(boards: Sequence[Board]) -> list[str]:
    """Return a warning for each employer of which several boards are followed, as a file may list them.

    Boards that list several employers themselves are left out: postings there are recognised one by one.
    """
    of: defaultdict[str, list[Board]] = defaultdict(list)
    for board in boards:
        if not FAMILIES[board.family].multi_employer:
            of[company_key(board.company)].append(board)
    return [
        f"{ones[0].company} is followed at {' and '.join(one.name for one in ones)}; "
        "two boards of one employer count it twice (`pmtrend boards remove` takes one out)"
        for ones in of.values()
        if len(ones) > 1
    ]


def look(board: Board, fetcher: Fetcher, now: datetime) -> Gathered:
    """Look at a board once, without the details of its postings."""
    family = replace(FAMILIES[board.family], parse_detail=None)
    return gather(board, family, fetcher, lambda posting: False, now)


def product_managers(looked: Gathered) -> int:
    """Return how many of the listed postings are for product managers, by their titles."""
    return sum(is_pm_title(posting.title) for posting in looked.postings)


def _called(text: str) -> Board:
    family, _, key = text.strip().partition(":")
    if family in FAMILIES and key:
        return Board(family, key, "")
    url = finding.as_url(text)
    found = finding.in_address(url)
    if found is None and not url:
        if family and key and family not in FAMILIES:
            raise InputError(f"{_shown(text)}: there is no such family of boards; docs/SOURCES.md names them")
        raise InputError(f"{_shown(text)} is neither FAMILY:KEY nor the address of a board")
    return Board(found.family, found.key, "") if found else Board("jsonld", url.partition("://")[2], "")


def _shown(text: str) -> str:
    """Return what somebody gave as an address, to be named in a sentence."""
    if len(text) <= LONGEST_URL:
        return repr(text)
    return f"{brief(text, 80)!r} ({len(text):,} characters; an address has at most {LONGEST_URL:,})"


# ------------------------------------------------------------------ finding


def _get(url: str, fetcher: Fetcher) -> Reply:
    return fetcher.fetch(Request(url, headers=_PAGE), published=False)


def _in_page(page: Reply, fetcher: Fetcher) -> Candidate:
    candidates = finding.in_page(page.url, page.text())
    if len(candidates) > 1:
        names = ", ".join(candidate.name for candidate in candidates[:5])
        raise InputError(
            f"{page.url} leads to several boards ({names}); name the address of the one you mean"
        )
    found = candidates[0] if candidates else _in_sitemaps(page, fetcher)
    if found is None:
        raise InputError(
            f"no board that can be read was found in {page.url}; name the address to which its list of open "
            "positions leads"
        )
    return found


def _in_sitemaps(page: Reply, fetcher: Fetcher) -> Candidate | None:
    """Return the first sitemap of the site that has a page with a JobPosting; the page may be one itself."""
    try:
        robots = fetcher.fetch(Request(urljoin(page.url, "/robots.txt")), published=True).text()
    except FetchError:
        robots = ""
    known = finding.sitemaps(page.url, robots)
    for sitemap in [page.url] if finding.is_sitemap(page.text()) else known[:_SITEMAPS]:
        key = sitemap.partition("://")[2]
        try:
            postings = _listed(Board("jsonld", key, key), fetcher)
        except FetchError:
            continue
        if any(_describes(posting, fetcher) for posting in postings[:_POSTINGS]):
            return Candidate("jsonld", key)
    return None


def _listed(board: Board, fetcher: Fetcher) -> tuple[RawPosting, ...]:
    family = FAMILIES[board.family]
    request: Request | None = family.first(board)
    for _ in range(_LISTS):
        if request is None:
            break
        page = family.parse(board, fetcher.fetch(request, published=family.published), request)
        if page.postings:
            return page.postings
        request = page.next
    return ()


def _describes(posting: RawPosting, fetcher: Fetcher) -> bool:
    family = FAMILIES["jsonld"]
    assert family.parse_detail is not None and posting.detail is not None
    try:
        reply = fetcher.fetch(posting.detail, published=family.published)
        return family.parse_detail(posting, reply) is not None
    except FetchError:
        return False


# ------------------------------------------------------------------ what is known of it


def _followed_again(found: Candidate, known: Sequence[Board], folder: Path) -> list[str]:
    """Return what to tell of a board that is followed already, or that was taken out and is now again."""
    board = Board(found.family, found.key, found.key)
    if identity(board) in map(identity, known):
        return [f"{found.name} is followed already; nothing was changed"]
    file = own.follow_again(folder, board) if identity(board) in map(identity, load_boards()) else None
    return [f"{found.name} is followed again: {file}"] if file else []


def _refuse_second(board: Board, known: Sequence[Board]) -> None:
    employer = company_key(board.company)
    for other in known:
        if company_key(other.company) == employer and not FAMILIES[other.family].multi_employer:
            raise InputError(
                f"{other.company} is followed already, at {other.name}; two boards of one "
                "employer would count it twice (if this is another employer, say so by --company)"
            )


def _named(found: Candidate, wishes: Wishes, title: str, url: str) -> tuple[Board, str]:
    """Return the board with its company, and where that name is from."""
    known = f"{found.key} {urlsplit(url).hostname}"
    company, source = wishes.company.strip(), "as you say"
    if not company:
        company, source = naming.in_title(title, known), "from the title of its page"
    if not company:
        company, source = naming.in_key(found.key), "from its key; --company says it better"
    chinese: Market | None = "zh" if _CHINESE.search(company) else None
    market = wishes.market or chinese or FAMILIES[found.family].market
    return Board(found.family, found.key, company, market, wishes.industry), source


def _title(url: str, fetcher: Fetcher) -> str:
    for _ in range(_HOPS + 1):
        try:
            return naming.title_of(_get(url, fetcher).text())
        except FetchError as error:
            if not error.moved_to:
                return ""
            url = error.moved_to
    return ""


def _told(found: Candidate, looked: Gathered) -> str:
    """Return what the look showed. Raises InputError if that is no reason to follow the board."""
    if looked.state not in _ANSWERED:
        raise InputError(f"{found.name} is not followed: {looked.reason} (--no-check writes it all the same)")
    if not looked.listed:
        raise InputError(
            f"{found.name} lists nothing now, as a board might that does not exist; it is not followed "
            "(--no-check writes it all the same)"
        )
    partly = f"; {looked.reason}" if looked.state == "partial" else ""
    listed = counted(looked.listed, "posting")
    return f"{found.name}: {listed}, {product_managers(looked)} for product managers{partly}"
