"""The signals of each entry for one symptom: dense and lexical similarity, literal errors, findings.

Entries differ in how many chunks they have, so each signal pools the chunks of an entry into one number. Chunks come in
two families: what users say (phrasings, reports) and what maintainers know (cause, checks, fix, error messages).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.artifact import Index
from indexer.chunks import ChunkKind
from indexer.search import Hits
from retrieval.dialogue import FALSE_ALARMS, Beliefs
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

FINDINGS = "findings"
FEATURES = (
    "dense user mean",
    "dense facts best",
    "lexical user mean",
    "lexical facts best",
    "lexical facts mean",
    "literal",
    FINDINGS,
)


@dataclass(frozen=True)
class Signals:
    """What speaks for each entry.

    `features`: float64, shape (n_entries, n_features), in the order of `entry_ids` and `FEATURES`.
    `best_dense` and `best_lexical`: the row of the chunk that speaks most for each entry, shape (n_entries,). Reports
    are left out: what one user wrote is not shown to another.
    """

    features: NDArray[np.float64]
    best_dense: NDArray[np.int64]
    best_lexical: NDArray[np.int64]
    literal_matches: Mapping[str, LiteralMatch]


class SignalComputer:
    """Computes signals over one index; what depends only on the index is prepared once."""

    def __init__(self, index: Index, beliefs: Beliefs) -> None:
        self._index = index
        self._beliefs = beliefs
        self._entry_ids = list(index.entries)
        self._literals = LiteralErrors(index.entries)
        self._user_rows = self._rows_by_entry(USER_WORDS)
        self._facts_rows = self._rows_by_entry(FACTS)
        self._shown_rows = self._rows_by_entry((ChunkKind.SYMPTOM, *FACTS))
        self._row_of_chunk = {chunk.id: row for row, chunk in enumerate(index.chunks)}

    def compute(self, symptom: Symptom, observed: Mapping[str, bool], without: Collection[str] = ()) -> Signals:
        """Signals of every entry.

        :param observed: findings that hold (True) or don't (False).
        :param without: ids of chunks to leave out, so that a report can be asked as if it had not been indexed.
        """
        excluded = [self._row_of_chunk[chunk_id] for chunk_id in without]
        dense = self._dense_similarity(symptom, excluded)
        lexical = self._lexical_similarity(symptom, excluded)
        literal_matches = {match.entry_id: match for match in self._literals.find(symptom.text)}
        columns: dict[str, NDArray[np.float64]] = {}
        best_rows = {}
        for name, similarity in (("dense", dense), ("lexical", lexical)):
            _, user_mean = _pool(similarity, self._user_rows)
            facts_best, facts_mean = _pool(similarity, self._facts_rows)
            columns |= {
                f"{name} user mean": user_mean,
                f"{name} facts best": facts_best,
                f"{name} facts mean": facts_mean,
            }
            shown = similarity[self._shown_rows].argmax(axis=1)
            best_rows[name] = self._shown_rows[np.arange(len(shown)), shown]
        columns["literal"] = np.array(
            [literal_matches[key].coverage if key in literal_matches else 0.0 for key in self._entry_ids]
        )
        columns[FINDINGS] = self._beliefs.log_likelihood_ratios(observed, FALSE_ALARMS)[:-1]
        return Signals(
            features=np.column_stack([columns[name] for name in FEATURES]),
            best_dense=best_rows["dense"],
            best_lexical=best_rows["lexical"],
            literal_matches=literal_matches,
        )

    def _dense_similarity(self, symptom: Symptom, excluded: Sequence[int]) -> NDArray[np.float64]:
        passages = self._telling_passages(symptom.passages)
        hits = self._index.search.dense(self._index.encoder.encode_queries(passages), HITS_PER_SEARCH)
        floor = min(float(hit.scores[-1]) for hit in hits)
        return self._per_chunk(hits, floor, excluded)

    def _lexical_similarity(self, symptom: Symptom, excluded: Sequence[int]) -> NDArray[np.float64]:
        similarity = self._per_chunk([self._index.search.lexical(symptom.text, HITS_PER_SEARCH)], 0.0, excluded)
        # BM25 grows with the length of the message; relative to the best chunk, messages compare.
        return similarity / max(float(similarity.max()), 1e-9)

    def _per_chunk(self, searches: Sequence[Hits], floor: float, excluded: Sequence[int]) -> NDArray[np.float64]:
        """Best score of each chunk over all searches, shape (n_chunks + 1,); the last row stands for "no chunk"."""
        similarity = np.full(len(self._index.chunks) + 1, floor)
        for hits in searches:
            similarity[hits.rows] = np.maximum(similarity[hits.rows], hits.scores)
        similarity[list(excluded)] = floor
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
            if chunk.kind in kinds:
                rows[chunk.entry_id].append(row)
        width = max(POOLED_CHUNKS, *map(len, rows.values()))
        no_chunk = len(self._index.chunks)
        return np.array([[*entry_rows, *[no_chunk] * (width - len(entry_rows))] for entry_rows in rows.values()])


def _pool(similarity: NDArray[np.float64], rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Best, and mean of the best three, each of shape (n_entries,)."""
    of_entry = similarity[rows]
    best_three = np.partition(of_entry, -POOLED_CHUNKS, axis=1)[:, -POOLED_CHUNKS:]
    return best_three.max(axis=1), best_three.mean(axis=1)
