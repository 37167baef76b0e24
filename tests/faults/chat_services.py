"""The four chat services on loopback: they judge what is posted as their guides say they do."""

import base64
import hashlib
import hmac
import io
import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from loopback import LoopbackBoard, Scripted

SECRETS = {"feishu": "feishu-canary-secret", "dingtalk": "SECdingtalkcanary"}
PATHS = {
    "feishu": "/open-apis/bot/v2/hook/feishu-canary-token",
    "dingtalk": "/robot/send?access_token=dingtalk-canary-token",
    "wecom": "/cgi-bin/webhook/send?key=wecom-canary-token",
    "slack": "/services/T0000/B0000/slack-canary-token",
}


class ChatServices(LoopbackBoard):
    """Answers a post by its merit, unless the path is scripted (`say`, by the path before the "?")."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[str, Any]] = []

    def hook(self, service: str) -> str:
        return self.url(PATHS[service])

    def script(self, service: str, *answers: Scripted) -> None:
        self.say(urlsplit(PATHS[service]).path, *answers)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        handler.rfile = io.BufferedReader(io.BytesIO(body))  # type: ignore[arg-type]
        address, handler.path = urlsplit(handler.path), urlsplit(handler.path).path
        scripted = handler.path in self._script
        if not scripted:
            self.say(handler.path, self._judged(handler, address.query, body))
        super()._answer(handler)
        if not scripted:
            del self._script[handler.path]

    def _judged(self, handler: BaseHTTPRequestHandler, query: str, body: bytes) -> Scripted:
        service = next(name for name, path in PATHS.items() if urlsplit(path).path == handler.path)
        problem = {"feishu": feishu, "dingtalk": dingtalk, "wecom": wecom, "slack": slack}[service]
        message = json.loads(body.decode("utf-8"))
        said = (
            "this is no JSON"
            if not handler.headers["Content-Type"].startswith("application/json")
            else problem(message, body, {name: values[0] for name, values in parse_qs(query).items()})
        )
        if not said:
            self.taken.append((service, message))
        return _said(service, said)


def _said(service: str, problem: str) -> Scripted:
    if service == "slack":
        return Scripted(400 if problem else 200, (("Content-Type", "text/html"),), (problem or "ok").encode())
    code, words = ("code", "msg") if service == "feishu" else ("errcode", "errmsg")
    return Scripted(body=json.dumps({code: 1 if problem else 0, words: problem or "ok"}).encode())


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def feishu(message: Any, body: bytes, query: dict[str, str]) -> str:
    if len(body) > 20_000:
        return "too large"
    if message["sign"] != _hmac(f"{message['timestamp']}\n{SECRETS['feishu']}", ""):
        return "sign match fail"
    (post,) = message["content"]["post"].values()
    tags = {part["tag"] for line in post["content"] for part in line}
    return "" if message["msg_type"] == "post" and post["title"] and tags <= {"text", "a"} else "bad form"


def dingtalk(message: Any, body: bytes, query: dict[str, str]) -> str:
    if len(body) > 20_000:
        return "too large"
    if query["access_token"] != "dingtalk-canary-token":
        return "token is not exist"
    if query["sign"] != _hmac(SECRETS["dingtalk"], f"{query['timestamp']}\n{SECRETS['dingtalk']}"):
        return "sign not match"
    return (
        "" if message["msgtype"] == "markdown" and message["markdown"].keys() == {"title", "text"} else "form"
    )


def wecom(message: Any, body: bytes, query: dict[str, str]) -> str:
    if query != {"key": "wecom-canary-token"}:
        return "invalid webhook url"
    if len(message["markdown"]["content"].encode("utf-8")) > 4096:
        return "markdown.content exceed max length 4096"
    return "" if message["msgtype"] == "markdown" else "bad form"


def slack(message: Any, body: bytes, query: dict[str, str]) -> str:
    blocks = message["blocks"]
    if not message["text"] or len(blocks) > 50 or blocks[0]["type"] != "header":
        return "invalid_blocks"
    sections = [block["text"] for block in blocks[1:]]
    fine = all(s["type"] == "mrkdwn" and 1 <= len(s["text"]) <= 3000 for s in sections)
    return "" if fine and len(blocks[0]["text"]["text"]) <= 150 else "invalid_blocks"
