"""A run: the answers of one system to all queries, kept as a folder.

<name>/
    run.json        what was asked, of whom, when
    answers.jsonl   each query with its ranked causes, the reasons for them, and the time it took
    run.trec        the ranking, as TREC tools read it
    qrels.trec      the judgments, as TREC tools read them
    summary.json    the measures
    dialogues.jsonl conversations about the queries, if any were held
    dense/ bm25/ rrf/   the same of the baselines
"""

import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import NoRun, OccupiedFolder, UnusableRun
from eval.query_sets import Query
from eval.targets import Target
from retrieval import Confidence, UnreadableSymptom
from retrieval.diagnosis import Diagnosis, Reason

RANKED_CAUSES = 20
"""How deep a run goes: as many causes as the API gives."""

INFO, SUMMARY = "run.json", "summary.json"
ANSWERS, TREC_RUN, TREC_QRELS = "answers.jsonl", "run.trec", "qrels.trec"

Progress = Callable[[int, int], None]
"""Called with the number of queries answered so far, and of all."""


class RankedCause(BaseModel):
    """One entry of an answer. `score` is its probability if the run is calibrated; else higher is better."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    score: float
    reasons: tuple[Reason, ...] = ()


class Answer(BaseModel):
    """One query with its ranked causes, best first.

    `none_score`: the higher, the likelier nothing answers it; a probability if the run is calibrated.
    """

    model_config = ConfigDict(frozen=True)

    query: Query
    causes: tuple[RankedCause, ...]
    none_score: float
    confidence: Confidence | None = None
    latency_ms: float


class RunInfo(BaseModel):
    """What was asked, of whom, when. `calibrated`: whether scores are probabilities."""

    model_config = ConfigDict(frozen=True)

    name: str
    system: str
    target: str
    index_id: str
    query_files: tuple[str, ...]
    sections: dict[str, str]
    calibrated: bool
    started_at: datetime


@dataclass(frozen=True)
class Run:
    """The answers of one system."""

    info: RunInfo
    answers: Sequence[Answer]


def ask_queries(
    queries: Sequence[Query],
    target: Target,
    name: str,
    query_files: Iterable[str] = (),
    progress: Progress = lambda done, total: None,
) -> Run:
    """Ask a target each query in turn."""
    started_at = datetime.now(UTC)
    answers = []
    for number, query in enumerate(queries):
        progress(number, len(queries))
        answers.append(_ask(query, target))
    progress(len(queries), len(queries))
    info = RunInfo(
        name=name,
        system="causeway",
        target=target.name,
        index_id=target.index_id,
        query_files=tuple(query_files),
        sections=dict(target.sections),
        calibrated=True,
        started_at=started_at,
    )
    return Run(info, answers)


def _ask(query: Query, target: Target) -> Answer:
    start = time.perf_counter()
    try:
        diagnosis = target.ask(query.request(RANKED_CAUSES))
    except UnreadableSymptom:
        diagnosis = None
    latency_ms = (time.perf_counter() - start) * 1000
    if diagnosis is None:
        # To say that there is nothing to read is to say that nothing answers it.
        return Answer(query=query, causes=(), none_score=1.0, confidence=Confidence.UNSURE, latency_ms=latency_ms)
    return Answer(
        query=query,
        causes=_ranked(diagnosis),
        none_score=diagnosis.none_probability,
        confidence=diagnosis.confidence,
        latency_ms=latency_ms,
    )


def _ranked(diagnosis: Diagnosis) -> tuple[RankedCause, ...]:
    return tuple(
        RankedCause(entry_id=cause.entry_id, score=cause.probability, reasons=cause.reasons)
        for cause in diagnosis.causes
    )


def trec_ranking(answer: Answer) -> dict[str, float]:
    """Entry id to a score that counts down from the first cause: scores can be equal, the order shown counts."""
    return {cause.entry_id: float(RANKED_CAUSES - rank) for rank, cause in enumerate(answer.causes)}


def save_run(run: Run, summary: BaseModel, folder: Path) -> None:
    """Write a run into a new folder; a run that is there already is replaced when the new one is complete.

    :raises OccupiedFolder: if something else is there.
    """
    require_replaceable(folder)
    staging = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    staging.mkdir(parents=True)
    (staging / INFO).write_text(run.info.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (staging / SUMMARY).write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    with (staging / ANSWERS).open("w", encoding="utf-8") as file:
        file.writelines(f"{answer.model_dump_json()}\n" for answer in run.answers)
    with (staging / TREC_RUN).open("w", encoding="utf-8") as file:
        for answer in run.answers:
            for rank, (entry_id, score) in enumerate(trec_ranking(answer).items(), start=1):
                file.write(f"{answer.query.id} Q0 {entry_id} {rank} {score:g} {run.info.system}\n")
    with (staging / TREC_QRELS).open("w", encoding="utf-8") as file:
        for answer in run.answers:
            file.writelines(f"{answer.query.id} 0 {key} {grade}\n" for key, grade in answer.query.labels.items())
    if folder.exists():
        shutil.rmtree(folder)
    staging.rename(folder)


def require_replaceable(folder: Path) -> None:
    """Check that a run can be saved here.

    :raises OccupiedFolder: if something is there that is no run.
    """
    if folder.exists() and not (folder / INFO).is_file():
        raise OccupiedFolder(folder)


def load_run(folder: Path) -> Run:
    """Read a run back.

    :raises NoRun: if the folder holds none.
    :raises UnusableRun: if another version wrote it, or it is damaged.
    """
    if not (folder / INFO).is_file():
        raise NoRun(folder)
    try:
        info = RunInfo.model_validate_json((folder / INFO).read_bytes())
        lines = (folder / ANSWERS).read_bytes().splitlines()
        answers = [Answer.model_validate_json(line) for line in lines]
    except (OSError, ValidationError) as error:
        raise UnusableRun(folder) from error
    if not answers:
        raise UnusableRun(folder)
    return Run(info, answers)


def plain_searches(folder: Path) -> dict[str, Run]:
    """The baselines kept with a run, by their names."""
    return {path.parent.name: load_run(path.parent) for path in sorted(folder.glob(f"*/{INFO}"))}
