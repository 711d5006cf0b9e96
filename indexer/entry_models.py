"""What all chunks of an entry say together: where it lies among the vectors, and which words it uses.

A search finds the chunks that are nearest; these models tell whether a whole entry sounds like the message. They come
from the chunks alone, so that an entry is known as soon as it is indexed. The messages that nothing answers are a cloud
of their own.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indexer.chunks import Chunk, ChunkKind
from indexer.tokens import tokenize
from kb import NONE_OF_THESE

ENTRY_MODELS = "entry_models.npz"

SHRINKAGE = 0.3
"""Share of the covariance that is taken to be the same in all directions (Friedman 1989, "Regularized discriminant
analysis"); rankings of held-out reports hardly change between 0.3 and 0.5."""
SMOOTHING_TOKENS = 500
"""How many tokens of the average entry each entry is mixed with; rankings hardly change between 200 and 1,000."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contribution:
    """What one chunk adds to its entry, so that a report can be scored as if it were not indexed.

    `entry`: the number of its entry, or n_entries for "none of these". `vector`: float32, shape (dimension,), of unit
    length.
    """

    entry: int
    vector: NDArray[np.float32]
    tokens: Sequence[str]


class EntryModels:
    """Over vectors, the centroids of all entries and of none; over words, a unigram language model per entry."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take what `build` made: the arrays are documented there."""
        self._arrays = arrays
        self._counts, self._centroids = arrays["chunk_counts"], arrays["centroids"].astype(float)
        self._n_entries = len(self._centroids) - 1
        self._whitening = arrays["whitening"].astype(float)
        self._directions = _unit(self._centroids @ self._whitening)
        words = bytes(arrays["words"]).decode().split("\n")
        self._word_numbers = {word: number for number, word in enumerate(words)}
        self._starts, self._entries = arrays["starts"], arrays["entries"]
        self._occurrences = arrays["occurrences"].astype(float)
        self._token_counts = np.bincount(self._entries, self._occurrences, self._n_entries)
        of_word = np.add.reduceat(self._occurrences, self._starts[:-1])
        self._expected = SMOOTHING_TOKENS * of_word / self._occurrences.sum()
        self._gains = np.log1p(self._occurrences / np.repeat(self._expected, np.diff(self._starts)))

    @classmethod
    def build(cls, chunks: Sequence[Chunk], vectors: NDArray[np.float32], entry_ids: Collection[str]) -> Self:
        """Learn from all chunks; how the chunks of an entry spread, from what maintainers wrote.

        A report would have a part in that which can't be taken back when it is scored as if it were not indexed.

        :param vectors: of the chunks, float32, shape (n_chunks, dimension), rows of unit length.
        """
        numbers = {entry_id: number for number, entry_id in enumerate([*entry_ids, NONE_OF_THESE])}
        owner = np.array([numbers[chunk.entry_id] for chunk in chunks])
        counts, centroids = _centroids(vectors, owner, len(numbers))
        written = np.array([chunk.kind is not ChunkKind.REPORT for chunk in chunks])
        spread = vectors[written] - _centroids(vectors[written], owner[written], len(numbers))[1][owner[written]]
        words: dict[str, Counter[int]] = {}
        for chunk, entry in zip(chunks, owner.tolist(), strict=True):
            if entry < len(entry_ids):
                for token in tokenize(chunk.text):
                    words.setdefault(token, Counter())[entry] += 1
        return cls(
            {
                "chunk_counts": counts,  # (n_entries + 1,)
                "centroids": centroids.astype(np.float32),  # (n_entries + 1, dimension)
                "whitening": _whitening(spread).astype(np.float32),  # (dimension, dimension)
                "words": np.frombuffer("\n".join(words).encode(), np.uint8),
                # Occurrences of word n are at starts[n] up to starts[n + 1] of `entries` and `occurrences`.
                "starts": np.cumsum([0, *map(len, words.values())]),
                "entries": np.array([entry for occurrences in words.values() for entry in occurrences], np.int32),
                "occurrences": np.array([n for occurrences in words.values() for n in occurrences.values()], np.int32),
            }
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(folder / ENTRY_MODELS) as arrays:
            return cls(dict(arrays))

    def save(self, folder: Path) -> None:
        """Write `entry_models.npz` into an existing folder."""
        np.savez(folder / ENTRY_MODELS, **self._arrays)  # type: ignore[arg-type]  # no array is named allow_pickle

    def similarity(self, vector: NDArray[np.float32], without: Contribution | None = None) -> Floats:
        """How near the message lies to each entry's centroid: shape (n_entries + 1,), in [-1, 1], higher is closer.

        The last is of the messages that nothing answers. Cosine after within-class covariance normalisation (Hatch,
        Kajarekar and Stolcke 2006, "Within-class covariance normalization for SVM-based speaker recognition"):
        directions in which the chunks of one entry differ among themselves count less.

        :param vector: of the message, shape (dimension,), of unit length.
        """
        direction = _unit(vector @ self._whitening)
        similarity: Floats = self._directions @ direction
        if without and (count := self._counts[without.entry]) > 1:
            rest = (self._centroids[without.entry] * count - without.vector) / (count - 1)
            similarity[without.entry] = _unit(rest @ self._whitening) @ direction
        return similarity

    def spread_equally(self, vectors: NDArray[np.float32]) -> Floats:
        """Vectors in the space in which the chunks of an entry spread equally in all directions, around all entries.

        There messages about one thing are closer to each other than in the space of the encoder. Shape (n, dimension),
        as given; rows of unit length.
        """
        return _unit((vectors - self._centroids[:-1].mean(axis=0)) @ self._whitening)

    def likelihood(self, tokens: Collection[str], without: Contribution | None = None) -> Floats:
        """How much likelier each entry is to use these words than the whole knowledge base: shape (n_entries,).

        Query likelihood with Dirichlet smoothing (Zhai and Lafferty 2001, "A study of smoothing methods for language
        models applied to ad hoc information retrieval"). Each word counts once, words that no entry uses don't.
        """
        numbers = sorted({self._word_numbers[token] for token in tokens if token in self._word_numbers})
        spans = [np.arange(self._starts[number], self._starts[number + 1]) for number in numbers]
        places = np.concatenate([np.empty(0, np.int64), *spans])
        entries, gains, token_counts = self._entries[places], self._gains[places], self._token_counts
        if without and without.entry < self._n_entries:
            token_counts = token_counts.copy()
            token_counts[without.entry] -= len(without.tokens)
            occurrences = self._occurrences[places]
            word_of_place = np.repeat(np.array(numbers, np.int64), [len(span) for span in spans])
            own = Counter(self._word_numbers[token] for token in without.tokens if token in self._word_numbers)
            mine = entries == without.entry
            occurrences[mine] -= [own[number] for number in word_of_place[mine].tolist()]
            gains = np.log1p(occurrences / self._expected[word_of_place])
        scores: Floats = len(numbers) * np.log(SMOOTHING_TOKENS / (SMOOTHING_TOKENS + token_counts))
        return scores + np.bincount(entries, gains, self._n_entries)


def _centroids(
    vectors: NDArray[np.float32], owner: NDArray[np.int64], n_owners: int
) -> tuple[NDArray[np.int64], Floats]:
    """How many vectors each owner has, shape (n_owners,), and their mean, shape (n_owners, dimension)."""
    counts = np.bincount(owner, minlength=n_owners)
    sums = np.zeros((n_owners, vectors.shape[1]))
    np.add.at(sums, owner, vectors)
    return counts, sums / np.maximum(counts, 1)[:, None]


def _whitening(spread: Floats) -> Floats:
    """The symmetric matrix that makes `spread`, shape (n, dimension), as wide in every direction."""
    covariance = spread.T @ spread / len(spread)
    variances, axes = np.linalg.eigh(covariance)
    shrunk = (1 - SHRINKAGE) * variances + SHRINKAGE * variances.mean()
    whitening: Floats = axes / np.sqrt(shrunk) @ axes.T
    return whitening


def _unit(vectors: Floats) -> Floats:
    """Scaled to length 1 along the last axis; what is zero stays zero."""
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit
