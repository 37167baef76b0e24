"""Asking the world outside, politely and within bounds; keeping every answer; answering again from it.

client   HttpFetcher: the live world          replay   ReplayArchive: archived answers, same outcomes
pacing, robots, guard, body, outcome, redaction, archive, warcfile: the parts they are made of
"""

from typing import Protocol

from scraper.model import Reply, Request


class Fetcher(Protocol):
    """Answers requests; a run does not see whether from the network or from an archive."""

    def fetch(self, request: Request, *, published: bool) -> Reply:
        """Return the reply to `request`; raise a FetchError (scraper.errors) for everything but a full 200.

        A request with conditions (If-None-Match, If-Modified-Since) may also get a reply of status 304.

        `published` says that the interface is a JSON API published for this use, so that robots.txt of
        its host, which is made for pages, is not asked.
        """
