"""Did answers change by more than chance? Two runs over the same queries, query by query."""

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import BaseModel

from eval.errors import OtherQueries
from eval.measures import LOWER_IS_BETTER, MEASURES, Judgement, Table, judge, measure
from eval.query_sets import Labels
from eval.runs import Answer, Run

RANDOMISATIONS = 10_000
PER_STEP = 500
"""Randomisations held in memory at once."""


class Difference(BaseModel):
    """A measure of two systems. `p_value`: of a difference at least as large, either way, by chance."""

    measure: str
    first: float | None
    second: float | None
    p_value: float | None

    @property
    def improvement(self) -> float | None:
        """How much better the second is; negative if it is worse."""
        if self.first is None or self.second is None:
            return None
        gain = self.second - self.first
        return -gain if self.measure in LOWER_IS_BETTER else gain


class Change(BaseModel):
    """A query whose first right cause moved. Ranks are from 1; None if no right cause was listed."""

    query_id: str
    question: str
    first_rank: int | None
    second_rank: int | None
    first_answer: str | None
    second_answer: str | None


def differences(first: Sequence[Judgement], second: Sequence[Judgement]) -> list[Difference]:
    """Compare every measure by a paired randomisation test.

    Under the null hypothesis it doesn't matter which system gave which answer to a query, so the answers of random
    queries are swapped (Smucker, Allan and Carterette 2007, "A comparison of statistical significance tests for
    information retrieval evaluation").

    :param first: and `second`: judgements of the same queries in the same order.
    """
    values, other_values = measure(first), measure(second)
    one, other = Table.of(first), Table.of(second)
    observed = {
        name: abs(value - other_value)
        for name, value in values.items()
        if value is not None and (other_value := other_values[name]) is not None
    }
    as_extreme = dict.fromkeys(observed, 1)
    random = np.random.default_rng(0)
    for _ in range(RANDOMISATIONS // PER_STEP):
        swap = random.random((PER_STEP, len(first))) < 0.5
        mixed, rest = one.swapped(other, swap), other.swapped(one, swap)
        for name, difference in observed.items():
            by_chance = np.abs(MEASURES[name](mixed) - MEASURES[name](rest))
            # Sums of floats in another order differ in their last digits.
            as_extreme[name] += int((by_chance >= difference - 1e-9).sum())
    return [
        Difference(
            measure=name,
            first=values[name],
            second=other_values[name],
            p_value=as_extreme[name] / (RANDOMISATIONS + 1) if name in observed else None,
        )
        for name in MEASURES
    ]


def compare_runs(first: Run, second: Run) -> list[Difference]:
    """Compare every measure of two runs.

    :raises OtherQueries: if they answered different queries.
    """
    one, other = judge(first), judge(second)
    require_same_queries(first.info.name, second.info.name, one, other)
    return differences(one, other)


def require_same_queries(name: str, other: str, first: Sequence[Judgement], second: Sequence[Judgement]) -> None:
    """Check that two systems answered the same queries in the same order.

    :raises OtherQueries: if not.
    """
    if differing := _differing(_labels(first), _labels(second)):
        raise OtherQueries(name, other, differing)


def _labels(judgements: Sequence[Judgement]) -> dict[str, Labels]:
    return {judgement.query_id: judgement.labels for judgement in judgements}


def _differing(first: Mapping[str, Labels], second: Mapping[str, Labels]) -> list[str]:
    if list(first) == list(second):
        return [key for key in first if first[key] != second[key]]
    return sorted(first.keys() ^ second.keys()) or list(first)


def changes(first: Run, second: Run) -> list[Change]:
    """Queries whose first right cause moved, those that moved most first, of two runs over the same queries."""
    moved: list[tuple[float, Change]] = []
    for one, other in zip(first.answers, second.answers, strict=True):
        ranks = [_rank_of_right(one), _rank_of_right(other)]
        if ranks[0] == ranks[1]:
            continue
        gains = [1 / rank if rank else 0.0 for rank in ranks]
        change = Change(
            query_id=one.query.id,
            question=one.query.question,
            first_rank=ranks[0],
            second_rank=ranks[1],
            first_answer=one.causes[0].entry_id if one.causes else None,
            second_answer=other.causes[0].entry_id if other.causes else None,
        )
        moved.append((abs(gains[0] - gains[1]), change))
    return [change for _, change in sorted(moved, key=lambda item: -item[0])]


def _rank_of_right(answer: Answer) -> int | None:
    right = (rank for rank, cause in enumerate(answer.causes, start=1) if cause.entry_id in answer.query.labels)
    return next(right, None)
