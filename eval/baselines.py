"""What a plain search of the same index gives: the systems that the ranking must beat.

Each ranks entries by their best chunk. Their scores are no probabilities.
"""

import time
from collections.abc import Mapping, Sequence

from eval.query_sets import Query
from eval.runs import RANKED_CAUSES, Answer, RankedCause, Run, RunInfo
from indexer.artifact import Index
from indexer.search import Hits
from kb import NONE_OF_THESE
from retrieval.evidence.reading import read_evidence
from retrieval.symptom import Symptom, read_symptom

HITS = 200
"""Chunks a search: enough for twenty entries."""
RRF_K = 60
"""As in Cormack, Clarke and Buettcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods"."""

Scores = Mapping[str, float]
"""Entry id to score, best first."""


def run_baselines(queries: Sequence[Query], index: Index, info: RunInfo) -> dict[str, Run]:
    """Each baseline's answers to the same queries, by its name.

    :param info: of the run that they are compared with.
    """
    answers: dict[str, list[Answer]] = {"dense": [], "bm25": [], "rrf": []}
    for query in queries:
        symptom = read_symptom(read_evidence(query.question, query.evidence).text)
        start = time.perf_counter()
        dense = _dense(symptom, index) if symptom else {}
        after_dense = time.perf_counter()
        bm25 = _bm25(symptom, index) if symptom else {}
        after_bm25 = time.perf_counter()
        fused = _fuse([dense, bm25])
        end = time.perf_counter()
        answers["dense"].append(_answer(query, dense, after_dense - start))
        answers["bm25"].append(_answer(query, bm25, after_bm25 - after_dense))
        answers["rrf"].append(_answer(query, fused, end - start))
    return {
        system: Run(
            info.model_copy(update={"name": f"{info.name}/{system}", "system": system, "calibrated": False}), of_system
        )
        for system, of_system in answers.items()
    }


def _answer(query: Query, scores: Scores, seconds: float) -> Answer:
    best = list(scores.items())[:RANKED_CAUSES]
    return Answer(
        query=query,
        causes=tuple(RankedCause(entry_id=entry_id, score=score) for entry_id, score in best),
        none_score=-best[0][1] if best else 0.0,
        latency_ms=seconds * 1000,
    )


def _dense(symptom: Symptom, index: Index) -> Scores:
    return _by_entry(index, index.search.dense(index.encoder.encode_queries(symptom.passages), HITS))


def _bm25(symptom: Symptom, index: Index) -> Scores:
    return _by_entry(index, [index.search.lexical(symptom.text, HITS)])


def _by_entry(index: Index, searches: Sequence[Hits]) -> Scores:
    best: dict[str, float] = {}
    for hits in searches:
        for row, score in zip(hits.rows.tolist(), hits.scores.tolist(), strict=True):
            entry_id = index.chunks[row].entry_id
            best[entry_id] = max(best.get(entry_id, score), score)
    best.pop(NONE_OF_THESE, None)
    return dict(sorted(best.items(), key=lambda item: -item[1]))


def _fuse(rankings: Sequence[Scores]) -> Scores:
    fused: dict[str, float] = {}
    for ranking in rankings:
        for rank, entry_id in enumerate(ranking, start=1):
            fused[entry_id] = fused.get(entry_id, 0.0) + 1 / (RRF_K + rank)
    return dict(sorted(fused.items(), key=lambda item: -item[1]))
