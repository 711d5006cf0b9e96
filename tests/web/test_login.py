import logging
from collections.abc import Iterator
from http.cookies import SimpleCookie

import httpx
import pytest

from api.security.keys import Scope, make_key
from retrieval import Diagnoser
from tests.api.security.service import Service, running
from tests.eventually import eventually

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
HTTPS = {"X-Forwarded-Proto": "https", "Host": "causeway.example.com", "Origin": "https://causeway.example.com"}


@pytest.fixture(scope="module")
def service(diagnoser: Diagnoser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that demands keys, behind a proxy."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/causeway.db"
    first_key, _ = make_key("somebody", frozenset({Scope.READ}))
    with running(diagnoser, url, first_key, trusted_proxies="127.0.0.1") as service:
        yield service


@pytest.fixture
def visitor(service: Service) -> Iterator[httpx.Client]:
    """A browser without scripts, which keeps cookies and is told where to go next."""
    with httpx.Client(base_url=service.client.base_url, timeout=30) as visitor:
        yield visitor


def sign_in(
    visitor: httpx.Client, key: str, next_page: str = "/", headers: dict[str, str] = OWN_PAGE
) -> httpx.Response:
    return visitor.post("/login", data={"key": key, "next": next_page}, headers=headers)


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("/", "/login?next=%2F"),
        ("/?symptom=mail%20stopped", "/login?next=%2F%3Fsymptom%3Dmail%2520stopped"),
        ("/entries?query=a%20b&section=login", "/login?next=%2Fentries%3Fquery%3Da%2520b%26section%3Dlogin"),
        ("/insights", "/login?next=%2Finsights"),
    ],
)
def test_who_has_no_session_is_asked_for_a_key(visitor: httpx.Client, page: str, asked: str) -> None:
    response = visitor.get(page)

    assert (response.status_code, response.headers["location"]) == (303, asked)
    form = visitor.get(asked)
    assert form.status_code == 200
    assert 'type="password"' in form.text


def test_a_key_begins_a_session_and_leads_back(service: Service, visitor: httpx.Client) -> None:
    _, key = service.make_key(Scope.READ)

    signed_in = sign_in(visitor, f"  {key}\n", "/?symptom=a%20b")

    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/?symptom=a%20b")
    (cookie,) = SimpleCookie(signed_in.headers["set-cookie"]).values()
    assert cookie.key == "causeway-session"
    assert (cookie["path"], cookie["max-age"], cookie["httponly"], cookie["samesite"]) == ("/", "43200", True, "lax")
    assert not cookie["secure"]
    assert not cookie["domain"]
    assert key.rpartition("_")[2] not in signed_in.headers["set-cookie"]
    page = visitor.get("/")
    assert page.status_code == 200
    assert "Sign out" in page.text
    assert "/insights" not in page.text


def test_over_https_the_cookie_is_for_https_alone(service: Service, visitor: httpx.Client) -> None:
    _, key = service.make_key(Scope.READ)

    (cookie,) = SimpleCookie(sign_in(visitor, key, headers=HTTPS).headers["set-cookie"]).values()

    assert cookie.key == "__Host-causeway-session"
    assert cookie["secure"]
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    answer = visitor.get("/", headers={**HTTPS, "Cookie": f"{cookie.key}={cookie.value}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("key", ["", "cw_", "cw_0123456789ab_" + "0" * 64, "\N{SNOWMAN}", "x" * 100_000])
def test_a_key_that_is_not_accepted_is_told(visitor: httpx.Client, key: str) -> None:
    page = sign_in(visitor, key, "/insights")

    assert page.status_code == 401
    assert "This key is not accepted" in page.text
    assert '<input type="hidden" name="next" value="/insights">' in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://attacker.example/entries",
        "//attacker.example/entries",
        "/\\attacker.example/entries",
        "/\t/attacker.example",
        "/entries\\..",
        "\\\\attacker.example",
        "javascript:alert()",
        "entries",
        "/v1/feedback",
        "/entries\r\nSet-Cookie: a=b",
        "/entries/\N{SNOWMAN}",
        "/logout",
        "",
    ],
)
def test_nobody_is_led_away_from_the_pages(service: Service, visitor: httpx.Client, elsewhere: str) -> None:
    _, key = service.make_key(Scope.READ)

    assert sign_in(visitor, key, elsewhere).headers["location"] == "/"
    assert '<input type="hidden" name="next" value="/">' in visitor.get("/login", params={"next": elsewhere}).text


def test_another_site_can_neither_sign_in_nor_out(service: Service, visitor: httpx.Client) -> None:
    _, key = service.make_key(Scope.READ)
    for headers in ({}, {"Origin": "https://attacker.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}):
        refused = sign_in(visitor, key, headers=headers)
        assert refused.status_code == 403
        assert "pages of this service only" in refused.text
        assert "set-cookie" not in refused.headers
        assert visitor.post("/logout", headers=headers).status_code == 403


def test_signing_out_ends_the_session_in_this_browser(service: Service, visitor: httpx.Client) -> None:
    _, key = service.make_key(Scope.READ)
    sign_in(visitor, key)
    assert visitor.get("/").status_code == 200

    signed_out = visitor.post("/logout", headers=OWN_PAGE)

    assert (signed_out.status_code, signed_out.headers["location"]) == (303, "/")
    assert 'causeway-session="";' in signed_out.headers["set-cookie"]
    assert visitor.get("/").status_code == 303
    assert visitor.get("/logout").status_code == 405


def test_a_session_whose_key_was_revoked_is_asked_for_another_one(service: Service, visitor: httpx.Client) -> None:
    key_id, key = service.make_key(Scope.READ)
    sign_in(visitor, key)

    service.end_key(key_id)

    assert eventually(lambda: visitor.get("/").status_code == 303)


def test_neither_key_nor_session_is_in_a_log(
    service: Service, visitor: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    _, key = service.make_key(Scope.READ)
    caplog.set_level(logging.DEBUG)

    signed_in = sign_in(visitor, key)
    sign_in(visitor, f"{key}0")
    visitor.get("/")

    log = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("api"))
    assert "POST /login 303" in log
    (cookie,) = SimpleCookie(signed_in.headers["set-cookie"]).values()
    for secret in (key.rpartition("_")[2], cookie.value.rpartition(".")[2]):
        assert secret not in log


def test_where_reading_is_public_only_the_rest_needs_a_key(diagnoser: Diagnoser, tmp_path: object) -> None:
    first_key, _ = make_key("somebody", frozenset({Scope.READ}))
    url = f"sqlite:///{tmp_path}/causeway.db"
    with running(diagnoser, url, first_key, public_scopes="read feedback") as service:
        page = service.client.get("/")
        assert page.status_code == 200
        assert 'href="/login?next=/"' in page.text

        assert service.client.get("/insights").headers["location"] == "/login?next=%2Finsights"


def test_without_keys_there_is_nothing_to_sign_in_to(diagnoser: Diagnoser, tmp_path: object) -> None:
    with running(diagnoser, f"sqlite:///{tmp_path}/causeway.db") as service:
        page = service.client.get("/")
        assert page.status_code == 200
        assert "/login" not in page.text

        assert service.client.get("/login", params={"next": "/entries"}).headers["location"] == "/entries"
