import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from api.app import create_app
from api.settings import ApiSettings
from eval.errors import FailedUnderLoad, ServiceDidNotStart
from eval.load import put_under_load
from eval.service_speed import measure_service, render
from kb.rendering import print_all
from retrieval import Diagnoser
from tests.serving import serving

SYMPTOMS = ["nothing arrives", "mail stopped overnight", "port 25 timed out"]


@pytest.fixture
def port(diagnoser: Diagnoser) -> Iterator[int]:
    """Of the service over the small index."""
    with serving(create_app(diagnoser, ApiSettings())) as url:
        yield int(url.rpartition(":")[2])


def test_clients_ask_again_as_soon_as_they_are_answered(port: int) -> None:
    load = put_under_load(port, SYMPTOMS, clients=3, seconds=0.3)

    assert load.clients == 3
    assert load.answers >= 3
    assert 0 < load.median_ms <= load.p95_ms
    assert load.answers_per_second == pytest.approx(load.answers / 0.3, rel=0.9)


def test_answer_that_is_no_diagnosis_fails_the_measurement() -> None:
    with (
        serving(PlainTextResponse("too much", 503)) as url,
        pytest.raises(FailedUnderLoad, match=r"^the service answered 503 under load: too much$"),
    ):
        put_under_load(int(url.rpartition(":")[2]), SYMPTOMS, clients=1, seconds=0.3)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
def test_service_is_measured_from_its_start_to_its_size(
    small_index_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))
    command = [sys.executable, "-m", "causeway", "serve", "--port"]

    speed = measure_service("causeway serve", command, SYMPTOMS, 0.3, tmp_path)

    assert (speed.one_client.clients, speed.many_clients.clients) == (1, 16)
    assert speed.ready_seconds > 0.1
    assert speed.cpu_ms_per_answer > 0.1
    assert 50 < speed.memory_mb < 1_000
    print_all([render([speed, speed])])
    assert capsys.readouterr().out.splitlines()[1].split()[-1] == "1.00"


def test_service_that_does_not_start_is_told_with_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no index')"]

    with pytest.raises(ServiceDidNotStart, match=r" did not start: no index"):
        measure_service("nothing", command, SYMPTOMS, 0.3, tmp_path)
