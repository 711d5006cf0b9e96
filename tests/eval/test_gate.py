from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from eval.errors import NoBaseline, OtherQueries
from eval.gate import compare_with_baseline, read_baseline, write_baseline
from eval.measures import MEASURES, judge, measure
from eval.runs import Answer, Run
from tests.eval.answers import answer, run_of

FIRST, SECOND = {"a": 0.8, "b": 0.1}, {"b": 0.8, "a": 0.1}
"""Answers with the right cause, a, first or second."""
NONE_OF_THEM: Sequence[Answer] = [
    answer(f"n{number}", {}, {"c": 0.2 + number / 100}, none_score=0.7) for number in range(20)
]


def answers(ranked_first: Sequence[bool]) -> Run:
    """Sixty answered queries, the first forty of them answerable."""
    right = [
        answer(f"q{number}", {"a": 2}, FIRST if first else SECOND, none_score=0.1)
        for number, first in enumerate(ranked_first)
    ]
    return run_of([*right, *NONE_OF_THEM])


BEFORE = [True] * 30 + [False] * 10
SIX_FOR_SIX = [False] * 6 + [True] * 24 + [True] * 6 + [False] * 4
ONE_WORSE = [False, *BEFORE[1:]]
TWELVE_WORSE = [False] * 12 + BEFORE[12:]
TEN_BETTER = [True] * 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "baseline.json"


def fallen(before: Run, now: Run, path: Path) -> set[str]:
    """Measures that the gate complains of."""
    write_baseline(before, path)
    found, worse = compare_with_baseline(now, read_baseline(path))
    assert [difference.measure for difference in found] == list(MEASURES)
    return {difference.measure for difference in worse}


def test_regression_is_refused_by_the_measures_that_fell(path: Path) -> None:
    worse = fallen(answers(BEFORE), answers(TWELVE_WORSE), path)

    assert worse >= {"P@1", "P(rel=2)@1", "RR", "nDCG@5", "Brier"}
    assert not worse & {"Success@3", "R@10", "AUROC"}, "the cause is still among the first three"


def test_fall_says_from_what_to_what(path: Path) -> None:
    write_baseline(answers(BEFORE), path)

    _, (*_, worst) = compare_with_baseline(answers([False] * 40), read_baseline(path))
    precision = next(
        d for d in compare_with_baseline(answers(TWELVE_WORSE), read_baseline(path))[1] if d.measure == "P@1"
    )

    assert (precision.first, precision.second) == (30 / 40, 18 / 40)
    assert (precision.p_value or 1.0) < 0.01
    assert (worst.improvement or 0.0) < 0


@pytest.mark.parametrize(
    "now",
    [BEFORE, ONE_WORSE, SIX_FOR_SIX, TEN_BETTER],
    ids=["the same", "one query worse", "six better and six worse", "ten queries better"],
)
def test_noise_and_improvements_pass(now: list[bool], path: Path) -> None:
    assert fallen(answers(BEFORE), answers(now), path) == set()


def test_worse_knowledge_of_what_nothing_answers_is_refused(path: Path) -> None:
    before = answers(BEFORE)
    now = run_of([each.model_copy(update={"none_score": 0.1}) for each in before.answers])

    assert fallen(before, now, path) == {"AUROC"}


def test_probabilities_that_are_off_are_refused(path: Path) -> None:
    before = answers(BEFORE)
    flattened = [
        each.model_copy(
            update={"causes": tuple(cause.model_copy(update={"score": cause.score / 8}) for cause in each.causes)}
        )
        for each in before.answers
    ]

    worse = fallen(before, run_of(flattened), path)

    assert {"Brier", "ECE"} <= worse
    assert "P@1" not in worse


def test_gain_in_one_measure_does_not_excuse_the_fall_of_another(path: Path) -> None:
    now = [each.model_copy(update={"none_score": 0.1}) for each in answers(TEN_BETTER).answers]

    assert "AUROC" in fallen(answers(BEFORE), run_of(now), path)


def test_baseline_reads_back_as_written(path: Path) -> None:
    run = answers(BEFORE)
    write_baseline(run, path)

    baseline = read_baseline(path)

    assert baseline.made_at == date(2026, 1, 2)
    assert baseline.judgements == judge(run)
    assert baseline.measures == measure(judge(run))


def test_changed_answer_changes_one_line_of_the_judgements_of_a_baseline(path: Path) -> None:
    write_baseline(answers(BEFORE), path)
    before = path.read_text(encoding="utf-8").splitlines()
    write_baseline(answers(ONE_WORSE), path)
    after = path.read_text(encoding="utf-8").splitlines()

    moved = [line for line, other in zip(before, after, strict=True) if line != other and "query_id" in line]
    assert len(moved) == 1
    assert '"q0"' in moved[0]


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff", b'{"made_at": "2026'], ids=repr)
def test_missing_or_damaged_baseline_is_named_with_the_command_that_writes_it(
    content: bytes | None, path: Path
) -> None:
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(NoBaseline) as error:
        read_baseline(path)

    assert str(error.value) == f"there is no readable baseline {path}: `causeway eval baseline` writes it"


def test_baseline_of_other_queries_is_refused(path: Path) -> None:
    write_baseline(answers(BEFORE), path)

    with pytest.raises(OtherQueries, match=r"'baseline' and 'now' answered different queries.*\(1: extra\)"):
        compare_with_baseline(run_of([*answers(BEFORE).answers, answer("extra", {}, {})]), read_baseline(path))
