import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from indexer.artifact import Index
from retrieval import Diagnoser
from tests.serving import serving


@pytest.fixture
def client(diagnoser: Diagnoser, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a service that was asked nothing yet."""
    settings = ApiSettings(database_url=f"sqlite:///{tmp_path}/causeway.db")
    with serving(create_app(diagnoser, settings)) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def samples(client: httpx.Client) -> dict[str, float]:
    """What is exposed: each name with its labels, and the value."""
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    lines = (line.rpartition(" ") for line in response.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_requests_are_counted_and_timed_by_route_and_status(client: httpx.Client) -> None:
    for entry in ("disk-full-stops-queue", "password-hash-outdated", "unknown"):
        client.get(f"/v1/entries/{entry}")

    found = samples(client)

    labels = 'method="GET",route="/v1/entries/{entry_id}"'
    assert found[f'causeway_http_requests_total{{{labels},status="200"}}'] == 2
    assert found[f'causeway_http_requests_total{{{labels},status="404"}}'] == 1
    assert found[f"causeway_http_request_seconds_count{{{labels}}}"] == 3


def test_paths_and_methods_that_strangers_think_of_do_not_make_new_series(client: httpx.Client) -> None:
    methods = ("PROPFIND", "MKCOL", "PURGE", "SEARCH", "LOCK")
    for number in range(20):
        client.request(methods[number % 5], f"/nowhere/{number}")

    found = samples(client)

    assert found['causeway_http_requests_total{method="other",route="unknown",status="404"}'] == 20
    assert not any(word in name for name in found for word in ("nowhere", *methods))


def test_diagnoses_are_counted_by_confidence(client: httpx.Client) -> None:
    confidences = [
        client.post("/v1/diagnoses", json={"symptom": symptom}).json()["confidence"]
        for symptom in ("mail stopped overnight", "mail stopped overnight", "what is for lunch")
    ]
    batch = client.post("/v1/diagnoses:batch", json={"requests": [{"symptom": "mail stopped overnight"}]}).json()
    confidences.append(batch["results"][0]["diagnosis"]["confidence"])

    found = samples(client)

    for confidence in ("confident", "likely", "unsure"):
        counted = found[f'causeway_diagnoses_total{{confidence="{confidence}"}}']
        assert counted == confidences.count(confidence)


def test_the_index_that_answers_is_named_with_its_age(client: httpx.Client, small_index: Index) -> None:
    found = samples(client)

    built = f'causeway_index_built_timestamp_seconds{{index_id="{small_index.manifest.id}"}}'
    assert found[built] == pytest.approx(small_index.manifest.built_at.timestamp())
    assert found["causeway_index_refused"] == 0


def test_the_process_tells_its_memory(client: httpx.Client) -> None:
    assert samples(client)["process_resident_memory_bytes"] > 10_000_000


def test_no_metric_holds_what_a_user_wrote(client: httpx.Client) -> None:
    client.post("/v1/diagnoses", json={"symptom": "mail stopped overnight"})

    assert not re.search("overnight|127.0.0.1", client.get("/metrics").text)
