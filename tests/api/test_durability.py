"""What was acknowledged is there after the process was killed in the middle of its work."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlalchemy import func, select, text

from api.store.schema import open_database
from api.store.tables import DiagnosisRow, FeedbackRow
from tests.command import COMMAND

CLIENTS = 8
ENOUGH = 60
"""Diagnoses, after which the process is killed."""


@contextmanager
def service(index_dir: Path, database_url: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`causeway serve`: the process, and its base URL."""
    environment = os.environ | {"CAUSEWAY_INDEX_DIR": str(index_dir), "CAUSEWAY_DATABASE_URL": database_url}
    command = [str(COMMAND), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, next(word for word in line.split() if word.startswith("http://"))
        finally:
            process.kill()


class Load:
    """Clients that ask and say what they think of the answer, and remember what was acknowledged."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.diagnoses: list[str] = []
        self.feedback: list[str] = []
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(CLIENTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        with httpx.Client(base_url=self.url, timeout=20) as client:
            try:
                while True:
                    diagnosis = client.post("/v1/diagnoses", json={"symptom": "mail stopped overnight"})
                    self.diagnoses.append(diagnosis.json()["id"])
                    if len(self.diagnoses) >= ENOUGH:
                        self.enough.set()
                    said = {"entry_id": "disk-full-stops-queue", "verdict": "solved"}
                    feedback = client.post(f"/v1/diagnoses/{self.diagnoses[-1]}/feedback", json=said)
                    self.feedback.append(feedback.json()["id"])
            except (httpx.TransportError, json.JSONDecodeError):
                return  # killed


def test_nothing_acknowledged_is_lost(small_index_dir: Path, new_database: Callable[[], str]) -> None:
    url = new_database()
    with service(small_index_dir, url) as (process, address):
        load = Load(address)
        load.start()
        assert load.enough.wait(timeout=60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        load.join()
    assert len(load.diagnoses) >= ENOUGH

    with service(small_index_dir, url) as (_, address), httpx.Client(base_url=address, timeout=20) as client:
        kept = [client.get(f"/v1/diagnoses/{diagnosis_id}") for diagnosis_id in load.diagnoses]
        assert {response.status_code for response in kept} == {200}

    database = open_database(url)
    ids = set(database.read(lambda connection: connection.scalars(select(FeedbackRow.id)).all()))
    assert set(load.feedback) <= ids
    stored = database.read(lambda connection: connection.scalar(select(func.count()).select_from(DiagnosisRow)))
    # What was stored but not acknowledged any more: at most what each client was waiting for.
    assert len(load.diagnoses) <= (stored or 0) <= len(load.diagnoses) + CLIENTS
    if database.is_sqlite:
        assert database.read(lambda connection: connection.scalar(text("PRAGMA integrity_check"))) == "ok"
    database.close()
