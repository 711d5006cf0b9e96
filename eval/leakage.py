"""Queries that the knowledge base has seen: to answer one of its own phrasings or reports proves nothing."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.query_sets import Query
from indexer.encoders import Encoder
from kb import Entry, KnowledgeBase, Problem
from retrieval.literals import SHINGLE_WORDS, Shingle, template_shingles

SAME_TEXT = 0.9
SAME_WORDS = 8
"""As many words in a row don't come about by chance."""

_WORD = re.compile(r"\w+")


def leaked_queries(
    located: Sequence[tuple[Path, int, Query]],
    knowledge_base: KnowledgeBase,
    encoder: Encoder,
    known: Mapping[str, NDArray[np.float32]],
) -> Iterator[Problem]:
    """Queries that nearly are a phrasing or report, by embedding or by a run of words.

    :param known: vectors of texts, each of shape (dimension,), so that they needn't be encoded again.
    """
    seen = {text: place for entry in knowledge_base.entries.values() for text, place in _phrasings(entry)}
    seen |= {report.question: f"report {report.id}" for group in knowledge_base.reports.values() for report in group}
    vectors = _encode(list(seen), encoder, known)
    questions = _encode([query.question for _, _, query in located], encoder, known)
    messages = {
        shingle
        for entry in knowledge_base.entries.values()
        for error in entry.errors
        for shingle in template_shingles(error)
    }
    places_of_run = {run: place for text, place in seen.items() for run in _runs(text) if not _quotes(run, messages)}
    places = list(seen.values())
    for (path, line, query), similarity in zip(located, questions @ vectors.T, strict=True):
        nearest = int(similarity.argmax())
        if similarity[nearest] >= SAME_TEXT:
            yield Problem(path, line, f"query '{query.id}' says the same as {places[nearest]}")
        shared = next((run for run in _runs(query.question) if run in places_of_run), None)
        if shared:
            yield Problem(
                path, line, f"query '{query.id}' has the words “{' '.join(shared)}” of {places_of_run[shared]}"
            )


def _phrasings(entry: Entry) -> Iterator[tuple[str, str]]:
    for symptom in entry.symptoms:
        yield symptom, f"a symptom of {entry.id}"


def _encode(texts: Sequence[str], encoder: Encoder, known: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Vectors as documents, float32, shape (n, dimension)."""
    vectors = [known[text] if text in known else encoder.encode_documents([text])[0] for text in texts]
    return np.array(vectors, np.float32).reshape(len(texts), encoder.dimension)


def _runs(text: str) -> Iterator[Shingle]:
    words = _WORD.findall(text.lower())
    for start in range(len(words) - SAME_WORDS + 1):
        yield tuple(words[start : start + SAME_WORDS])


def _quotes(run: Shingle, messages: Collection[Shingle]) -> bool:
    """Whether a message of the software is in it, which is the same whoever pastes it."""
    shingles = zip(*(run[offset:] for offset in range(SHINGLE_WORDS)), strict=False)
    return any(shingle in messages for shingle in shingles)
