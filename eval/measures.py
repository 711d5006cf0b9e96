"""How good the answers are, with 95 % bootstrap intervals.

Rankings are measured through ir-measures and under its names, over the queries that something answers. "None of these"
is an outcome too, and the first answer to a query that nothing answers is wrong:

AUROC         probability that a query that nothing answers looks less answerable than one that something answers
coverage@5%   largest share of queries that can be answered, the surest first, with at most 5 % of first answers wrong
Brier         mean squared difference of the first answer's probability and its being right; 0 is best
ECE           expected calibration error of the first answer in ten bins of equal width; 0 is best (Guo et al. 2017,
              "On calibration of modern neural networks")
decoy@1       share of queries with decoys whose first answer is one; 0 is best
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self

import ir_measures
import numpy as np
from ir_measures import RR, P, R, Success, nDCG
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.stats import rankdata

from eval.query_sets import Labels
from eval.runs import Run, trec_ranking
from retrieval import Confidence

RANKING_MEASURES = (P @ 1, P(rel=2) @ 1, Success @ 3, RR, nDCG @ 5, R @ 10)
CALIBRATION_BINS = 10
RESAMPLES = 1_000
INTERVAL = (2.5, 97.5)

Floats = NDArray[np.float64]


class Judgement(BaseModel):
    """One answered query, reduced to what measures need.

    `first_score` tells how sure the first answer is, on any scale; None if there was no answer. `first_probability` is
    None if the scores are no probabilities. `ranked`: each ranking measure's value, empty if nothing answers the query.
    `decoy_first`: whether the first answer is a decoy, None if the query has none.
    """

    model_config = ConfigDict(frozen=True)

    query_id: str
    labels: Labels
    first_score: float | None
    first_probability: float | None
    first_right: bool
    none_score: float
    ranked: dict[str, float]
    decoy_first: bool | None = None

    @property
    def answerable(self) -> bool:
        """Whether something answers the query."""
        return bool(self.labels)


def judge(run: Run) -> list[Judgement]:
    """Compare each answer with its query's labels."""
    answerable = [answer for answer in run.answers if answer.query.labels]
    qrels = {answer.query.id: dict(answer.query.labels) for answer in answerable}
    rankings = {answer.query.id: trec_ranking(answer) for answer in answerable if answer.causes}
    ranked = {query_id: dict.fromkeys(map(str, RANKING_MEASURES), 0.0) for query_id in qrels}
    for metric in ir_measures.iter_calc(RANKING_MEASURES, qrels, rankings) if qrels else ():
        ranked[metric.query_id][str(metric.measure)] = metric.value
    judgements = []
    for answer in run.answers:
        first = answer.causes[0] if answer.causes else None
        probability = (first.score if first else 0.0) if run.info.calibrated else None
        judgements.append(
            Judgement(
                query_id=answer.query.id,
                labels=answer.query.labels,
                first_score=first.score if first else None,
                first_probability=probability,
                first_right=first is not None and first.entry_id in answer.query.labels,
                none_score=answer.none_score,
                ranked=ranked.get(answer.query.id, {}),
                decoy_first=first is not None and first.entry_id in answer.query.decoys
                if answer.query.decoys
                else None,
            )
        )
    return judgements


@dataclass(frozen=True)
class Table:
    """Judgements as columns, each of shape (..., n): leading axes are resamples. What is missing is NaN.

    Scores are replaced by their ranks among all queries: measures need only their order, and those of two systems with
    other scales can be exchanged.
    """

    answerable: Floats
    first_score: Floats
    first_probability: Floats
    first_right: Floats
    none_score: Floats
    decoy_first: Floats
    ranked: Floats
    """One more axis, in front: shape (n_ranking_measures, ..., n)."""

    @classmethod
    def of(cls, judgements: Sequence[Judgement]) -> Self:
        """Columns of shape (n,)."""
        return cls(
            answerable=np.array([judgement.answerable for judgement in judgements], float),
            first_score=rankdata(_or_nan(judgement.first_score for judgement in judgements), nan_policy="omit"),
            first_probability=_or_nan(judgement.first_probability for judgement in judgements),
            first_right=np.array([judgement.first_right for judgement in judgements], float),
            none_score=rankdata([judgement.none_score for judgement in judgements]),
            decoy_first=_or_nan(judgement.decoy_first for judgement in judgements),
            ranked=np.array(
                [_or_nan(judgement.ranked.get(str(name)) for judgement in judgements) for name in RANKING_MEASURES]
            ),
        )

    def take(self, rows: NDArray[np.int64]) -> "Table":
        """These rows, given by shape (..., m)."""
        return Table(*(getattr(self, field.name)[..., rows] for field in fields(self)))

    def swapped(self, other: "Table", swap: NDArray[np.bool_]) -> "Table":
        """Where `swap` (shape (..., n)) is true, the other's rows."""
        return Table(
            *(
                np.where(swap, getattr(other, f.name)[..., None, :], getattr(self, f.name)[..., None, :])
                for f in fields(self)
            )
        )


def _or_nan(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], float)


def _mean(values: Floats) -> Floats:
    """Mean along the last axis of what isn't missing; NaN if all is."""
    present = ~np.isnan(values)
    count = present.sum(axis=-1)
    mean: Floats = np.where(present, values, 0.0).sum(axis=-1) / np.where(count == 0, np.nan, count)
    return mean


def _auroc(table: Table) -> Floats:
    """By the rank sum of Mann and Whitney; ties count half."""
    unanswerable = 1 - table.answerable
    positives, negatives = unanswerable.sum(axis=-1), table.answerable.sum(axis=-1)
    ranks = rankdata(table.none_score, axis=-1)
    pairs = np.where(positives * negatives == 0, np.nan, positives * negatives)
    area: Floats = ((ranks * unanswerable).sum(axis=-1) - positives * (positives + 1) / 2) / pairs
    return area


def coverage_and_risk(table: Table) -> tuple[Floats, Floats]:
    """Share of queries answered and share of these answers that are wrong, if only the surest k are answered.

    Both of shape (..., n), for k = 1..n; NaN where the k-th and the next are equally sure, so that no threshold
    separates them, or where there is no answer.
    """
    order = np.argsort(-table.first_score, axis=-1, kind="stable")  # NaN, no answer, comes last
    score = np.take_along_axis(table.first_score, order, axis=-1)
    wrong = 1 - np.take_along_axis(table.first_right, order, axis=-1)
    answered = np.arange(1, score.shape[-1] + 1)
    next_score = np.concatenate([score[..., 1:], np.full((*score.shape[:-1], 1), np.nan)], axis=-1)
    possible = ~np.isnan(score) & (score != next_score)
    coverage = np.where(possible, answered / score.shape[-1], np.nan)
    risk = np.where(possible, np.cumsum(wrong, axis=-1) / answered, np.nan)
    return coverage, risk


def _coverage_at(risk_limit: float) -> Callable[[Table], Floats]:
    def measure(table: Table) -> Floats:
        coverage, risk = coverage_and_risk(table)
        best: Floats = np.where(risk <= risk_limit, coverage, 0.0).max(axis=-1)
        return best

    return measure


def _brier(table: Table) -> Floats:
    return _mean((table.first_probability - table.first_right) ** 2)


def calibration_bin(probability: Floats) -> Floats:
    """The number, from 0, of the bin of each probability: ten of equal width, 1.0 in the last."""
    number: Floats = np.minimum(np.floor(probability * CALIBRATION_BINS), CALIBRATION_BINS - 1)
    return number


def _expected_calibration_error(table: Table) -> Floats:
    bins = calibration_bin(table.first_probability)
    gap = np.where(np.isnan(bins), np.nan, table.first_probability - table.first_right)
    gaps = np.stack([np.abs(np.where(bins == number, gap, 0.0).sum(axis=-1)) for number in range(CALIBRATION_BINS)])
    error: Floats = gaps.sum(axis=0) / bins.shape[-1]
    return np.where(np.isnan(bins).any(axis=-1), np.nan, error)


def _ranking_measure(number: int) -> Callable[[Table], Floats]:
    return lambda table: _mean(table.ranked[number])


MEASURES: Mapping[str, Callable[[Table], Floats]] = {
    **{str(name): _ranking_measure(number) for number, name in enumerate(RANKING_MEASURES)},
    "AUROC": _auroc,
    "coverage@5%": _coverage_at(0.05),
    "coverage@10%": _coverage_at(0.10),
    "Brier": _brier,
    "ECE": _expected_calibration_error,
    "decoy@1": lambda table: _mean(table.decoy_first),
}
"""From a table to the value of the measure, of shape (...)."""
LOWER_IS_BETTER = frozenset({"Brier", "ECE", "decoy@1"})


class Estimate(BaseModel):
    """A measure with its 95 % interval; None where it can't be measured."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Group(BaseModel):
    """The measures over some of the queries."""

    name: str
    queries: int
    measures: dict[str, Estimate]


class Voice(BaseModel):
    """How the answers of one confidence did; shares of its queries."""

    confidence: Confidence
    queries: int
    first_right: float
    right_in_three: float


class Summary(BaseModel):
    """A run in numbers. `groups`: all queries, the answerable, the unanswerable, each section, each style."""

    name: str
    groups: list[Group]
    voices: list[Voice]
    median_ms: float
    p95_ms: float


def measure(judgements: Sequence[Judgement]) -> dict[str, float | None]:
    """Each measure's value over these queries; None where it can't be measured."""
    table = Table.of(judgements)
    return {name: _known(function(table)) for name, function in MEASURES.items()}


def estimate(judgements: Sequence[Judgement]) -> dict[str, Estimate]:
    """Each measure with its interval: percentile bootstrap over queries (Efron 1979), always of the same resamples."""
    table = Table.of(judgements)
    rows = np.random.default_rng(0).integers(0, len(judgements), (RESAMPLES, len(judgements)))
    resampled = table.take(rows)
    estimates = {}
    for name, function in MEASURES.items():
        value, values = _known(function(table)), function(resampled)
        low, high = (None, None) if value is None else map(_known, np.nanpercentile(values, INTERVAL))
        estimates[name] = Estimate(value=value, low=low, high=high)
    return estimates


def _known(value: Floats | np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def summarise(run: Run) -> Summary:
    """Measure a run, whole and in parts."""
    judgements = judge(run)
    latencies_ms = [answer.latency_ms for answer in run.answers]
    return Summary(
        name=run.info.name,
        groups=[
            Group(name=name, queries=len(members), measures=estimate([judgements[row] for row in members]))
            for name, members in _groups(run).items()
        ],
        voices=list(_voices(run)),
        median_ms=float(np.median(latencies_ms)),
        p95_ms=float(np.percentile(latencies_ms, 95)),
    )


def _groups(run: Run) -> dict[str, list[int]]:
    """Rows of the answers of each group; a query belongs to the sections of its causes of grade 2."""
    groups: dict[str, list[int]] = {"all": [], "answerable": [], "unanswerable": []}
    sections: dict[str, list[int]] = {}
    styles: dict[str, list[int]] = {}
    for row, answer in enumerate(run.answers):
        labels = answer.query.labels
        groups["all"].append(row)
        groups["answerable" if labels else "unanswerable"].append(row)
        for section in sorted({run.info.sections[key] for key, grade in labels.items() if grade == 2}):
            sections.setdefault(f"section: {section}", []).append(row)
        if answer.query.style:
            styles.setdefault(f"style: {answer.query.style}", []).append(row)
    groups = {name: rows for name, rows in groups.items() if rows}
    return groups | dict(sorted(sections.items())) | dict(sorted(styles.items()))


def _voices(run: Run) -> Iterable[Voice]:
    for confidence in Confidence:
        answers = [answer for answer in run.answers if answer.confidence is confidence]
        right = [[cause.entry_id in answer.query.labels for cause in answer.causes] for answer in answers]
        if answers:
            yield Voice(
                confidence=confidence,
                queries=len(answers),
                first_right=float(np.mean([any(flags[:1]) for flags in right])),
                right_in_three=float(np.mean([any(flags[:3]) for flags in right])),
            )
