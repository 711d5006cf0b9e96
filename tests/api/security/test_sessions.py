import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx
import pytest
from pydantic import ValidationError

from api.security.keys import ApiKey, Scope, make_key
from api.security.sessions import LIFETIME, Session
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.api.security.service import SESSION_SECRET, SYMPTOM, Service, running
from tests.eventually import eventually

PAGE = "https://support.example.com"
HTTPS = {"X-Forwarded-Proto": "https", "Host": "causeway.example.com"}


class Browser(NamedTuple):
    """What a browser sends, once it has a session."""

    service: Service
    cookie: str

    @classmethod
    def of(cls, service: Service, key: ApiKey, began: timedelta = timedelta()) -> "Browser":
        return cls(service, f"causeway-session={Session.of(key, datetime.now(UTC) - began, SESSION_SECRET)}")

    def get(self, path: str = "/v1/index", **headers: str) -> httpx.Response:
        return self.service.client.get(path, headers={"Cookie": self.cookie, **headers})

    def post(self, **headers: str) -> httpx.Response:
        return self.service.client.post("/v1/diagnoses", json=SYMPTOM, headers={"Cookie": self.cookie, **headers})


@pytest.fixture(scope="module")
def service(diagnoser: Diagnoser, new_database: Callable[[], str]) -> Iterator[Service]:
    """A service that demands keys, behind a proxy."""
    first_key, _ = make_key("somebody", frozenset({Scope.READ}))
    settings = {"cors_origins": PAGE, "trusted_proxies": "127.0.0.1"}
    with running(diagnoser, new_database(), first_key, **settings) as service:
        yield service


@pytest.fixture
def browser(service: Service) -> Browser:
    return Browser.of(service, service.add_key(Scope.READ)[0])


def own_origin(service: Service) -> str:
    return str(service.client.base_url).rstrip("/")


def test_a_session_may_do_what_its_key_may(browser: Browser) -> None:
    assert browser.get().status_code == 200
    assert "the scope 'admin'; yours has read" in problem_of(browser.get("/v1/feedback"), 403)["detail"]


def test_a_session_ends_after_half_a_day(service: Service) -> None:
    key, _ = service.add_key(Scope.READ)

    assert Browser.of(service, key, began=LIFETIME - timedelta(minutes=1)).get().status_code == 200
    problem_of(Browser.of(service, key, began=LIFETIME).get(), 401)


def test_a_session_that_was_tampered_with_is_refused(service: Service) -> None:
    key, _ = service.add_key(Scope.READ)
    other, _ = service.add_key(Scope.ADMIN)
    session = Session.of(key, datetime.now(UTC), SESSION_SECRET)
    forged = [
        f"{key.id}.{session.ends_at + 1}.{session.code}",
        f"{other.id}.{session.ends_at}.{session.code}",
        f"{key.id}.{session.ends_at}.{session.code[:-1]}",
        f"{key.id}.{session.ends_at}.{session.code.upper()}x",
        f"{key.id}.{session.ends_at}.\N{LATIN SMALL LETTER E WITH ACUTE}",
        f"{key.id}.{session.ends_at}.",
        f"{key.id}.{session.ends_at}",
        f"{key.id}.{'9' * 400}.{session.code}",
        f"{key.id}.-1.{session.code}",
        f"{key.id}.\N{SUPERSCRIPT TWO}.{session.code}",
        f"unknown.{session.ends_at}.{session.code}",
        "",
    ]

    assert Browser(service, f"causeway-session={session}").get().status_code == 200
    for value in forged:
        cookie = f"causeway-session={value}".encode()
        problem_of(service.client.get("/v1/index", headers={b"Cookie": cookie}), 401)


def test_the_database_alone_makes_no_session(service: Service) -> None:
    key, _ = service.add_key(Scope.READ)

    guessed = Session.of(key, datetime.now(UTC), secret="")

    problem_of(Browser(service, f"causeway-session={guessed}").get(), 401)


def test_without_a_secret_of_the_operator_each_start_has_its_own() -> None:
    one, other = ApiSettings(), ApiSettings()

    assert len(one.session_secret.get_secret_value()) >= 32
    assert one.session_secret != other.session_secret
    assert one.session_secret.get_secret_value() not in repr(one)
    with pytest.raises(ValidationError, match="session_secret"):
        ApiSettings.model_validate({"session_secret": "short"})


def test_sessions_end_with_their_key(service: Service) -> None:
    key, _ = service.add_key(Scope.READ)
    browser = Browser.of(service, key)
    assert browser.get().status_code == 200

    service.end_key(key.id)

    assert eventually(lambda: browser.get().status_code == 401)


def test_sessions_go_on_while_a_rotated_key_is_accepted(service: Service) -> None:
    key, _ = service.add_key(Scope.READ)
    service.end_key(key.id, after=timedelta(hours=24))

    assert Browser.of(service, key).get().status_code == 200


def test_a_session_changes_things_from_pages_of_the_service_only(browser: Browser) -> None:
    own = own_origin(browser.service)

    assert browser.post(origin=own).status_code == 201
    assert browser.post(**{"Sec-Fetch-Site": "same-origin"}).status_code == 201
    # A proxy may have changed the name that the service was asked by; a page with this policy sends no origin.
    assert browser.post(origin="null", **{"Sec-Fetch-Site": "same-origin"}).status_code == 201
    refused: tuple[dict[str, str], ...] = (
        {},
        {"Origin": "null"},
        {"Origin": "https://attacker.example"},
        {"Origin": PAGE},
        {"Origin": own.replace("http:", "https:")},
        {"Origin": f"{own}0"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    )
    for headers in refused:
        assert "from pages of this service only" in problem_of(browser.post(**headers), 403)["detail"]
    assert browser.get(origin="https://attacker.example").status_code == 200


def test_a_session_over_https_has_a_cookie_that_only_https_can_set(service: Service) -> None:
    session = Session.of(service.add_key(Scope.READ)[0], datetime.now(UTC), SESSION_SECRET)
    plain, prefixed = (Browser(service, f"{prefix}causeway-session={session}") for prefix in ("", "__Host-"))

    assert prefixed.get(**HTTPS).status_code == 200
    assert plain.get().status_code == 200
    problem_of(plain.get(**HTTPS), 401)
    problem_of(prefixed.get(), 401)
    assert prefixed.post(origin="https://causeway.example.com", **HTTPS).status_code == 201
    problem_of(prefixed.post(origin="http://causeway.example.com", **HTTPS), 403)


def test_a_key_wins_over_a_session(browser: Browser) -> None:
    _, key = browser.service.make_key(Scope.READ)

    assert browser.post(authorization=f"Bearer {key}").status_code == 201
    problem_of(browser.get(authorization="Bearer wrong"), 401)
    problem_of(browser.get(authorization="Basic YTpi"), 401)


def test_other_cookies_are_no_session(browser: Browser) -> None:
    assert Browser(browser.service, f"theme=dark; {browser.cookie}; a=b").get().status_code == 200
    problem_of(Browser(browser.service, "theme=dark; session=x").get(), 401)


def test_a_session_is_in_no_log(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    browser.get()
    problem_of(browser.post(), 403)
    problem_of(Browser(browser.service, f"{browser.cookie}0").get(), 401)

    code = browser.cookie.rpartition(".")[2]
    assert "GET /v1/index 200" in caplog.text
    assert code not in caplog.text


@pytest.fixture(scope="module")
def public(diagnoser: Diagnoser, new_database: Callable[[], str]) -> Iterator[Service]:
    """A service that everybody may ask."""
    first_key, _ = make_key("somebody", frozenset({Scope.READ}))
    with running(diagnoser, new_database(), first_key, public_scopes="read") as service:
        yield service


def test_what_is_public_needs_no_key_and_everything_else_does(public: Service) -> None:
    answered = public.ask(None)
    assert answered.status_code == 201
    assert public.ask(None, "GET", "/v1/entries").status_code == 200
    feedback = {"entry_id": answered.json()["causes"][0]["entry_id"], "verdict": "solved"}
    said = public.client.post(f"/v1/diagnoses/{answered.json()['id']}/feedback", json=feedback)

    for refused, scope in ((said, "feedback"), (public.ask(None, "GET", "/v1/insights/volume"), "admin")):
        assert f"the scope '{scope}'" in problem_of(refused, 401)["detail"]
        assert refused.headers["www-authenticate"] == "Bearer"


def test_what_is_public_is_so_for_pages_elsewhere_and_with_a_session_that_is_over(public: Service) -> None:
    over = Browser.of(public, public.add_key(Scope.ADMIN)[0], began=LIFETIME)

    assert over.post().status_code == 201
    assert public.ask(None, origin="https://elsewhere.example").status_code == 201


def test_a_key_allows_what_it_allows_where_reading_is_public(public: Service) -> None:
    _, admin = public.make_key(Scope.ADMIN)
    _, documents = public.make_key(Scope.DOCUMENTS)

    assert public.ask(admin, "GET", "/v1/insights/volume").status_code == 200
    problem_of(public.ask(documents), 403)
    problem_of(public.ask("wrong"), 401)


@pytest.mark.parametrize("scopes", ["admin", "read documents", "everything"])
def test_what_could_do_harm_cannot_be_public(scopes: str) -> None:
    with pytest.raises(ValidationError, match="public_scopes"):
        ApiSettings.model_validate({"public_scopes": scopes})


def test_without_keys_nothing_is_public(diagnoser: Diagnoser, new_database: Callable[[], str]) -> None:
    with running(diagnoser, new_database(), public_scopes="read feedback") as service:
        problem_of(service.ask(None, **{"X-Forwarded-For": "203.0.113.9"}), 401)
