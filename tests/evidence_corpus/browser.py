"""Chromium on a page, and what its developer tools would export: the HAR and the console."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import CDPSession, Page, sync_playwright

Json = dict[str, Any]


@contextmanager
def chromium(hosts: dict[str, int], flags: tuple[str, ...] = ()) -> Iterator[Page]:
    """A page of a fresh profile in which each `host[:port]` is served by a port of this machine."""
    rules = ",".join(f"MAP {host} 127.0.0.1:{port}" for host, port in hosts.items())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
            + [f"--host-resolver-rules={rules}", *flags],
        )
        yield browser.new_context(ignore_https_errors=True).new_page()
        browser.close()


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
        return self._requests.setdefault(event["requestId"], {"sent": [], "got": [], "hops": []})

    def _will_be_sent(self, event: Json) -> None:
        exchange = self._exchange(event)
        if exchange.get("event"):  # a redirect goes on under the same id
            done = {**exchange, "response": event.get("redirectResponse")}
            self._order[self._order.index(exchange)] = done
            exchange = {"sent": [], "got": [], "hops": []}
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
            try:
                exchange["body"] = self._cdp.send("Network.getResponseBody", {"requestId": event["requestId"]})["body"]
            except Exception as gone:  # noqa: BLE001 - the page may have navigated away: then DevTools has no body either
                exchange["body_error"] = str(gone)

    def _log(self, event: Json) -> None:
        entry = event["entry"]
        exchange = self._requests.get(entry.get("networkRequestId", ""), {}).get("event")
        if exchange and entry["text"].startswith("Failed to load resource"):
            frames = (
                _initiator(exchange.get("initiator", {}))
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

    def har(self) -> Json:
        """What "Export HAR (with sensitive data)" writes, in the order of the requests."""
        return {
            "log": {
                "version": "1.2",
                "creator": {"name": "WebInspector", "version": "537.36"},
                "pages": [
                    {
                        "startedDateTime": _time(page["at"]),
                        "id": page["id"],
                        "title": page["url"],
                        "pageTimings": {"onContentLoad": 61.2, "onLoad": 74.5},
                    }
                    for page in self._pages
                ],
                "entries": [
                    _entry(exchange)
                    for exchange in self._order
                    if exchange["event"]["request"]["url"].startswith("http")
                ],
            }
        }


def _entry(exchange: Json) -> Json:
    event, request = exchange["event"], exchange["event"]["request"]
    response = exchange.get("response")
    sent, got = exchange["sent"], exchange["got"]
    request_headers = sent[0]["headers"] if sent else request["headers"]
    response_headers = got[0]["headers"] if got else (response or {}).get("headers", {})
    cookies = [
        blocked["cookie"]
        for blocked in (sent[0].get("associatedCookies", []) if sent else [])
        if not blocked["blockedReasons"]
    ]
    failed = exchange.get("failed")
    duration = (
        (exchange.get("finished") or failed or {}).get("timestamp", event["timestamp"]) - event["timestamp"]
    ) * 1000
    entry: Json = {
        "_connectionId": str((response or {}).get("connectionId", "")),
        "_initiator": _initiator(event.get("initiator", {})),
        "_priority": request.get("initialPriority", "High"),
        "_resourceType": "preflight" if request["method"] == "OPTIONS" else event.get("type", "Other").lower(),
        "cache": {},
        "pageref": f"page_{max(exchange['page'], 1)}",
        "request": {
            "method": request["method"],
            "url": request["url"],
            "httpVersion": "http/1.1",
            "headers": _headers(request_headers),
            "queryString": [
                {"name": name, "value": value} for name, value in parse_qsl(urlsplit(request["url"]).query)
            ],
            "cookies": [_cookie(cookie) for cookie in cookies],
            "headersSize": 600,
            "bodySize": len(request.get("postData", "")),
        },
        "response": _response(response if response else None, response_headers, got, exchange, failed),
        "serverIPAddress": "127.0.0.1",
        "startedDateTime": _time(event["wallTime"]),
        "time": round(duration, 3),
        "timings": {
            "blocked": 1.2,
            "dns": -1,
            "ssl": -1,
            "connect": -1,
            "send": 0.1,
            "wait": round(max(duration - 2, 0), 3),
            "receive": 0.7,
        },
    }
    if "postData" in request:
        entry["request"]["postData"] = {
            "mimeType": request_headers.get("Content-Type") or request_headers.get("content-type", "text/plain"),
            "text": request["postData"],
        }
    if exchange.get("cached"):
        entry["_fromCache"] = "disk"
    return entry


def _response(response: Json | None, headers: Json, got: list[Json], exchange: Json, failed: Json | None) -> Json:
    if not got and (response is None or failed):
        return {
            "status": 0, "statusText": "", "httpVersion": "", "headers": [], "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"},
            "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 0, "_error": (failed or {}).get("errorText"),
        }  # fmt: skip
    body = exchange.get("body")
    answer: Json = {
        "status": got[0]["statusCode"] if got else (response or {})["status"],
        "statusText": (response or {}).get("statusText", ""),
        "httpVersion": "http/1.1",
        "headers": _headers(headers),
        "cookies": [
            _set_cookie(line)
            for name, value in headers.items()
            if name.lower() == "set-cookie"
            for line in value.split("\n")
        ],
        "content": {"size": len(body or ""), "mimeType": (response or {}).get("mimeType", "text/plain")},
        "redirectURL": next((value for name, value in headers.items() if name.lower() == "location"), ""),
        "headersSize": 900,
        "bodySize": -1,
        "_transferSize": int(exchange.get("finished", {}).get("encodedDataLength", 0)),
        "_error": (failed or {}).get("errorText"),
    }
    if body is not None:
        answer["content"]["text"] = body
    return answer


def _headers(headers: Json) -> list[Json]:
    return [{"name": name, "value": line} for name, value in headers.items() for line in value.split("\n")]


def _cookie(cookie: Json) -> Json:
    kept = {
        "name": cookie["name"],
        "value": cookie["value"],
        "path": cookie["path"],
        "domain": cookie["domain"],
        "httpOnly": cookie["httpOnly"],
        "secure": cookie["secure"],
    }
    return kept | ({"sameSite": cookie["sameSite"]} if "sameSite" in cookie else {})


def _set_cookie(line: str) -> Json:
    first, *attributes = [part.strip() for part in line.split(";")]
    name, _, value = first.partition("=")
    given = {key.lower(): text for key, _, text in (attribute.partition("=") for attribute in attributes)}
    cookie: Json = {
        "name": name,
        "value": value,
        "path": given.get("path", "/"),
        "httpOnly": "httponly" in given,
        "secure": "secure" in given,
    }
    return (
        cookie
        | ({"domain": given["domain"]} if "domain" in given else {})
        | ({"sameSite": given["samesite"]} if "samesite" in given else {})
    )


def _initiator(initiator: Json) -> Json:
    frames = initiator.get("stack", {}).get("callFrames", [])
    kept = [frame for frame in frames if frame["url"].startswith("http")][:1]
    return (
        {"type": initiator.get("type", "other")}
        | ({"stack": {"callFrames": kept}} if kept else {})
        | ({"url": initiator["url"]} if "url" in initiator and not kept else {})
    )


def _place(url: str, line: int) -> str:
    return f"{urlsplit(url).path.rsplit('/', 1)[-1] or '(index)'}:{line + 1}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
