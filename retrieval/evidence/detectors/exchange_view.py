"""An HTTP exchange as expressions see it: flat, in plain values, with what browsers make of it.

Text that is not known is "", anything else that isn't is None, with which every comparison is undecided.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Any

from retrieval.evidence.detectors.functions import domain_matches, host_of, same_site, tokens
from retrieval.evidence.model import Body, Exchange, Headers, Request, Response, SetCookie, Url

View = dict[str, Any]

MAX_BODY_CHARACTERS = 20_000
"""Longer bodies are data: what decides findings is short, and converting the others would take longer than reading."""
MOST_LEVELS = 30
"""Of JSON in JSON; expressions go through it level by level."""
PAGE_AND_ASSET_TYPES = {"document", "font", "iframe", "image", "manifest", "media", "script", "stylesheet"}
_HTML = "text/html"

_NO_REQUEST = Request(method="", url=None, shows_headers=False, shows_cookies=False)
_NO_RESPONSE = Response(status=0, shows_headers=False, shows_cookies=False)
_NO_URL = Url(text="", scheme="", host="", port=0, path="", query={}, fragment="")


def view_exchanges(exchanges: Sequence[Exchange]) -> list[View]:
    """The view of each exchange, in their order. What came before is told apart by where it was recorded."""
    clocks = _Clocks(exchanges)
    cookies: defaultdict[str, _CookieJar] = defaultdict(_CookieJar)
    attempts: Counter[tuple[str, ...]] = Counter()
    views = []
    for exchange in exchanges:
        view = _view(exchange)
        attempt = (exchange.source, view["method"], view["url"], view["request_body"])
        attempts[attempt] += 1
        view["attempt"] = attempts[attempt]
        view["cookies_before"] = cookies[exchange.source].reaching(view["host"])
        cookies[exchange.source].take(view["set_cookies"])
        view["clock_ahead"] = _clock_ahead(exchange)
        view["reference_clock_ahead"] = clocks.of_others(view["host"])
        views.append(view)
    return views


def is_page_or_asset(exchange: Exchange) -> bool:
    """Whether a browser loaded a page or a part of one, rather than that a script called an API."""
    if exchange.resource_type:
        return exchange.resource_type in PAGE_AND_ASSET_TYPES
    request, response = exchange.request, exchange.response
    navigates = request is not None and _HTML in ",".join(request.headers.get("accept", ()))
    return navigates and request is not None and request.method == "GET" and response is not None


def _view(exchange: Exchange) -> View:
    request, response = exchange.request or _NO_REQUEST, exchange.response or _NO_RESPONSE
    url = request.url or _NO_URL
    request_headers, response_headers = _joined(request.headers), _joined(response.headers)
    page_origin, page_host = _page(exchange, request_headers)
    return {
        "method": request.method,
        "url": url.text,
        "scheme": url.scheme,
        "host": url.host,
        "port": url.port,
        "origin": url.origin if request.url else "",
        "path": url.path,
        "query": _first_values(url.query),
        "fragment": url.fragment,
        "request": request_headers,
        "requested_headers": tokens(request_headers.get("access-control-request-headers", "")),
        "cookies": {name: list(values) for name, values in request.cookies.items()},
        "sent": _fields(request.body),
        "request_body": _text(request.body),
        "client": exchange.client.value,
        "resource_type": exchange.resource_type,
        "page_origin": page_origin,
        "page_host": page_host,
        "started": exchange.started_at.timestamp() if exchange.started_at else None,
        "answered": exchange.response is not None,
        "status": response.status,
        "error": exchange.error,
        "response": response_headers,
        "set_cookies": [_cookie(cookie, url.host, exchange) for cookie in response.set_cookies],
        "received": _fields(response.body),
        "response_body": _text(response.body),
        "media_type": response_headers.get("content-type", "").partition(";")[0].strip().lower(),
        "exposed_headers": tokens(response_headers.get("access-control-expose-headers", "")),
        "allowed_headers": tokens(response_headers.get("access-control-allow-headers", "")),
        "allowed_methods": tokens(response_headers.get("access-control-allow-methods", "")),
        "allowed_origin": response_headers.get("access-control-allow-origin", ""),
        "from_cache": exchange.from_cache,
        "preflight": _is_preflight(exchange, request),
        "cross_origin": _cross_origin(page_origin, url, response_headers),
        "cross_site": _cross_site(page_origin, page_host, url),
        "credentialed": bool(request.cookies) or response_headers.get("access-control-allow-credentials") == "true",
        "request_headers_shown": request.shows_headers,
        "cookies_shown": request.shows_cookies,
        "response_headers_shown": response.shows_headers,
        "set_cookies_shown": response.shows_cookies,
    }


def _is_preflight(exchange: Exchange, request: Request) -> bool:
    if exchange.resource_type == "preflight":
        return True
    asks = "access-control-request-method" in request.headers or not request.shows_headers
    return request.method == "OPTIONS" and asks


def _joined(headers: Headers) -> dict[str, str]:
    return {name: ", ".join(values) for name, values in headers.items()}


def _first_values(values: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: value[0] for name, value in values.items() if value}


def _text(body: Body | None) -> str:
    return body.text[:MAX_BODY_CHARACTERS] if body else ""


def _fields(body: Body | None) -> View:
    """The fields of a form or of a JSON object; none if the body is neither, too long or too deep."""
    if body is None or len(body.text) > MAX_BODY_CHARACTERS:
        return {}
    if body.form is not None:
        return _first_values(body.form)
    return body.json if isinstance(body.json, dict) and _has_levels(body.json, MOST_LEVELS) else {}


def _has_levels(value: object, most: int) -> bool:
    """Whether a JSON value has at most so many levels."""
    if not isinstance(value, dict | list):
        return True
    items = value.values() if isinstance(value, dict) else value
    return most > 0 and all(_has_levels(item, most - 1) for item in items)


def _page(exchange: Exchange, headers: Mapping[str, str]) -> tuple[str, str]:
    """Origin and host of the page that sent a request; "" if it isn't known."""
    origin = headers.get("origin", "")
    if "://" not in origin and exchange.page is not None and exchange.page.host:
        return exchange.page.origin, exchange.page.host
    if "://" not in origin and exchange.resource_type != "document":
        scheme, separator, rest = headers.get("referer", "").partition("://")
        origin = f"{scheme}{separator}{rest.partition('/')[0]}"
    try:
        return (origin, host_of(origin)) if "://" in origin else ("", "")
    except ValueError:  # no URL
        return "", ""


def _cross_origin(page_origin: str, url: Url, response_headers: Mapping[str, str]) -> bool | None:
    if page_origin and url.host:
        return page_origin != url.origin
    # An API that its own page's origin serves needs no CORS.
    return True if "access-control-allow-origin" in response_headers else None


def _cross_site(page_origin: str, page_host: str, url: Url) -> bool | None:
    """Whether page and request are of two sites, schemes included, as SameSite cookies have it."""
    if not page_host or not url.host:
        return None
    return page_origin.partition("://")[0] != url.scheme or not same_site(page_host, url.host)


def _cookie(cookie: SetCookie, host: str, exchange: Exchange) -> View:
    now = exchange.started_at.timestamp() if exchange.started_at else 0.0
    expired = (cookie.max_age is not None and cookie.max_age <= 0) or (
        cookie.expires is not None and cookie.expires.timestamp() <= now
    )
    return {
        "name": cookie.name,
        "value": cookie.value,
        "size": cookie.size,
        "domain": cookie.domain or "",
        "path": cookie.path or "",
        "same_site": cookie.same_site or "",
        "secure": cookie.secure,
        "http_only": cookie.http_only,
        "expired": expired or not cookie.value,
        "host": host,
    }


class _CookieJar:
    """The cookies of a browser that takes every one it is offered."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], View] = {}

    def take(self, set_cookies: Iterable[View]) -> None:
        """Keep what a response sets, and drop what it expires."""
        for cookie in set_cookies:
            key = (cookie["name"], cookie["domain"] or cookie["host"], cookie["path"])
            self._cookies.pop(key, None)
            if not cookie["expired"]:
                self._cookies[key] = cookie

    def reaching(self, host: str) -> list[View]:
        """Those that are for a host, whatever their path."""
        return [
            cookie
            for cookie in self._cookies.values()
            if cookie["host"] == host or (cookie["domain"] and domain_matches(host, cookie["domain"]))
        ]


def _clock_ahead(exchange: Exchange) -> float | None:
    """By how many seconds the server's clock is ahead of the client's, to about a second; None if it isn't known."""
    response = exchange.response
    if response is None or exchange.started_at is None or exchange.from_cache or response.status == 304:
        return None
    if "age" in response.headers or "date" not in response.headers:
        return None
    try:
        answered = parsedate_to_datetime(response.headers["date"][0])
    except ValueError:
        return None
    half_way = (exchange.duration or 0.0) / 2000
    return answered.timestamp() - exchange.started_at.timestamp() - half_way


class _Clocks:
    """By how much the clocks of servers are ahead of the client's."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        by_host: defaultdict[str, list[float]] = defaultdict(list)
        for exchange in exchanges:
            ahead = _clock_ahead(exchange)
            if ahead is not None and exchange.request and exchange.request.url:
                by_host[exchange.request.url.host].append(ahead)
        self._by_host = {host: median(values) for host, values in by_host.items()}

    def of_others(self, host: str) -> float | None:
        """What at least two other hosts say on average, so that one wrong clock doesn't count."""
        others = [ahead for other, ahead in self._by_host.items() if other != host]
        return median(others) if len(others) >= 2 else None
