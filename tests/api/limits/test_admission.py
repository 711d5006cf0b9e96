import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.limits.admission import LARGE_BODY_BYTES
from api.settings import ApiSettings
from indexer.artifact import Index
from indexer.encoders import Encoder
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.api.slow_encoder import SlowEncoder
from tests.eventually import eventually
from tests.serving import serving


class Overloaded:
    """A service that works on one request, lets one wait, and answers neither until it may."""

    def __init__(self, client: httpx.Client, encoder: SlowEncoder, threads: ThreadPoolExecutor) -> None:
        self.client = client
        self.encoder = encoder
        self._threads = threads

    def ask(self, evidence_bytes: int = 0) -> "Future[httpx.Response]":
        request = {"symptom": "mail stopped", "evidence": [{"name": "log", "text": "." * (evidence_bytes // 2)}] * 2}
        return self._threads.submit(self.client.post, "/v1/diagnoses", json=request)

    def gauge(self, name: str) -> float:
        (value,) = [
            float(line.split()[1])
            for line in self.client.get("/metrics").text.splitlines()
            if line.startswith(f"causeway_http_requests_{name}")
        ]
        return value


@contextmanager
def overloaded(index: Index, encoder: Encoder, folder: Path, **settings: object) -> Iterator[Overloaded]:
    slow = SlowEncoder(encoder)
    complete = {
        "database_url": f"sqlite:///{folder}/causeway.db",
        "max_working": 1,
        "max_queued": 1,
        **settings,
    }
    app = create_app(Diagnoser(dataclasses.replace(index, encoder=slow)), ApiSettings.model_validate(complete))
    with (
        serving(app) as url,
        httpx.Client(base_url=url, timeout=30) as client,
        ThreadPoolExecutor(20) as threads,
    ):
        try:
            yield Overloaded(client, slow, threads)
        finally:
            slow.may_answer.set()


def test_what_does_not_fit_the_queue_is_turned_away_and_the_rest_is_answered(
    small_index: Index, encoder: Encoder, tmp_path: Path
) -> None:
    with overloaded(small_index, encoder, tmp_path) as service:
        working = service.ask()
        assert service.encoder.started.wait(timeout=10)
        queued = service.ask()
        assert eventually(lambda: service.gauge("queued") == 1)

        turned_away = [service.ask() for _ in range(10)]

        for response in (future.result(timeout=10) for future in turned_away):
            assert problem_of(response, 503)["detail"] == "the service is busy: try again in a second"
            assert response.headers["retry-after"] == "1"
        assert not working.done()
        assert not queued.done()
        service.encoder.may_answer.set()
        assert [working.result().status_code, queued.result().status_code] == [201, 201]
        assert service.ask().result().status_code == 201


def test_large_requests_are_worked_on_one_at_a_time_and_leave_room_for_small_ones(
    small_index: Index, encoder: Encoder, tmp_path: Path
) -> None:
    with overloaded(small_index, encoder, tmp_path, max_working=2) as service:
        large = [service.ask(evidence_bytes=LARGE_BODY_BYTES) for _ in range(2)]
        assert service.encoder.started.wait(timeout=10)
        assert eventually(lambda: service.gauge("queued") == 1)

        assert service.client.get("/v1/index").status_code == 200
        assert service.gauge("working") == 1
        service.encoder.may_answer.set()
        assert [future.result().status_code for future in large] == [201, 201]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_are_answered_however_busy_the_service_is(
    small_index: Index, encoder: Encoder, tmp_path: Path, path: str
) -> None:
    with overloaded(small_index, encoder, tmp_path, max_queued=0) as service:
        service.ask()
        assert service.encoder.started.wait(timeout=10)

        assert service.client.get(path).status_code == 200
        problem_of(service.client.get("/v1/index"), 503)


def test_an_answer_that_takes_too_long_is_given_up_and_its_place_is_free_once_it_is_done(
    small_index: Index, encoder: Encoder, tmp_path: Path
) -> None:
    with overloaded(small_index, encoder, tmp_path, request_timeout_seconds=0.3, max_queued=0) as service:
        response = service.ask().result()

        assert problem_of(response, 503)["detail"] == "this took longer than 0.3 seconds"
        assert response.headers["retry-after"] == "1"
        assert service.gauge("working") == 1
        problem_of(service.client.get("/v1/index"), 503)

        service.encoder.may_answer.set()

        assert eventually(lambda: service.gauge("working") == 0)
        assert service.client.get("/v1/index").status_code == 200


def test_a_place_is_free_again_after_an_answer_that_failed(
    small_index: Index, encoder: Encoder, tmp_path: Path
) -> None:
    with overloaded(small_index, encoder, tmp_path, max_queued=0) as service:
        service.encoder.may_answer.set()
        for _ in range(3):
            problem_of(service.client.post("/v1/diagnoses", json={"symptom": "  "}), 422)

        assert service.gauge("working") == 0
        assert service.ask().result().status_code == 201


def test_refusals_are_counted_by_their_reason(small_index: Index, encoder: Encoder, tmp_path: Path) -> None:
    with overloaded(small_index, encoder, tmp_path, max_queued=0) as service:
        service.ask()
        assert service.encoder.started.wait(timeout=10)
        problem_of(service.client.get("/v1/index"), 503)

        assert 'causeway_http_requests_refused_total{reason="overload"} 1.0' in service.client.get("/metrics").text
