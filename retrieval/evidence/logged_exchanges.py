"""Requests that a line of an access log or of a console tells of, as far as it tells."""

from collections.abc import Callable

import re2

from retrieval.evidence.headers import build_request, read_url
from retrieval.evidence.model import Client, Exchange, LogLine, Request, Response

_METHOD = "(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)"
_HINT = re2.compile(f"{_METHOD}|CORS|load http|remote resource")
"""What all formats have in common: most lines have none of it."""


def read_logged_exchange(line: LogLine) -> Exchange | None:
    """The exchange of this line, without headers and cookies; None if it tells of none."""
    if not _HINT.search(line.text):
        return None
    for pattern, read in _FORMATS:
        if match := pattern.search(line.text):
            return read(line, match)
    return None


def _access(line: LogLine, match: "re2._Match") -> Exchange:
    """`"POST /login HTTP/1.1" 401` of nginx, Apache, uvicorn, gunicorn, Django."""
    method, target, status, status_text, agent = match.groups()
    client = Client.BROWSER if agent else Client.UNKNOWN
    return _exchange(line, _request(method, target), _response(status, status_text), client)


def _gin(line: LogLine, match: "re2._Match") -> Exchange:
    """`| 401 |  35ms |  127.0.0.1 | POST  "/login"` of Gin."""
    return _exchange(line, _request(match[2], match[3]), _response(match[1]))


def _router(line: LogLine, match: "re2._Match") -> Exchange:
    """`POST /login 401 in 35ms` of morgan and Next.js."""
    return _exchange(line, _request(match[1], match[2]), _response(match[3]))


def _chrome(line: LogLine, match: "re2._Match") -> Exchange:
    """`POST https://api.example.com/login 401 (Unauthorized)` of Chrome's console."""
    method, target, status, status_text, error = match.groups()
    response = _response(status, status_text) if status else None
    return _exchange(line, _request(method, target), response, Client.BROWSER, error or "")


def _chrome_cors(line: LogLine, match: "re2._Match") -> Exchange:
    """`Access to fetch at '...' from origin '...' has been blocked by CORS policy: ...` of Chrome's console."""
    target, page, reason = match.groups()
    return _exchange(line, _request("", target), None, Client.BROWSER, reason, page)


def _firefox_cors(line: LogLine, match: "re2._Match") -> Exchange:
    """`Cross-Origin Request Blocked: ... the remote resource at https://... . (Reason: ...)` of Firefox's console."""
    return _exchange(line, _request("", match[1]), None, Client.BROWSER, match[2])


def _safari_cors(line: LogLine, match: "re2._Match") -> Exchange:
    """`Fetch API cannot load https://... due to access control checks.` of Safari's console."""
    return _exchange(line, _request("", match[1]), None, Client.BROWSER, match[2])


_FORMATS: tuple[tuple["re2._Regexp", Callable[[LogLine, "re2._Match"], Exchange]], ...] = tuple(
    (re2.compile(pattern), read)
    for pattern, read in (
        (rf"\"{_METHOD} (\S+) HTTP/[\d.]+\" (\d{{3}})\b(?: ([A-Z][A-Za-z ]+))?(?:.*\"(Mozilla/[^\"]*)\")?", _access),
        (rf"\|\s*(\d{{3}})\s*\|[^\"]*\|\s*{_METHOD}\s+\"(/[^\"]*)\"", _gin),
        (rf"\b{_METHOD}\s?(https?://\S+)\s(?:(\d{{3}}) \(([^)]*)\)|(net::\w+))", _chrome),
        (rf"^[^\"]*\b{_METHOD} (/\S*) (\d{{3}})\b", _router),
        (
            r"Access to [\w ]+ at '(\S+?)' (?:\(redirected from '\S+'\) )?from origin '(\S+)' has been (.*)",
            _chrome_cors,
        ),
        (r"the remote resource at (https?://\S+?)\.? \((Reason: [^)]*)\)", _firefox_cors),
        (r"cannot load (https?://\S+) (due to access control checks)", _safari_cors),
    )
)


def _exchange(
    line: LogLine,
    request: Request,
    response: Response | None,
    client: Client = Client.UNKNOWN,
    error: str = "",
    page: str = "",
) -> Exchange:
    return Exchange(
        request, response, source=line.source, line=line.line, client=client, error=error, page=read_url(page)
    )


def _request(method: str, target: str) -> Request:
    return build_request(method, target, (), shows_headers=False, shows_cookies=False)


def _response(status: str, status_text: str | None = None) -> Response:
    return Response(int(status), (status_text or "").strip(), shows_headers=False, shows_cookies=False)
