import json
import signal
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command import address_in, causeway, served
from tests.eventually import eventually

SYMPTOM = "mail stopped overnight, token hunter2hunter2"
BODY = json.dumps({"symptom": SYMPTOM}).encode()


@pytest.fixture(autouse=True)
def small_index(small_index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds the small index, and an empty database."""
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))
    monkeypatch.setenv("CAUSEWAY_DATABASE_URL", f"sqlite:///{tmp_path}/causeway.db")


def takes_no_connections(url: httpx.URL) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((url.host, url.port)) != 0


def test_a_request_in_flight_is_answered_when_the_service_is_told_to_stop() -> None:
    with served() as (service, line):
        url = httpx.URL(address_in(line))
        assert httpx.get(url.join("/readyz")).is_success
        with socket.create_connection((url.host, url.port or 0), timeout=20) as connection:
            head = f"POST /v1/diagnoses HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}"
            connection.sendall(f"{head}\r\nContent-Type: application/json\r\n\r\n".encode() + BODY[:5])
            assert httpx.get(url.join("/healthz")).is_success  # so that the head above was read, too

            service.send_signal(signal.SIGTERM)
            assert eventually(lambda: takes_no_connections(url))
            connection.sendall(BODY[5:])

            assert connection.recv(100).startswith(b"HTTP/1.1 201 ")
        assert service.wait(timeout=20) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


def logged_by(*calls: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What the service logs of these requests (method, path, more arguments), each line parsed."""
    with served() as (service, line), httpx.Client(base_url=address_in(line), timeout=20) as client:
        for method, path, arguments in calls:
            client.request(method, path, **arguments)
        service.send_signal(signal.SIGTERM)
        _, errors = service.communicate(timeout=20)
    return [json.loads(line) for line in errors.splitlines()]


def access_log(*calls: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in logged_by(*calls) if entry["logger"] == "api.access"]


def test_each_request_is_logged_as_a_json_object() -> None:
    (entry,) = access_log(("GET", "/v1/entries/disk-full-stops-queue", {"headers": {"X-Request-Id": "abc-1"}}))

    assert {key: entry[key] for key in entry.keys() - {"time", "milliseconds"}} == {
        "level": "INFO",
        "logger": "api.access",
        "message": "GET /v1/entries/disk-full-stops-queue 200",
        "route": "/v1/entries/{entry_id}",
        "status": 200,
        "client": "127.0.0.1",
        "caller": "local",
        "request_id": "abc-1",
    }


def test_nothing_that_a_user_wrote_or_that_is_secret_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_LOG_LEVEL", "debug")
    evidence = [{"name": "session.har", "text": "Cookie: session=hunter2hunter2"}]

    entries = logged_by(
        ("POST", "/v1/diagnoses", {"json": {"symptom": SYMPTOM, "evidence": evidence}}),
        ("POST", "/v1/diagnoses", {"json": {"symptom": SYMPTOM, "answers": {"hunter2hunter2": "yes"}}}),
        ("POST", "/v1/diagnoses", {"content": BODY[:-1], "headers": {"Content-Type": "application/json"}}),
        ("GET", "/v1/entries", {"params": {"section": SYMPTOM}}),
        ("GET", "/v1/index", {"headers": {"Authorization": "Bearer hunter2hunter2", "Cookie": "a=hunter2hunter2"}}),
    )

    assert len([entry for entry in entries if entry["logger"] == "api.access"]) == 5
    for words in ("hunter2", "overnight"):
        assert words not in json.dumps(entries)


def test_a_request_is_logged_with_its_place_in_a_trace() -> None:
    trace_id, span_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    calls = [
        ("GET", "/healthz", {"headers": {"traceparent": f"00-{trace_id}-{span_id}-01"}}),
        ("GET", "/healthz", {"headers": {"traceparent": "00-0-0-01"}}),
    ]

    traced, untraced = access_log(*calls)

    assert (traced["trace_id"], traced["span_id"]) == (trace_id, span_id)
    assert "trace_id" not in untraced


def test_a_service_without_keys_does_not_start_where_others_reach_it() -> None:
    result = causeway("serve", "--host", "0.0.0.0", "--port", "0")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith(
        "causeway: 0.0.0.0 can be reached from other machines, and there are no API keys: make one with "
        "`causeway keys create NAME`, or listen on 127.0.0.1\n"
    )


def test_everything_that_is_wrong_with_the_settings_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "PORT": "eighty",
        "CORS_ORIGINS": "https://support.example.com, *",
        "TRUSTED_PROXIES": "10.0.0.0/8 proxy",
        "RATE_LIMIT_PER_KEY": "often",
        "RATE_LIMIT_STORE": "memcached://cache",
        "LOG_LEVEL": "loud",
        "MAX_WORKING": "0",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(f"CAUSEWAY_{name}", value)

    result = causeway("serve")

    assert (result.returncode, result.stdout) == (1, "")
    assert [name for name in wrong if f"CAUSEWAY_{name}" not in result.stderr] == []
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("RATE_LIMIT_STORE", "redis://cache:port", "CAUSEWAY_RATE_LIMIT_STORE"),
        ("DATABASE_URL", "mysql://host/name", "CAUSEWAY_DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_work_is_named_in_one_line(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CAUSEWAY_{name}", value)

    result = causeway("serve", "--port", "0")

    assert (result.returncode, result.stdout) == (1, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
