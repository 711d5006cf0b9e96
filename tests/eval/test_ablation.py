import json
from pathlib import Path

import pytest

from eval.ablation import ablations
from eval.query_sets import Query
from eval.runs import Run
from indexer.artifact import Index, load_index
from indexer.build import build_index
from indexer.encoders import Encoder
from indexer.publication import current_build
from kb import KnowledgeBase, load_knowledge_base
from retrieval.diagnosis import Signal
from tests.conftest import SMALL_KB

EVERY_SIGNAL = "mail stopped: 452 4.3.1 Insufficient system storage, no space left on device; server.relay is unset"
QUERIES = [
    Query(id="disk", question=EVERY_SIGNAL, labels={"disk-full-stops-queue": 2}),
    Query(id="colour", question="which colour goes well with green?", labels={}),
    Query(id="unreadable", question="😀", labels={}),
]
SIGNAL_NAMES = ["dense", "lexical", "errors", "identifiers", "findings"]


@pytest.fixture(scope="module")
def taught_kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The small knowledge base with reports that each signal helps to tell apart."""
    kb = load_knowledge_base(SMALL_KB)
    root = tmp_path_factory.mktemp("taught") / "kb"
    for path in sorted(SMALL_KB.rglob("*.*")):
        target = root / path.relative_to(SMALL_KB)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    pasted = {
        "disk-full-stops-queue": "write failed: No space left on device, said the log",
        "password-hash-outdated": "it says 535 5.7.8 Authentication credentials invalid to me",
        "port-25-blocked-by-provider": "server.relay, connect to mx.example[192.0.2.1]:25: Connection timed out",
    }
    for entry_id in kb.entries:
        words = [pasted[entry_id]] if entry_id in pasted else []
        words.append(f"I think that {kb.entries[entry_id].title.lower()}")
        lines = [
            json.dumps({"id": f"{entry_id[:4]}{number}", "question": text, "labels": {entry_id: 2}})
            for number, text in enumerate(words)
        ]
        (root / "reports" / f"{entry_id}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_knowledge_base(root)


@pytest.fixture(scope="module")
def taught_index(taught_kb: KnowledgeBase, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("taught-index")
    build_index(taught_kb, encoder, folder)
    return load_index(current_build(folder), encoder)


@pytest.fixture(scope="module")
def runs(taught_kb: KnowledgeBase, taught_index: Index) -> dict[str, Run]:
    return {run.info.name: run for run in ablations(taught_kb, taught_index, QUERIES, lambda done, total: None)}


def signals(run: Run) -> set[str]:
    """Signals that are a reason for some cause."""
    return {reason.signal for answer in run.answers for cause in answer.causes for reason in cause.reasons}


def test_everything_each_signal_reports_and_calibration_are_measured(runs: dict[str, Run]) -> None:
    assert list(runs) == [
        "everything",
        *(f"without {name}" for name in SIGNAL_NAMES),
        "without reports",
        "as new entries",
        "without calibration",
    ]
    assert list(Signal) == SIGNAL_NAMES


def test_each_variant_answers_every_query(runs: dict[str, Run]) -> None:
    assert all([answer.query for answer in run.answers] == QUERIES for run in runs.values())


def test_the_whole_ranking_uses_every_signal(runs: dict[str, Run]) -> None:
    assert signals(runs["everything"]) == set(SIGNAL_NAMES)


@pytest.mark.parametrize("name", SIGNAL_NAMES)
def test_ranking_without_a_signal_gives_it_no_weight(name: str, runs: dict[str, Run]) -> None:
    assert signals(runs[f"without {name}"]) == set(SIGNAL_NAMES) - {name}


def test_ranking_without_reports_searches_an_index_that_has_none(runs: dict[str, Run], taught_index: Index) -> None:
    other_index = {"without reports", "as new entries"}
    with_reports = {run.info.index_id for name, run in runs.items() if name not in other_index}

    assert with_reports == {taught_index.manifest.id}
    assert runs["without reports"].info.index_id != taught_index.manifest.id


def test_ablation_publishes_nothing(runs: dict[str, Run], tmp_path: Path) -> None:
    assert runs
    assert list(tmp_path.iterdir()) == []


def test_every_variant_still_finds_a_pasted_message(runs: dict[str, Run]) -> None:
    assert {run.answers[0].causes[0].entry_id for run in runs.values()} == {"disk-full-stops-queue"}


def test_answers_are_distributions_even_without_calibration(runs: dict[str, Run]) -> None:
    for run in runs.values():
        for answer in run.answers:
            assert sum(cause.score for cause in answer.causes) + answer.none_score == pytest.approx(1.0, abs=0.01)


def test_signal_that_no_report_shows_does_not_swamp_the_others_without_calibration(
    small_kb: KnowledgeBase, small_index: Index
) -> None:
    *_, run = ablations(small_kb, small_index, QUERIES, lambda done, total: None)

    weights = {reason.weight for answer in run.answers for cause in answer.causes for reason in cause.reasons}
    assert max(weights) < 1_000
