"""Learn the ranking's weights from reports: messages whose cause is known, and messages that nothing answers.

A report never scores itself: its own chunk is left out when its signals are computed. Quality is measured by
cross-validation over entries, so that no entry is tested with weights that saw it.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from eval.errors import TooFewReports
from indexer.artifact import Index, json_lines
from indexer.chunks import ChunkKind
from kb import NONE_OF_THESE, KnowledgeBase
from retrieval.diagnosis import Evidence
from retrieval.dialogue import Beliefs
from retrieval.evidence import FindingDetectors
from retrieval.ranking import RANKER_FORMAT, Provenance, Ranker, softmax
from retrieval.signals import FEATURES, FINDINGS, NONE_FEATURES, SignalComputer
from retrieval.symptom import read_symptom

FOLDS = 5
SMALLEST = 1e-300
"""Added to probabilities before their logarithm is taken."""
TINY = 1e-9
"""No probability is held for nearer to 0 or 1 than this, so that one surprise doesn't outweigh all else."""
SHARPNESS_BOUNDS = (0.5, 2.0)
RIDGE_STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03)
"""Penalty on squared standardised weights, per example; the best by cross-validation is taken."""
UNANSWERABLE_SHARE = 0.3
"""Assumed share of messages that nothing answers, of all that a bot gets; not measured for any community yet.
Examples are weighted to it."""
CONFIDENT_RISK = 0.05
"""Of confident answers, at most this share may have a wrong first cause (on messages held out from the fit)."""


@dataclass(frozen=True)
class Examples:
    """Messages as the ranking sees them.

    `features`: shape (n, n_entries, n_features). `none_features`: shape (n, n_none_features). `target`: shape (n,), the
    number of the entry that is the cause, or n_entries for none. `acceptable`: shape (n, n_entries + 1), which outcomes
    are right as a first answer.
    """

    features: NDArray[np.float64]
    none_features: NDArray[np.float64]
    target: NDArray[np.int64]
    acceptable: NDArray[np.bool_]

    @property
    def importance(self) -> NDArray[np.float64]:
        """Weight of each example, shape (n,), mean 1: together the unanswerable ones have their assumed share."""
        unanswerable = self.target == self.features.shape[1]
        share = unanswerable.mean()
        if share in (0.0, 1.0):
            return np.ones(len(self.target))
        importance: NDArray[np.float64] = np.where(
            unanswerable, UNANSWERABLE_SHARE / share, (1 - UNANSWERABLE_SHARE) / (1 - share)
        )
        return importance


def collect_examples(
    knowledge_base: KnowledgeBase, index: Index, progress: Callable[[int, int], None] = lambda done, total: None
) -> Examples:
    """Signals of every report, each as if it had not been indexed."""
    indexed = {chunk.id for chunk in index.chunks if chunk.kind is ChunkKind.REPORT}
    beliefs = Beliefs(index.entries, index.findings)
    computer = SignalComputer(index, beliefs)
    detectors = FindingDetectors(index.findings)
    entry_ids = list(index.entries)
    reports = [(key, report) for key, group in knowledge_base.reports.items() for report in group]
    signals, targets, acceptable = [], [], []
    for number, (key, report) in enumerate(reports):
        progress(number, len(reports))
        symptom = read_symptom(report.question)
        if symptom is None:
            continue
        observed = {
            finding.id: finding.holds for finding in detectors.observe([Evidence(name="report", text=report.question)])
        }
        own_chunk = f"{key}/{ChunkKind.REPORT}/{report.id}"
        own = own_chunk if own_chunk in indexed else None
        signals.append(computer.compute(symptom, computer.encode(symptom), observed, without=own))
        targets.append(len(entry_ids) if key == NONE_OF_THESE else entry_ids.index(key))
        acceptable.append([*(entry_id in report.labels for entry_id in entry_ids), not report.labels])
    return Examples(
        features=np.array([example.features for example in signals]),
        none_features=np.array([example.none_features for example in signals]),
        target=np.array(targets),
        acceptable=np.array(acceptable),
    )


@dataclass(frozen=True)
class Weights:
    """Fitted parameters in units of the features."""

    weights: NDArray[np.float64]
    none_intercept: float
    none_weights: NDArray[np.float64]

    def distribution(self, examples: Examples) -> NDArray[np.float64]:
        """Probabilities, shape (n, n_entries + 1)."""
        none = self.none_intercept + examples.none_features @ self.none_weights
        return softmax(np.column_stack([examples.features @ self.weights, none]))

    def scaled(self, factor: float) -> "Weights":
        """All of them times `factor`: above 1 the distribution is sharper, its order the same."""
        return Weights(self.weights * factor, self.none_intercept * factor, self.none_weights * factor)


def fit_weights(examples: Examples, ridge: float) -> Weights:
    """Maximise the likelihood of the targets, less the ridge penalty on standardised weights."""
    count, n_entries, n_features = examples.features.shape
    scale = examples.features.reshape(-1, n_features).std(axis=0) + 1e-9
    none_mean, none_scale = examples.none_features.mean(axis=0), examples.none_features.std(axis=0) + 1e-9
    features = examples.features / scale
    none = (examples.none_features - none_mean) / none_scale
    rows = np.arange(count)
    importance = examples.importance / count
    is_target = np.zeros((count, n_entries + 1))
    is_target[rows, examples.target] = 1.0

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, intercept, none_weights = parameters[:n_features], parameters[n_features], parameters[n_features + 1 :]
        utilities = np.column_stack([features @ weights, intercept + none @ none_weights])
        probabilities = softmax(utilities)
        surplus = (probabilities - is_target) * importance[:, None]
        penalised = np.concatenate([weights, [0.0], none_weights])
        value = -np.log(probabilities[rows, examples.target] + SMALLEST) @ importance + ridge * penalised @ penalised
        gradient = np.concatenate(
            [np.einsum("ne,nef->f", surplus[:, :-1], features), [surplus[:, -1].sum()], surplus[:, -1] @ none]
        )
        return float(value), gradient + 2 * ridge * penalised

    # No signal may count against an entry: signals overlap, and one negative weight would only cancel another.
    # Findings are log-likelihood ratios already. Reports, on which their patterns were tried, would have them counted
    # several times over; new messages would not.
    most = [1.0 * scale[number] if name == FINDINGS else None for number, name in enumerate(FEATURES)]
    bounds = [(0.0, bound) for bound in most] + [(None, None)] * (1 + none.shape[1])
    result = minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds)
    weights, intercept, none_weights = result.x[:n_features], result.x[n_features], result.x[n_features + 1 :]
    return Weights(
        weights=weights / scale,
        none_intercept=float(intercept - (none_mean / none_scale) @ none_weights),
        none_weights=none_weights / none_scale,
    )


def held_out_distribution(examples: Examples, ridge: float) -> NDArray[np.float64]:
    """Probabilities of each example by weights that saw neither it nor its entry, shape (n, n_entries + 1)."""
    none = examples.features.shape[1]
    count = len(examples.target)
    # An entry's reports stay together; a message that nothing answers stands for itself.
    groups = np.where(examples.target == none, none + np.arange(count), examples.target)
    names, group_of_example = np.unique(groups, return_inverse=True)
    folds = (np.random.default_rng(0).permutation(len(names)) % FOLDS)[group_of_example]
    distribution = np.empty((count, none + 1))
    for fold in range(FOLDS):
        held_out = folds == fold
        if not held_out.any():
            continue
        seen = take(examples, ~held_out)
        distribution[held_out] = fit_weights(seen, ridge).distribution(take(examples, held_out))
    return distribution


def fit_sharpness(held_out: NDArray[np.float64], examples: Examples) -> float:
    """The power that makes the first answer's probability that of its being right, by log loss.

    Temperature scaling (Guo et al. 2017, "On calibration of modern neural networks"). The weights are fitted to the one
    cause of each message; a first answer is right as well if it is another helpful lead, which happens more often than
    the unscaled probability says.

    :param held_out: distributions from `held_out_distribution`, shape (n, n_entries + 1).
    """
    rows = np.arange(len(held_out))
    first = held_out[:, :-1].argmax(axis=1)
    right = examples.acceptable[rows, first]

    def loss(power: float) -> float:
        probability = np.clip(sharpened(held_out, power)[rows, first], TINY, 1 - TINY)
        return float(-np.log(np.where(right, probability, 1 - probability)) @ examples.importance)

    return float(minimize_scalar(loss, bounds=SHARPNESS_BOUNDS, method="bounded").x)


def sharpened(distribution: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Probabilities to a power, along the last axis: in proportion to it, and summing to 1."""
    return softmax(power * np.log(distribution + SMALLEST))


def take(examples: Examples, chosen: NDArray[np.bool_]) -> Examples:
    """The chosen examples, given as a mask of shape (n,)."""
    return Examples(
        features=examples.features[chosen],
        none_features=examples.none_features[chosen],
        target=examples.target[chosen],
        acceptable=examples.acceptable[chosen],
    )


def fit_ranker(knowledge_base: KnowledgeBase, index: Index, examples: Examples) -> Ranker:
    """Fit on all messages; penalty, sharpness and threshold are chosen on held-out ones, by cross-validation.

    :raises TooFewReports: if there is no report with a cause, or none without.
    """
    _require_reports(examples)
    held_out = {ridge: held_out_distribution(examples, ridge) for ridge in RIDGE_STRENGTHS}
    ridge = min(RIDGE_STRENGTHS, key=lambda strength: _log_loss(held_out[strength], examples))
    sharpness = fit_sharpness(held_out[ridge], examples)
    distribution = sharpened(held_out[ridge], sharpness)
    weights = fit_weights(examples, ridge).scaled(sharpness)
    none = examples.features.shape[1]
    answerable = examples.target < none
    order = np.argsort(-distribution[:, :none], axis=1)
    right_at: NDArray[np.bool_] = np.take_along_axis(examples.acceptable, order, axis=1)
    first_probability = distribution[:, :none].max(axis=1)
    reports = [report for group in knowledge_base.reports.values() for report in group]
    return Ranker(
        format=RANKER_FORMAT,
        weights=_named(FEATURES, weights.weights),
        none_intercept=round(weights.none_intercept, 4),
        none_weights=_named(NONE_FEATURES, weights.none_weights),
        confident_above=_least_probability(first_probability, right_at[:, 0], examples.importance, CONFIDENT_RISK),
        provenance=Provenance(
            fitted_at=datetime.now(UTC).date().isoformat(),
            version=version("causeway"),
            encoder=str(index.encoder.identity),
            reports_sha256=hashlib.sha256(json_lines(reports)).hexdigest(),
            answerable=int(answerable.sum()),
            unanswerable=int((~answerable).sum()),
            cross_validation={
                "ridge": ridge,
                "sharpness": round(sharpness, 4),
                "log_loss": round(_log_loss(held_out[ridge], examples), 4),
                "P@1": round(float(right_at[answerable, 0].mean()), 4),
                "Success@3": round(float(right_at[answerable, :3].any(axis=1).mean()), 4),
            },
        ),
    )


def _require_reports(examples: Examples) -> None:
    unanswerable = int(examples.acceptable[:, -1].sum()) if len(examples.target) else 0
    answerable = len(examples.target) - unanswerable
    if not answerable or not unanswerable:
        raise TooFewReports(answerable, unanswerable)


def _named(names: Sequence[str], weights: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _log_loss(distribution: NDArray[np.float64], examples: Examples) -> float:
    of_target = distribution[np.arange(len(examples.target)), examples.target]
    return float(-np.log(of_target + SMALLEST) @ examples.importance / len(examples.target))


def _least_probability(
    probability: NDArray[np.float64], right: NDArray[np.bool_], importance: NDArray[np.float64], risk: float
) -> float:
    """The lowest probability above which at most `risk` of the answers are wrong; 1 if there is none."""
    order = np.argsort(-probability, kind="stable")
    wrong_share = np.cumsum(~right[order] * importance[order]) / np.cumsum(importance[order])
    allowed = np.flatnonzero(wrong_share <= risk)
    return round(float(probability[order[allowed[-1]]]), 4) if len(allowed) else 1.0
