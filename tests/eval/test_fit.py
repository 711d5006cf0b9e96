import dataclasses
import math
from contextlib import suppress

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.errors import TooFewReports
from eval.fit import (
    UNANSWERABLE_SHARE,
    Examples,
    Weights,
    collect_examples,
    fit_ranker,
    fit_sharpness,
    fit_weights,
    held_out_distribution,
    sharpened,
    take,
)
from indexer.artifact import Index
from kb import KnowledgeBase, Report
from retrieval import Diagnoser
from retrieval.dialogue import Beliefs
from retrieval.ranking import read_ranker, softmax
from retrieval.signals import FEATURES, NONE_FEATURES, SignalComputer
from retrieval.symptom import read_symptom

ENTRIES, SIGNALS, NONE_SIGNALS = 5, len(FEATURES), len(NONE_FEATURES)
RIDGE = 0.01


@pytest.fixture(scope="module")
def examples() -> Examples:
    """Messages drawn from a known ranking, so many of them unanswerable that all count alike."""
    rng = np.random.default_rng(7)
    count = 100
    unanswerable = round(UNANSWERABLE_SHARE * count)
    target = np.concatenate([np.full(unanswerable, ENTRIES), rng.integers(ENTRIES, size=count - unanswerable)])
    features = rng.random((count, ENTRIES, SIGNALS))
    answerable = np.flatnonzero(target < ENTRIES)
    features[answerable, target[answerable], 0] += 1.0
    features[answerable, target[answerable], 1] += 0.3
    return Examples(
        features=features,
        none_features=np.column_stack([features.max(axis=1), rng.random((count, NONE_SIGNALS - SIGNALS))]),
        target=target,
        acceptable=np.eye(ENTRIES + 1, dtype=np.bool_)[target],
    )


@pytest.fixture(scope="module")
def fitted(examples: Examples) -> Weights:
    return fit_weights(examples, RIDGE)


def log_loss(weights: Weights, examples: Examples) -> float:
    rows: list[list[float]] = weights.distribution(examples).tolist()
    return -sum(math.log(row[target]) for row, target in zip(rows, examples.target, strict=True)) / len(rows)


def objective(parameters: list[float], examples: Examples) -> float:
    """Log loss plus the ridge penalty on standardised weights, from the description of `fit_weights` alone."""
    weights = Weights(
        weights=np.array(parameters[:SIGNALS]),
        none_intercept=parameters[SIGNALS],
        none_weights=np.array(parameters[SIGNALS + 1 :]),
    )
    scale = [examples.features[:, :, signal].std() for signal in range(SIGNALS)]
    none_scale = [examples.none_features[:, signal].std() for signal in range(NONE_SIGNALS)]
    standardised = np.concatenate([weights.weights * scale, weights.none_weights * none_scale])
    return log_loss(weights, examples) + RIDGE * float(standardised @ standardised)


def zero_weights() -> Weights:
    return Weights(weights=np.zeros(SIGNALS), none_intercept=0.0, none_weights=np.zeros(NONE_SIGNALS))


def test_the_examples_of_this_test_count_alike(examples: Examples) -> None:
    assert examples.importance.tolist() == pytest.approx([1.0] * len(examples.target))


def test_the_numerical_gradient_vanishes_at_the_fitted_weights(examples: Examples, fitted: Weights) -> None:
    optimum = [*fitted.weights.tolist(), fitted.none_intercept, *fitted.none_weights.tolist()]
    step = 1e-4

    for position, value in enumerate(optimum):
        below, above = list(optimum), list(optimum)
        below[position], above[position] = value - step, value + step
        slope = (objective(above, examples) - objective(below, examples)) / (2 * step)
        if position < SIGNALS and value == 0:
            assert slope >= 0, "a weight at its bound would be lower still"
        else:
            assert slope == pytest.approx(0.0, abs=1e-3)


def test_fitted_weights_beat_zero_weights(examples: Examples, fitted: Weights) -> None:
    uniform = math.log(ENTRIES + 1)

    assert log_loss(zero_weights(), examples) == pytest.approx(uniform)
    assert log_loss(fitted, examples) < uniform / 2


def test_a_stronger_penalty_gives_smaller_weights(examples: Examples, fitted: Weights) -> None:
    penalised = fit_weights(examples, 10 * RIDGE)

    assert np.linalg.norm(penalised.weights) < np.linalg.norm(fitted.weights)


def test_the_more_a_signal_tells_the_larger_is_its_weight(fitted: Weights) -> None:
    assert fitted.weights.argmax() == 0
    assert fitted.weights[1] > fitted.weights[2:].max()


def test_no_signal_counts_against_an_entry(examples: Examples) -> None:
    features = examples.features.copy()
    features[:, :, 1] *= -1

    weights = fit_weights(dataclasses.replace(examples, features=features), RIDGE).weights

    assert weights[1] == 0
    assert (weights >= 0).all()


def test_weights_give_the_distribution_that_the_ranking_gives(examples: Examples, fitted: Weights) -> None:
    one = take(examples, np.arange(len(examples.target)) == 3)

    utilities = [
        *(examples.features[3] @ fitted.weights),
        fitted.none_intercept + one.none_features[0] @ fitted.none_weights,
    ]
    assert fitted.distribution(one)[0].tolist() == pytest.approx(softmax(np.array(utilities)).tolist())


def test_unanswerable_messages_count_together_as_their_assumed_share(examples: Examples) -> None:
    few = np.ones(len(examples.target), dtype=np.bool_)
    few[5:30] = False
    subset = take(examples, few)
    assert (subset.target == ENTRIES).sum() == 5

    assert subset.importance.mean() == pytest.approx(1.0)
    unanswerable = subset.importance[subset.target == ENTRIES].sum() / subset.importance.sum()
    assert unanswerable == pytest.approx(UNANSWERABLE_SHARE)


def perturbed(examples: Examples, chosen: NDArray[np.bool_]) -> Examples:
    """The same messages, of which the chosen ones look different."""
    features = examples.features.copy()
    features[chosen] = 1.0 - features[chosen]
    none_features = examples.none_features.copy()
    none_features[chosen] = 1.0 - none_features[chosen]
    return dataclasses.replace(examples, features=features, none_features=none_features)


def test_a_message_is_judged_by_weights_that_never_saw_its_entry(examples: Examples) -> None:
    about_the_same_entry = examples.target == 2
    probe = np.flatnonzero(about_the_same_entry)[0]
    others = np.arange(len(examples.target)) != probe

    judged = held_out_distribution(examples, RIDGE)[probe]

    seen_differently = held_out_distribution(perturbed(examples, about_the_same_entry & others), RIDGE)[probe]
    assert seen_differently.tolist() == judged.tolist()
    others_differ = held_out_distribution(perturbed(examples, (examples.target == 3) & others), RIDGE)[probe]
    assert others_differ.tolist() != judged.tolist()
    assert judged.sum() == pytest.approx(1.0)


def test_sharpening_leaves_the_order_and_the_sum(examples: Examples) -> None:
    distribution = held_out_distribution(examples, RIDGE)

    sharper = sharpened(distribution, 1.7)

    assert np.argsort(sharper, axis=1).tolist() == np.argsort(distribution, axis=1).tolist()
    assert sharper.sum(axis=1).tolist() == pytest.approx([1.0] * len(sharper))
    assert (sharper.max(axis=1) > distribution.max(axis=1)).all()


def test_scaled_weights_give_the_sharpened_distribution(examples: Examples, fitted: Weights) -> None:
    expected = sharpened(fitted.distribution(examples), 1.3)

    assert fitted.scaled(1.3).distribution(examples) == pytest.approx(expected)


@pytest.mark.parametrize(("right_share", "sharper"), [(0.65, False), (0.85, True)])
def test_sharpness_makes_the_first_probability_that_of_being_right(right_share: float, sharper: bool) -> None:
    """First answers that are given 0.75, and are right more or less often than that."""
    count = 200
    distribution = np.tile([0.75, 0.15, 0.1], (count, 1))
    right = np.arange(count) < right_share * count
    messages = Examples(
        features=np.zeros((count, 2, SIGNALS)),
        none_features=np.zeros((count, NONE_SIGNALS)),
        target=np.where(right, 0, 1),
        acceptable=np.column_stack([right, ~right, np.zeros(count, bool)]),
    )

    power = fit_sharpness(distribution, messages)

    assert (power > 1) is sharper
    assert sharpened(distribution, power)[0, 0] == pytest.approx(right_share, abs=0.01)


def features_of(knowledge_base: KnowledgeBase, index: Index) -> NDArray[np.float64]:
    return collect_examples(knowledge_base, index).features


def test_examples_are_the_reports_with_their_causes(small_kb: KnowledgeBase, small_index: Index) -> None:
    examples = collect_examples(small_kb, small_index)

    entry_ids = [*small_index.entries, "none"]
    assert [entry_ids[target] for target in examples.target] == ["disk-full-stops-queue"] * 2 + ["none"]
    assert examples.features.shape == (3, len(small_index.entries), len(FEATURES))
    assert [{entry_ids[outcome] for outcome in np.flatnonzero(right)} for right in examples.acceptable] == [
        {"disk-full-stops-queue"},
        {"disk-full-stops-queue", "port-25-blocked-by-provider"},
        {"none"},
    ]


def test_no_report_scores_itself(small_kb: KnowledgeBase, small_index: Index) -> None:
    computer = SignalComputer(small_index, Beliefs(small_index.entries, small_index.findings))
    report = small_kb.reports["disk-full-stops-queue"][0]
    symptom = read_symptom(report.question)
    assert symptom is not None

    features = features_of(small_kb, small_index)[0]

    vectors = computer.encode(symptom)
    own_chunk = f"disk-full-stops-queue/report/{report.id}"
    assert features.tolist() == computer.compute(symptom, vectors, {}, without=own_chunk).features.tolist()
    assert features.tolist() != computer.compute(symptom, vectors, {}).features.tolist()


def test_a_report_that_cannot_be_read_teaches_nothing(small_kb: KnowledgeBase, small_index: Index) -> None:
    unreadable = Report(id="n2", question="😀", labels={})
    reports = {**small_kb.reports, "none": (*small_kb.reports["none"], unreadable)}

    examples = collect_examples(dataclasses.replace(small_kb, reports=reports), small_index)

    assert len(examples.target) == 3


def test_what_a_report_says_about_findings_is_observed(small_kb: KnowledgeBase, small_index: Index) -> None:
    proof = Report(id="n2", question="what does no space left on device mean?", labels={})

    (features,) = features_of(dataclasses.replace(small_kb, reports={"none": (proof,)}), small_index)

    findings = dict(zip(small_index.entries, features[:, FEATURES.index("findings")], strict=True))
    assert findings["disk-full-stops-queue"] > 0
    assert findings["port-25-blocked-by-provider"] == 0


def test_progress_is_told_for_every_report(small_kb: KnowledgeBase, small_index: Index) -> None:
    steps: list[tuple[int, int]] = []

    collect_examples(small_kb, small_index, lambda done, total: steps.append((done, total)))

    assert steps == [(0, 3), (1, 3), (2, 3)]


def test_a_fitted_ranker_serves_the_index(small_kb: KnowledgeBase, small_index: Index) -> None:
    ranker = fit_ranker(small_kb, small_index, collect_examples(small_kb, small_index))

    data = ranker.model_dump_json().encode()
    assert read_ranker(data) == ranker
    assert Diagnoser(dataclasses.replace(small_index, ranker=data)).ranker == ranker
    assert (ranker.provenance.answerable, ranker.provenance.unanswerable) == (2, 1)
    assert ranker.provenance.encoder == str(small_index.encoder.identity)
    assert 0 <= ranker.confident_above <= 1


@pytest.mark.parametrize("left", [(), ("none",), ("disk-full-stops-queue",)], ids=["none", "only none", "no none"])
def test_without_reports_of_both_kinds_nothing_is_fitted(
    small_kb: KnowledgeBase, small_index: Index, left: tuple[str, ...]
) -> None:
    few = dataclasses.replace(small_kb, reports={key: small_kb.reports[key] for key in left})

    with pytest.raises(TooFewReports, match="write some of both"):
        fit_ranker(few, small_index, collect_examples(few, small_index))


def test_one_report_of_each_kind_gives_a_readable_ranker_or_is_refused(
    small_kb: KnowledgeBase, small_index: Index, examples: Examples
) -> None:
    unanswerable = int(np.flatnonzero(examples.target == ENTRIES)[0])
    for entry in range(ENTRIES):
        answerable = int(np.flatnonzero(examples.target == entry)[0])
        two = take(examples, np.isin(np.arange(len(examples.target)), [answerable, unanswerable]))
        with suppress(TooFewReports):
            ranker = fit_ranker(small_kb, small_index, two)
            assert read_ranker(ranker.model_dump_json().encode()) == ranker
