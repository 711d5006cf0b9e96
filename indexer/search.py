"""Searching chunks: the protocol that hides where the index lives, and its local implementation.

Scores are similarities: higher is closer. Dense scores are cosines in [-1, 1]; lexical scores are BM25, 0 or more.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import bm25s
import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.tokens import tokenize

VECTORS, LEXICAL = "vectors.faiss", "bm25"
SEARCH_FILES = (
    VECTORS,
    f"{LEXICAL}/data.csc.index.npy",
    f"{LEXICAL}/indices.csc.index.npy",
    f"{LEXICAL}/indptr.csc.index.npy",
    f"{LEXICAL}/params.index.json",
    f"{LEXICAL}/vocab.index.json",
)
"""What a build can't be searched without."""

EXACT_UP_TO_CHUNKS = 50_000
"""Up to here every vector is compared (3 ms a query at the limit, on one core); above, an HNSW graph is searched."""
HNSW_LINKS, HNSW_BUILD_BREADTH, HNSW_SEARCH_BREADTH = 32, 200, 1_000
"""The graph's usual settings; the search is as broad as the hits that ranking asks for, or it would return fewer."""


class Hits(NamedTuple):
    """The best chunks of one search, best first, as row numbers of the index's chunks."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


class ChunkSearch(Protocol):
    """Finds chunks by meaning and by words."""

    def dense(self, vectors: NDArray[np.float32], limit: int) -> list[Hits]:
        """The `limit` chunks closest to each vector. `vectors`: float32, shape (n, dimension), rows of unit length."""

    def lexical(self, text: str, limit: int) -> Hits:
        """The `limit` chunks that share most of the words of `text`; chunks that share none are left out."""

    def vectors(self) -> NDArray[np.float32]:
        """All indexed vectors: float32, shape (n_chunks, dimension)."""


class LocalSearch:
    """FAISS for vectors, bm25s for words; both in memory."""

    def __init__(self, vectors: faiss.Index, words: bm25s.BM25) -> None:
        self._vectors = vectors
        self._words = words

    @classmethod
    def build(cls, vectors: NDArray[np.float32], texts: Sequence[str]) -> Self:
        """Index chunks. `vectors`: float32, shape (n_chunks, dimension), rows of unit length; `texts` in that order."""
        words = bm25s.BM25()
        words.index([tokenize(text) for text in texts], show_progress=False)
        return cls(_build_vector_index(vectors), words)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        return cls(faiss.read_index(str(folder / VECTORS)), bm25s.BM25.load(folder / LEXICAL))

    def save(self, folder: Path) -> None:
        """Write `vectors.faiss` and the folder `bm25` into an existing folder."""
        faiss.write_index(self._vectors, str(folder / VECTORS))
        self._words.save(folder / LEXICAL, show_progress=False)

    def vectors(self) -> NDArray[np.float32]:
        """All indexed vectors: float32, shape (n_chunks, dimension)."""
        vectors: NDArray[np.float32] = self._vectors.reconstruct_n(0, self._vectors.ntotal)
        return vectors

    def dense(self, vectors: NDArray[np.float32], limit: int) -> list[Hits]:
        """The `limit` chunks closest to each vector. `vectors`: float32, shape (n, dimension), rows of unit length."""
        # One vector a search: for several, FAISS wakes threads, which costs more than a search takes.
        return [self._dense(vector, min(limit, self._vectors.ntotal)) for vector in vectors]

    def _dense(self, vector: NDArray[np.float32], limit: int) -> Hits:
        (scores,), (rows,) = self._vectors.search(vector[np.newaxis], limit)
        # FAISS marks places that a graph search could not fill with row -1.
        return Hits(rows[rows >= 0], scores[rows >= 0])

    def lexical(self, text: str, limit: int) -> Hits:
        """The `limit` chunks that share most of the words of `text`; chunks that share none are left out."""
        # Each word once: a message that repeats itself, as logs do, doesn't say more.
        tokens = list(dict.fromkeys(tokenize(text)))
        if not tokens:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        scores: NDArray[np.float32] = self._words.get_scores(tokens)
        best = np.flatnonzero(scores)
        if len(best) > limit:
            best = best[np.argpartition(-scores[best], limit)[:limit]]
        best = best[np.argsort(-scores[best], kind="stable")]
        return Hits(best, scores[best])


def _build_vector_index(vectors: NDArray[np.float32]) -> faiss.Index:
    count, dimension = vectors.shape
    index: faiss.Index = faiss.IndexFlatIP(dimension)
    if count > EXACT_UP_TO_CHUNKS:
        graph = faiss.IndexHNSWFlat(dimension, HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = HNSW_BUILD_BREADTH
        graph.hnsw.efSearch = HNSW_SEARCH_BREADTH
        index = graph
    index.add(vectors)
    return index
