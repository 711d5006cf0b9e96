import numpy as np
import pytest

from eval.baselines import RRF_K, run_baselines
from eval.measures import judge, measure
from eval.query_sets import Query
from eval.runs import Answer, Run, ask_queries
from eval.targets import in_process
from indexer.artifact import Index
from indexer.chunks import Chunk
from retrieval import Diagnoser, Evidence

SYMPTOM = "mail stopped overnight and the queue grows"
QUERIES = [
    Query(id="mail", question=SYMPTOM, labels={"disk-full-stops-queue": 2}),
    Query(id="unreadable", question="😀", labels={}),
    Query(
        id="log",
        question="what is this?",
        labels={"certificate-expired-on-server": 2},
        evidence=(Evidence(name="log", text="SSL routines: certificate has expired"),),
    ),
]


@pytest.fixture(scope="module")
def asked(diagnoser: Diagnoser) -> Run:
    return ask_queries(QUERIES, in_process(diagnoser), "latest")


@pytest.fixture(scope="module")
def baselines(asked: Run, small_index: Index) -> dict[str, Run]:
    return run_baselines(QUERIES, small_index, asked.info)


def ranking(run: Run, query_id: str) -> dict[str, float]:
    answered = next(each for each in run.answers if each.query.id == query_id)
    return {cause.entry_id: cause.score for cause in answered.causes}


def test_each_plain_search_answers_the_same_queries(baselines: dict[str, Run], asked: Run) -> None:
    assert list(baselines) == ["dense", "bm25", "rrf"]
    for name, run in baselines.items():
        assert [each.query for each in run.answers] == QUERIES
        assert run.info == asked.info.model_copy(update={"name": f"latest/{name}", "system": name, "calibrated": False})


def _of_entries(index: Index) -> list[Chunk]:
    return [chunk for chunk in index.chunks if chunk.entry_id in index.entries]


def test_dense_search_ranks_entries_by_their_nearest_chunk(baselines: dict[str, Run], small_index: Index) -> None:
    encoder = small_index.encoder
    (query,) = encoder.encode_queries([SYMPTOM])
    nearest: dict[str, float] = {}
    for chunk in _of_entries(small_index):
        similarity = float(encoder.encode_documents([chunk.text])[0] @ query)
        nearest[chunk.entry_id] = max(nearest.get(chunk.entry_id, -1.0), similarity)

    found = ranking(baselines["dense"], "mail")

    assert list(found) == sorted(nearest, key=lambda key: -nearest[key])
    assert found == pytest.approx(nearest, abs=1e-3)


def test_lexical_search_ranks_entries_by_their_best_chunk(baselines: dict[str, Run], small_index: Index) -> None:
    hits = small_index.search.lexical(SYMPTOM, len(small_index.chunks))
    best = {
        entry_id: max(
            score
            for row, score in zip(hits.rows.tolist(), hits.scores.tolist(), strict=True)
            if small_index.chunks[row].entry_id == entry_id
        )
        for entry_id in {small_index.chunks[row].entry_id for row in hits.rows.tolist()} & small_index.entries.keys()
    }

    found = ranking(baselines["bm25"], "mail")

    assert found == pytest.approx(best)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert next(iter(found)) == "disk-full-stops-queue"


def test_fusion_adds_up_reciprocal_ranks(baselines: dict[str, Run]) -> None:
    expected: dict[str, float] = {}
    for name in ("dense", "bm25"):
        for rank, entry_id in enumerate(ranking(baselines[name], "mail"), start=1):
            expected[entry_id] = expected.get(entry_id, 0.0) + 1 / (RRF_K + rank)

    found = ranking(baselines["rrf"], "mail")

    assert found == pytest.approx(expected)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@pytest.mark.parametrize("name", ["dense", "bm25", "rrf"])
def test_evidence_is_searched_as_well(name: str, baselines: dict[str, Run]) -> None:
    assert next(iter(ranking(baselines[name], "log"))) == "certificate-expired-on-server"


@pytest.mark.parametrize("name", ["dense", "bm25", "rrf"])
def test_what_can_not_be_read_has_no_causes_and_is_surest_to_have_none(name: str, baselines: dict[str, Run]) -> None:
    mail, unreadable, log = baselines[name].answers

    assert unreadable.causes == ()
    assert unreadable.none_score > max(mail.none_score, log.none_score)
    assert measure(judge(baselines[name]))["AUROC"] == 1.0


def test_the_better_the_first_match_the_less_nothing_answers_it(baselines: dict[str, Run]) -> None:
    answers: list[Answer] = [each for run in baselines.values() for each in run.answers if each.causes]

    assert all(each.none_score == -max(cause.score for cause in each.causes) for each in answers)


def test_plain_searches_have_no_calibration(baselines: dict[str, Run]) -> None:
    assert {(measure(judge(run))["Brier"], measure(judge(run))["ECE"]) for run in baselines.values()} == {(None, None)}
    assert np.isfinite([measure(judge(run))["RR"] or np.nan for run in baselines.values()]).all()
