import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from api.app import create_app
from api.errors import PublicWithoutKeys
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.api.security.service import Service, running
from tests.eventually import eventually

PAGE = "https://support.example.com"


@pytest.fixture(scope="module")
def service(diagnoser: Diagnoser, new_database: Callable[[], str]) -> Iterator[Service]:
    """A service that demands keys."""
    first_key, _ = make_key("somebody", frozenset({Scope.READ}))
    with running(diagnoser, new_database(), first_key, cors_origins=(PAGE,)) as service:
        yield service


@pytest.fixture(scope="module")
def keyless(diagnoser: Diagnoser, new_database: Callable[[], str]) -> Iterator[Service]:
    """A service that has no keys."""
    with running(diagnoser, new_database(), cors_origins=(PAGE,)) as service:
        yield service


def test_a_key_names_who_asks_and_anything_else_is_refused(service: Service) -> None:
    _, key = service.make_key(Scope.READ)

    assert service.ask(key).status_code == 201
    assert service.ask(None, authorization=f"bearer  {key}").status_code == 201
    for wrong in (None, "x", "cw_", key[:-1], key + "0", key.upper(), f"cw_{'0' * 12}_{key[-64:]}"):
        response = service.ask(wrong)
        problem_of(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"
    problem_of(service.client.get("/v1/index", headers={"Authorization": "Basic YTpi"}), 401)


def test_a_request_without_a_key_is_refused_before_its_body_is_read(service: Service) -> None:
    address = (service.client.base_url.host, service.client.base_url.port)

    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(b"POST /v1/diagnoses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n{")

        assert connection.recv(1_000).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json"])
def test_probes_and_documentation_need_no_key(service: Service, path: str) -> None:

    assert service.client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.READ, "POST", "/v1/diagnoses"),
        (Scope.READ, "GET", "/v1/entries"),
        (Scope.READ, "GET", "/v1/index"),
        (Scope.READ, "GET", "/metrics"),
        (Scope.DOCUMENTS, "GET", "/v1/documents/marks"),
        (Scope.ADMIN, "GET", "/v1/feedback"),
        (Scope.ADMIN, "POST", "/v1/admin/reload"),
    ],
)
def test_an_operation_needs_a_key_with_its_scope(service: Service, scope: Scope, method: str, path: str) -> None:
    _, fitting = service.make_key(scope)
    _, all_others = service.make_key(*(set(Scope) - {scope, Scope.ADMIN}))
    _, admin = service.make_key(Scope.ADMIN)

    assert service.ask(fitting, method, path).is_success
    assert service.ask(admin, method, path).is_success
    problem = problem_of(service.ask(all_others, method, path), 403)
    assert f"the scope '{scope}'" in problem["detail"]


def test_only_a_client_that_knows_who_is_staff_speaks_for_staff(service: Service) -> None:
    _, everybodys = service.make_key(Scope.READ, Scope.FEEDBACK)
    _, bots = service.make_key(Scope.READ, Scope.FEEDBACK, Scope.DOCUMENTS)
    diagnosis = service.ask(everybodys).json()
    feedback = {"entry_id": diagnosis["causes"][0]["entry_id"], "verdict": "solved", "role": "staff"}

    def say(key: str) -> httpx.Response:
        path = f"/v1/diagnoses/{diagnosis['id']}/feedback"
        return service.client.post(path, json=feedback, headers={"Authorization": f"Bearer {key}"})

    assert "the scope 'documents'" in problem_of(say(everybodys), 403)["detail"]
    assert say(bots).json()["role"] == "staff"


def test_every_operation_demands_a_scope_unless_it_is_open(service: Service) -> None:
    paths = service.client.get("/openapi.json").json()["paths"]

    without_key = {path for path, methods in paths.items() for call in methods.values() if "security" not in call}

    assert without_key == {"/healthz", "/readyz"}


def test_a_revoked_key_is_refused_within_seconds(service: Service) -> None:
    key_id, key = service.make_key(Scope.READ)
    assert service.ask(key).status_code == 201

    service.end_key(key_id)

    assert eventually(lambda: service.ask(key).status_code == 401)


def test_a_key_whose_end_is_to_come_is_accepted_until_then(service: Service) -> None:
    key_id, key = service.make_key(Scope.READ)
    service.end_key(key_id, after=timedelta(hours=1))

    assert service.ask(key).status_code == 201


def test_keys_can_be_made_and_all_be_revoked_while_the_service_runs(
    diagnoser: Diagnoser, new_database: Callable[[], str]
) -> None:
    with running(diagnoser, new_database()) as service:
        key_id, _ = service.make_key(Scope.READ)
        assert eventually(lambda: service.ask(None).status_code == 401)

        service.end_key(key_id)
        assert eventually(lambda: service.ask(None).status_code == 201)


def test_without_keys_this_machine_may_do_everything(keyless: Service) -> None:
    assert keyless.ask(None).status_code == 201
    assert keyless.ask(None, "POST", "/v1/admin/reload").status_code == 200
    assert keyless.ask("of another service").status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Host": "causeway.attacker.example"},
        {"Host": "causeway.attacker.example:8000"},
        {"Host": "[]"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
    ],
    ids=lambda headers: " ".join(*headers.items()),
)
def test_without_keys_nothing_is_answered_that_may_come_from_elsewhere(
    keyless: Service, headers: dict[str, str]
) -> None:
    problem = problem_of(keyless.ask(None, **headers), 401)

    assert "make a key with `causeway keys create NAME`" in problem["detail"]


def test_without_keys_pages_of_allowed_origins_and_of_this_service_are_answered(keyless: Service) -> None:
    own = str(keyless.client.base_url).rstrip("/")

    assert keyless.ask(None, origin=PAGE).status_code == 201
    assert keyless.ask(None, origin=own).status_code == 201


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "causeway.example.com", ""])
def test_a_service_without_keys_does_not_start_where_others_reach_it(
    diagnoser: Diagnoser, tmp_path: Path, host: str
) -> None:
    with pytest.raises(PublicWithoutKeys) as refused:
        create_app(diagnoser, ApiSettings(host=host, database_url=f"sqlite:///{tmp_path}/causeway.db"))

    assert "make one with `causeway keys create NAME`, or listen on 127.0.0.1" in str(refused.value)


def test_a_service_with_a_key_starts_anywhere(diagnoser: Diagnoser, service: Service) -> None:
    url = service.database.engine.url.render_as_string(hide_password=False)

    create_app(diagnoser, ApiSettings(host="0.0.0.0", database_url=url)).state.database.close()


def test_a_key_is_stored_as_a_hash(service: Service) -> None:
    key_id, handed_out = service.make_key(Scope.READ)

    row = service.database.read(
        lambda connection: connection.execute(text("SELECT * FROM api_keys WHERE id = :id"), {"id": key_id}).one()
    )

    assert handed_out.split("_")[2] not in str(row)
