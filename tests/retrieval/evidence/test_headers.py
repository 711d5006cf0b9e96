from datetime import UTC, datetime

import pytest

from retrieval.evidence.headers import build_request, client_of, read_fields, read_http_date, read_set_cookie, read_url
from retrieval.evidence.model import Client


def test_names_are_lower_case_and_values_stay_in_order() -> None:
    fields = read_fields([("Vary", " Origin "), ("X-Pigeon", "1"), ("vary", "Accept")])

    assert fields.headers == {"vary": ("Origin", "Accept"), "x-pigeon": ("1",)}


def test_a_cookie_sent_twice_has_both_values() -> None:
    fields = read_fields([("cookie", "sid=a; lang=de; sid=b"), ("Cookie", "sid=c")])

    assert fields.cookies == {"sid": ("a", "b", "c"), "lang": ("de",)}
    assert "cookie" not in fields.headers


def test_a_cookie_is_read_with_all_its_attributes() -> None:
    cookie = read_set_cookie(
        "sid=a=b; Domain=.pigeon.example; path=/x; SameSite=None; secure; HttpOnly; Partitioned; Max-Age=-1"
        "; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Priority=High"
    )

    assert (cookie.name, cookie.value) == ("sid", "a=b")
    assert (cookie.domain, cookie.path, cookie.same_site) == (".pigeon.example", "/x", "none")
    assert (cookie.secure, cookie.http_only, cookie.partitioned, cookie.max_age) == (True, True, True, -1)
    assert cookie.expires == datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
    assert cookie.line.startswith("set-cookie: sid=a=b; Domain=.pigeon.example; path=/x;")


def test_attributes_that_are_absent_or_empty_are_none() -> None:
    cookie = read_set_cookie("sid; Domain=; Max-Age=soon; Expires=never")

    assert (cookie.name, cookie.value) == ("sid", "")
    assert (cookie.domain, cookie.path, cookie.same_site, cookie.max_age, cookie.expires) == (None,) * 5
    assert (cookie.secure, cookie.http_only, cookie.partitioned) == (False, False, False)


@pytest.mark.parametrize(
    "joined",
    [
        "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, b=2; Secure",
        "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/\nb=2; Secure",
    ],
    ids=["Safari", "Chrome's protocol"],
)
def test_lines_that_a_tool_joined_are_taken_apart(joined: str) -> None:
    first, second = read_fields([("set-cookie", joined)]).set_cookies

    assert (first.name, first.path, first.secure) == ("a", "/", False)
    assert (second.name, second.path, second.secure) == ("b", None, True)


@pytest.mark.parametrize(
    "text", ["", "a.example/x", "mailto:ada@pigeon.example", "https://", "http://[::1", "http://a:b/"]
)
def test_what_is_no_url_is_none(text: str) -> None:
    assert read_url(text) is None


def test_a_url_is_taken_apart() -> None:
    url = read_url("HTTPS://Ada:pw@API.Pigeon.example/a//b?x=1&x=2&y=#frag")

    assert url is not None
    assert (url.scheme, url.host, url.port, url.path) == ("https", "api.pigeon.example", 443, "/a//b")
    assert (url.query, url.fragment) == ({"x": ("1", "2"), "y": ("",)}, "frag")


def test_a_path_that_begins_with_two_slashes_is_no_host() -> None:
    url = read_url("//session/refresh?next=https://a.example/")

    assert url is not None
    assert (url.scheme, url.host, url.port, url.path) == ("", "", 0, "//session/refresh")


@pytest.mark.parametrize(
    ("target", "pairs", "scheme", "url"),
    [
        ("/x", [("Host", "a.example:8000")], "http", "http://a.example:8000/x"),
        ("", [(":path", "/x?y=1"), (":authority", "a.example"), (":scheme", "https")], "", "https://a.example/x?y=1"),
        ("https://a.example/x", [("host", "b.example")], "", "https://a.example/x"),
    ],
    ids=["HTTP/1.1", "HTTP/2", "as a command gives it"],
)
def test_a_path_is_completed_by_the_headers(target: str, pairs: list[tuple[str, str]], scheme: str, url: str) -> None:
    request = build_request("GET", target, pairs, scheme=scheme)

    assert request.url == read_url(url)


def test_without_a_scheme_only_the_host_is_known() -> None:
    url = build_request("GET", "/x", [("Host", "A.example:8000")]).url

    assert url is not None
    assert (url.scheme, url.host, url.path, url.origin) == ("", "a.example", "/x", "")


@pytest.mark.parametrize("text", ["", "yesterday", "Wed, 99 Oct 2026 07:28:00 GMT", "Mon, 30 Nov 99999 07:00:00 GMT"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_http_date(text) is None


@pytest.mark.parametrize(
    ("pairs", "client"),
    [
        ([("user-agent", "Mozilla/5.0 (X11)")], Client.BROWSER),
        ([("Sec-Fetch-Mode", "cors")], Client.BROWSER),
        ([("user-agent", "curl/8.5.0")], Client.COMMAND_LINE),
        ([("user-agent", "Pigeon/1 CFNetwork/1568")], Client.UNKNOWN),
        ([], Client.UNKNOWN),
    ],
)
def test_browsers_and_tools_are_told_apart(pairs: list[tuple[str, str]], client: Client) -> None:
    assert client_of(build_request("GET", "/", pairs)) is client
