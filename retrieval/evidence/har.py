"""HAR, the recording of a browser's Network panel (HAR 1.2), with the quirks of those who write it.

Chrome leaves cookies and Authorization out unless told otherwise, and marks initiator, resource type and cache with
fields of its own. Firefox has neither. Safari joins all Set-Cookie lines into one. Every value is taken as untrusted: a
field of the wrong type counts as absent.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from json import JSONDecodeError, JSONDecoder
from typing import Any

from retrieval.evidence.headers import build_request, build_response, client_of, read_url
from retrieval.evidence.model import Client, Exchange, Request, Response, Url

MOST_EXCHANGES = 5_000
MOST_CHARACTERS = 100_000
"""Of a body, a URL or a header: error messages and API answers are short, servers refuse longer headers."""
MOST_HEADERS = 1_000
"""Of one message."""
MOST_BRACKETS = 1_000_000
"""A real HAR of 10 MB has a tenth of it; more would only be made to fill memory."""

_START = re.compile(r'\{\s*"log"\s*:\s*\{')
_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_PAGES = re.compile(r'"pages"\s*:\s*(?=\[)')
_BROWSERS = ("webinspector", "webkit", "firefox", "playwright", "chrome", "edge", "safari", "puppeteer")
_DECODER = JSONDecoder()
_TEXTUAL = re.compile(r"json|text/(?!css|javascript)|urlencoded|xml", re.IGNORECASE)


@dataclass(frozen=True)
class HarContent:
    """What one HAR holds, in the order of the requests. `damage`: why it was not read to its end."""

    exchanges: tuple[Exchange, ...]
    shows_cookies: bool
    damage: str = ""


def find_har(text: str, position: int = 0) -> int | None:
    """Where the next HAR begins in `text`."""
    match = _START.search(text, position)
    return match.start() if match else None


def read_har(text: str, start: int, source: str, limit: int = MOST_EXCHANGES) -> tuple[HarContent, int]:
    """Read the HAR that begins at `start`, up to `limit` exchanges; its content, and where it ends."""
    if text.count("{", start) + text.count("[", start) > MOST_BRACKETS:
        return HarContent((), shows_cookies=False, damage=f"it has over {MOST_BRACKETS:,} objects and lists"), len(text)
    try:
        document, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        return HarContent((), shows_cookies=False, damage="it is nested too deeply"), len(text)
    except ValueError as error:
        log, whole = _whole_parts(text, start)
        damage = f"{_cause(error)}; whole requests read before that: {whole}"
        return _content(log, source, limit, damage), len(text)
    return _content(_mapping(_mapping(document).get("log")), source, limit, ""), end


def _cause(error: ValueError) -> str:
    if isinstance(error, JSONDecodeError):
        return f"it is cut off or damaged at line {error.lineno}, column {error.colno} ({error.msg})"
    return "it holds a number too long to be one"


def _whole_parts(text: str, start: int) -> tuple[dict[str, Any], int]:
    """Pages and entries of a damaged HAR, as far as they are whole."""
    log: dict[str, Any] = {}
    if pages := _PAGES.search(text, start):
        log["pages"] = next(_decode_from(text, pages.end()), None)
    entries: list[Any] = []
    if list_start := _ENTRIES.search(text, start):
        entries = list(_decode_from(text, list_start.end()))
    log["entries"] = entries
    return log, len(entries)


def _decode_from(text: str, position: int) -> Iterator[Any]:
    """JSON values separated by commas, up to the first that is damaged."""
    separator = re.compile(r"[\s,]*")
    while True:
        try:
            position = _end(separator, text, position)
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        yield value


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _content(log: dict[str, Any], source: str, limit: int, damage: str) -> HarContent:
    entries = [entry for entry in _list(log.get("entries")) if isinstance(entry, dict)]
    if len(entries) > limit:
        damage = damage or f"it has {len(entries):,} requests, of which only the first {limit:,} were read"
        entries = entries[:limit]
    creator = _text(_mapping(log.get("creator")).get("name")).lower()
    pages = {
        _text(page.get("id")): read_url(_text(page.get("title"))) for page in map(_mapping, _list(log.get("pages")))
    }
    shows_cookies = any(_has_cookies(entry) for entry in entries)
    exchanges = [
        exchange
        for entry in entries
        if (exchange := _exchange(entry, source, pages, from_browser=any(name in creator for name in _BROWSERS)))
    ]
    if not shows_cookies:
        exchanges = [_without_cookies(exchange) for exchange in exchanges]
    earliest = datetime.min.replace(tzinfo=UTC)
    exchanges.sort(key=lambda exchange: exchange.started_at or earliest)
    return HarContent(tuple(exchanges), shows_cookies, damage)


def _has_cookies(entry: dict[str, Any]) -> bool:
    messages = (_mapping(entry.get("request")), _mapping(entry.get("response")))
    return any(
        _list(message.get("cookies"))
        or any(name.lower() in ("cookie", "set-cookie", "authorization") for name, _ in _pairs(message.get("headers")))
        for message in messages
    )


def _without_cookies(exchange: Exchange) -> Exchange:
    return replace(
        exchange,
        request=replace(exchange.request, shows_cookies=False) if exchange.request else None,
        response=replace(exchange.response, shows_cookies=False) if exchange.response else None,
    )


def _exchange(
    entry: dict[str, Any], source: str, pages: dict[str, Url | None], *, from_browser: bool
) -> Exchange | None:
    request = _request(_mapping(entry.get("request")))
    if request is None:
        return None
    answer = _mapping(entry.get("response"))
    resource_type = _text(entry.get("_resourceType")).lower()
    return Exchange(
        request=request,
        response=_response(answer),
        source=source,
        client=Client.BROWSER if from_browser else client_of(request),
        started_at=_time(entry.get("startedDateTime")),
        duration=_number(entry.get("time")),
        from_cache=_from_cache(entry),
        resource_type=resource_type,
        page=_page(request, resource_type, pages.get(_text(entry.get("pageref")))),
        initiator=_initiator(_mapping(entry.get("_initiator"))),
        error=_text(answer.get("_error")) or _text(answer.get("_failureText")),
    )


def _request(request: dict[str, Any]) -> Request | None:
    url = _text(request.get("url"))
    if read_url(url) is None:
        return None
    pairs = list(_pairs(request.get("headers")))
    if not any(name.lower() == "cookie" for name, _ in pairs):
        pairs += [("cookie", f"{name}={value}") for name, value in _pairs(request.get("cookies"))]
    post_data = _mapping(request.get("postData"))
    body = _text(post_data.get("text"))
    if not body and (parameters := list(_pairs(post_data.get("params")))):
        body = "&".join(f"{name}={value}" for name, value in parameters)
    if body and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs.append(("content-type", _text(post_data.get("mimeType"))))
    built = build_request(
        _text(request.get("method")), url, pairs, body[:MOST_CHARACTERS] or None, shows_headers=bool(pairs)
    )
    return built


def _response(response: dict[str, Any]) -> Response | None:
    status = response.get("status")
    status = status if isinstance(status, int) and 0 < status < 1000 else 0
    pairs = list(_pairs(response.get("headers")))
    if not status and not pairs:
        return None
    if not any(name.lower() == "set-cookie" for name, _ in pairs):
        pairs += [("set-cookie", _set_cookie(cookie)) for cookie in map(_mapping, _list(response.get("cookies")))]
    return build_response(
        status,
        _text(response.get("statusText")),
        pairs,
        _body(_mapping(response.get("content"))),
        shows_headers=bool(pairs),
    )


def _set_cookie(cookie: dict[str, Any]) -> str:
    """A cookie of a HAR's list as the line it came from."""
    attributes = [
        f"; {label}={value}"
        for key, label in (("domain", "Domain"), ("path", "Path"), ("sameSite", "SameSite"))
        if (value := _text(cookie.get(key)))
    ]
    flags = [f"; {label}" for key, label in (("httpOnly", "HttpOnly"), ("secure", "Secure")) if cookie.get(key) is True]
    return "".join([f"{_text(cookie.get('name'))}={_text(cookie.get('value'))}", *attributes, *flags])


def _body(content: dict[str, Any]) -> str | None:
    text = _text(content.get("text"))
    if not text or not _TEXTUAL.search(_text(content.get("mimeType")) or "text/plain"):
        return None
    if content.get("encoding") == "base64":
        try:
            text = base64.b64decode(text).decode(errors="replace")
        except (binascii.Error, ValueError):
            return None
    return text or None


def _page(request: Request, resource_type: str, page: Url | None) -> Url | None:
    """The page that sent a request: by its own headers first, as a recording may span several pages."""
    if resource_type == "document":
        return request.url
    for name in ("referer", "origin"):
        if url := read_url(request.headers.get(name, ("",))[0]):
            return url
    return page


def _initiator(initiator: dict[str, Any]) -> str:
    frames = _list(_mapping(initiator.get("stack")).get("callFrames"))
    urls = (_text(_mapping(frame).get("url")) for frame in frames)
    return _text(initiator.get("url")) or next((url for url in urls if url), "")


def _from_cache(entry: dict[str, Any]) -> bool:
    return bool(
        entry.get("_fromCache")
        or _text(entry.get("_fetchType")).endswith("Cache")
        or _mapping(entry.get("cache")).get("afterRequest")
    )


def _time(value: object) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(_text(value))
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    for item in map(_mapping, _list(value)[:MOST_HEADERS]):
        if name := _text(item.get("name")):
            yield name, _text(item.get("value"))


def _text(value: object) -> str:
    """A string that can be written as UTF-8: JSON can spell half a character (a lone surrogate)."""
    if not isinstance(value, str):
        return ""
    value = value[:MOST_CHARACTERS]
    return value if value.isascii() else value.encode(errors="replace").decode()


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e12 else None
