"""What was read from evidence: HTTP exchanges, log lines and configuration, in the words of HTTP.

Values are as they were pasted, secrets included: whatever leaves this package goes through `retrieval.masking.mask`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from retrieval.masking import mask

Headers = Mapping[str, tuple[str, ...]]
"""Lower-case names, each with its values, one per header line, in order. Without cookies: those have fields of their
own."""

SYMPTOM = "symptom"
"""`source` of what stood in the symptom's text itself."""


MOST_PATH_CHARACTERS = 200
"""Of the path by which an exchange is named."""


class Side(StrEnum):
    """Where a log was written, or a configuration is used."""

    FRONTEND = "frontend"
    BACKEND = "backend"
    UNKNOWN = "unknown"


class Client(StrEnum):
    """Who sent a request: what curl sends proves nothing about what a page's code sends."""

    BROWSER = "browser"
    COMMAND_LINE = "command_line"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Url:
    """A URL, taken apart. `host` is lower-case; `port` is filled in from the scheme if it isn't written.

    In a server's log there is often only a path: then `scheme` and `host` are "" and `port` is 0.
    """

    text: str
    scheme: str
    host: str
    port: int
    path: str
    query: Mapping[str, tuple[str, ...]]
    fragment: str

    @property
    def origin(self) -> str:
        """Scheme, host, and the port unless it is the scheme's own, as a browser writes it; "" if they are unknown."""
        if not (self.scheme and self.host):
            return ""
        default = {"http": 80, "https": 443}.get(self.scheme)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" if self.port == default else f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True)
class Body:
    """A text body. `json` and `form` are None where it is not readable as such."""

    text: str
    media_type: str

    @cached_property
    def json(self) -> Any:  # noqa: ANN401  (any JSON value)
        """The value of a JSON body."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def form(self) -> Mapping[str, tuple[str, ...]] | None:
        """The fields of a URL-encoded form."""
        if self.media_type != "application/x-www-form-urlencoded":
            return None
        return {name: tuple(values) for name, values in parse_qs(self.text, keep_blank_values=True).items()}


@dataclass(frozen=True)
class SetCookie:
    """One Set-Cookie line. Attributes as the browser reads them: None where they are absent; `same_site` in lower case.

    `line`: the header as it was pasted.
    """

    name: str
    value: str
    line: str
    domain: str | None = None
    path: str | None = None
    same_site: str | None = None
    secure: bool = False
    http_only: bool = False
    partitioned: bool = False
    max_age: int | None = None
    expires: datetime | None = None

    @property
    def size(self) -> int:
        """Bytes of name and value together, which browsers limit to 4096."""
        return len(self.name.encode(errors="replace")) + len(self.value.encode(errors="replace"))


@dataclass(frozen=True)
class Request:
    """A request. Something absent proves something only where it would have been shown.

    `method`: upper-case, "" if unknown. `url`: None where only headers without a path were pasted.
    `cookies`: each name with its values, more than one if it was sent more than once.
    `credentials`: the mode given to fetch ("include", "omit", "same-origin"), "" if unknown: a HAR doesn't say.
    `shows_headers`: False where only the first line or some headers were seen, as in a console message.
    `shows_cookies`: False where cookies were left out, as in a sanitised HAR.
    """

    method: str
    url: Url | None
    headers: Headers = field(default_factory=dict)
    cookies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: Body | None = None
    credentials: str = ""
    shows_headers: bool = True
    shows_cookies: bool = True

    def header_line(self, name: str) -> str:
        """All lines of a header as one, as it was sent; "" if it is absent."""
        return header_line(self.headers, name)


@dataclass(frozen=True)
class Response:
    """A response, with the same caveat about what is absent. `status`: 0 if unknown."""

    status: int
    status_text: str = ""
    headers: Headers = field(default_factory=dict)
    set_cookies: tuple[SetCookie, ...] = ()
    body: Body | None = None
    shows_headers: bool = True
    shows_cookies: bool = True

    def header_line(self, name: str) -> str:
        """All lines of a header as one, as it was received; "" if it is absent."""
        return header_line(self.headers, name)


@dataclass(frozen=True)
class Exchange:
    """A request with its response, either of which may be missing, in the order in which they were sent.

    `source`: the piece of evidence it was found in. `line`: the line it starts at, from 1; 0 in a HAR.
    `started_at`: UTC, by the client's clock. `duration`: milliseconds.
    `from_cache`: answered by the browser's own cache. `resource_type`: in lower case, as the browser names it: "fetch",
    "xhr", "document", "preflight", "script". `page`: the page that sent it. `initiator`: URL of the script that did.
    `error`: why there was no answer ("net::ERR_CERT_AUTHORITY_INVALID").
    """

    request: Request | None
    response: Response | None
    source: str
    line: int = 0
    client: Client = Client.UNKNOWN
    started_at: datetime | None = None
    duration: float | None = None
    from_cache: bool = False
    resource_type: str = ""
    page: Url | None = None
    initiator: str = ""
    error: str = ""

    @property
    def where(self) -> str:
        """Where the response is, or the request if there is none."""
        return self.where_response if self.response else self.where_request

    @property
    def where_request(self) -> str:
        """As in "session.har, request POST /auth/signin"."""
        return f"{self._place}, request{self._name}"

    @property
    def where_response(self) -> str:
        """As in "session.har, response of POST /auth/signin"."""
        return f"{self._place}, response of{self._name}" if self._name else f"{self._place}, response"

    @property
    def summary(self) -> str:
        """The line to quote for something that is not there: "POST /auth/signin: 401 Unauthorized"."""
        if self.response is None:
            outcome = self.error or "no response"
        else:
            outcome = f"{self.response.status or 'status unknown'} {self.response.status_text}".strip()
        return f"{self._name.strip()}: {outcome}" if self._name else outcome

    @property
    def text(self) -> str:
        """The body of a response that somebody pasted, masked. Of a recording nobody chose the bodies."""
        return mask(self.response.body.text) if self.line and self.response and self.response.body else ""

    @property
    def _place(self) -> str:
        return f"{self.source}, line {self.line}" if self.line else self.source

    @property
    def _name(self) -> str:
        # Without the query: it may hold a code or a token, and is long.
        if self.request is None:
            return ""
        path = self.request.url.path[:MOST_PATH_CHARACTERS] if self.request.url else ""
        name = f"{self.request.method} {path}".strip()
        return f" {name}" if name else ""


@dataclass(frozen=True)
class LogLine:
    """A line of a log, without colours and without the prefix that a container or a terminal put before it.

    Unlike the rest of the model, its text is masked.
    `level`: "error", "warning", "info" or "debug", "" if the line doesn't say.
    """

    text: str
    source: str
    line: int
    level: str = ""
    side: Side = Side.UNKNOWN

    @property
    def where(self) -> str:
        """As in "console.log, line 12"."""
        return f"{self.source}, line {self.line}"


ConfigValue = str | bool | int | float | None | tuple["ConfigValue", ...]


@dataclass(frozen=True)
class ConfigFact:
    """One value that a configuration or a piece of code sets.

    `path`: dotted, with the call it stands in: "init.appInfo.apiDomain", "app.use(cors).exposedHeaders".
    `value`: of an expression that can't be read without running it, its source; then `literal` is False.
    `language`: "javascript", "typescript", "python", "go", "dotenv", "yaml", "json", "nginx". `text`: the line itself.
    `snippet`: first line of the file or snippet it stands in; facts of one source and snippet belong together.
    """

    path: str
    value: ConfigValue
    text: str
    source: str
    line: int
    language: str
    literal: bool = True
    side: Side = Side.UNKNOWN
    snippet: int = 1

    @property
    def where(self) -> str:
        """As in "backend/config.ts, line 12"."""
        return f"{self.source}, line {self.line}"


@dataclass(frozen=True)
class Unreadable:
    """A piece of evidence that could not be read, or not all of it. `reason` says why, without quoting it."""

    source: str
    reason: str


@dataclass(frozen=True)
class Artifacts:
    """All that was read, each kind in order.

    `words`: what the user said, without recordings. `telling`: the lines of the evidence that are worth searching with
    it. Both are masked.
    """

    exchanges: tuple[Exchange, ...] = ()
    log_lines: tuple[LogLine, ...] = ()
    config: tuple[ConfigFact, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    words: str = ""
    telling: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What to search the knowledge base for."""
        return "\n".join([self.words, *self.telling])

    def attached_texts(self) -> Mapping[str, str]:
        """What programs say in the attachments, by their source; what they say in the symptom is among its words."""
        texts: dict[str, list[str]] = {}
        said: tuple[LogLine | Exchange, ...] = (*self.log_lines, *self.exchanges)
        for item in said:
            if item.source != SYMPTOM and (text := item.text):
                texts.setdefault(item.source, []).append(text)
        return {source: "\n".join(lines) for source, lines in texts.items()}

    def __bool__(self) -> bool:
        """Whether there is anything that a detector could look at."""
        return bool(self.exchanges or self.log_lines or self.config)


def header_line(headers: Headers, name: str) -> str:
    """All lines of a header as one ("vary: origin, accept"); "" if it is absent."""
    values = headers.get(name)
    return f"{name}: {', '.join(values)}" if values is not None else ""
