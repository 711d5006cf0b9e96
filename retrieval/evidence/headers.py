"""Header fields, cookies and URLs as they were pasted, made into the model's shapes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

from retrieval.evidence.model import Body, Client, Headers, Request, Response, SetCookie, Url

COOKIE_HEADERS = frozenset({"cookie", "set-cookie"})
# A comma that separates two cookies, unlike the one in "Expires=Wed, 21 Oct", is followed by a name and "=".
_NEXT_COOKIE = re.compile(r"\n|,\s+(?=[^\s;,=]+=)")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_MAX_AGE = re.compile(r"-?\d{1,12}")


@dataclass(frozen=True)
class Fields:
    """The fields of one message: headers without cookies, and the cookies of either direction."""

    headers: Headers
    cookies: Mapping[str, tuple[str, ...]]
    set_cookies: tuple[SetCookie, ...]
    pseudo: Mapping[str, str]
    """HTTP/2's ":method", ":path", ":authority", ":scheme" and ":status"."""


def read_fields(pairs: Iterable[tuple[str, str]]) -> Fields:
    """Sort header lines, in any case, into headers and cookies."""
    headers: defaultdict[str, list[str]] = defaultdict(list)
    cookies: defaultdict[str, list[str]] = defaultdict(list)
    set_cookies: list[SetCookie] = []
    pseudo: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.strip().lower(), raw_value.strip()
        if name.startswith(":"):
            pseudo[name] = value
        elif name == "cookie":
            for cookie_name, cookie_value in read_cookies(value):
                cookies[cookie_name].append(cookie_value)
        elif name == "set-cookie":
            set_cookies += [read_set_cookie(line) for line in _NEXT_COOKIE.split(value) if line.strip()]
        elif name:
            headers[name].append(value)
    return Fields(_frozen(headers), _frozen(cookies), tuple(set_cookies), pseudo)


def _frozen(values: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(texts) for name, texts in values.items()}


def read_cookies(value: str) -> list[tuple[str, str]]:
    """The names and values of a Cookie header."""
    pairs = (part.partition("=") for part in value.split(";"))
    return [(name.strip(), value.strip()) for name, _, value in pairs if name.strip()]


def read_set_cookie(value: str) -> SetCookie:
    """One Set-Cookie line, read as RFC 6265 tells browsers to: unknown attributes are ignored, the last one counts."""
    pair, *attribute_texts = value.split(";")
    name, _, cookie_value = pair.partition("=")
    attributes = {
        key.strip().lower(): text.strip()
        for key, _, text in (attribute.partition("=") for attribute in attribute_texts)
    }
    max_age = attributes.get("max-age", "")
    return SetCookie(
        name=name.strip(),
        value=cookie_value.strip(),
        line=f"set-cookie: {value.strip()}",
        domain=attributes.get("domain") or None,
        path=attributes.get("path") or None,
        same_site=attributes["samesite"].lower() if attributes.get("samesite") else None,
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        partitioned="partitioned" in attributes,
        max_age=int(max_age) if _MAX_AGE.fullmatch(max_age) else None,
        expires=read_http_date(attributes.get("expires", "")),
    )


def read_http_date(text: str) -> datetime | None:
    """The time of a Date, Expires or Last-Modified header in UTC; None if it is none."""
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def read_url(text: str) -> Url | None:
    """A URL, or a path alone; None if it is neither."""
    text = text.strip()
    if not text.startswith("/") and "://" not in text:
        return None
    try:
        # A path may begin with "//", which would otherwise be read as a host.
        parts = urlsplit(text) if "://" in text.partition("?")[0] else urlsplit(f"//-{text}")
        port, host = parts.port, (parts.hostname or "")
    except ValueError:
        return None
    if not parts.scheme:
        host = ""
    elif not host:
        return None
    return Url(
        text=text,
        scheme=parts.scheme.lower(),
        host=host,
        port=port if port is not None else _DEFAULT_PORTS.get(parts.scheme.lower(), 0),
        path=parts.path or "/",
        query={name: tuple(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
        fragment=parts.fragment,
    )


def read_media_type(headers: Headers) -> str:
    """The media type of Content-Type without its parameters, in lower case; "" if there is none."""
    return headers.get("content-type", ("",))[0].partition(";")[0].strip().lower()


def build_request(
    method: str,
    target: str,
    pairs: Iterable[tuple[str, str]],
    body: str | None = None,
    *,
    scheme: str = "",
    credentials: str = "",
    shows_headers: bool = True,
    shows_cookies: bool = True,
) -> Request:
    """A request from its first line and header lines.

    :param target: a URL, or a path, which is completed by the Host header or HTTP/2's ":authority" if there is one.
    :param scheme: of a target that doesn't say.
    """
    fields = read_fields(pairs)
    target = target or fields.pseudo.get(":path", "")
    host = fields.pseudo.get(":authority") or fields.headers.get("host", ("",))[0]
    scheme = scheme or fields.pseudo.get(":scheme", "")
    if target.startswith("/") and host and scheme:
        target = f"{scheme}://{host}{target}"
    url = read_url(target)
    if url and not url.host and host:
        url = Url(url.text, "", host.rpartition("@")[2].partition(":")[0].lower(), 0, url.path, url.query, url.fragment)
    return Request(
        method=(method or fields.pseudo.get(":method", "")).upper(),
        url=url,
        headers=fields.headers,
        cookies=fields.cookies,
        body=Body(body, read_media_type(fields.headers)) if body is not None else None,
        credentials=credentials,
        shows_headers=shows_headers,
        shows_cookies=shows_cookies,
    )


def build_response(
    status: int,
    status_text: str,
    pairs: Iterable[tuple[str, str]],
    body: str | None = None,
    *,
    shows_headers: bool = True,
    shows_cookies: bool = True,
) -> Response:
    """A response from its first line and header lines."""
    fields = read_fields(pairs)
    pseudo_status = fields.pseudo.get(":status", "")[:3]
    return Response(
        status=status or (int(pseudo_status) if pseudo_status.isdecimal() else 0),
        status_text=status_text,
        headers=fields.headers,
        set_cookies=fields.set_cookies,
        body=Body(body, read_media_type(fields.headers)) if body is not None else None,
        shows_headers=shows_headers,
        shows_cookies=shows_cookies,
    )


def client_of(request: Request | None) -> Client:
    """Who sent a request, by what only browsers or only tools send."""
    if request is None:
        return Client.UNKNOWN
    agent = request.headers.get("user-agent", ("",))[0].lower()
    if agent.startswith("mozilla/") or "sec-fetch-mode" in request.headers:
        return Client.BROWSER
    if agent.startswith(("curl/", "wget/", "httpie/", "postmanruntime/", "insomnia/", "python-", "node", "axios/")):
        return Client.COMMAND_LINE
    return Client.UNKNOWN
