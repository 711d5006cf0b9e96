"""From signals to one calibrated distribution over the entries and "none of these".

A conditional logit (McFadden 1974, "Conditional logit analysis of qualitative choice behavior"): every entry has a
utility that is linear in its signals, "none of these" has one that is linear in how good the best entries look, and a
softmax over all of them gives the distribution. The same weights serve every entry, so a new entry needs no refit.
`causeway eval fit` learns them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import UnusableRanker
from retrieval.signals import FEATURES

RANKER_FORMAT = 1


class Provenance(BaseModel):
    """Where the weights come from: enough to repeat the fit, and to know when they are stale."""

    fitted_at: str
    encoder: str
    reports_sha256: str
    answerable: int
    unanswerable: int
    cross_validation: dict[str, float]


class Ranker(BaseModel):
    """Fitted weights, and the thresholds that turn a distribution into words.

    `confident_above` and `likely_above` are probabilities of the first cause.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    weights: dict[str, float]
    none_intercept: float
    none_weights: dict[str, float]
    confident_above: float
    likely_above: float
    provenance: Provenance

    def distribution(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of each entry and, last, of "none of these": shape (n_entries + 1,), sums to 1.

        :param features: shape (n_entries, n_features), as `Signals.features`.
        """
        return softmax(self.utilities(features))

    def utilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """The distribution before the softmax, in natural-log odds: shape (n_entries + 1,)."""
        weights = np.array([self.weights[name] for name in FEATURES])
        none_weights = np.array([self.none_weights[name] for name in FEATURES])
        none = self.none_intercept + none_features(features) @ none_weights
        return np.append(features @ weights, none)

    def contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much each feature lifts each entry above the average entry, in natural-log odds; same shape."""
        weights = np.array([self.weights[name] for name in FEATURES])
        contributions: NDArray[np.float64] = (features - features.mean(axis=0)) * weights
        return contributions


def none_features(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """What "none of these" is judged by: the best value of each signal over all entries, shape (n_features,)."""
    best: NDArray[np.float64] = features.max(axis=0)
    return best


def softmax(utilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities in proportion to the exponentials, along the last axis."""
    exponentials = np.exp(utilities - utilities.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float64] = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return probabilities


def read_ranker(data: bytes) -> Ranker:
    """Read fitted weights.

    :raises UnusableRanker: if they were made for other signals or by another version.
    """
    try:
        ranker = Ranker.model_validate_json(data)
    except ValidationError as error:
        raise UnusableRanker(f"ranker.json can't be read ({error.error_count()} problems): {_REFIT}") from error
    names: Sequence[str] = sorted(FEATURES)
    if ranker.format != RANKER_FORMAT or sorted(ranker.weights) != names or sorted(ranker.none_weights) != names:
        raise UnusableRanker(f"ranker.json was fitted for other signals than this version computes: {_REFIT}")
    return ranker


_REFIT = "run `causeway eval fit`, then `causeway index build`"
