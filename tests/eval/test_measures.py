import math
from typing import Literal

import pytest

from eval.measures import measure
from eval.query_sets import Query
from eval.runs import Answered
from retrieval import Cause, Diagnoser, Diagnosis, DiagnosisRequest

Labels = dict[str, Literal[1, 2]]


@pytest.fixture(scope="module")
def some_diagnosis(diagnoser: Diagnoser) -> Diagnosis:
    return diagnoser.diagnose(DiagnosisRequest(symptom="mail stopped"))


class Answers:
    """Answers with given rankings."""

    def __init__(self, pattern: Diagnosis) -> None:
        self._pattern = pattern
        self.all: list[Answered] = []

    def add(self, labels: Labels, ranking: dict[str, float]) -> None:
        """One more query: its labels, and the probability of each cause in the order shown."""
        query = Query(id=f"q{len(self.all)}", question="?", labels=labels)
        causes = tuple(
            Cause(**{**dict(self._pattern.causes[0]), "entry_id": entry_id, "probability": probability})
            for entry_id, probability in ranking.items()
        )
        self.all.append(Answered(query, self._pattern.model_copy(update={"causes": causes})))


@pytest.fixture
def answers(some_diagnosis: Diagnosis) -> Answers:
    return Answers(some_diagnosis)


def test_measures_agree_with_a_computation_by_hand(answers: Answers) -> None:
    answers.add({"a": 2, "b": 1}, {"b": 0.5, "a": 0.2, "c": 0.1})
    answers.add({"d": 2}, {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1})

    first_ndcg = (1 / math.log2(2) + 2 / math.log2(3)) / (2 / math.log2(2) + 1 / math.log2(3))
    second_ndcg = 1 / math.log2(5)
    assert measure(answers.all) == pytest.approx(
        {
            "P@1": (1 + 0) / 2,
            "P(rel=2)@1": (0 + 0) / 2,
            "Success@3": (1 + 0) / 2,
            "RR": (1 + 1 / 4) / 2,
            "nDCG@5": (first_ndcg + second_ndcg) / 2,
            "R@10": (1 + 1) / 2,
        }
    )


def test_a_perfect_ranking_measures_one(answers: Answers) -> None:
    answers.add({"a": 2, "b": 1}, {"a": 0.9, "b": 0.05, "c": 0.01})

    assert measure(answers.all) == {
        "P@1": 1.0,
        "P(rel=2)@1": 1.0,
        "Success@3": 1.0,
        "RR": 1.0,
        "nDCG@5": 1.0,
        "R@10": 1.0,
    }


def test_a_query_whose_answer_lacks_the_cause_counts_as_a_miss(answers: Answers) -> None:
    answers.add({"a": 2}, {"a": 0.9})
    answers.add({"a": 2}, {"b": 0.9})
    answers.add({"a": 2}, {})

    assert measure(answers.all) == pytest.approx(dict.fromkeys(measure(answers.all), 1 / 3))


def test_queries_that_nothing_answers_are_not_counted(answers: Answers) -> None:
    answers.add({"a": 2}, {"a": 0.9})
    answers.add({}, {"b": 0.9})

    assert measure(answers.all)["P@1"] == 1.0


@pytest.mark.parametrize("ranking", [{"a": 0.0, "b": 0.0}, {"b": 0.0, "a": 0.0}], ids=["a first", "b first"])
def test_causes_of_equal_probability_count_in_the_order_shown(answers: Answers, ranking: dict[str, float]) -> None:
    answers.add({next(iter(ranking)): 2}, ranking)

    assert measure(answers.all)["RR"] == 1.0
