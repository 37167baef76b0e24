"""What can go wrong outside us, as one tree.

    PmtrendError
    ├── ConfigError              the user's configuration, options or paths
    ├── InputError               a file the user gave (import, replay, tag)
    ├── DeliveryError            a webhook did not take a message
    └── FetchError               one request to one board (url, reason)
        ├── NotAllowed           robots.txt forbids it
        ├── UnsafeAddress        the host resolves to an address that is not public
        ├── Refused              401, 403, 405, 412, 451, a captcha, "no-auth": stop, do not argue
        ├── BoardGone            404 or 410 of the board itself
        ├── TooBig / TooSlow     over the size cap / over the total deadline
        ├── ServerTrouble        5xx, 429, timeouts, resets; worth another try later
        └── ShapeChanged         the reply is not what this family answers

Expected errors are recorded against the board and the run goes on; anything else is a bug and shows
its traceback.
"""

from storage.records import FetchState


class PmtrendError(Exception):
    """Root of every error that pmtrend expects; its text is one sentence for a person."""


class ConfigError(PmtrendError):
    """The configuration, an option or a path is wrong."""


class InputError(PmtrendError):
    """A file given by the user cannot be used; the text names the file and what is wrong."""


class DeliveryError(PmtrendError):
    """A message was not taken. The text names the service and its host, never the URL: that is a secret."""


class FetchError(PmtrendError):
    """A request failed. `state` is the fetch state it gives its board.

    `moved_to` is the address on another host to which it was redirected, and which was not asked.
    """

    state: FetchState = "failed"

    def __init__(
        self,
        url: str,
        reason: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        moved_to: str = "",
    ):
        super().__init__(f"{reason} ({url})")
        self.url, self.reason, self.status, self.retry_after = url, reason, status, retry_after
        self.moved_to = moved_to


class NotAllowed(FetchError):
    """robots.txt forbids this request."""

    state: FetchState = "refused"


class UnsafeAddress(FetchError):
    """The host resolves to a private, loopback or otherwise not public address."""


class Refused(FetchError):
    """The server refuses plain clients; nothing is retried or argued."""

    state: FetchState = "refused"


class BoardGone(FetchError):
    """404 or 410 of the board itself."""

    state: FetchState = "missing"


class TooBig(FetchError):
    """The body passed the size cap."""


class TooSlow(FetchError):
    """The request passed its total deadline."""


class ServerTrouble(FetchError):
    """5xx, 429, timeout or a broken connection: retryable."""


class ShapeChanged(FetchError):
    """The reply does not have the shape that this family answers."""
