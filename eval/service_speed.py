"""How fast and how large the service is, beside a plain one, each as a process of its own on this machine."""

import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from rich.table import Table

from eval.errors import ServiceDidNotStart
from eval.load import Load, put_under_load
from indexer.artifact import Index

START_TIMEOUT_SECONDS = 120
POLL_SECONDS = 0.005
WARM_UP_SECONDS = 2.0
CLIENTS = 16
LOG = "log"
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class ServiceSpeed:
    """One service. `ready_seconds`: from the start of the process to its first answer that it is ready."""

    name: str
    ready_seconds: float
    one_client: Load
    many_clients: Load
    cpu_ms_per_answer: float
    memory_mb: float


def measure(index: Index, model_name: str, symptoms: Sequence[str], seconds: float) -> list[ServiceSpeed]:
    """Measure `causeway serve` over the published index, then a plain service over the same chunks.

    :param index: the published index.
    :param model_name: the sentence-transformers model that the plain service encodes with.
    :param seconds: of each load.
    :raises ServiceDidNotStart: if one of them ends instead, or takes too long.
    """
    from eval.plain_service import write_vectors  # loads torch

    causeway = [sys.executable, "-m", "causeway", "serve", "--port"]
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "plain.faiss"
        write_vectors(model_name, index.chunks, vectors)
        plain = [sys.executable, "-m", "eval.plain_service", model_name, str(index.folder), str(vectors)]
        return [
            measure_service("causeway serve", causeway, symptoms, seconds, Path(folder)),
            measure_service("plain service", plain, symptoms, seconds, Path(folder)),
        ]


def measure_service(
    name: str, command: Sequence[str], symptoms: Sequence[str], seconds: float, folder: Path
) -> ServiceSpeed:
    """Start a service by a command that takes its port last, measure it, and stop it.

    :param folder: for what it writes.
    :raises ServiceDidNotStart: if it ends instead, or takes too long.
    """
    port = _free_port()
    began = time.perf_counter()
    with _running([*command, str(port)], folder) as process:
        _wait_until_ready(process, command, port, folder / LOG)
        ready_seconds = time.perf_counter() - began
        put_under_load(port, symptoms, CLIENTS, WARM_UP_SECONDS)
        one_client = put_under_load(port, symptoms, 1, seconds)
        cpu_seconds = -_cpu_seconds(process.pid)
        many_clients = put_under_load(port, symptoms, CLIENTS, seconds)
        cpu_seconds += _cpu_seconds(process.pid)
        return ServiceSpeed(
            name=name,
            ready_seconds=ready_seconds,
            one_client=one_client,
            many_clients=many_clients,
            cpu_ms_per_answer=cpu_seconds / many_clients.answers * 1000,
            memory_mb=_memory_mb(process.pid),
        )


@contextmanager
def _running(command: Sequence[str], folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    environment = os.environ | {"CAUSEWAY_DATABASE_URL": f"sqlite:///{folder / 'causeway.db'}"}
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 -- our own command
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", command: Sequence[str], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, HTTPException):
            time.sleep(POLL_SECONDS)
        finally:
            connection.close()
    raise ServiceDidNotStart(shlex.join(command), log.read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, of all its threads; Linux."""
    # The name of the program, in parentheses, may hold spaces; user and system time are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def _memory_mb(pid: int) -> float:
    """Resident memory of a process; Linux."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1_000_000


def render(speeds: Sequence[ServiceSpeed]) -> Table:
    """A column a service, and how the first compares with the last."""
    table = Table("", *(speed.name for speed in speeds), "ratio", box=None, pad_edge=False, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for what, of in _FIGURES.items():
        values = [of(speed) for speed in speeds]
        table.add_row(what, *(f"{value:,.1f}" for value in values), f"{values[0] / values[-1]:.2f}")
    return table


_FIGURES: dict[str, Callable[[ServiceSpeed], float]] = {
    "ready after, s": lambda speed: speed.ready_seconds,
    "1 client, median, ms": lambda speed: speed.one_client.median_ms,
    "1 client, 95th percentile, ms": lambda speed: speed.one_client.p95_ms,
    f"{CLIENTS} clients, answers a second": lambda speed: speed.many_clients.answers_per_second,
    f"{CLIENTS} clients, median, ms": lambda speed: speed.many_clients.median_ms,
    f"{CLIENTS} clients, 95th percentile, ms": lambda speed: speed.many_clients.p95_ms,
    "processor time an answer, ms": lambda speed: speed.cpu_ms_per_answer,
    "resident memory, MB": lambda speed: speed.memory_mb,
}
