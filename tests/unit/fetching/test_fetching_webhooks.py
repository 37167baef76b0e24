"""Webhooks: named by the environment, signed as the guides say, answers understood, URLs never told."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import ConfigError
from scraper.fetching.outcome import Answer
from scraper.fetching.webhooks import Service, Webhook, refusal, signed, webhooks

NOW = datetime(2020, 9, 6, 2, 47, 53, tzinfo=UTC)  # 1599360473
HOOKS: dict[Service, Webhook] = {
    "feishu": Webhook(
        "feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/c0ffee-1234-canary", "demo-secret"
    ),
    "dingtalk": Webhook(
        "dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abc123canary", "SECdemo"
    ),
    "wecom": Webhook("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-canary"),
    "slack": Webhook("slack", "https://hooks.slack.com/services/T00000000/B11111111/canaryXXXXXXXX"),
}


def answer(body: str | bytes, status: int = 200) -> Answer:
    return Answer("", status, (), body.encode() if isinstance(body, str) else body, NOW)


# ------------------------------------------------------------------ environment


def test_the_environment_names_the_webhooks() -> None:
    found = webhooks(
        {
            "PMTREND_SLACK_WEBHOOK": " https://hooks.slack.com/services/T/B/X\n",
            "PMTREND_FEISHU_WEBHOOK": "https://open.feishu.cn/hook/1",
            "PMTREND_FEISHU_SECRET": "s3cret",
            "PMTREND_DINGTALK_SECRET": "without a webhook",
            "PMTREND_WECOM_WEBHOOK": "",
            "PMTREND_SLACK_SECRET": "Slack signs nothing that we send",
        }
    )
    assert found == (
        Webhook("feishu", "https://open.feishu.cn/hook/1", "s3cret"),
        Webhook("slack", "https://hooks.slack.com/services/T/B/X", ""),
    )
    assert webhooks({}) == ()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/canary",
        "hooks.slack.com/services/canary",
        "file:///canary",
        "https:///canary",
        "https://user:canary@hooks.slack.com/x",
        "https://hooks.slack.com:port/canary",
        "https://hooks.slack.com/can ary",
        "https://hooks.slack.com/canary报告",
        "https://[::1/canary",
    ],
)
def test_what_is_no_https_address_is_named_without_its_value(url: str) -> None:
    with pytest.raises(ConfigError, match="PMTREND_SLACK_WEBHOOK is not an https address") as error:
        webhooks({"PMTREND_SLACK_WEBHOOK": url})
    assert "canary" not in str(error.value)


# ------------------------------------------------------------------ signatures (made with openssl dgst -hmac)


def test_feishu_is_signed_in_the_body() -> None:
    url, body = signed(HOOKS["feishu"], {"msg_type": "post"}, NOW)
    assert url == HOOKS["feishu"].url
    assert json.loads(body) == {
        "timestamp": "1599360473",
        "sign": "3/MaVZ8JLIy4TUG+7KSFJqvUkTKd+HWY8g+56DZWq8s=",
        "msg_type": "post",
    }


@pytest.mark.parametrize(
    ("base", "mark"), [(HOOKS["dingtalk"].url, "&"), ("https://relay.example/ding", "?")]
)
def test_dingtalk_is_signed_in_the_address(base: str, mark: str) -> None:
    url, body = signed(replace(HOOKS["dingtalk"], url=base), {"msgtype": "markdown"}, NOW)
    sign = "tGWkA5eQOQNCNPDgphtxIoNLO%2B%2FgD8Lcb705KQoRzeY%3D"
    assert url == f"{base}{mark}timestamp=1599360473000&sign={sign}"
    assert parse_qs(urlsplit(url).query)["sign"] == ["tGWkA5eQOQNCNPDgphtxIoNLO+/gD8Lcb705KQoRzeY="]
    assert body == b'{"msgtype":"markdown"}'


@pytest.mark.parametrize("service", HOOKS)
def test_without_a_secret_nothing_is_added(service: Service) -> None:
    hook = replace(HOOKS[service], secret="")
    assert signed(hook, {"text": "周报 ✓"}, NOW) == (hook.url, '{"text":"周报 ✓"}'.encode())


# ------------------------------------------------------------------ answers

TAKEN = [
    ("feishu", '{"code":0,"msg":"success","data":{}}'),
    ("feishu", '{"Extra":null,"StatusCode":0,"StatusMessage":"success"}'),
    ("dingtalk", '{"errcode":0,"errmsg":"ok"}'),
    ("wecom", '{"errcode":0,"errmsg":"ok"}'),
    ("slack", "ok"),
]
REFUSED = [
    ("feishu", 200, '{"code":19021,"msg":"sign match fail"}', "19021", False),
    ("feishu", 200, '{"code":19024,"msg":"Key Words Not Found"}', "Key Words Not Found", False),
    ("feishu", 400, '{"code":9499,"msg":"Bad Request","data":{}}', "9499", False),
    ("feishu", 200, '{"code":11232,"msg":"frequency limited"}', "11232", True),
    ("feishu", 200, '{"code":"0"}', "not as this service does", False),
    ("feishu", 200, '{"code":false}', "not as this service does", False),
    ("feishu", 200, '{"errcode":0}', "not as this service does", False),
    ("feishu", 500, '{"code":0}', "code 0", True),
    ("dingtalk", 200, '{"errcode":310000,"errmsg":"keywords not in content"}', "310000, 'keywords", False),
    ("dingtalk", 200, '{"errcode":460101,"errmsg":"message too long"}', "too long", False),
    ("wecom", 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', "93000", False),
    ("wecom", 200, '{"errcode":45009,"errmsg":"api freq out of limit"}', "45009", True),
    ("wecom", 200, "[0]", "not as this service does", False),
    ("wecom", 200, "[" * 50_000, "not as this service does", False),
    ("slack", 403, "invalid_token", "403 Forbidden: invalid_token", False),
    ("slack", 404, "no_service", "no_service", False),
    ("slack", 429, "rate_limited", "429", True),
    ("slack", 500, "ok", "500", True),
    ("slack", 200, '{"ok":true}', "200 OK", False),
    ("slack", 302, "", "302 Found", False),
]  # fmt: skip
PAGES = [(service, 200, "<html>sign in</html>", "200 OK", False) for service in HOOKS]


@pytest.mark.parametrize(("service", "body"), TAKEN)
def test_each_service_says_in_its_own_way_that_it_took_the_message(service: Service, body: str) -> None:
    assert refusal(HOOKS[service], answer(body)) is None
    assert refusal(HOOKS[service], answer(body, 201)) is not None


@pytest.mark.parametrize(("service", "status", "body", "said", "passing"), REFUSED + PAGES)
def test_anything_else_is_a_refusal(
    service: Service, status: int, body: str, said: str, passing: bool
) -> None:
    refused = refusal(HOOKS[service], answer(body, status))
    assert refused is not None
    assert said in refused.reason
    assert refused.passing is passing
    assert "html" not in refused.reason


@given(st.binary(max_size=200), st.sampled_from(sorted(HOOKS)), st.integers(200, 599))
def test_no_answer_is_too_strange(body: bytes, service: Service, status: int) -> None:
    refused = refusal(HOOKS[service], answer(body, status))
    assert refused is None or refused.reason.isprintable()


# ------------------------------------------------------------------ secrets


@pytest.mark.parametrize("service", HOOKS)
def test_no_part_of_an_address_is_ever_shown(service: Service) -> None:
    hook = HOOKS[service]
    parts = [hook.url, hook.url.rpartition("/")[2], hook.url.rpartition("=")[2], hook.secret]
    said = json.dumps({"code": 1, "errcode": 1, "msg": " ".join(parts), "errmsg": " ".join(parts)})
    for text in (repr(hook), str(hook), hook.shown, refusal(hook, answer(said))):
        assert "canary" not in str(text)
        assert not hook.secret or hook.secret not in str(text)


def test_what_a_service_says_is_told_on_one_short_line() -> None:
    said = json.dumps({"errcode": 1, "errmsg": "a\n\x1b[31mb\u202e" + "c" * 5000})
    refused = refusal(HOOKS["wecom"], answer(said))
    assert refused is not None
    assert refused.reason.isprintable()
    assert len(refused.reason) <= 200
