"""Chromium on a page, and what its developer tools would export: the HAR and the console."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page
from playwright.sync_api import Error as PlaywrightError

from tests.chromium import chromium
from tests.evidence_corpus.har import har_entry, har_time, initiator

Json = dict[str, Any]


@contextmanager
def chromium_among(hosts: dict[str, int], flags: tuple[str, ...] = ()) -> Iterator[Page]:
    """A page of a fresh profile in which each `host[:port]` is served by a port of this machine."""
    rules = ",".join(f"MAP {host} 127.0.0.1:{port}" for host, port in hosts.items())
    with chromium(f"--host-resolver-rules={rules}", *flags) as browser:
        yield browser.new_context(ignore_https_errors=True).new_page()


class DevTools:
    """Listens to one page as the Network and Console panels do."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._requests: dict[str, Json] = {}
        self._order: list[Json] = []
        self._pages: list[Json] = []
        self.console: list[str] = []
        for event, handler in {
            "Network.requestWillBeSent": self._will_be_sent,
            "Network.requestWillBeSentExtraInfo": lambda e: self._exchange(e)["sent"].append(e),
            "Network.responseReceived": self._received,
            "Network.responseReceivedExtraInfo": lambda e: self._exchange(e)["got"].append(e),
            "Network.requestServedFromCache": lambda e: self._exchange(e).update(cached=True),
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": lambda e: self._exchange(e).update(failed=e),
            "Log.entryAdded": self._log,
            "Runtime.consoleAPICalled": self._console,
            "Runtime.exceptionThrown": self._exception,
        }.items():
            self._cdp.on(event, handler)
        for domain in ("Network", "Log", "Runtime"):
            self._cdp.send(f"{domain}.enable")

    def _exchange(self, event: Json) -> Json:
        return self._requests.setdefault(event["requestId"], {"sent": [], "got": [], "hop": 0})

    def _will_be_sent(self, event: Json) -> None:
        exchange = self._exchange(event)
        if exchange.get("event"):  # a redirect goes on under the same id
            done = {**exchange, "finished": event, "response": event.get("redirectResponse")}
            self._order[self._order.index(exchange)] = done
            exchange = {"sent": exchange["sent"], "got": exchange["got"], "hop": exchange["hop"] + 1}
            self._requests[event["requestId"]] = exchange
        exchange["event"] = event
        if event.get("type") == "Document":
            self._pages.append(
                {"id": f"page_{len(self._pages) + 1}", "url": event["request"]["url"], "at": event["wallTime"]}
            )
        exchange["page"] = len(self._pages)
        self._order.append(exchange)

    def _received(self, event: Json) -> None:
        self._exchange(event)["response"] = event["response"]

    def _finished(self, event: Json) -> None:
        exchange = self._exchange(event)
        exchange["finished"] = event
        if exchange.get("event", {}).get("request", {}).get("method") != "OPTIONS":
            with suppress(PlaywrightError):  # the page has navigated away: DevTools then has no body either
                exchange["body"] = self._cdp.send("Network.getResponseBody", {"requestId": event["requestId"]})["body"]

    def _log(self, event: Json) -> None:
        entry = event["entry"]
        exchange = self._requests.get(entry.get("networkRequestId", ""), {}).get("event")
        if exchange and entry["text"].startswith("Failed to load resource"):
            frames = (
                initiator(exchange.get("initiator", {}))
                .get("stack", {})
                .get("callFrames", [{"url": "", "lineNumber": 0}])
            )
            status = re.search(r"net::\S+|\d{3} \(.*\)", entry["text"])
            line = f"{exchange['request']['method']} {entry['url']} {status.group() if status else ''}"
            self.console.append(f"{_place(frames[0]['url'], frames[0]['lineNumber'])} {line}")
        else:
            self.console.append(f"{_place(entry.get('url', ''), entry.get('lineNumber', 0))} {entry['text']}")

    def _console(self, event: Json) -> None:
        frames = event.get("stackTrace", {}).get("callFrames", [{}])
        text = " ".join(str(argument.get("value", argument.get("description", ""))) for argument in event["args"])
        self.console.append(f"{_place(frames[0].get('url', ''), frames[0].get('lineNumber', 0))} {text}")

    def _exception(self, event: Json) -> None:
        details = event["exceptionDetails"]
        description = details.get("exception", {}).get("description", "")
        self.console.append(
            f"{_place(details.get('url', ''), details.get('lineNumber', 0))} {details['text']} {description}".rstrip()
        )

    def pending(self) -> bool:
        """Whether a request is under way."""
        return any(not ("finished" in exchange or "failed" in exchange) for exchange in self._order)

    def har(self) -> Json:
        """What "Export HAR (with sensitive data)" writes, in the order of the requests."""
        return {
            "log": {
                "version": "1.2",
                "creator": {"name": "WebInspector", "version": "537.36"},
                "pages": [
                    {
                        "startedDateTime": har_time(page["at"]),
                        "id": page["id"],
                        "title": page["url"],
                        "pageTimings": {"onContentLoad": 61.2, "onLoad": 74.5},
                    }
                    for page in self._pages
                ],
                "entries": [
                    har_entry(exchange)
                    for exchange in self._order
                    if exchange["event"]["request"]["url"].startswith("http")
                ],
            }
        }


def _place(url: str, line: int) -> str:
    return f"{urlsplit(url).path.rsplit('/', 1)[-1] or '(index)'}:{line + 1}"
