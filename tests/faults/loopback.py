"""A board on loopback that answers from a script, faults included."""

import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Scripted:
    """One answer. `chunks` (sent as they come, no Content-Length) stand in for `body`; `length` may lie.

    `reset` breaks the connection after whatever was sent.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    body: bytes = b"{}"
    chunks: Callable[[], Iterable[bytes]] | None = None
    length: int | None = None
    reset: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as the board saw it; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(default=b"")


Answer = Scripted | Callable[[Asked], Scripted]


class LoopbackBoard:
    """Answers path by path; the last answer of a path repeats. A path without script is 404.

    An answer may depend on the request. `most` is, by the Host that was asked for, how many requests stood
    open at the same time; under "" those of all hosts together.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.most: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._script: dict[str, list[Answer]] = {}
        board = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                board._answer(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.port: int = self._server.server_address[1]
        self.address = ("127.0.0.1", self.port)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str = "/jobs") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def say(self, path: str, *answers: Answer) -> None:
        self._script[path] = list(answers)

    @contextlib.contextmanager
    def _counted(self, host: str) -> Iterator[Callable[[], None]]:
        """Count a request as open for the block, or until what is given is called."""
        open_ = True

        def over() -> None:
            nonlocal open_
            with self._counting:
                if open_:
                    self._open.subtract((host, ""))
                open_ = False

        with self._counting:
            for name in (host, ""):
                self._open[name] += 1
                self.most[name] = max(self.most[name], self._open[name])
        try:
            yield over
        finally:
            over()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(handler.command, handler.path, headers, body)
        self.asked.append(asked)
        answers = self._script.get(handler.path) or [Scripted(404, body=b"")]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        handler.close_connection = True
        # The client may have had enough.
        with contextlib.suppress(OSError), self._counted(headers.get("host", "").partition(":")[0]) as over:
            self._send(handler, answer if isinstance(answer, Scripted) else answer(asked), over)

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, scripted: Scripted, over: Callable[[], None]) -> None:
        """Send an answer. The request is `over` before the client can know that it has all of it."""
        if scripted.status == 304:
            scripted = replace(scripted, body=b"")
        handler.send_response(scripted.status)
        for name, value in scripted.headers:
            handler.send_header(name, value)
        if scripted.chunks is None:
            length = len(scripted.body) if scripted.length is None else scripted.length
            handler.send_header("Content-Length", str(length))
            over()
        handler.end_headers()
        for chunk in scripted.chunks() if scripted.chunks else [scripted.body]:
            handler.wfile.write(chunk)
            handler.wfile.flush()
        if scripted.reset:
            linger_none = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
            handler.connection.close()
