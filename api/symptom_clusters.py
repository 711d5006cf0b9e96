"""Symptoms that sound alike, so that many messages can be read as a few problems."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer.artifact import Index
from indexer.encoders import Encoder
from retrieval.symptom import read_symptom

ALIKE = 0.15
"""Least average cosine of two groups, in the space of `EntryModels.spread_equally`, to become one. Chosen on reports of
half of the entries, with the space learned from the other half: 0.10 to 0.20 give an adjusted Rand index of 0.19 to
0.22 against their causes; the plain vectors give 0.13 at their best."""
ENCODED_SYMPTOMS = 2_000
"""How many vectors are remembered, 1.5 kB each; encoding takes milliseconds a symptom."""


def cluster_symptoms(index: Index, symptoms: Sequence[str]) -> list[list[int]]:
    """Groups of positions in `symptoms`: the largest group first, in each the most typical symptom first."""
    if not symptoms:
        return []
    # An encoder is hashable, as everything is that has no equality of its own.
    vectors = np.stack([_encoded(index.encoder, symptom) for symptom in symptoms])  # type: ignore[arg-type]
    directions = index.entry_models.spread_equally(vectors)
    similarity = directions @ directions.T
    groups = average_linkage(similarity, ALIKE)
    typical_first = [sorted(group, key=lambda i: -similarity[i, group].sum()) for group in groups]
    return sorted(typical_first, key=lambda group: (-len(group), group[0]))


def average_linkage(similarity: NDArray[np.floating], least: float) -> list[list[int]]:
    """Join the two groups with the highest average similarity until none is `least` or more (Sokal and Michener 1958).

    :param similarity: shape (n, n), symmetric.
    :returns: the groups, as numbers from 0 to n - 1.
    """
    between = similarity.astype(float)
    np.fill_diagonal(between, -np.inf)
    groups = [[number] for number in range(len(between))]
    while len(between) > 1:
        kept, joined = map(int, np.unravel_index(between.argmax(), between.shape))
        if between[kept, joined] < least:
            break
        sizes = len(groups[kept]), len(groups[joined])
        between[kept] = between[:, kept] = np.average(between[[kept, joined]], axis=0, weights=sizes)
        between[kept, kept] = -np.inf
        between[joined] = between[:, joined] = -np.inf
        groups[kept] += groups[joined]
        groups[joined] = []
    return [group for group in groups if group]


@lru_cache(maxsize=ENCODED_SYMPTOMS)
def _encoded(encoder: Encoder, symptom: str) -> NDArray[np.float32]:
    """Vector of how a symptom begins: shape (dimension,)."""
    readable = read_symptom(symptom)
    vector: NDArray[np.float32] = encoder.encode_queries([readable.passages[0] if readable else symptom])[0]
    return vector
