import httpx

from api.app import create_app
from api.settings import ApiSettings
from indexer.artifact import Index
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.postgresql import postgresql_server
from tests.serving import serving


def test_the_process_is_alive(client: httpx.Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_the_service_is_ready_and_names_its_index(client: httpx.Client, small_index: Index) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ready", "index_id": small_index.manifest.id, "degraded": None}


def test_the_service_is_alive_but_not_ready_while_its_database_is_gone(diagnoser: Diagnoser) -> None:
    with postgresql_server() as server:
        app = create_app(diagnoser, ApiSettings(database_url=server.new_database()))
        with serving(app) as url, httpx.Client(base_url=url, timeout=20) as client:
            assert client.get("/readyz").status_code == 200

            server.stop()

            problem_of(client.get("/readyz"), 503)
            assert client.get("/healthz").status_code == 200
