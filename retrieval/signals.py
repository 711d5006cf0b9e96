"""The signals of each entry for one symptom: dense and lexical similarity, literal errors, identifiers, findings.

Two signals take each entry as a whole: how well the cloud of its chunks explains the message's vector, and how well its
words explain the message's. Others pool what a search finds among its chunks into one number, as entries differ in how
many they have. Chunks come in two families: what users say (phrasings, reports) and what maintainers know (cause,
checks, fix, error messages).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.artifact import Index
from indexer.chunks import ChunkKind
from indexer.entry_models import Contribution
from indexer.search import Hits
from indexer.tokens import tokenize
from kb import NONE_OF_THESE
from retrieval.diagnosis import DecidedBy
from retrieval.dialogue import Beliefs
from retrieval.identifiers import SharedIdentifiers
from retrieval.literals import LiteralErrors, LiteralMatch
from retrieval.symptom import Symptom

USER_WORDS = (ChunkKind.SYMPTOM, ChunkKind.REPORT)
FACTS = (ChunkKind.CAUSE, ChunkKind.CONFIRM, ChunkKind.FIX, ChunkKind.ERROR)

HITS_PER_SEARCH = 1_000
"""More than the chunks that matter; entries beyond it are given the similarity of the last hit."""
POOLED_CHUNKS = 3
"""Mean of the best three: one lucky chunk should not carry an entry."""
MOST_PASSAGES = 32
"""Long messages are searched by words as a whole, and by meaning in this many of their passages."""

LITERAL, IDENTIFIERS, FINDINGS = "literal", "identifiers", "findings"
FEATURES = (
    "dense entry",
    "lexical entry",
    "lexical facts best",
    "lexical facts mean",
    LITERAL,
    IDENTIFIERS,
    FINDINGS,
)
"""Of each entry: how well it explains the message as a whole, then its nearest chunks, then what is there or isn't."""
NONE_FEATURES = (
    *FEATURES,
    "dense user mean",
    "dense facts best",
    "dense unanswerable entry",
    "dense unanswerable mean",
)
"""Of "none of these": the best value of each feature over all entries, how near the nearest chunks are at all, and how
well the messages that nothing answers explain this one."""


@dataclass(frozen=True)
class Signals:
    """What speaks for each entry.

    `features`: float64, shape (n_entries, n_features), in the order of `entry_ids` and `FEATURES`.
    `none_features`: what "none of these" is judged by, float64, shape (n_none_features,), in the order of
    `NONE_FEATURES`.
    `best_dense` and `best_lexical`: the row of the chunk that speaks most for each entry, shape (n_entries,). Reports
    are left out: what one user wrote is not shown to another.
    """

    features: NDArray[np.float64]
    none_features: NDArray[np.float64]
    best_dense: NDArray[np.int64]
    best_lexical: NDArray[np.int64]
    literal_matches: Mapping[str, LiteralMatch]
    shared_identifiers: Mapping[str, Sequence[str]]


class SignalComputer:
    """Computes signals over one index; what depends only on the index is prepared once."""

    def __init__(self, index: Index, beliefs: Beliefs) -> None:
        self._index = index
        self._beliefs = beliefs
        self._entry_ids = list(index.entries)
        self._outcomes = [*self._entry_ids, NONE_OF_THESE]
        self._literals = LiteralErrors(index.entries)
        self._identifiers = SharedIdentifiers(index.chunks)
        self._user_rows = self._rows_by_entry(USER_WORDS)
        self._facts_rows = self._rows_by_entry(FACTS)
        self._shown_rows = self._rows_by_entry((ChunkKind.SYMPTOM, *FACTS))
        self._unanswerable_rows = self._padded(
            [row for row, chunk in enumerate(index.chunks) if chunk.entry_id == NONE_OF_THESE]
        )
        self._row_of_chunk = {chunk.id: row for row, chunk in enumerate(index.chunks)}

    def encode(self, symptom: Symptom) -> NDArray[np.float32]:
        """Vectors of the passages that tell most: float32, shape (n_passages, dimension), rows of unit length."""
        return self._index.encoder.encode_queries(self._telling_passages(symptom.passages))

    def compute(
        self,
        symptom: Symptom,
        vectors: NDArray[np.float32],
        observed: Mapping[str, bool],
        without: str | None = None,
    ) -> Signals:
        """Signals of every entry.

        :param vectors: what `encode` gave for the symptom.
        :param observed: findings that hold (True) or don't (False).
        :param without: id of a chunk to leave out, so that a report can be asked as if it had not been indexed.
        """
        excluded = None if without is None else self._row_of_chunk[without]
        own = None if excluded is None else self._contribution(excluded)
        models = self._index.entry_models
        dense = self._dense_similarity(vectors, excluded)
        lexical = self._lexical_similarity(symptom, excluded)
        literal_matches = {match.entry_id: match for match in self._literals.find(symptom.text)}
        shared_identifiers = self._identifiers.find(symptom.text)
        *nearness, nearness_of_none = models.similarity(_mean_direction(vectors), own)
        facts_best, facts_mean = _pool(lexical, self._facts_rows)
        columns = {
            "dense entry": np.array(nearness),
            "lexical entry": models.likelihood(tokenize(symptom.text), own),
            "lexical facts best": facts_best,
            "lexical facts mean": facts_mean,
            LITERAL: np.array(
                [literal_matches[key].coverage if key in literal_matches else 0.0 for key in self._entry_ids]
            ),
            IDENTIFIERS: np.array(
                [self._identifiers.weight(shared_identifiers.get(key, ())) for key in self._entry_ids]
            ),
            FINDINGS: self._beliefs.log_likelihood_ratios(observed, DecidedBy.TEXT)[:-1],
        }
        none = {name: column.max() for name, column in columns.items()} | {
            "dense user mean": _pool(dense, self._user_rows)[1].max(),
            "dense facts best": _pool(dense, self._facts_rows)[0].max(),
            "dense unanswerable entry": nearness_of_none,
            "dense unanswerable mean": _pool(dense, self._unanswerable_rows)[1].max(),
        }
        return Signals(
            features=np.column_stack([columns[name] for name in FEATURES]),
            none_features=np.array([none[name] for name in NONE_FEATURES]),
            best_dense=self._best_shown(dense),
            best_lexical=self._best_shown(lexical),
            literal_matches=literal_matches,
            shared_identifiers=shared_identifiers,
        )

    def _contribution(self, row: int) -> Contribution:
        """What a chunk adds to the models of its entry, or of none of these."""
        chunk = self._index.chunks[row]
        return Contribution(self._outcomes.index(chunk.entry_id), self._vectors[row], tokenize(chunk.text))

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        return self._index.search.vectors()

    def _best_shown(self, similarity: NDArray[np.float64]) -> NDArray[np.int64]:
        best: NDArray[np.int64] = similarity[self._shown_rows].argmax(axis=1)
        return self._shown_rows[np.arange(len(best)), best]

    def _dense_similarity(self, vectors: NDArray[np.float32], excluded: int | None) -> NDArray[np.float64]:
        hits = self._index.search.dense(vectors, HITS_PER_SEARCH)
        floor = min(float(hit.scores[-1]) for hit in hits)
        return self._per_chunk(hits, floor, excluded)

    def _lexical_similarity(self, symptom: Symptom, excluded: int | None) -> NDArray[np.float64]:
        similarity = self._per_chunk([self._index.search.lexical(symptom.text, HITS_PER_SEARCH)], 0.0, excluded)
        # BM25 grows with the length of the message; its root grows less than the differences between entries.
        return np.sqrt(similarity)

    def _per_chunk(self, searches: Sequence[Hits], floor: float, excluded: int | None) -> NDArray[np.float64]:
        """Best score of each chunk over all searches, shape (n_chunks + 1,); the last row stands for "no chunk"."""
        similarity = np.full(len(self._index.chunks) + 1, floor)
        for hits in searches:
            similarity[hits.rows] = np.maximum(similarity[hits.rows], hits.scores)
        if excluded is not None:
            similarity[excluded] = floor
        return similarity

    def _telling_passages(self, passages: Sequence[str]) -> Sequence[str]:
        if len(passages) <= MOST_PASSAGES:
            return passages

        def telling(passage: str) -> float:
            scores = self._index.search.lexical(passage, 1).scores
            return float(scores[0]) if scores.size else 0.0

        # People say first what they see; of the rest, take what the knowledge base knows most about.
        return [passages[0], *sorted(passages[1:], key=telling, reverse=True)[: MOST_PASSAGES - 1]]

    def _rows_by_entry(self, kinds: Collection[ChunkKind]) -> NDArray[np.int64]:
        """Rows of each entry's chunks of these kinds, shape (n_entries, most chunks), filled up with "no chunk"."""
        rows: dict[str, list[int]] = {entry_id: [] for entry_id in self._entry_ids}
        for row, chunk in enumerate(self._index.chunks):
            if chunk.kind in kinds and chunk.entry_id in rows:
                rows[chunk.entry_id].append(row)
        return self._padded(*rows.values())

    def _padded(self, *groups: list[int]) -> NDArray[np.int64]:
        """Groups of rows, shape (n_groups, most rows), filled up with "no chunk"."""
        width = max(POOLED_CHUNKS, *map(len, groups))
        return np.array([[*rows, *[len(self._index.chunks)] * (width - len(rows))] for rows in groups])


def _pool(similarity: NDArray[np.float64], rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Best, and mean of the best three, each of shape (n_groups,)."""
    of_entry = similarity[rows]
    best_three = np.partition(of_entry, -POOLED_CHUNKS, axis=1)[:, -POOLED_CHUNKS:]
    return best_three.max(axis=1), best_three.mean(axis=1)


def _mean_direction(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """One vector for all passages, shape (dimension,), of unit length."""
    mean: NDArray[np.float32] = vectors.mean(axis=0)
    return mean / np.linalg.norm(mean)
