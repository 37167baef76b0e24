"""May this page be asked for? RFC 9309: protego matches the rules, the status tells if there are any."""

from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from scraper.errors import FetchError, NotAllowed, ServerTrouble, UnsafeAddress
from scraper.fetching.outcome import Answer, status_line
from scraper.fetching.redaction import public_url

KEPT = 24 * 3600.0  # seconds; RFC 9309, 2.4
KEPT_UNREACHABLE = 3600.0  # outlasts a run, so that a dead host is asked once in it
READ = 500 * 1024  # bytes; RFC 9309, 2.5


class RobotsRules:
    """The robots.txt rules of the hosts asked so far, in memory.

    `read(url)` returns the answer for a robots.txt, redirects followed, or raises FetchError. `agent` is the
    product token that the rules are looked up for.
    """

    def __init__(self, read: Callable[[str], Answer], agent: str, monotonic: Callable[[], float]):
        self._read = read
        self._agent = agent
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Protego | str]] = {}  # rules, or why there is no telling

    def check(self, url: str) -> float | None:
        """Return the Crawl-delay in seconds that holds for `url`, if any.

        Raises NotAllowed if the rules forbid `url`, and ServerTrouble if there is no telling: robots.txt
        answers with a server error or not at all. Then nothing is asked, but nobody has refused anything.
        Raises UnsafeAddress for a host that is not public.
        """
        rules = self._rules(url)
        if isinstance(rules, str):
            reason = f"nothing is asked, since robots.txt of this host cannot be read: {rules}"
            raise ServerTrouble(public_url(url), reason)
        if not rules.can_fetch(url, self._agent):
            raise NotAllowed(public_url(url), "robots.txt forbids this")
        delay = rules.crawl_delay(self._agent)
        return None if delay is None else float(delay)

    def _rules(self, url: str) -> Protego | str:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        until, rules = self._known.get(site, (0.0, ""))
        if self._monotonic() >= until:
            rules = self._fetched(f"{site}/robots.txt")
            until = self._monotonic() + (KEPT_UNREACHABLE if isinstance(rules, str) else KEPT)
            self._known[site] = until, rules
        return rules

    def _fetched(self, url: str) -> Protego | str:
        try:
            answer = self._read(url)
        except UnsafeAddress:
            raise
        except FetchError as error:
            return error.reason
        if 200 <= answer.status < 300:
            return Protego.parse(answer.body[:READ].decode("utf-8-sig", "replace"))
        # 4xx means that there are no rules. 429 says "not now" about the host, not "none" about the file.
        if 400 <= answer.status < 500 and answer.status != 429:
            return Protego.parse("")
        return f"the server answered {status_line(answer.status)}"
