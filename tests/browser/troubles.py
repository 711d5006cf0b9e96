"""What a page of ours must never do in a browser."""

import re
from functools import partial
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`the policy forbids ${event.blockedURI || "this"} as ${event.effectiveDirective}: ${event.sample}`));
"""
INSIDE = ("data", "blob", "about")
"""Schemes of addresses that no request leaves the browser for."""
ABANDONED = "net::ERR_ABORTED"
"""Nobody waits for it any more: the page was left, as tests leave it, before its icon came."""


class Troubles:
    """Errors of scripts, warnings and errors in the console, violations of a page's policy, failed requests, and
    requests to anybody but the service."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._expected: list[str] = []

    def watch(self, context: BrowserContext, service: str) -> None:
        """Note what the pages of this context do; `service` is the base URL of whom alone they may ask."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._script)
        context.on("request", partial(self._request, urlsplit(service).netloc))
        context.on("requestfailed", self._failed)

    def expect(self, pattern: str) -> None:
        """Have it that something like this happens, and is meant to."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        """What should not have happened, and what should have, but didn't."""
        happened = [text for text in self._seen if not any(re.search(pattern, text) for pattern in self._expected)]
        missed = [pattern for pattern in self._expected if not any(re.search(pattern, text) for text in self._seen)]
        return happened + [f"expected, but did not happen: {pattern}" for pattern in missed]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._seen.append(f"console: {message.text} ({message.location['url']})")

    def _script(self, error: WebError) -> None:
        self._seen.append(f"script: {error.error}")

    def _request(self, service: str, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in INSIDE and address.netloc != service:
            self._seen.append(f"request to another origin: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != ABANDONED:
            self._seen.append(f"request failed: {request.method} {request.url}: {request.failure}")
