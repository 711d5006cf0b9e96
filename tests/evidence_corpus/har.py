"""Exchanges that Chromium reported over its debugging protocol, as entries of a HAR."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]
NO_RESPONSE: Json = {
    "status": 0,
    "statusText": "",
    "httpVersion": "",
    "headers": [],
    "cookies": [],
    "content": {"size": 0, "mimeType": "x-unknown"},
    "redirectURL": "",
    "headersSize": -1,
    "bodySize": -1,
    "_transferSize": 0,
}


def har_entry(exchange: Json) -> Json:
    """One exchange as Chrome's export shows it."""
    event, request = exchange["event"], exchange["event"]["request"]
    response = exchange.get("response")
    hop = slice(exchange["hop"], exchange["hop"] + 1)  # the headers of all hops of a redirect come under one id
    sent, got = exchange["sent"][hop], exchange["got"][hop]
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
        "_initiator": initiator(event.get("initiator", {})),
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
        "startedDateTime": har_time(event["wallTime"]),
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
        return NO_RESPONSE | {"_error": (failed or {}).get("errorText")}
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


def initiator(reported: Json) -> Json:
    """What started a request, with the topmost frame of a page's script."""
    frames = reported.get("stack", {}).get("callFrames", [])
    kept = [frame for frame in frames if frame["url"].startswith("http")][:1]
    return (
        {"type": reported.get("type", "other")}
        | ({"stack": {"callFrames": kept}} if kept else {})
        | ({"url": reported["url"]} if "url" in reported and not kept else {})
    )


def har_time(seconds: float) -> str:
    """Seconds since 1970 as a HAR writes them."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
