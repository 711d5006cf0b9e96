import pytest

from kb.expressions import FUNCTIONS as KNOWN
from retrieval.evidence.detectors.functions import (
    FUNCTIONS,
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
    origin_of,
    path_matches,
    path_of,
    query_of,
    registrable_domain,
    same_site,
    scheme_of,
    tokens,
)


def test_expressions_may_call_what_there_is() -> None:
    assert FUNCTIONS.keys() == KNOWN


def test_tokens_are_the_elements_of_a_header() -> None:
    assert tokens("Origin,  accept-Encoding ,,") == ["origin", "accept-encoding"]
    assert tokens("") == []


def test_patterns_are_case_insensitive() -> None:
    assert finds("POST /Auth/signin", "/auth/sign(in|up)$")
    assert not finds("POST /auth/signin/", "/auth/sign(in|up)$")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.com", "example.com"),
        ("api.example.co.uk", "example.co.uk"),
        ("shop.herokuapp.com", "shop.herokuapp.com"),  # a suffix below which every customer has a site
        ("herokuapp.com", "herokuapp.com"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
    ],
)
def test_registrable_domain_is_what_browsers_take_for_a_site(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_sites_are_told_apart_as_browsers_do() -> None:
    assert same_site("app.example.com", "API.example.com")
    assert not same_site("a.vercel.app", "b.vercel.app")
    assert not same_site("localhost", "127.0.0.1")


def test_hosting_suffix_is_that_of_a_provider_and_no_registry() -> None:
    assert hosting_suffix("shop.onrender.com") == "onrender.com"
    assert hosting_suffix("shop.example.co.uk") == ""
    assert hosting_suffix("10.0.0.1") == ""


def test_public_suffixes_take_no_cookies() -> None:
    assert is_public_suffix(".vercel.app")
    assert is_public_suffix("co.uk")
    assert not is_public_suffix(".example.com")
    assert not is_public_suffix("localhost")


@pytest.mark.parametrize(("host", "is_it"), [("127.0.0.1", True), ("[::1]", True), (".10.0.0.1", True), ("a.1", False)])
def test_ip_addresses_are_recognised(host: str, is_it: bool) -> None:
    assert is_ip(host) is is_it


@pytest.mark.parametrize(
    ("host", "is_it"),
    [("localhost", True), ("app.localhost", True), ("127.0.0.2", True), ("::1", True), ("192.168.1.2", False)],
)
def test_localhost_is_what_browsers_trust(host: str, is_it: bool) -> None:
    assert is_localhost(host) is is_it


def test_urls_are_taken_apart_with_and_without_a_scheme() -> None:
    assert host_of("https://User@API.example.com:8443/x") == "api.example.com"
    assert host_of("localhost:3000") == "localhost"
    assert scheme_of("localhost:3000") == ""
    assert path_of("example.com/v1") == "/v1"
    assert path_of("https://example.com") == ""
    assert origin_of("https://example.com:443/x") == "https://example.com"
    assert origin_of("http://[::1]:3000/x") == "http://[::1]:3000"
    assert query_of("https://example.com/?a=1&b=&a=2") == {"a": "1", "b": ""}


def test_a_cookie_covers_hosts_by_its_domain() -> None:
    assert domain_matches("api.example.com", ".example.com")
    assert domain_matches("example.com", "example.com")
    assert not domain_matches("badexample.com", "example.com")
    assert not domain_matches("1.127.0.0.1", "127.0.0.1")


def test_a_cookie_covers_paths_by_its_path() -> None:
    assert path_matches("/auth/refresh", "/auth")
    assert path_matches("/auth", "/auth")
    assert path_matches("/x", "/")
    assert not path_matches("/authentic", "/auth")
    assert not path_matches("/", "/auth")


def test_tokens_are_read_unverified() -> None:
    assert jwt("e30.eyJpYXQiOjF9.c2ln") == {"iat": 1}
    assert base64_json("eyJhIjoxfQ") == {"a": 1}
    assert json('{"a": [1]}') == {"a": [1]}
    assert bearer("bearer abc") == "abc"


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (jwt, "a.b"),
        (jwt, "a.!.c"),
        (base64_json, "é"),
        (base64_json, "MQ=="),
        (json, "[1]"),
        (json, "{"),
        (bearer, "Basic x"),
    ],
)
def test_what_is_none_is_an_error_of_the_argument(function: object, text: str) -> None:
    assert callable(function)
    with pytest.raises((ValueError, TypeError)):
        function(text)
