"""What each signal is worth: the ranking without it, fitted anew on the reports and measured on queries."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
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
from kb import Entry, KnowledgeBase
from retrieval import Diagnoser
from retrieval.diagnosis import Signal
from retrieval.explanation import SIGNAL_OF_FEATURE
from retrieval.ranking import Ranker
from retrieval.signals import FEATURES, NONE_FEATURES

NEW_ENTRY_GROUPS = 5
"""Entries are taken for new a group at a time: an index for each entry would take minutes."""


def ablations(
    knowledge_base: KnowledgeBase, index: Index, queries: Sequence[Query], progress: Progress
) -> Iterator[Run]:
    """Runs of the whole ranking and of the ranking without each signal, without reports, and without calibration.

    "without reports" searches an index that has none; they still teach the weights. "as new entries" asks each query as
    if its cause had been added after the fit, without reports. "without calibration" lets every signal count the same,
    in units of its spread over the reports.
    """
    examples = collect_examples(knowledge_base, index, progress)

    def run(name: str, with_index: Index, ranker: Ranker, asked: Sequence[Query] = queries) -> Run:
        with_ranker = replace(with_index, ranker=ranker.model_dump_json().encode())
        return ask_queries(asked, in_process(Diagnoser(with_ranker)), name)

    whole = fit_ranker(knowledge_base, index, examples)
    yield run("everything", index, whole)
    for signal in Signal:
        yield run(f"without {signal}", index, fit_ranker(knowledge_base, index, _without(examples, signal)))
    bare_index = _index_of(replace(knowledge_base, reports={}), index)
    bare_examples = collect_examples(knowledge_base, bare_index, progress)
    yield run("without reports", bare_index, fit_ranker(knowledge_base, bare_index, bare_examples))
    parts = []
    for new, asked in _new_entries(index.entries, queries):
        others = {key: reports for key, reports in knowledge_base.reports.items() if key not in new}
        parts.append(run("as new entries", _index_of(replace(knowledge_base, reports=others), index), whole, asked))
    yield _joined(parts, queries)
    yield run("without calibration", index, _uncalibrated(whole, examples))


def _index_of(knowledge_base: KnowledgeBase, like: Index) -> Index:
    """An index that nobody else sees, by the same encoder."""
    with tempfile.TemporaryDirectory() as folder:
        build_index(knowledge_base, like.encoder, Path(folder), reuse_from=IndexSettings().index_dir)
        return load_index(current_build(Path(folder)), like.encoder)


def _new_entries(entries: Mapping[str, Entry], queries: Sequence[Query]) -> Iterator[tuple[set[str], list[Query]]]:
    """Groups of entries, each with the queries about them; what nothing answers goes with the first group."""
    for group in range(NEW_ENTRY_GROUPS):
        new = set(list(entries)[group::NEW_ENTRY_GROUPS])
        yield new, [query for query in queries if (_cause(query) in new if query.labels else group == 0)]


def _cause(query: Query) -> str:
    return max(query.labels, key=lambda entry_id: query.labels[entry_id])


def _joined(parts: Sequence[Run], queries: Sequence[Query]) -> Run:
    """The answers of several runs, in the order of the queries."""
    answer_of = {answer.query.id: answer for part in parts for answer in part.answers}
    return replace(parts[0], answers=[answer_of[query.id] for query in queries])


def _without(examples: Examples, signal: Signal) -> Examples:
    kept = np.array([SIGNAL_OF_FEATURE[name] is not signal for name in FEATURES])
    kept_of_none = np.array([SIGNAL_OF_FEATURE[name] is not signal for name in NONE_FEATURES])
    return replace(examples, features=examples.features * kept, none_features=examples.none_features * kept_of_none)


def _uncalibrated(ranker: Ranker, examples: Examples) -> Ranker:
    spread = examples.features.std(axis=(0, 1))
    # A signal that no report shows has no unit, and counts nothing.
    inverse = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 0)
    weights = dict(zip(ranker.weights, inverse.tolist(), strict=True))
    # "None of these" is the entry whose signals are all at the mean of the best.
    none = float(examples.features.max(axis=1).mean(axis=0) @ np.array(list(weights.values())))
    return ranker.model_copy(
        update={"weights": weights, "none_intercept": none, "none_weights": dict.fromkeys(NONE_FEATURES, 0.0)}
    )
