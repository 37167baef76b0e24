"""Webhooks of group chats: where they are, how a message is signed, what their answer means. Pure.

A webhook's URL is a secret, whoever has it can write to the group. It comes from the environment, is in no
repr, and what a service says is cleaned of it before it is told to anybody.

| service  | taken when              | signature (documented in the guides to the custom bots) |
|----------|-------------------------|----------------------------------------------------------|
| Feishu   | `code` 0 (or `StatusCode`, of older bots) | in the body: seconds, HMAC keyed by "time\\nsecret" |
| DingTalk | `errcode` 0             | in the URL: milliseconds, HMAC of "time\\nsecret" by the secret |
| WeCom    | `errcode` 0             | none |
| Slack    | status 200, body `ok`   | none |
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl, quote_plus, unquote, urlsplit

from scraper.errors import ConfigError
from scraper.fetching.outcome import Answer, status_line

Service = Literal["feishu", "dingtalk", "wecom", "slack"]
NAMES: dict[Service, str] = {"feishu": "Feishu", "dingtalk": "DingTalk", "wecom": "WeCom", "slack": "Slack"}
SIGNED: frozenset[Service] = frozenset({"feishu", "dingtalk"})

# "Too many at this moment": Feishu 11232 (documented), WeCom 45009. DingTalk then refuses for ten minutes,
# so there is nothing to wait for.
_BUSY_CODES: dict[Service, frozenset[int]] = {"feishu": frozenset({11232}), "wecom": frozenset({45009})}
_CODES: dict[Service, tuple[str, ...]] = {
    "feishu": ("code", "StatusCode"),
    "dingtalk": ("errcode",),
    "wecom": ("errcode",),
}
_SHORTEST_SECRET = 6  # a shorter part of a URL ("send", "v2") entitles nobody
_LONGEST_SAID = 200
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where one service takes messages; neither `url` nor `secret` is ever shown."""

    service: Service
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The service and its host, for people."""
        return f"{NAMES[self.service]} ({urlsplit(self.url).hostname})"

    def without_secrets(self, text: str) -> str:
        """Return `text` without any part of the URL or the secret, on one line and not long."""
        parts = urlsplit(self.url)
        hidden = {self.url, self.secret, *parts.path.split("/"), *(v for _, v in parse_qsl(parts.query))}
        hidden |= {unquote(part) for part in hidden}
        for part in sorted(hidden, key=len, reverse=True):
            if len(part) >= _SHORTEST_SECRET:
                text = text.replace(part, _HIDDEN)
        text = "".join(char if char.isprintable() else " " for char in text)
        return " ".join(text.split())[:_LONGEST_SAID]


def webhooks(environ: Mapping[str, str]) -> tuple[Webhook, ...]:
    """Return the webhooks that the environment names: PMTREND_<SERVICE>_WEBHOOK, and _SECRET where it signs.

    Raises ConfigError, without the value, for one that is no https address.
    """
    found = []
    for service in NAMES:
        name = f"PMTREND_{service.upper()}_WEBHOOK"
        if url := environ.get(name, "").strip():
            if not _is_address(url):
                raise ConfigError(f"{name} is not an https address, as the service gives it out")
            secret = environ.get(f"PMTREND_{service.upper()}_SECRET", "") if service in SIGNED else ""
            found.append(Webhook(service, url, secret.strip()))
    return tuple(found)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def signed(hook: Webhook, payload: Mapping[str, object], now: datetime) -> tuple[str, bytes]:
    """Return the URL and the body (JSON in UTF-8) with which `payload` is posted at `now` (aware).

    Both services accept a signature for an hour.
    """
    url, body = hook.url, dict(payload)
    if hook.service == "feishu" and hook.secret:
        at = str(int(now.timestamp()))
        body = {"timestamp": at, "sign": _hmac(f"{at}\n{hook.secret}", ""), **body}
    elif hook.service == "dingtalk" and hook.secret:
        at = str(int(now.timestamp()) * 1000)
        sign = quote_plus(_hmac(hook.secret, f"{at}\n{hook.secret}"))
        url = f"{url}{'&' if '?' in url else '?'}timestamp={at}&sign={sign}"
    return url, json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode("ascii")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was not taken; `passing` if another try may end differently."""

    reason: str
    passing: bool


def refusal(hook: Webhook, answer: Answer) -> Refusal | None:
    """Return why the service did not take the message, or None if it did."""
    passing = answer.status == 429 or 500 <= answer.status < 600
    said = answer.body.decode("utf-8", "replace").strip()
    if hook.service == "slack":
        if answer.status == 200 and said == "ok":
            return None
        # Slack's errors are words such as invalid_payload or no_service.
        detail = f": {said}" if re.fullmatch(r"[a-z_]{1,60}", said) else ""
        return Refusal(hook.without_secrets(f"it answered {status_line(answer.status)}{detail}"), passing)
    code, message = _code(hook.service, said)
    if code == 0 and answer.status == 200:
        return None
    if code is None:
        what = "" if answer.status != 200 else ", but not as this service does"
        return Refusal(f"it answered {status_line(answer.status)}{what}", passing)
    busy = code in _BUSY_CODES.get(hook.service, ())
    return Refusal(hook.without_secrets(f"it answered with code {code}, {message!r}"), passing or busy)


def _code(service: Service, said: str) -> tuple[int | None, str]:
    """The service's own code and words; (None, "") if the answer is not in its form."""
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(answer, dict):
        return None, ""
    code = next((answer[name] for name in _CODES[service] if name in answer), None)
    if type(code) is not int:
        return None, ""
    return code, str(
        next((answer[name] for name in ("msg", "errmsg", "StatusMessage") if name in answer), "")
    )
