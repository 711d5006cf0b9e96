"""What each signal is worth: the ranking without it, fitted anew on the reports and measured on queries."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from eval.fit import Examples, collect_examples, fit_ranker
from eval.query_sets import Query
from eval.runs import Progress, Run, ask_queries
from eval.targets import in_process
from indexer.artifact import Index, load_index
from indexer.build import build_index
from indexer.publication import current_build
from indexer.settings import IndexSettings
from kb import KnowledgeBase
from retrieval import Diagnoser
from retrieval.diagnosis import Signal
from retrieval.explanation import SIGNAL_OF_FEATURE
from retrieval.ranking import Ranker


def ablations(
    knowledge_base: KnowledgeBase, index: Index, queries: Sequence[Query], progress: Progress
) -> Iterator[Run]:
    """Runs of the whole ranking and of the ranking without each signal, without reports, and without calibration.

    "without reports" searches an index that has none; they still teach the weights. "without calibration" lets every
    signal count the same, in units of its spread over the reports.
    """
    examples = collect_examples(knowledge_base, index, progress)

    def run(name: str, with_index: Index, ranker: Ranker) -> Run:
        with_ranker = replace(with_index, ranker=ranker.model_dump_json().encode())
        return ask_queries(queries, in_process(Diagnoser(with_ranker)), name)

    whole = fit_ranker(knowledge_base, index, examples)
    yield run("everything", index, whole)
    for signal in Signal:
        yield run(f"without {signal}", index, fit_ranker(knowledge_base, index, _without(examples, signal)))
    with tempfile.TemporaryDirectory() as folder:
        bare = replace(knowledge_base, reports={})
        build_index(bare, index.encoder, Path(folder), reuse_from=IndexSettings().index_dir)
        bare_index = load_index(current_build(Path(folder)), index.encoder)
    bare_examples = collect_examples(knowledge_base, bare_index, progress)
    yield run("without reports", bare_index, fit_ranker(knowledge_base, bare_index, bare_examples))
    yield run("without calibration", index, _uncalibrated(whole, examples))


def _without(examples: Examples, signal: Signal) -> Examples:
    kept = np.array([other is not signal for other in SIGNAL_OF_FEATURE])
    return replace(examples, features=examples.features * kept, none_features=examples.none_features * kept)


def _uncalibrated(ranker: Ranker, examples: Examples) -> Ranker:
    spread = examples.features.std(axis=(0, 1))
    # A signal that no report shows has no unit, and counts nothing.
    inverse = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 0)
    weights = dict(zip(ranker.weights, inverse.tolist(), strict=True))
    # "None of these" is the entry whose signals are all at the mean of the best.
    none = float(examples.none_features.mean(axis=0) @ np.array(list(weights.values())))
    return ranker.model_copy(
        update={"weights": weights, "none_intercept": none, "none_weights": dict.fromkeys(weights, 0.0)}
    )
