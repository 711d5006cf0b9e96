from collections.abc import Callable, Sequence

import numpy as np
import pytest
import scipy.stats
from numpy.typing import NDArray

from eval.comparison import Difference, changes, compare_runs, differences
from eval.errors import OtherQueries
from eval.measures import MEASURES, RANKING_MEASURES, Judgement
from tests.eval.answers import answer, judgement, run_of

Floats = NDArray[np.float64]

ANSWERABLE = 7
QUERIES = 11


def drawn(seed: int) -> list[Judgement]:
    """A system's answers to eleven queries, seven of them answerable."""
    random = np.random.default_rng(seed)
    return [
        judgement(
            f"q{number}",
            answerable=number < ANSWERABLE,
            first_score=float(random.random()),
            first_right=number < ANSWERABLE and random.random() < 0.3 + 0.1 * seed,
            none_score=float(random.normal(0 if number < ANSWERABLE else 0.5 * seed)),
            ranked={str(name): float(random.integers(0, 4 + seed)) for name in RANKING_MEASURES if number < ANSWERABLE},
            decoy_first=bool(random.random() < 0.5) if number % 2 else None,
        )
        for number in range(QUERIES)
    ]


def by_name(found: Sequence[Difference]) -> dict[str, Difference]:
    return {difference.measure: difference for difference in found}


def precision_values(of: list[Judgement]) -> Floats:
    return np.array([each.ranked.get("P@1", np.nan) for each in of])


def squared_errors(of: list[Judgement]) -> Floats:
    return np.array([((each.first_score or 0.0) - each.first_right) ** 2 for each in of])


def none_ranks(of: list[Judgement]) -> Floats:
    return scipy.stats.rankdata([each.none_score for each in of])


def gap_of_means(first: Floats, second: Floats) -> float:
    return abs(float(np.nanmean(first) - np.nanmean(second)))


def gap_of_auroc(first: Floats, second: Floats) -> float:
    return abs(share_of_pairs_in_order(first) - share_of_pairs_in_order(second))


def share_of_pairs_in_order(none_scores: Floats) -> float:
    answerable, unanswerable = none_scores[:ANSWERABLE, None], none_scores[ANSWERABLE:]
    return float(np.mean((unanswerable > answerable) + (unanswerable == answerable) / 2))


@pytest.mark.parametrize(
    ("measure", "values", "gap"),
    [
        ("P@1", precision_values, gap_of_means),
        ("Brier", squared_errors, gap_of_means),
        ("AUROC", none_ranks, gap_of_auroc),
    ],
)
@pytest.mark.parametrize("seed", [2, 5])
def test_p_values_agree_with_scipys_exact_permutation_test(
    measure: str, values: Callable[[list[Judgement]], Floats], gap: Callable[[Floats, Floats], float], seed: int
) -> None:
    first, second = drawn(1), drawn(seed)
    exact = scipy.stats.permutation_test(
        (values(first), values(second)),
        gap,
        permutation_type="samples",
        alternative="greater",
        vectorized=False,
        n_resamples=2**QUERIES,
    )

    difference = by_name(differences(first, second))[measure]

    assert abs((difference.first or 0) - (difference.second or 0)) == pytest.approx(exact.statistic)
    assert difference.p_value == pytest.approx(float(exact.pvalue), abs=0.02)


def test_a_system_does_not_differ_from_itself() -> None:
    found = differences(drawn(1), drawn(1))

    assert [difference.measure for difference in found] == list(MEASURES)
    assert {(difference.improvement, difference.p_value) for difference in found} == {(0.0, 1.0)}


def test_the_other_way_round_gains_are_losses_of_the_same_significance() -> None:
    forth, back = differences(drawn(1), drawn(4)), differences(drawn(4), drawn(1))

    assert [difference.improvement for difference in forth] == [-(other.improvement or 0.0) for other in back]
    assert [difference.p_value for difference in forth] == [other.p_value for other in back]


@pytest.mark.parametrize(
    ("measure", "second", "improvement"),
    [("P@1", 0.75, 0.25), ("P@1", 0.25, -0.25), ("Brier", 0.75, -0.25), ("ECE", 0.25, 0.25), ("AUROC", None, None)],
)
def test_improvement_is_a_higher_measure_or_a_lower_error(
    measure: str, second: float | None, improvement: float | None
) -> None:
    assert Difference(measure=measure, first=0.5, second=second, p_value=None).improvement == improvement


def test_the_scale_of_scores_does_not_matter() -> None:
    scaled = [
        each.model_copy(update={"first_score": 100 * (each.first_score or 0) ** 3, "none_score": each.none_score * 7})
        for each in drawn(4)
    ]

    assert differences(drawn(1), scaled) == differences(drawn(1), drawn(4))


def test_what_only_one_system_has_is_shown_but_not_tested() -> None:
    answers = [answer("q1", {"a": 2}, {"a": 0.9}), answer("q2", {}, {"a": 0.2})]

    found = by_name(compare_runs(run_of(answers), run_of(answers, "bm25", calibrated=False)))

    brier = found["Brier"]
    assert brier.first == pytest.approx((0.1**2 + 0.2**2) / 2)
    assert (brier.second, brier.p_value) == (None, None)
    assert found["P@1"].p_value == 1.0


def test_runs_of_other_queries_are_not_compared_and_some_are_named() -> None:
    first = run_of([answer(f"q{number}", {}, {}) for number in range(3)], "first")
    second = run_of([answer(f"q{number}", {}, {}) for number in range(2, 9)], "second")

    with pytest.raises(OtherQueries) as error:
        compare_runs(first, second)

    assert str(error.value) == (
        "'first' and 'second' answered different queries, or by different judgments (8: q0, q1, q3, q4, q5, …): "
        "ask both the same query files"
    )


def test_runs_of_the_same_queries_in_another_order_are_not_compared() -> None:
    answers = [answer("q1", {}, {}), answer("q2", {}, {})]

    with pytest.raises(OtherQueries, match="q1, q2"):
        compare_runs(run_of(answers), run_of(answers[::-1]))


def test_query_that_was_answerable_in_one_run_only_is_named() -> None:
    with pytest.raises(OtherQueries, match=r"\(1: q2\)"):
        compare_runs(
            run_of([answer("q1", {}, {}), answer("q2", {}, {})]),
            run_of([answer("q1", {}, {}), answer("q2", {"a": 2}, {})]),
        )


def test_query_that_was_labelled_otherwise_in_one_run_is_named() -> None:
    with pytest.raises(OtherQueries, match=r"\(1: q1\)"):
        compare_runs(run_of([answer("q1", {"a": 2}, {"a": 0.9})]), run_of([answer("q1", {"b": 2}, {"a": 0.9})]))


def test_queries_whose_right_cause_moved_are_listed_those_that_moved_most_first() -> None:
    first = run_of(
        [
            answer("same", {"a": 2}, {"a": 0.9}),
            answer("little", {"a": 2}, {"b": 0.5, "c": 0.4, "a": 0.3}),
            answer("lost", {"a": 2}, {"a": 0.9}, question="where is it?"),
            answer("lead", {"a": 2, "b": 1}, {"c": 0.5, "a": 0.4}),
        ]
    )
    second = run_of(
        [
            answer("same", {"a": 2}, {"a": 0.2, "c": 0.1}),
            answer("little", {"a": 2}, {"b": 0.5, "a": 0.4}),
            answer("lost", {"a": 2}, {}, question="where is it?"),
            answer("lead", {"a": 2, "b": 1}, {"b": 0.6}),
        ]
    )

    moved = changes(first, second)

    assert [(change.query_id, change.first_rank, change.second_rank) for change in moved] == [
        ("lost", 1, None),
        ("lead", 2, 1),
        ("little", 3, 2),
    ]
    assert (moved[0].question, moved[0].first_answer, moved[0].second_answer) == ("where is it?", "a", None)


def test_queries_that_nothing_answers_do_not_move() -> None:
    assert changes(run_of([answer("q1", {}, {"a": 0.9})]), run_of([answer("q1", {}, {"b": 0.9})])) == []
