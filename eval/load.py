"""Put a running service under load, and time its answers."""

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection

import numpy as np

from eval.errors import FailedUnderLoad

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Load:
    """What clients that ask again as soon as they are answered got to see."""

    clients: int
    answers: int
    answers_per_second: float
    median_ms: float
    p95_ms: float


def put_under_load(port: int, symptoms: Sequence[str], clients: int, seconds: float) -> Load:
    """Ask the service at this port of this machine, each client over one connection.

    The client is as thin as can be: it shares its machine with what it measures.

    :raises FailedUnderLoad: if an answer isn't a diagnosis.
    """
    bodies = [json.dumps({"symptom": symptom}).encode() for symptom in symptoms]
    end = time.perf_counter() + seconds
    # No two clients ask the same at the same time.
    shares = [itertools.cycle(bodies[client::clients]) for client in range(clients)]
    begin = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        durations = list(itertools.chain(*threads.map(lambda share: list(_ask_until(end, port, share)), shares)))
    took = time.perf_counter() - begin
    milliseconds = np.array(durations) * 1000
    return Load(
        clients=clients,
        answers=len(durations),
        answers_per_second=len(durations) / took,
        median_ms=float(np.median(milliseconds)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def _ask_until(end: float, port: int, bodies: Iterator[bytes]) -> Iterator[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        for body in bodies:
            begin = time.perf_counter()
            if begin >= end:
                return
            connection.request("POST", "/v1/diagnoses", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            if response.status != HTTPStatus.CREATED:
                raise FailedUnderLoad(response.status, answer.decode(errors="replace"))
            yield time.perf_counter() - begin
    finally:
        connection.close()
