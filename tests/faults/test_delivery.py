"""Delivery with everything that can go wrong: told in a sentence, never twice, and no secret anywhere."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from chat_services import PATHS, SECRETS, ChatServices
from loopback import Scripted
from report_market import report_of_kind
from typed import Outcome, typed

from reports.delivery.messages import SERVICES, payload
from scraper.errors import DeliveryError
from scraper.fetching import posting, webhooks
from scraper.fetching.client import Limits
from scraper.fetching.posting import Poster
from scraper.fetching.webhooks import Service, Webhook

pytestmark = pytest.mark.usefixtures("blank_charts")

HTML = (("Content-Type", "text/html; charset=utf-8"),)
MESSAGE = {"msgtype": "markdown", "markdown": {"content": "周报"}}


@pytest.fixture
def services() -> Iterator[ChatServices]:
    with ChatServices() as running:
        yield running


@pytest.fixture
def hook(services: ChatServices) -> Callable[[Service], Webhook]:
    return lambda service: Webhook(service, services.hook(service), SECRETS.get(service, ""))


@pytest.fixture
def poster(services: ChatServices, clock: Any, now: Any) -> Iterator[Poster]:
    allowed = frozenset({services.address})
    times = {"sleep": clock.sleep, "monotonic": clock.monotonic}
    with Poster(clock=now, allow_addresses=allowed, **times) as made:
        yield made


@pytest.fixture
def now() -> Callable[[], Any]:
    return lambda: datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


def failure(poster: Poster, hook: Webhook, message: dict[str, Any] = MESSAGE) -> str:
    with pytest.raises(DeliveryError) as error:
        poster.post(hook, message)
    assert error.value.__cause__ is None
    assert "canary" not in str(error.value)
    return str(error.value)


# ------------------------------------------------------------------ taken


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_message_is_taken_by_the_service(
    services: ChatServices, poster: Poster, hook: Any, service: Service, lang: Any
) -> None:
    report = report_of_kind("regular")
    report["notices"] = ["字" * 1000] * 30
    message = payload(report, service, lang, page="report.zh.md", base_url="https://example.org/")
    poster.post(hook(service), message)
    ((name, taken),) = services.taken
    assert name == service
    assert {key: taken[key] for key in message} == message
    headers = services.asked[0].headers
    assert headers["user-agent"].startswith("pmtrend/")
    assert not {"cookie", "authorization", "referer"} & headers.keys()


@pytest.mark.parametrize(
    ("first", "slept"),
    [
        (Scripted(429, (("Retry-After", "7"),), b"rate_limited"), 7.0),
        (Scripted(500, body=b"oops"), None),
        (Scripted(503, HTML, b"<html>"), None),
        (Scripted(body=b'{"code":11232,"msg":"frequency limited"}'), None),
    ],
)
def test_trouble_that_passes_is_waited_for(
    services: ChatServices, poster: Poster, hook: Any, clock: Any, first: Scripted, slept: float | None
) -> None:
    services.script("feishu", first, Scripted(body=b'{"code":0}'))
    poster.post(hook("feishu"), MESSAGE)
    assert len(services.asked) == 2
    (pause,) = clock.slept
    assert pause == slept if slept else 1.0 <= pause <= 2.0


# ------------------------------------------------------------------ not taken


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Scripted(302, (("Location", "/elsewhere"),), b""), "it answered 302 Found"),
        (
            Scripted(307, (("Location", "http://169.254.169.254/"),), b""),
            "it answered 307 Temporary Redirect",
        ),
        (Scripted(200, HTML, b"<html>Please sign in</html>"), "it answered 200 OK"),
        (Scripted(404, HTML, b""), "it answered 404 Not Found"),
        (Scripted(200, body=b"x" * 70_000), "the body is larger than 65536 bytes"),
        (Scripted(200, (("Content-Encoding", "gzip"),), b"{}"), "the compressed body is damaged"),
    ],
)
def test_an_answer_that_is_no_yes_is_told_and_not_tried_again(
    services: ChatServices,
    poster: Poster,
    hook: Any,
    clock: Any,
    service: Service,
    answer: Scripted,
    said: str,
) -> None:
    services.script(service, answer)
    told = failure(poster, hook(service))
    assert told.startswith(f"{webhooks.NAMES[service]} (127.0.0.1) did not take the message: ")
    assert said in told
    assert len(services.asked) == 1
    assert clock.slept == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_signature_or_form_is_the_services_own_word(
    services: ChatServices, poster: Poster, hook: Any, service: Service
) -> None:
    wrong = Webhook(service, services.hook(service), "wrong-canary") if service in SECRETS else hook(service)
    broken = {
        "content": {},
        "markdown": {"content": "字" * 1366},
        "msgtype": "markdown",
        "text": "",
        "blocks": [],
    }
    said = {
        "feishu": "sign match fail",
        "dingtalk": "sign not match",
        "wecom": "exceed max",
        "slack": "invalid_blocks",
    }
    assert said[service] in failure(poster, wrong, broken)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_that_stays_ends_after_three_tries(
    services: ChatServices, poster: Poster, hook: Any, clock: Any, status: int
) -> None:
    services.script("slack", Scripted(status, body=b"rate_limited"))
    assert f"it answered {status}" in failure(poster, hook("slack"))
    assert len(services.asked) == 3
    assert len(clock.slept) == 2


def test_a_long_pause_is_not_waited_for(
    services: ChatServices, poster: Poster, hook: Any, clock: Any
) -> None:
    services.script("slack", Scripted(429, (("Retry-After", "3600"),), b"rate_limited"))
    failure(poster, hook("slack"))
    assert (len(services.asked), clock.slept) == (1, [])


def test_after_a_broken_connection_nothing_is_sent_again(
    services: ChatServices, poster: Poster, hook: Any
) -> None:
    services.script("wecom", Scripted(body=b"{", length=100, reset=True))
    assert "whether the message arrived is not known" in failure(poster, hook("wecom"))
    assert len(services.asked) == 1


def test_a_service_that_hangs_is_left(services: ChatServices, hook: Any, now: Any) -> None:
    asked, released = threading.Event(), threading.Event()

    def hang() -> Iterator[bytes]:
        asked.set()
        released.wait(60)
        yield b""

    services.script("dingtalk", Scripted(chunks=hang))
    limits = Limits(body=2**16, deadline=30, read=1)
    with Poster(clock=now, allow_addresses=frozenset({services.address}), limits=limits) as poster:
        told = failure(poster, hook("dingtalk"))
    assert asked.wait(60)
    released.set()
    assert "no answer in time; whether the message arrived is not known" in told
    assert len(services.asked) == 1


def test_where_nobody_listens_three_tries_are_made(clock: Any, now: Any) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = bound.getsockname()
    hook = Webhook("slack", f"http://127.0.0.1:{address[1]}{PATHS['slack']}")
    with Poster(
        clock=now, sleep=clock.sleep, monotonic=clock.monotonic, allow_addresses=frozenset({address})
    ) as poster:
        assert "no connection" in failure(poster, hook)
    assert len(clock.slept) == 2


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "10.0.0.7", "2130706433"]
)
def test_only_public_addresses_are_dialled(host: str, now: Any, clock: Any) -> None:
    with Poster(clock=now, sleep=clock.sleep, monotonic=clock.monotonic) as poster:
        told = failure(poster, Webhook("wecom", f"https://{host}/send?key=canary"))
    assert "its host has no public address" in told


def test_a_service_that_echoes_the_secret_is_not_repeated(
    services: ChatServices, poster: Poster, hook: Any
) -> None:
    for service in SERVICES:
        said = f"no such token {services.hook(service)} {SECRETS.get(service, '')} {service}-canary-token"
        body = json.dumps({"code": 1, "errcode": 1, "msg": said, "errmsg": said}).encode()
        services.script(service, Scripted(body=body))
        failure(poster, hook(service))


def test_the_log_of_the_libraries_holds_no_address(
    services: ChatServices, poster: Poster, hook: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for service in SERVICES:
            services.script(service, Scripted(500, body=b"{}"))
            failure(poster, hook(service))
    assert "canary" not in caplog.text


# ------------------------------------------------------------------ the command line


@pytest.fixture
def run(
    services: ChatServices,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    clock: Any,
) -> Callable[..., Outcome]:
    """Run the command line in an empty folder, with webhooks on loopback and nothing to collect."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PMTREND_DATABASE_URL", raising=False)
    monkeypatch.setattr(webhooks, "_is_address", lambda url: True)
    allowed = {"allow_addresses": frozenset({services.address}), "sleep": clock.sleep}
    monkeypatch.setattr(posting, "Poster", partial(Poster, **allowed))

    def call(*words: str, collected: int = 0, to: tuple[Service, ...] = ()) -> Outcome:
        for service in SERVICES:
            name = f"PMTREND_{service.upper()}"
            monkeypatch.delenv(f"{name}_WEBHOOK", raising=False)
            if service in to:
                monkeypatch.setenv(f"{name}_WEBHOOK", services.hook(service))
                monkeypatch.setenv(f"{name}_SECRET", SECRETS.get(service, ""))
        monkeypatch.setattr("commands.weekly.look_at_boards", lambda *_: collected)
        return typed(monkeypatch, capsys, *words)

    return call


def test_weekly_delivers_what_it_wrote_and_only_once(
    run: Callable[..., Outcome], services: ChatServices, tmp_path: Path
) -> None:
    first = run("-v", "weekly", to=SERVICES)
    assert first.code == 0
    assert [service for service, _ in services.taken] == list(SERVICES)
    assert "Feishu (127.0.0.1) took the message of 20" in first.out
    assert (tmp_path / "pmtrend-reports" / "feed.en.xml").is_file()
    again = run("weekly", to=SERVICES)
    assert (again.code, len(services.taken)) == (0, 4)
    asked = run("deliver", to=("slack", "wecom"))
    assert (asked.code, len(services.taken)) == (0, 6)
    named = run("deliver", "--to", "slack", to=("slack", "wecom"))
    assert (named.code, services.taken[6:]) == (0, services.taken[3:4])
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"delivered.json", "pmtrend.db", "report.json"} <= {path.name for path in written}
    told = "".join(one.out + one.err for one in (first, again, asked, named)).encode()
    assert b"canary" not in told + b"".join(path.read_bytes() for path in written)


def test_without_a_webhook_weekly_is_what_it_was(run: Callable[..., Outcome], services: ChatServices) -> None:
    outcome = run("weekly", collected=3)
    assert (outcome.code, services.asked) == (3, [])
    assert outcome.err == ""


@pytest.mark.parametrize(("collected", "code"), [(0, 3), (2, 2), (3, 3)])
def test_a_message_that_was_not_taken_shows_in_the_exit_code_and_is_sent_next_time(
    run: Callable[..., Outcome], services: ChatServices, collected: int, code: int
) -> None:
    services.script("feishu", Scripted(body=b'{"code":19024,"msg":"Key Words Not Found"}'))
    outcome = run("weekly", collected=collected, to=("feishu", "slack"))
    assert outcome.code == code
    (line,) = outcome.err.strip().splitlines()
    assert line.startswith("pmtrend: Feishu (127.0.0.1) did not take the message: ")
    assert [service for service, _ in services.taken] == ["slack"]
    services.script("feishu", Scripted(body=b'{"code":0}'))
    assert run("weekly", to=("feishu", "slack")).code == 0
    assert len(services.asked) == 3


def test_a_bad_address_costs_no_report(
    run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(webhooks, "_is_address", lambda url: False)
    outcome = run("weekly", to=("slack",))
    assert outcome.code == 1
    assert "PMTREND_SLACK_WEBHOOK is not an https address" in outcome.err
    assert "canary" not in outcome.err
    assert list((tmp_path / "pmtrend-reports").glob("*/report.json"))


def test_without_a_webhook_only_index_and_feeds_are_written(
    run: Callable[..., Outcome], services: ChatServices, tmp_path: Path
) -> None:
    run("report")
    files = ["feed.en.xml", "feed.zh.xml", "index.html", "index.md"]
    for file in files:
        (tmp_path / "pmtrend-reports" / file).unlink()
    outcome = run("deliver")
    assert (outcome.code, services.asked) == (0, [])
    assert "no webhook is set" in outcome.err
    assert sorted(outcome.out.split()) == [f"pmtrend-reports/{file}" for file in files]
    assert all((tmp_path / "pmtrend-reports" / file).is_file() for file in files)


def test_a_dry_run_prints_and_sends_nothing(run: Callable[..., Outcome], services: ChatServices) -> None:
    run("weekly")
    for words, to, told in [
        ((), (), list(SERVICES)),
        ((), ("wecom",), ["wecom"]),
        (("--to", "slack"), ("wecom",), ["slack"]),
    ]:
        outcome = run("deliver", "--dry-run", *words, to=to)
        assert outcome.code == 0
        assert [json.loads(line)["service"] for line in outcome.out.splitlines()] == told
    assert services.asked == []


@pytest.mark.parametrize(
    ("words", "to", "said"),
    [
        (("deliver", "--to", "slack"), ("wecom",), "PMTREND_SLACK_WEBHOOK is not set"),
        (("deliver",), ("slack",), "there is no report of"),
        (("deliver", "--dry-run", "--week", "2026-W10"), (), "there is no report of 2026-W10"),
        (("deliver", "--week", "2026-W54"), ("slack",), "does not exist"),
    ],
)
def test_what_cannot_be_delivered_is_told_in_a_sentence(
    run: Callable[..., Outcome], words: tuple[str, ...], to: tuple[Service, ...], said: str
) -> None:
    outcome = run(*words, to=to)
    assert outcome.code == 1
    (line,) = outcome.err.strip().splitlines()
    assert said in line
