import pytest

from retrieval.evidence.headers import build_request, build_response, read_set_cookie, read_url
from retrieval.evidence.model import Body, Exchange, LogLine


def exchange(method: str = "", target: str = "", status: int = 0, line: int = 0, error: str = "") -> Exchange:
    return Exchange(
        request=build_request(method, target, ()) if method or target else None,
        response=build_response(status, "", ()) if status else None,
        source="a.har",
        line=line,
        error=error,
    )


@pytest.mark.parametrize(
    ("found", "where", "summary"),
    [
        (exchange("post", "https://a.example/x?code=1", 401), "a.har, response of POST /x", "POST /x: 401"),
        (exchange("GET", "/x"), "a.har, request GET /x", "GET /x: no response"),
        (exchange("GET", "/x", error="net::ERR_FAILED"), "a.har, request GET /x", "GET /x: net::ERR_FAILED"),
        (exchange("", "/x", 404, line=3), "a.har, line 3, response of /x", "/x: 404"),
        (exchange(status=200), "a.har, response", "200"),
        (exchange(), "a.har, request", "no response"),
    ],
)
def test_an_exchange_says_where_it_stands_and_how_it_ended(found: Exchange, where: str, summary: str) -> None:
    assert found.where == where
    assert found.summary == summary


def test_a_path_without_end_is_cut_where_it_names_an_exchange() -> None:
    assert len(exchange("GET", "/" + "x" * 1_000).where) < 300


def test_all_lines_of_a_header_are_quoted_as_one() -> None:
    response = build_response(200, "", [("Vary", "Origin"), ("vary", "Accept")])

    assert response.header_line("vary") == "vary: Origin, Accept"
    assert response.header_line("etag") == ""


def test_a_log_line_says_where_it_stands() -> None:
    assert LogLine("boom", source="a.log", line=7).where == "a.log, line 7"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://A.example/x", "https://a.example"),
        ("https://a.example:443/", "https://a.example"),
        ("http://a.example:443/", "http://a.example:443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("/only/a/path", ""),
    ],
)
def test_an_origin_is_written_as_browsers_do(text: str, origin: str) -> None:
    url = read_url(text)

    assert url is not None
    assert url.origin == origin


def test_the_size_of_a_cookie_counts_bytes_of_name_and_value() -> None:
    assert read_set_cookie("sid=\u00e9\u00e9; Path=/").size == 7


def test_a_body_is_read_as_what_it_is() -> None:
    assert Body('{"a": 1}', "text/plain").json == {"a": 1}
    assert Body("a=1&a=2&b=", "application/x-www-form-urlencoded").form == {"a": ("1", "2"), "b": ("",)}
    assert Body("a=1", "text/plain").form is None


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": ' + "9" * 5_000 + "}", "\ud800"])
def test_a_body_that_is_no_json_has_none(text: str) -> None:
    assert Body(text, "application/json").json is None
