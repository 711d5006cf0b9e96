import dataclasses
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from kb.expressions import COOKIE_FIELDS, EXCHANGE_FIELDS
from retrieval.evidence.detectors.exchange_view import is_page_or_asset, view_exchanges
from retrieval.evidence.model import Body, Exchange, Request, Response, SetCookie, Url

NOW = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)


def url(text: str) -> Url:
    parts = urlsplit(text)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return Url(text, parts.scheme, parts.hostname or "", port, parts.path, {"a": ("1", "2")}, parts.fragment)


def exchange(
    address: str = "https://api.example.com/x",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    answers: dict[str, str] | None = None,
    set_cookies: tuple[SetCookie, ...] = (),
    status: int = 200,
    **others: object,
) -> Exchange:
    request = Request(method, url(address), {name: (value,) for name, value in (headers or {}).items()})
    response = Response(status, "", {name: (value,) for name, value in (answers or {}).items()}, set_cookies)
    made = Exchange(request, response, source="a.har", started_at=NOW)
    return dataclasses.replace(made, **others)  # type: ignore[arg-type]  # fields of Exchange


def test_a_view_has_the_fields_that_expressions_may_name() -> None:
    (view,) = view_exchanges([exchange(set_cookies=(SetCookie("id", "1", "id=1"),))])
    assert view.keys() | {"api"} == EXCHANGE_FIELDS
    assert view["set_cookies"][0].keys() == COOKIE_FIELDS


def test_what_is_missing_is_empty_and_not_shown() -> None:
    (view,) = view_exchanges([Exchange(None, None, source="a.txt")])
    assert (view["method"], view["url"], view["origin"], view["status"], view["answered"]) == ("", "", "", 0, False)
    assert (view["cross_origin"], view["cross_site"], view["started"], view["clock_ahead"]) == (None, None, None, None)
    assert not any(view[name] for name in view if name.endswith("_shown"))


def test_headers_of_cors_are_lists_of_names() -> None:
    (view,) = view_exchanges([exchange(answers={"access-control-expose-headers": "Link, X-Total"})])
    assert (view["exposed_headers"], view["allowed_headers"]) == (["link", "x-total"], [])


def test_origin_and_site_are_told_by_the_page() -> None:
    views = view_exchanges(
        [
            exchange(headers={"origin": "https://app.example.com"}),
            exchange(headers={"origin": "https://api.example.com"}),
            exchange(headers={"referer": "http://app.example.com/a"}),
            exchange(headers={"origin": "null"}),
            exchange(headers={"origin": "null"}, page=url("https://other.org/")),
            exchange(answers={"access-control-allow-origin": "*"}),
        ]
    )
    assert [view["cross_origin"] for view in views] == [True, False, True, None, True, True]
    # Schemes count for sites.
    assert [view["cross_site"] for view in views] == [False, False, True, None, True, None]


def test_preflights_are_told_by_type_and_by_what_they_ask() -> None:
    views = view_exchanges(
        [
            exchange(method="OPTIONS", headers={"access-control-request-method": "PUT"}),
            exchange(method="OPTIONS"),
            exchange(resource_type="preflight"),
        ]
    )
    assert [view["preflight"] for view in views] == [True, False, True]


def test_a_request_that_is_sent_again_is_counted_where_it_was_recorded() -> None:
    views = view_exchanges([exchange(), exchange(method="POST"), exchange(), exchange(source="b.har")])
    assert [view["attempt"] for view in views] == [1, 1, 2, 1]


def test_cookies_before_are_those_of_a_browser_that_took_every_one() -> None:
    gone = SetCookie("old", "", "old=", expires=NOW - timedelta(days=1))
    views = view_exchanges(
        [
            exchange(set_cookies=(SetCookie("id", "1", "id=1"), SetCookie("all", "2", "", domain="example.com"))),
            exchange(set_cookies=(SetCookie("old", "1", "old=1"),)),
            exchange(set_cookies=(gone, SetCookie("id", "3", "id=3"))),
            exchange(),
            exchange("https://www.example.com/"),
            exchange(source="b.har"),
        ]
    )
    before = [{cookie["name"]: cookie["value"] for cookie in view["cookies_before"]} for view in views]
    assert before[3:] == [{"all": "2", "id": "3"}, {"all": "2"}, {}]


def test_bodies_are_read_as_json_or_form_unless_they_are_long() -> None:
    sent = Body('{"code": "1"}', "application/json")
    form = Body("a=1&b=2", "application/x-www-form-urlencoded")
    long = Body('{"x": "' + "a" * 30_000 + '"}', "application/json")
    views = view_exchanges(
        [Exchange(Request("POST", None, body=body), None, source="a") for body in (sent, form, long, Body("[1]", ""))]
    )
    assert [view["sent"] for view in views] == [{"code": "1"}, {"a": "1", "b": "2"}, {}, {}]


def test_json_that_is_nested_without_end_is_not_read() -> None:
    deep = Body('{"a": ' * 500 + "1" + "}" * 500, "application/json")
    (view,) = view_exchanges([Exchange(Request("POST", None, body=deep), None, source="a")])
    assert view["sent"] == {}


def test_an_origin_that_is_none_says_nothing() -> None:
    (view,) = view_exchanges([exchange(headers={"origin": "https://[::"})])
    assert (view["page_origin"], view["cross_origin"]) == ("", None)


def test_clocks_are_compared_with_those_of_two_other_hosts() -> None:
    right, wrong = "Mon, 30 Nov 2026 07:00:00 GMT", "Mon, 30 Nov 2026 07:10:00 GMT"
    api = exchange(answers={"date": wrong})
    others = [exchange(f"https://{name}.example.org/", answers={"date": right}) for name in "ab"]
    cached = exchange("https://c.example.org/", answers={"date": "Mon, 30 Nov 2020 07:00:00 GMT", "age": "9"})
    view, *_ = view_exchanges([api, *others, cached])
    assert (view["clock_ahead"], view["reference_clock_ahead"]) == (600.0, 0.0)
    view, *_ = view_exchanges([api, others[0]])
    assert view["reference_clock_ahead"] is None


def test_a_date_that_is_none_says_nothing() -> None:
    (view,) = view_exchanges([exchange(answers={"date": "yesterday"})])
    assert view["clock_ahead"] is None


def test_pages_and_their_assets_are_no_calls() -> None:
    assert is_page_or_asset(exchange(resource_type="script"))
    assert is_page_or_asset(exchange(headers={"accept": "text/html,*/*"}))
    assert not is_page_or_asset(exchange(resource_type="fetch", headers={"accept": "text/html"}))
    assert not is_page_or_asset(exchange(headers={"accept": "application/json"}))
