import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.app import create_app
from api.settings import ApiSettings
from eval.cli import app
from eval.errors import InvalidQueries, TooFewReports
from indexer.encoders import Encoder
from retrieval import Diagnoser
from retrieval.ranking import read_ranker
from tests.serving import serving

QUERY = {"id": "q1", "question": "mail stopped overnight", "labels": {"disk-full-stops-queue": 2}}
UNANSWERABLE = {"id": "q2", "question": "which colour goes well with green?", "labels": {}}
PERFECT = {"P@1": 1.0, "P(rel=2)@1": 1.0, "Success@3": 1.0, "RR": 1.0, "nDCG@5": 1.0, "R@10": 1.0}


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "queries.jsonl"
    path.write_text(f"{json.dumps(QUERY)}\n{json.dumps(UNANSWERABLE)}\n", encoding="utf-8")
    return path


@pytest.fixture
def served_index(small_index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))
    return small_index_dir


@pytest.fixture
def api_url(diagnoser: Diagnoser) -> Iterator[str]:
    with serving(create_app(diagnoser, ApiSettings())) as url:
        yield url


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.usefixtures("served_index")
def test_run_prints_each_measure_by_its_name(queries: Path) -> None:
    result = run("run", "--queries", queries)

    assert result.exit_code == 0
    first, *measures = result.stdout.splitlines()
    assert first == "2 queries, 1 of them answerable"
    assert dict(line.split() for line in measures) == {name: "1.000" for name in PERFECT}


@pytest.mark.usefixtures("served_index")
def test_run_prints_json_for_programs(queries: Path) -> None:
    result = run("run", "--queries", queries, "--json")

    assert json.loads(result.stdout) == {"queries": 2, **PERFECT}


@pytest.mark.usefixtures("served_index")
def test_run_measures_a_running_api_just_as_well(queries: Path, api_url: str) -> None:
    assert run("run", "--queries", queries, "--api", api_url).stdout == run("run", "--queries", queries).stdout


@pytest.mark.usefixtures("served_index")
def test_run_reads_several_files(queries: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({**QUERY, "id": "q3"}), encoding="utf-8")

    assert run("run", "--queries", queries, "--queries", other).stdout.startswith("3 queries, 2 of them answerable")


@pytest.mark.usefixtures("served_index")
def test_run_names_what_is_wrong_with_the_queries(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps({**QUERY, "labels": {"moon-full": 2}}), encoding="utf-8")

    result = run("run", "--queries", path)

    assert isinstance(result.exception, InvalidQueries)
    assert str(result.exception) == f"{path}:1: unknown entry 'moon-full' in labels"


@pytest.mark.usefixtures("served_index")
def test_run_prints_json_even_if_nothing_can_be_measured(tmp_path: Path) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    path = tmp_path / "none.jsonl"
    path.write_text(json.dumps(UNANSWERABLE), encoding="utf-8")

    assert json.loads(run("run", "--queries", path, "--json").stdout, parse_constant=refuse)["queries"] == 1


@pytest.fixture
def own_kb(small_kb_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge base that commands may change, with an index folder of its own."""
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(tmp_path / "index"))
    return small_kb_dir


def test_fit_writes_the_same_readable_ranker_every_time(own_kb: Path, encoder: Encoder) -> None:
    result = run("fit")

    assert result.exit_code == 0, result.exception
    assert result.stdout.startswith(f"{own_kb / 'ranker.json'}: ")
    written = (own_kb / "ranker.json").read_bytes()
    assert read_ranker(written).provenance.encoder == str(encoder.identity)

    assert run("fit").exit_code == 0
    assert (own_kb / "ranker.json").read_bytes() == written


def test_fit_without_reports_is_refused_and_writes_nothing(own_kb: Path) -> None:
    shutil.rmtree(own_kb / "reports")

    assert isinstance(run("fit").exception, TooFewReports)
    assert not (own_kb / "ranker.json").exists()
