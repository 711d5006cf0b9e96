import httpx

from indexer.artifact import Index


def test_the_process_is_alive(client: httpx.Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_the_service_is_ready_and_names_its_index(client: httpx.Client, small_index: Index) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ready", "index_id": small_index.manifest.id, "degraded": None}
