from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.serving import serving

PAGE = "https://support.example.com"


@pytest.fixture(scope="module")
def behind_proxy(diagnoser: Diagnoser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service that trusts a proxy on this machine, and a page elsewhere."""
    folder = tmp_path_factory.mktemp("database")
    settings = ApiSettings.model_validate(
        {"database_url": f"sqlite:///{folder}/causeway.db", "trusted_proxies": "127.0.0.1", "cors_origins": PAGE}
    )
    with serving(create_app(diagnoser, settings)) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize("path", ["/v1/index", "/healthz", "/v1/entries/unknown", "/nowhere"])
def test_an_answer_tells_browsers_to_do_nothing_with_it(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "strict-transport-security" not in headers


def test_a_diagnosis_is_kept_by_no_cache(client: httpx.Client) -> None:
    assert client.post("/v1/diagnoses", json={"symptom": "mail stopped"}).headers["cache-control"] == "no-store"


def test_the_documentation_may_load_what_it_is_made_of(client: httpx.Client) -> None:
    page = client.get("/docs")

    assert "script-src 'unsafe-inline' https://cdn.jsdelivr.net" in page.headers["content-security-policy"]
    assert 'src="https://cdn.jsdelivr.net' in page.text


def test_browsers_are_told_to_stay_with_https_where_the_proxy_speaks_it(behind_proxy: httpx.Client) -> None:
    over_https = behind_proxy.get("/healthz", headers={"X-Forwarded-Proto": "https"})

    assert over_https.headers["strict-transport-security"] == "max-age=31536000"


def test_pages_of_allowed_origins_may_ask_and_read_the_answers(behind_proxy: httpx.Client) -> None:
    preflight = behind_proxy.options(
        "/v1/diagnoses",
        headers={
            "Origin": PAGE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
        },
    )
    answer = behind_proxy.post("/v1/diagnoses", json={"symptom": "mail stopped"}, headers={"Origin": PAGE})

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_refusals_can_be_read_by_allowed_pages_too(behind_proxy: httpx.Client) -> None:
    refused = behind_proxy.post(
        "/v1/diagnoses", json={"symptom": "mail"}, headers={"Origin": PAGE, "X-Forwarded-For": "203.0.113.9"}
    )

    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize("origin", ["https://attacker.example", "null", f"{PAGE}.attacker.example"])
def test_other_origins_are_allowed_nothing(behind_proxy: httpx.Client, origin: str) -> None:
    preflight = behind_proxy.options(
        "/v1/diagnoses", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
    )
    answer = behind_proxy.get("/healthz", headers={"Origin": origin})

    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in {*preflight.headers, *answer.headers}
