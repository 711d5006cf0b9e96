import json
import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command import address_in, causeway, served
from tests.eventually import eventually

SECRET = "hunter2hunter2"
SYMPTOM = f"mail stopped overnight, token {SECRET}"
TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
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
            time.sleep(0.5)  # more than a server needs that breaks off what isn't done
            connection.sendall(BODY[5:])

            assert connection.recv(100).startswith(b"HTTP/1.1 201 ")
        assert service.wait(timeout=20) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


LogLine = dict[str, Any]


@pytest.fixture(scope="module")
def log(small_index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> list[LogLine]:
    """All that a service logs which is asked everything that the tests below look for."""
    json_body = {"Content-Type": "application/json"}
    evidence = [{"name": "session.har", "text": f"Cookie: session={SECRET}"}]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))
        environment.setenv("CAUSEWAY_DATABASE_URL", f"sqlite:///{tmp_path_factory.mktemp('log')}/causeway.db")
        environment.setenv("CAUSEWAY_LOG_LEVEL", "debug")
        with served() as (service, line), httpx.Client(base_url=address_in(line), timeout=20) as client:
            client.get("/v1/entries/disk-full-stops-queue", headers={"X-Request-Id": "abc-1"})
            client.get("/healthz", headers={"X-Request-Id": "traced", "traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"})
            client.get("/healthz", headers={"X-Request-Id": "badly-traced", "traceparent": "00-0-0-01"})
            client.get("/healthz", headers={"X-Request-Id": "no {id}"})
            client.post("/v1/diagnoses", json={"symptom": SYMPTOM, "evidence": evidence})
            client.post("/v1/diagnoses", json={"symptom": SYMPTOM, "answers": {SECRET: "yes"}})
            client.post("/v1/diagnoses", content=BODY[:-1], headers=json_body)
            client.get("/v1/entries", params={"section": SYMPTOM})
            client.get("/v1/index", headers={"Authorization": f"Bearer {SECRET}", "Cookie": f"session={SECRET}"})
            client.get("/")
            service.send_signal(signal.SIGTERM)
            _, errors = service.communicate(timeout=20)
    return [json.loads(line) for line in errors.splitlines()]


def of_request(log: list[LogLine], request_id: str) -> LogLine:
    (line,) = [line for line in log if line.get("request_id") == request_id]
    return line


def test_each_request_is_logged_as_a_json_object(log: list[LogLine]) -> None:
    line = of_request(log, "abc-1")

    assert len([line for line in log if line["logger"] == "api.access"]) == 11
    assert {key: line[key] for key in line.keys() - {"time", "milliseconds"}} == {
        "level": "INFO",
        "logger": "api.access",
        "message": "GET /v1/entries/disk-full-stops-queue 200",
        "route": "/v1/entries/{entry_id}",
        "status": 200,
        "client": "127.0.0.1",
        "caller": "local",
        "request_id": "abc-1",
    }


def test_nothing_that_a_user_wrote_or_that_is_secret_is_logged(log: list[LogLine]) -> None:
    for words in (SECRET, "overnight", "{id}"):
        assert words not in json.dumps(log)


def test_what_a_page_asks_the_service_for_is_logged_as_requests_are(log: list[LogLine]) -> None:
    (page,) = (line for line in log if line["message"] == "GET / 200")

    lines = [line for line in log if line.get("request_id") == page["request_id"]]
    assert [(line["logger"], line["message"]) for line in lines] == [
        ("api.access", "GET /v1/index 200"),
        ("api.access", "GET / 200"),
    ]


def test_a_request_is_logged_with_its_place_in_a_trace(log: list[LogLine]) -> None:
    traced = of_request(log, "traced")

    assert (traced["trace_id"], traced["span_id"]) == (TRACE_ID, SPAN_ID)
    assert "trace_id" not in of_request(log, "badly-traced")


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


def test_a_setting_that_cannot_work_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_RATE_LIMIT_STORE", "redis://cache:port")

    result = causeway("serve", "--port", "0")

    assert (result.returncode, result.stdout) == (1, "")
    assert "causeway: CAUSEWAY_RATE_LIMIT_STORE can't be used: " in result.stderr
    assert "Traceback" not in result.stderr
