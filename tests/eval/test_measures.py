import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, roc_auc_score

from eval.measures import (
    INTERVAL,
    MEASURES,
    RANKING_MEASURES,
    Judgement,
    Table,
    calibration_bin,
    estimate,
    judge,
    measure,
    summarise,
)
from eval.runs import Answer
from retrieval import Confidence
from tests.eval.answers import answer, judgement, run_of

RANKING_NAMES = [str(name) for name in RANKING_MEASURES]
MADE_ONLY_FROM_RANKS = dict.fromkeys(RANKING_NAMES)

scores = st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1.0])
"""Few values, so that many are equal."""


@st.composite
def judgements(draw: st.DrawFn) -> Judgement:
    answerable = draw(st.booleans())
    first_score = draw(st.none() | scores)
    return judgement(
        answerable=answerable,
        first_score=first_score,
        first_right=answerable and first_score is not None and draw(st.booleans()),
        none_score=draw(scores),
        ranked={name: draw(scores) for name in RANKING_NAMES} if answerable else {},
        decoy_first=draw(st.none() | st.booleans()),
    )


some_judgements = st.lists(judgements(), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def forty() -> list[Judgement]:
    """Judgements drawn at random, 25 of them of answerable queries."""
    random = np.random.default_rng(3)
    drawn = []
    for number in range(40):
        right = float(random.random() < 0.7)
        score = float(random.random())
        drawn.append(
            judgement(
                f"q{number}",
                answerable=number < 25,
                first_score=score,
                first_right=number < 25 and random.random() < score,
                none_score=float(random.normal(0 if number < 25 else 1)),
                ranked=dict.fromkeys(RANKING_NAMES, right) if number < 25 else {},
            )
        )
    return drawn


def measured(*answers: Answer) -> dict[str, float | None]:
    return measure(judge(run_of(answers)))


def rankings_only(measures: dict[str, float | None]) -> dict[str, float | None]:
    return {name: measures[name] for name in RANKING_NAMES}


def test_ranking_measures_agree_with_a_computation_by_hand() -> None:
    measures = measured(
        answer("q1", {"a": 2, "b": 1}, {"b": 0.5, "a": 0.2, "c": 0.1}),
        answer("q2", {"d": 2}, {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}),
    )

    first_ndcg = (1 / math.log2(2) + 2 / math.log2(3)) / (2 / math.log2(2) + 1 / math.log2(3))
    second_ndcg = 1 / math.log2(5)
    assert rankings_only(measures) == pytest.approx(
        {
            "P@1": (1 + 0) / 2,
            "P(rel=2)@1": (0 + 0) / 2,
            "Success@3": (1 + 0) / 2,
            "RR": (1 + 1 / 4) / 2,
            "nDCG@5": (first_ndcg + second_ndcg) / 2,
            "R@10": (1 + 1) / 2,
        }
    )


def test_a_perfect_and_sure_run_measures_one_and_has_no_calibration_error() -> None:
    measures = measured(answer("q1", {"a": 2}, {"a": 1.0}, none_score=0.0), answer("q2", {}, {}, none_score=1.0))

    # Half of the queries have no answer, so no more than half can be covered.
    assert measures == {
        **dict.fromkeys(RANKING_NAMES, 1.0),
        "AUROC": 1.0,
        "coverage@5%": 0.5,
        "coverage@10%": 0.5,
        "Brier": 0.0,
        "ECE": 0.0,
        "decoy@1": None,
    }


def test_a_query_without_results_counts_as_a_miss() -> None:
    measures = measured(
        answer("q1", {"a": 2}, {"a": 0.9}), answer("q2", {"a": 2}, {"b": 0.9}), answer("q3", {"a": 2}, {})
    )

    assert rankings_only(measures) == pytest.approx(dict.fromkeys(RANKING_NAMES, 1 / 3))


def test_queries_that_nothing_answers_are_left_out_of_ranking_measures_only() -> None:
    measures = measured(answer("q1", {"a": 2}, {"a": 1.0}), answer("q2", {}, {"b": 1.0}))

    assert rankings_only(measures) == dict.fromkeys(RANKING_NAMES, 1.0)
    assert measures["Brier"] == 0.5, "the answer to the unanswerable query is wrong"


@pytest.mark.parametrize("ranking", [{"a": 0.0, "b": 0.0}, {"b": 0.0, "a": 0.0}], ids=["a first", "b first"])
def test_causes_of_equal_probability_count_in_the_order_shown(ranking: dict[str, float]) -> None:
    assert measured(answer("q1", {next(iter(ranking)): 2}, ranking))["RR"] == 1.0


def test_a_helpful_lead_is_right_as_a_first_answer_but_not_the_cause() -> None:
    measures = measured(answer("q1", {"a": 2, "b": 1}, {"b": 1.0, "a": 0.0}))

    assert (measures["P@1"], measures["P(rel=2)@1"], measures["Brier"]) == (1.0, 0.0, 0.0)


@given(some_judgements)
def test_auroc_agrees_with_scikit_learn(drawn: list[Judgement]) -> None:
    unanswerable = [not each.answerable for each in drawn]
    assume(len(set(unanswerable)) == 2)

    assert measure(drawn)["AUROC"] == pytest.approx(roc_auc_score(unanswerable, [each.none_score for each in drawn]))


@given(some_judgements)
def test_brier_score_agrees_with_scikit_learn(drawn: list[Judgement]) -> None:
    right = [int(each.first_right) for each in drawn]
    probability = [each.first_score or 0.0 for each in drawn]

    assert measure(drawn)["Brier"] == pytest.approx(brier_score_loss(right, probability, labels=[0, 1]))


@given(some_judgements)
def test_calibration_error_agrees_with_a_plain_loop(drawn: list[Judgement]) -> None:
    error = 0.0
    for number in range(10):
        inside = [each for each in drawn if min(int((each.first_score or 0.0) * 10), 9) == number]
        if inside:
            stated = sum(each.first_score or 0.0 for each in inside) / len(inside)
            right = sum(each.first_right for each in inside) / len(inside)
            error += len(inside) / len(drawn) * abs(stated - right)

    assert measure(drawn)["ECE"] == pytest.approx(error)


@pytest.mark.parametrize(("name", "risk"), [("coverage@5%", 0.05), ("coverage@10%", 0.10)])
@given(drawn=some_judgements)
def test_coverage_agrees_with_trying_every_threshold(name: str, risk: float, drawn: list[Judgement]) -> None:
    best = 0.0
    for threshold in {each.first_score for each in drawn if each.first_score is not None}:
        answered = [each for each in drawn if each.first_score is not None and each.first_score >= threshold]
        if sum(not each.first_right for each in answered) / len(answered) <= risk:
            best = max(best, len(answered) / len(drawn))

    assert measure(drawn)[name] == pytest.approx(best)


def test_answers_that_are_equally_sure_are_given_or_withheld_together() -> None:
    measures = measured(
        answer("q1", {"a": 2}, {"a": 0.9}), answer("q2", {"a": 2}, {"a": 0.5}), answer("q3", {"a": 2}, {"b": 0.5})
    )

    assert measures["coverage@5%"] == pytest.approx(1 / 3)


@given(drawn=some_judgements, seed=st.integers(0, 100))
def test_measures_of_many_resamples_are_those_of_each_alone(drawn: list[Judgement], seed: int) -> None:
    rows = np.random.default_rng(seed).integers(0, len(drawn), (3, len(drawn)))
    resampled = Table.of(drawn).take(rows)

    for name, function in MEASURES.items():
        alone = [measure([drawn[row] for row in sample])[name] for sample in rows]
        expected = [math.nan if value is None else value for value in alone]
        assert function(resampled).tolist() == pytest.approx(expected, nan_ok=True), name


def test_probability_of_one_is_in_the_last_of_ten_bins() -> None:
    assert calibration_bin(np.array([0.0, 0.05, 0.1, 0.95, 1.0])).tolist() == [0, 0, 1, 9, 9]


def interval_by_scipy(drawn: Sequence[Judgement], statistic: Callable[[list[Judgement]], float]) -> tuple[float, float]:
    def of_rows(rows: NDArray[np.float64]) -> float:
        return statistic([drawn[int(row)] for row in rows])

    interval = scipy.stats.bootstrap(
        (np.arange(len(drawn)),),
        of_rows,
        vectorized=False,
        n_resamples=1_000,
        confidence_level=(INTERVAL[1] - INTERVAL[0]) / 100,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def precision(drawn: list[Judgement]) -> float:
    return float(np.mean([each.ranked["P@1"] for each in drawn if each.answerable]))


def auroc(drawn: list[Judgement]) -> float:
    return float(roc_auc_score([not each.answerable for each in drawn], [each.none_score for each in drawn]))


def brier(drawn: list[Judgement]) -> float:
    return float(np.mean([((each.first_score or 0.0) - each.first_right) ** 2 for each in drawn]))


@pytest.mark.parametrize(("name", "statistic"), [("P@1", precision), ("AUROC", auroc), ("Brier", brier)])
def test_intervals_agree_with_scipys_bootstrap(
    name: str, statistic: Callable[[list[Judgement]], float], forty: list[Judgement]
) -> None:
    found = estimate(forty)[name]

    assert found.value == pytest.approx(statistic(forty))
    assert (found.low, found.high) == pytest.approx(interval_by_scipy(forty, statistic), abs=0.03)


def test_intervals_are_the_same_every_time(forty: list[Judgement]) -> None:
    assert estimate(forty) == estimate(forty)


def test_interval_of_one_query_is_its_value() -> None:
    found = estimate(judge(run_of([answer("q1", {"a": 2}, {"a": 0.8})])))

    assert (found["P@1"].low, found["P@1"].value, found["P@1"].high) == (1.0, 1.0, 1.0)
    assert (found["AUROC"].low, found["AUROC"].value, found["AUROC"].high) == (None, None, None)
    assert found["ECE"].value == pytest.approx(0.2)


def test_ranking_is_not_measured_without_a_query_that_something_answers() -> None:
    measures = measured(answer("q1", {}, {"a": 0.2}), answer("q2", {}, {}))

    assert measures == {
        **MADE_ONLY_FROM_RANKS,
        "AUROC": None,
        "coverage@5%": 0.0,
        "coverage@10%": 0.0,
        "Brier": pytest.approx(0.04 / 2),
        "ECE": pytest.approx(0.2 / 2),
        "decoy@1": None,
    }


def test_a_decoy_counts_when_it_is_first_among_the_queries_that_have_one() -> None:
    measures = measured(
        answer("q1", {"a": 2}, {"b": 0.6, "a": 0.4}, decoys=["b", "c"]),
        answer("q2", {"a": 2}, {"a": 0.6, "b": 0.4}, decoys=["b"]),
        answer("q3", {}, {}, decoys=["b"]),
        answer("q4", {"a": 2}, {"b": 0.6}),
    )

    assert measures["decoy@1"] == pytest.approx(1 / 3)


def test_scores_that_are_no_probabilities_have_no_calibration() -> None:
    answers = [answer("q1", {"a": 2}, {"a": 17.0}, none_score=-17.0), answer("q2", {}, {"a": 3.0}, none_score=-3.0)]

    measures = measure(judge(run_of(answers, calibrated=False)))

    assert (measures["Brier"], measures["ECE"]) == (None, None)
    assert (measures["AUROC"], measures["coverage@5%"]) == (1.0, 0.5)


def test_equal_none_scores_tell_nothing() -> None:
    assert measured(answer("q1", {"a": 2}, {}), answer("q2", {}, {}), answer("q3", {}, {}))["AUROC"] == 0.5


def test_summary_measures_all_queries_then_their_groups() -> None:
    summary = summarise(
        run_of(
            [
                answer("q1", {"a": 2, "c": 1}, {"a": 0.9}, style="log"),
                answer("q2", {"b": 2, "d": 2}, {"d": 0.9}, style="vague"),
                answer("q3", {"c": 2}, {"a": 0.9}, style="vague"),
                answer("q4", {}, {"a": 0.9}),
            ],
            name="latest",
        )
    )

    assert summary.name == "latest"
    assert [(group.name, group.queries, group.measures["P@1"].value) for group in summary.groups] == [
        ("all", 4, pytest.approx(2 / 3)),
        ("answerable", 3, pytest.approx(2 / 3)),
        ("unanswerable", 1, None),
        ("section: delivery", 2, 1.0),
        ("section: login", 2, 0.5),
        ("style: log", 1, 1.0),
        ("style: vague", 2, 0.5),
    ]


def test_groups_without_queries_are_left_out() -> None:
    groups = summarise(run_of([answer("q1", {}, {})])).groups

    assert [group.name for group in groups] == ["all", "unanswerable"]


def test_summary_tells_how_often_each_confidence_was_right() -> None:
    sure, unsure = Confidence.CONFIDENT, Confidence.UNSURE
    summary = summarise(
        run_of(
            [
                answer("q1", {"a": 2}, {"a": 0.9}, confidence=sure),
                answer("q2", {"a": 2}, {"b": 0.5, "c": 0.3, "a": 0.1}, confidence=sure),
                answer("q3", {"a": 2}, {"b": 0.5, "c": 0.3, "d": 0.2, "a": 0.0}, confidence=unsure),
                answer("q4", {}, {}, confidence=unsure),
            ]
        )
    )

    assert [(each.confidence, each.queries, each.first_right, each.right_in_three) for each in summary.voices] == [
        (sure, 2, 0.5, 1.0),
        (unsure, 2, 0.0, 0.0),
    ]


def test_summary_tells_how_long_answers_take() -> None:
    summary = summarise(run_of([answer(f"q{ms}", {}, {}, latency_ms=ms) for ms in range(1, 102)]))

    assert (summary.median_ms, summary.p95_ms) == (51.0, 96.0)
