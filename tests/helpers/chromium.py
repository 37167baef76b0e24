"""A real browser for tests: headless Chromium, driven over a pipe with the Chrome DevTools Protocol.

Nothing but the standard library and the Debian package `chromium` is needed. Messages are JSON, ended by NUL,
on the browser's file descriptors 3 (in) and 4 (out).
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_PATIENCE = 180.0
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # which root needs
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
Answer = dict[str, Any]


class Chromium:
    """One browser with an empty profile; a context manager."""

    def __init__(self) -> None:
        """Start it. FileNotFoundError if there is none on this machine."""
        if PROGRAM is None:
            raise FileNotFoundError("chromium")
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # The shell puts the pipes where Chromium looks for them: 3 and 4.
        script = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self._process = subprocess.Popen(
            [
                "/bin/bash",
                "-c",
                script,
                PROGRAM,
                *_FLAGS,
                f"--user-data-dir={self._profile.name}",
                "about:blank",
            ],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._in, self._out = ours_in, ours_out
        self._unread = b""
        self._number = 0
        self.events: deque[Answer] = deque()

    def __enter__(self) -> "Chromium":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        try:
            self.ask("Browser.close")
        except (OSError, EOFError, TimeoutError):
            self._process.kill()
        self._process.wait(120)
        os.close(self._in)
        os.close(self._out)
        self._profile.cleanup()

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> Answer:
        """Return the answer to a command; events that come before it are kept in `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode("utf-8") + b"\0")
        end = time.monotonic() + _PATIENCE
        while True:
            answer = self._next(end)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])
            if "method" in answer:
                self.events.append(answer)

    def wait(self, method: str, session: str) -> Answer:
        """Return the parameters of the next such event, those that came before it included."""
        end = time.monotonic() + _PATIENCE
        seen = 0
        while True:
            for event in list(self.events)[seen:]:
                seen += 1
                if event["method"] == method and event.get("sessionId") == session:
                    return dict(event["params"])
            self.events.append(self._next(end))

    def _next(self, end: float) -> Answer:
        while b"\0" not in self._unread:
            if not select.select([self._in], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise EOFError("the browser has gone")
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(line))

    @contextmanager
    def page(
        self,
        address: str,
        *,
        width: int = 1200,
        height: int = 900,
        dark: bool = False,
        scripts: bool = True,
        languages: str = "en",
    ) -> Iterator["Page"]:
        """Open `address` in a context of its own (nothing is stored in it) and wait until it is loaded."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.ask(f"{domain}.enable")
        page.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.ask("Emulation.setEmulatedMedia", features=[scheme])
        page.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        page.ask("Network.setUserAgentOverride", userAgent="pmtrend-test", acceptLanguage=languages)
        page.open(address)
        try:
            yield page
        finally:
            self.ask("Target.disposeBrowserContext", browserContextId=context)


class Page:
    """One tab."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session

    def ask(self, method: str, **parameters: Any) -> Answer:
        """Return the answer to a command for this tab."""
        return self._browser.ask(method, self._session, **parameters)

    def open(self, address: str) -> None:
        """Go to `address` and wait until it is loaded."""
        self._forget("Page.loadEventFired")
        self.ask("Page.navigate", url=address)
        self._browser.wait("Page.loadEventFired", self._session)

    def reload(self) -> None:
        """Load the page again."""
        self._forget("Page.loadEventFired")
        self.ask("Page.reload")
        self._browser.wait("Page.loadEventFired", self._session)

    def resize(self, width: int, height: int = 900, scale: float = 1) -> None:
        """Give the window another size."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    def run(self, expression: str) -> Any:
        """Return the value of a JavaScript expression (JSON). RuntimeError if it throws."""
        answer = self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, text=text)

    def screenshot(self, **options: Any) -> bytes:
        """Return what is seen as PNG; `clip` names a part of the page."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png", **options)["data"])

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        printed = self.ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        return base64.b64decode(printed["data"])

    def requests(self) -> list[str]:
        """Return the addresses that this tab asked for."""
        return [event["params"]["request"]["url"] for event in self._seen("Network.requestWillBeSent")]

    def refusals(self) -> list[str]:
        """Return why requests were not even sent (`csp`: the page's own policy)."""
        failed = [event["params"] for event in self._seen("Network.loadingFailed")]
        return [event["blockedReason"] for event in failed if "blockedReason" in event]

    def complaints(self) -> list[str]:
        """Return what stands in the console: errors and warnings, refused requests, exceptions."""
        told = [event["params"]["entry"]["text"] for event in self._seen("Log.entryAdded")]
        told += [str(event["params"]["args"]) for event in self._seen("Runtime.consoleAPICalled")]
        told += [
            event["params"]["exceptionDetails"]["text"] for event in self._seen("Runtime.exceptionThrown")
        ]
        return told

    def _seen(self, method: str) -> list[Mapping[str, Any]]:
        self.ask("Runtime.evaluate", expression="1")  # events that are under way come before its answer
        return [
            event
            for event in self._browser.events
            if event["method"] == method and event.get("sessionId") == self._session
        ]

    def _forget(self, method: str) -> None:
        kept = [
            event
            for event in self._browser.events
            if event["method"] != method or event.get("sessionId") != self._session
        ]
        self._browser.events.clear()
        self._browser.events.extend(kept)


def address(path: Path) -> str:
    """Return the file: address of a path."""
    return path.resolve().as_uri()
