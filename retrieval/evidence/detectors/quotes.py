"""The line of an exchange that proves a finding, and where it stands."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from retrieval.evidence.detectors.exchange_view import View
from retrieval.evidence.model import Exchange
from retrieval.masking import mask

PART_CHARACTERS = 200
QUOTE_CHARACTERS = 400


class Quote(NamedTuple):
    """Both masked."""

    text: str
    where: str


def quote_exchange(exchange: Exchange, view: View, parts: Sequence[str]) -> Quote:
    """The parts that are there, or that they are not.

    :param parts: "page", "url", "status", a header or cookie as in "response.vary" and "set_cookie.id", or a field of a
        body as in "sent.code".
    """
    lines = [line for part in parts for line in _lines(exchange, view, part)]
    asks = bool(parts) and all(part.split(".")[0] in {"request", "cookie", "sent", "url", "page"} for part in parts)
    where = exchange.where_request if asks and exchange.request else exchange.where
    # Masked before they are shortened: half a secret doesn't look like one.
    return quoted(
        " | ".join(shortened(mask(line), PART_CHARACTERS) for line in dict.fromkeys(lines)) or exchange.summary, where
    )


def quoted(text: str, where: str) -> Quote:
    """A line, and where it stands, as an answer may show them."""
    return Quote(shortened(mask(text)), mask(where))


def _lines(exchange: Exchange, view: View, part: str) -> Iterator[str]:
    """The lines of one part. One that is absent is said to be, behind the exchange's summary."""
    kind, _, name = part.partition(".")
    if kind == "url":
        yield f"{view['method']} {view['url']}".strip()
    elif kind == "page":
        yield f"page {view['page_origin']}"
    elif kind == "status":
        yield exchange.summary
    else:
        line = _line(exchange, view, kind, name)
        if line:
            yield line
        elif kind in _ABSENT:
            yield f"{exchange.summary}, without {_ABSENT[kind].format(name)}"


_ABSENT = {
    "request": "the request header {}",
    "response": "the response header {}",
    "cookie": "the cookie {}",
    "set_cookie": "Set-Cookie for {}",
}
"""How to say that a part is absent; of a field of a body that proves nothing."""


def _line(exchange: Exchange, view: View, kind: str, name: str) -> str:
    if kind in {"request", "response"}:
        return f"{name}: {view[kind][name]}" if name in view[kind] else ""
    if kind == "cookie":
        return "; ".join(f"{name}={value}" for value in view["cookies"].get(name, ()))
    if kind == "set_cookie":
        cookies = exchange.response.set_cookies if exchange.response else ()
        return " | ".join(_set_cookie(cookie.line, cookie.size) for cookie in cookies if cookie.name == name)
    body = view[kind]
    return f"{name}: {body[name]}" if name in body else ""


def _set_cookie(line: str, size: int) -> str:
    """A Set-Cookie line without its value, which is long and secret; its attributes and size prove things."""
    pair, _, attributes = line.removeprefix("set-cookie:").partition(";")
    return f"Set-Cookie: {pair.split('=')[0].strip()} ({size} bytes);{attributes}".rstrip(";")


def shortened(text: str, characters: int = QUOTE_CHARACTERS) -> str:
    """At most so many characters of a text, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= characters else text[: characters - 1] + "…"
