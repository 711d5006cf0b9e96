"""A service that gives the answers it is told to, one after the other: what clients meet and the real one won't do."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANGS_UP = None
"""An answer that never comes: the connection is closed instead."""


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: int, detail: str = "this is why", **headers: str) -> Reply:
    """What the service answers when it refuses something."""
    body = json.dumps({"title": "Refused", "status": status, "detail": detail})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, body, {"Content-Type": "application/problem+json", **named})


@dataclass(frozen=True)
class Asked:
    """A request as it arrived: names of headers in lower case, `at` in seconds of a clock that only goes forward."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass
class ScriptedService:
    """Where it listens, and what it was asked so far."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def scripted(*replies: Reply | None) -> Iterator[ScriptedService]:
    """Serve these answers while the block runs; the last one again for every further request."""
    script = list(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.asked.append(Asked(self.command, self.path, headers, body, time.monotonic()))
            reply = script.pop(0) if len(script) > 1 else script[0]
            if reply is HANGS_UP:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body.encode())))
            self.end_headers()
            self.wfile.write(reply.body.encode())

        do_DELETE = do_GET = do_POST = do_PUT = answer  # noqa: N815 -- names that the library looks for

        def log_message(self, *_: object) -> None:
            """Keep standard error clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        service = ScriptedService(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
