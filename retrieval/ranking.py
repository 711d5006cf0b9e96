"""From signals to one calibrated distribution over the entries and "none of these".

A conditional logit (McFadden 1974, "Conditional logit analysis of qualitative choice behavior"): every entry has a
utility that is linear in its signals, "none of these" has one that is linear in how good the best entries look and in
how similar the message is to those that nothing answers, and a softmax over all of them gives the distribution. The
same weights serve every entry, so a new entry needs no refit.
`causeway eval fit` learns them.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import UnusableRanker
from retrieval.signals import FEATURES, FINDINGS, IDENTIFIERS, LITERAL, NONE_FEATURES, Signals

RANKER_FORMAT = 3
PRESENT_OR_NOT = (LITERAL, IDENTIFIERS, FINDINGS)
"""Features that are 0 for an entry of which nothing was seen; the others are similarities and always have a value."""


class Provenance(BaseModel):
    """Where the weights come from: enough to repeat the fit, and to know when they are stale."""

    fitted_at: str
    version: str
    encoder: str
    reports_sha256: str
    answerable: int
    unanswerable: int
    cross_validation: dict[str, float]


class Ranker(BaseModel):
    """Fitted weights.

    `confident_above`: least probability of the first cause for an answer that can be relied on.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    weights: dict[str, float]
    none_intercept: float
    none_weights: dict[str, float]
    confident_above: float
    provenance: Provenance

    def distribution(self, signals: Signals) -> NDArray[np.float64]:
        """Probability of each entry and, last, of "none of these": shape (n_entries + 1,), sums to 1."""
        return softmax(self.utilities(signals.features, signals.none_features))

    def utilities(self, features: NDArray[np.float64], none_features: NDArray[np.float64]) -> NDArray[np.float64]:
        """The distribution before the softmax, in natural-log odds: shape (n_entries + 1,).

        :param features: and `none_features`: as in `Signals`.
        """
        weights = np.array([self.weights[name] for name in FEATURES])
        none_weights = np.array([self.none_weights[name] for name in NONE_FEATURES])
        return np.append(features @ weights, self.none_intercept + none_features @ none_weights)

    def contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much each feature lifts each entry, in natural-log odds; same shape.

        Similarities lift above the average entry, what is present or not above an entry of which nothing was seen.
        """
        weights = np.array([self.weights[name] for name in FEATURES])
        present_or_not = np.array([name in PRESENT_OR_NOT for name in FEATURES])
        contributions: NDArray[np.float64] = (features - np.where(present_or_not, 0.0, features.mean(axis=0))) * weights
        return contributions


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
    fitted_for = set(ranker.weights), set(ranker.none_weights)
    if ranker.format != RANKER_FORMAT or fitted_for != (set(FEATURES), set(NONE_FEATURES)):
        raise UnusableRanker(f"ranker.json was fitted for other signals than this version computes: {_REFIT}")
    return ranker


_REFIT = "run `causeway eval fit`, then `causeway index build`"
