import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evidence.har import HarContent, find_har, read_har
from retrieval.evidence.model import Client, Exchange
from tests.evidence_corpus.variants import VARIANTS
from tests.retrieval.evidence.samples import RECORDED

HEALTHY = (RECORDED / "healthy-session.har").read_text()


def headers(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def entry(*, url: str = "https://api.pigeon.example/x", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- fields of a HAR
    return {
        "startedDateTime": "2026-11-30T08:00:00.250+01:00",
        "time": 12.5,
        "request": {"method": "POST", "url": url, "headers": headers(("Accept", "*/*")), "cookies": []},
        "response": {"status": 200, "statusText": "OK", "headers": headers(("Vary", "Origin")), "cookies": []},
        **more,
    }


def har(*entries: Any, **log: Any) -> str:  # noqa: ANN401 -- anything that JSON can hold
    return json.dumps({"log": {"creator": {"name": "WebInspector"}, "entries": list(entries), **log}})


def read(text: str) -> HarContent:
    content, end = read_har(text, 0, "a.har")
    assert end == len(text)
    return content


def only(text: str) -> Exchange:
    (exchange,) = read(text).exchanges
    return exchange


def outcomes(text: str) -> list[str]:
    return [exchange.summary for exchange in read(text).exchanges]


def test_an_entry_becomes_an_exchange() -> None:
    exchange = only(har(entry(_resourceType="Fetch", _initiator={"url": "https://app.pigeon.example/a.js"})))

    assert exchange.where == "a.har, response of POST /x"
    assert exchange.request is not None
    assert exchange.response is not None
    assert exchange.request.headers == {"accept": ("*/*",)}
    assert exchange.response.headers == {"vary": ("Origin",)}
    assert exchange.started_at == datetime(2026, 11, 30, 7, 0, 0, 250_000, tzinfo=UTC)
    assert (exchange.duration, exchange.resource_type, exchange.client) == (12.5, "fetch", Client.BROWSER)
    assert exchange.initiator == "https://app.pigeon.example/a.js"


def test_exchanges_come_in_the_order_in_which_they_were_sent() -> None:
    later = entry(url="https://a.example/later", startedDateTime="2026-11-30T08:00:01Z")
    earlier = entry(url="https://a.example/earlier", startedDateTime="2026-11-30T08:00:00Z")

    assert outcomes(har(later, earlier)) == ["POST /earlier: 200 OK", "POST /later: 200 OK"]


def test_a_real_recording_is_read_whole() -> None:
    content = read(HEALTHY.strip())

    assert content.damage == ""
    assert content.shows_cookies
    assert len(content.exchanges) == len(json.loads(HEALTHY)["log"]["entries"])
    assert all(exchange.page and exchange.page.host == "app.example.com" for exchange in content.exchanges)


@pytest.mark.parametrize("variant", ["firefox", "sanitised", "crlf", "on-one-line"])
def test_every_browsers_recording_tells_the_same(variant: str) -> None:
    assert outcomes(VARIANTS[variant](HEALTHY).strip()) == outcomes(HEALTHY.strip())


def test_safari_joins_cookies_and_leaves_preflights_out() -> None:
    content = read(VARIANTS["safari"](HEALTHY).strip())

    def cookies(text: str) -> list[tuple[str, str | None, bool]]:
        return [
            (cookie.name, cookie.path, cookie.secure)
            for exchange in read(text.strip()).exchanges
            if exchange.response
            for cookie in exchange.response.set_cookies
        ]

    assert cookies(VARIANTS["safari"](HEALTHY)) == cookies(HEALTHY) != []
    assert all(exchange.request and exchange.request.method != "OPTIONS" for exchange in content.exchanges)


def test_without_any_cookie_nothing_can_be_told_from_their_absence() -> None:
    content = read(VARIANTS["sanitised"](HEALTHY).strip())

    assert not content.shows_cookies
    for exchange in content.exchanges:
        assert exchange.request is not None
        assert not exchange.request.shows_cookies
        assert exchange.response is None or not exchange.response.shows_cookies


def test_cookies_that_stand_only_in_the_lists_are_read_as_well() -> None:
    one = entry()
    one["request"]["cookies"] = [{"name": "sid", "value": "a"}, {"name": "sid", "value": "b"}]
    one["response"]["cookies"] = [
        {"name": "sid", "value": "c", "path": "/", "domain": ".a.example", "sameSite": "None", "secure": True}
    ]

    exchange = only(har(one))

    assert exchange.request is not None
    assert exchange.response is not None
    assert exchange.request.cookies == {"sid": ("a", "b")}
    (cookie,) = exchange.response.set_cookies
    assert cookie.line == "set-cookie: sid=c; Domain=.a.example; Path=/; SameSite=None; Secure"


@pytest.mark.parametrize(
    ("fields", "cached"),
    [
        ({"_fromCache": "disk"}, True),
        ({"_fetchType": "Memory Cache"}, True),
        ({"_fetchType": "Network Load"}, False),
        ({"cache": {"afterRequest": {"eTag": "x"}}}, True),
        ({"cache": {}}, False),
    ],
    ids=["Chrome", "Safari", "Safari, not cached", "Firefox", "Firefox, not cached"],
)
def test_answers_from_the_browsers_cache_are_marked(fields: dict[str, Any], cached: bool) -> None:
    assert only(har(entry(**fields))).from_cache is cached


def test_a_request_without_an_answer_says_why() -> None:
    failed = entry(response={"status": 0, "headers": [], "_error": "net::ERR_CERT_AUTHORITY_INVALID"})

    assert outcomes(har(failed)) == ["POST /x: net::ERR_CERT_AUTHORITY_INVALID"]
    assert only(har(failed)).response is None


@pytest.mark.parametrize(
    ("request_headers", "page"),
    [
        ([("Referer", "https://app.pigeon.example/login"), ("Origin", "https://b.example")], "app.pigeon.example"),
        ([("Origin", "https://b.example")], "b.example"),
        ([], "c.example"),
    ],
    ids=["referer", "origin", "the page's title"],
)
def test_the_page_that_sent_a_request_is_known(request_headers: list[tuple[str, str]], page: str) -> None:
    one = entry(pageref="p1")
    one["request"]["headers"] = headers(*request_headers)

    exchange = only(har(one, pages=[{"id": "p1", "title": "https://c.example/"}]))

    assert exchange.page is not None
    assert exchange.page.host == page


def test_a_document_is_its_own_page() -> None:
    exchange = only(har(entry(_resourceType="document")))

    assert exchange.request is not None
    assert exchange.page == exchange.request.url


def test_the_script_that_sent_a_request_is_the_first_of_its_stack() -> None:
    stack = {"callFrames": [{"url": ""}, {"url": "https://a.example/lib.js"}, {"url": "https://a.example/app.js"}]}

    assert only(har(entry(_initiator={"type": "script", "stack": stack}))).initiator == "https://a.example/lib.js"


def test_bodies_are_read_if_they_are_text() -> None:
    one = entry()
    one["request"]["postData"] = {"mimeType": "application/json", "text": '{"a": 1}'}
    one["response"]["content"] = {
        "mimeType": "application/json",
        "encoding": "base64",
        "text": base64.b64encode(b'{"b": 2}').decode(),
    }

    exchange = only(har(one))

    assert exchange.request is not None
    assert exchange.response is not None
    assert exchange.request.body is not None
    assert exchange.request.body.json == {"a": 1}
    assert exchange.response.body is not None
    assert exchange.response.body.json == {"b": 2}


@pytest.mark.parametrize(
    "content",
    [
        {"mimeType": "application/javascript", "text": "alert(1)"},
        {"mimeType": "image/png", "encoding": "base64", "text": "aaaa"},
        {"mimeType": "application/json", "encoding": "base64", "text": "!"},
        {},
    ],
)
def test_scripts_images_and_what_cannot_be_decoded_have_no_body(content: dict[str, Any]) -> None:
    one = entry()
    one["response"]["content"] = content

    response = only(har(one)).response

    assert response is not None
    assert response.body is None


def test_a_form_may_be_given_as_its_parameters() -> None:
    one = entry()
    one["request"]["postData"] = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "grant_type", "value": "password"}],
    }

    request = only(har(one)).request

    assert request is not None
    assert request.body is not None
    assert request.body.form == {"grant_type": ("password",)}


def test_of_a_recording_that_is_cut_off_the_whole_entries_are_read() -> None:
    text = har(entry(url="https://a.example/1"), entry(url="https://a.example/2"), entry(url="https://a.example/3"))
    cut = text[: text.index("/3")]

    content = read(cut)

    assert [exchange.summary for exchange in content.exchanges] == ["POST /1: 200 OK", "POST /2: 200 OK"]
    assert content.damage.startswith("it is cut off or damaged at line 1, column ")
    assert content.damage.endswith("; whole requests read before that: 2")


def test_what_follows_a_recording_is_not_part_of_it() -> None:
    text = f"see: {har(entry())} thanks"
    start = find_har(text)
    assert start is not None

    content, end = read_har(text, start, "a.har")

    assert len(content.exchanges) == 1
    assert text[end:] == " thanks"


def test_more_requests_than_can_be_read_are_left_out_and_that_is_said() -> None:
    content, _ = read_har(har(entry(), entry(), entry()), 0, "a.har", limit=2)

    assert len(content.exchanges) == 2
    assert content.damage == "it has 3 requests, of which only the first 2 were read"


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        ('{"log":{"entries":' + "[" * 600_000 + "]" * 600_000 + "}}", "it is nested too deeply"),
        ('{"log":{"entries":[' + "{}," * 1_000_001 + "{}]}}", "it has over 1,000,000 objects and lists"),
        (
            '{"log":{"entries":[' + "9" * 5_000 + "]}}",
            "it holds a number too long to be one; whole requests read before that: 0",
        ),
    ],
    ids=["nesting", "brackets", "digits"],
)
def test_what_was_made_to_do_harm_is_refused(text: str, damage: str) -> None:
    content = read(text)

    assert content.exchanges == ()
    assert content.damage.startswith(damage)


def test_fields_of_the_wrong_type_count_as_absent() -> None:
    odd = {
        "startedDateTime": 5,
        "time": "long",
        "pageref": [],
        "_initiator": "parser",
        "_resourceType": None,
        "request": {
            "method": 3,
            "url": "https://a.example/x",
            "headers": {"a": "b"},
            "cookies": "none",
            "postData": [],
        },
        "response": {"status": "200", "headers": [1, {"name": 2}, {"name": "Vary"}], "content": "x"},
    }

    exchange = only(har(odd, None, [], 1, {"request": {}}, {"request": {"url": 1}}))

    assert exchange.summary == "/x: status unknown"
    assert exchange.request is not None
    assert not exchange.request.shows_headers


def test_half_a_character_in_a_string_is_replaced() -> None:
    response = only(har(entry()).replace("Origin", r"\ud800")).response

    assert response is not None
    assert response.header_line("vary") == "vary: ?"


def test_who_recorded_is_known_by_what_was_sent_if_it_was_no_browser() -> None:
    one = entry()
    one["request"]["headers"] = headers(("User-Agent", "PostmanRuntime/7"))

    assert only(har(one, creator={"name": "mitmproxy"})).client is Client.COMMAND_LINE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4),
    max_leaves=20,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        key: json_values | st.just("https://a.example/")
        for key in ("method", "url", "headers", "cookies", "postData", "status", "statusText", "content", "_error")
    },
)
entries = json_values | st.fixed_dictionaries(
    {"request": messages | json_values},
    optional={
        key: json_values
        for key in ("response", "startedDateTime", "time", "cache", "pageref", "_initiator", "_fromCache", "_fetchType")
    },
)


@given(st.lists(entries, max_size=4), json_values, json_values, st.integers(min_value=0))
def test_whatever_a_recording_holds_it_is_read(
    found: list[Any], pages: object, creator: object, cut_after: int
) -> None:
    text = har(*found, pages=pages, creator=creator)
    content = read(text)
    cut, _ = read_har(text[: max(len('{"log": {'), cut_after % len(text))], 0, "a.har")

    assert len(content.exchanges) <= len(found)
    assert cut.damage
