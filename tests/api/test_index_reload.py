import dataclasses
import logging
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from indexer.artifact import CHUNKS, RANKER, load_index
from indexer.build import build_index
from indexer.checksums import file_sha256
from indexer.encoders import Encoder
from indexer.manifest import MANIFEST, read_manifest
from indexer.publication import CURRENT, current_build, publish
from kb import KnowledgeBase
from retrieval import Diagnoser, Diagnosis
from tests.api.problem import problem_of
from tests.eventually import eventually
from tests.serving import serving

RELOAD = "/v1/admin/reload"
REQUEST = {"symptom": "mail stopped overnight", "top_k": 20}
NEWER = "Newer: "
"""What each title of the newer build begins with, and none of the older one's."""


class Builds(NamedTuple):
    """A folder with two builds that differ in a text that every answer shows."""

    root: Path
    older: str
    newer: str

    def damage_newer(self) -> None:
        """Cut a file of the newer build short."""
        with (self.root / self.newer / CHUNKS).open("r+b") as chunks:
            chunks.truncate(100)


@pytest.fixture(scope="module")
def built(
    small_index_dir: Path, small_kb: KnowledgeBase, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Builds:
    root = Path(shutil.copytree(small_index_dir, tmp_path_factory.mktemp("builds") / "index"))
    older = current_build(root).name
    entries = {key: e.model_copy(update={"title": NEWER + e.title}) for key, e in small_kb.entries.items()}
    newer = build_index(dataclasses.replace(small_kb, entries=entries), encoder, root)
    return Builds(root, older, newer.manifest.id)


@pytest.fixture
def builds(built: Builds, tmp_path: Path) -> Builds:
    """Both builds, to be changed; the older one is published."""
    builds = built._replace(root=Path(shutil.copytree(built.root, tmp_path / "index")))
    publish(builds.root, builds.older)
    return builds


@pytest.fixture
def client(builds: Builds, encoder: Encoder) -> Iterator[httpx.Client]:
    """A client of a service that was started with the older build."""
    diagnoser = Diagnoser(load_index(current_build(builds.root), encoder))
    with serving(create_app(diagnoser, ApiSettings())) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def diagnose(client: httpx.Client) -> Diagnosis:
    response = client.post("/v1/diagnoses", json=REQUEST)
    assert response.status_code == 201
    return Diagnosis.model_validate_json(response.content)


def readiness(client: httpx.Client) -> dict[str, str | None]:
    response = client.get("/readyz")
    assert response.status_code == 200
    state: dict[str, str | None] = response.json()
    return state


def test_requests_under_load_are_each_answered_from_one_index_while_it_changes(
    client: httpx.Client, builds: Builds
) -> None:
    answered: list[Diagnosis] = []

    def ask_on() -> None:
        answered.extend(diagnose(client) for _ in range(15))

    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(ask_on) for _ in range(8)]
        wanted, other = builds.newer, builds.older
        while not all(future.done() for future in asking):
            publish(builds.root, wanted)
            # Unless the watcher saw it before, this makes the service take it.
            assert client.post(RELOAD).json()["index_id"] == wanted
            wanted, other = other, wanted
        for future in asking:
            future.result()

    assert len(answered) == 8 * 15
    assert {diagnosis.index.id for diagnosis in answered} == {builds.older, builds.newer}
    for diagnosis in answered:
        from_newer = [cause.title.startswith(NEWER) for cause in diagnosis.causes]
        assert from_newer == [diagnosis.index.id == builds.newer] * len(diagnosis.causes)


def test_a_published_index_is_noticed_without_a_call(client: httpx.Client, builds: Builds) -> None:
    publish(builds.root, builds.newer)

    assert eventually(lambda: readiness(client)["index_id"] == builds.newer)
    assert client.get("/v1/index").json()["id"] == builds.newer
    assert all(entry["title"].startswith(NEWER) for entry in client.get("/v1/entries").json()["entries"])


def test_a_reload_names_the_index_that_answers_from_then_on(client: httpx.Client, builds: Builds) -> None:
    publish(builds.root, builds.newer)

    assert client.post(RELOAD).json() == {"outcome": "reloaded", "index_id": builds.newer}
    assert client.post(RELOAD).json() == {"outcome": "unchanged", "index_id": builds.newer}


def test_a_damaged_index_is_refused_and_the_one_before_it_answers(client: httpx.Client, builds: Builds) -> None:
    builds.damage_newer()
    publish(builds.root, builds.newer)

    problem = problem_of(client.post(RELOAD), 409)

    chunks = builds.root / builds.newer / CHUNKS
    assert problem["detail"].startswith(f"the published index is refused: {chunks} is damaged (its checksum differs")
    assert diagnose(client).index.id == builds.older
    state = readiness(client)
    assert (state["status"], state["index_id"]) == ("ready", builds.older)
    assert str(state["degraded"]).startswith(f"{chunks} is damaged")


def test_an_index_whose_ranking_weights_are_of_no_use_is_refused(client: httpx.Client, builds: Builds) -> None:
    folder = builds.root / builds.newer
    (folder / RANKER).write_text("{}")
    manifest = read_manifest(folder)
    files = {**manifest.files, RANKER: file_sha256(folder / RANKER)}
    (folder / MANIFEST).write_text(manifest.model_copy(update={"files": files}).model_dump_json())
    publish(builds.root, builds.newer)

    problem_of(client.post(RELOAD), 409)

    assert diagnose(client).index.id == builds.older


def test_a_service_whose_index_folder_is_emptied_goes_on_answering(client: httpx.Client, builds: Builds) -> None:
    shutil.rmtree(builds.root)

    problem_of(client.post(RELOAD), 409)

    assert diagnose(client).index.id == builds.older
    assert "there is no index in" in str(readiness(client)["degraded"])


def test_a_refused_index_that_is_completed_later_is_taken(client: httpx.Client, builds: Builds) -> None:
    chunks = builds.root / builds.newer / CHUNKS
    complete = chunks.read_bytes()
    builds.damage_newer()
    publish(builds.root, builds.newer)
    assert eventually(lambda: readiness(client)["degraded"] is not None)

    chunks.write_bytes(complete)

    assert eventually(lambda: readiness(client) == {"status": "ready", "index_id": builds.newer, "degraded": None})


def test_going_back_from_a_refused_index_ends_the_warning(client: httpx.Client, builds: Builds) -> None:
    (builds.root / CURRENT).write_text("nothing of this name\n")
    problem_of(client.post(RELOAD), 409)

    publish(builds.root, builds.older)

    assert client.post(RELOAD).json() == {"outcome": "unchanged", "index_id": builds.older}
    assert readiness(client)["degraded"] is None


def test_a_refusal_is_logged_once_however_often_it_is_tried(
    client: httpx.Client, builds: Builds, caplog: pytest.LogCaptureFixture
) -> None:
    builds.damage_newer()
    publish(builds.root, builds.newer)
    for _ in range(3):
        client.post(RELOAD)

    refusals = [record for record in caplog.records if "is refused" in record.getMessage()]

    assert [record.levelno for record in refusals] == [logging.ERROR]
