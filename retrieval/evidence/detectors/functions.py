"""The functions that expressions over evidence may call: the web's own rules, of no product.

Each takes and returns plain values. An argument of the wrong kind raises `ValueError` or `TypeError`; the expression is
then undecided.
"""

import base64
import binascii
import ipaddress
import json as json_parser
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from publicsuffixlist import PublicSuffixList

from kb.patterns import compile_pattern

JsonObject = dict[str, Any]


def tokens(text: str) -> list[str]:
    """The elements of a comma-separated header, in lower case."""
    return [token.strip().lower() for token in text.split(",") if token.strip()]


def lower(text: str) -> str:
    """`text` in lower case."""
    return text.lower()


def finds(text: str, pattern: str) -> bool:
    """Whether an RE2 pattern, case-insensitive, occurs in `text`."""
    return _compiled(pattern).search(text) is not None


_compiled = lru_cache(maxsize=1_000)(compile_pattern)


def json(text: str) -> JsonObject:
    """A JSON object.

    :raises ValueError: if it is no JSON.
    :raises TypeError: if it is no object.
    """
    value = json_parser.loads(text)
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def base64_json(text: str) -> JsonObject:
    """A JSON object in base64, of either alphabet, with or without padding.

    :raises ValueError: if it is none.
    """
    try:
        data = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64") from error
    return json(data.decode(errors="replace"))


def jwt(token: str) -> JsonObject:
    """The claims of a JSON Web Token, unverified.

    :raises ValueError: if it is none.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not a JSON Web Token")
    return base64_json(parts[1])


def bearer(header: str) -> str:
    """The token of an Authorization header.

    :raises ValueError: if it has none.
    """
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ValueError("no bearer token")
    return token.strip()


def scheme_of(url: str) -> str:
    """The scheme of a URL, "" if it has none."""
    return urlsplit(url).scheme if "://" in url else ""


def host_of(url: str) -> str:
    """The host of a URL, or of an address without scheme as in "localhost:3000"."""
    return urlsplit(url if "://" in url else f"//{url}").hostname or ""


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL as a browser writes them: without the scheme's own port."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" if parts.port in (None, default) else f"{parts.scheme}://{host}:{parts.port}"


def path_of(url: str) -> str:
    """The path of a URL, or of an address without scheme; "" if it has none."""
    return urlsplit(url if "://" in url else f"//{url}").path


def query_of(url: str) -> dict[str, str]:
    """The parameters of a URL, the first value of each."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def is_ip(host: str) -> bool:
    """Whether a host, or a cookie's Domain, is an IP address."""
    try:
        ipaddress.ip_address(host.strip("[].").partition(":")[0] if "." in host else host.strip("[]"))
    except ValueError:
        return False
    return True


def is_localhost(host: str) -> bool:
    """Whether a host names this computer, which browsers trust without TLS (W3C Secure Contexts)."""
    if is_ip(host):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host == "localhost" or host.endswith(".localhost")


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=10_000)
def registrable_domain(host: str) -> str:
    """What browsers take for one site: the public suffix and one label more; the host itself if it has no such."""
    host = host.strip(".").lower()
    if is_ip(host):
        return host
    domain: str | None = _suffixes().privatesuffix(host)
    return domain or host


@lru_cache(maxsize=1)
def _registry_suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


def hosting_suffix(host: str) -> str:
    """The suffix below which a provider gives each customer a host, such as "herokuapp.com"; "" if there is none."""
    host = host.strip(".").lower()
    if is_ip(host):
        return ""
    suffix: str = _suffixes().publicsuffix(host) or ""
    return "" if suffix == _registry_suffixes().publicsuffix(host) else suffix


def is_public_suffix(host: str) -> bool:
    """Whether a host is a public suffix, for which browsers accept no cookie: com, co.uk, herokuapp.com."""
    host = host.strip(".").lower()
    return "." in host and not is_ip(host) and _suffixes().privatesuffix(host) is None


def same_site(host: str, other: str) -> bool:
    """Whether two hosts belong to one site, schemes aside."""
    return registrable_domain(host) == registrable_domain(other)


def domain_matches(host: str, domain: str) -> bool:
    """Whether a cookie's Domain covers a host (RFC 6265, 5.1.3)."""
    domain = domain.lstrip(".").lower()
    return host == domain or (host.endswith(f".{domain}") and not is_ip(domain))


def path_matches(path: str, cookie_path: str) -> bool:
    """Whether a cookie's Path covers a path (RFC 6265, 5.1.4)."""
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        base64_json,
        bearer,
        domain_matches,
        finds,
        host_of,
        hosting_suffix,
        is_ip,
        is_localhost,
        is_public_suffix,
        json,
        jwt,
        lower,
        origin_of,
        path_matches,
        path_of,
        query_of,
        registrable_domain,
        same_site,
        scheme_of,
        tokens,
    )
}
