"""Dialogues: a simulated user answers the follow-up questions of a run's queries.

The user knows what the knowledge base says of the true cause: what it always does holds, what it never does doesn't,
the rest holds as often as it says; a finding that the cause doesn't list holds as often as it does otherwise. One in
ten answers is wrong or "don't know". Users are seeded by their query and number: a dialogue can be held again.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import OtherIndex, UnusableRun
from eval.measures import INTERVAL, RESAMPLES, Estimate
from eval.query_sets import Query
from eval.runs import Progress, Run
from eval.targets import Target
from kb import KnowledgeBase
from retrieval import Answer, Confidence, Diagnosis, UnreadableSymptom
from retrieval.dialogue import MOST_QUESTIONS, PROBABILITY

USERS = 5
"""Dialogues about each query: what users answer is chance, and the mean of several less so."""
WRONG, UNKNOWN = 0.05, 0.05
"""Shares of answers that are wrong, and that are "don't know"."""
DIALOGUES = "dialogues.jsonl"


class Dialogue(BaseModel):
    """One simulated conversation.

    `confidence`: of the answer before any question. `asked`: the findings asked about. `first_right`: whether the first
    cause was right before the first question, and after each.
    """

    model_config = ConfigDict(frozen=True)

    query_id: str
    answerable: bool
    confidence: Confidence
    asked: tuple[str, ...]
    first_right: tuple[bool, ...]

    def right_after(self, questions: int) -> bool:
        """Whether the first cause was right after at most so many questions."""
        return self.first_right[min(questions, len(self.first_right) - 1)]


class DialogueGroup(BaseModel):
    """The dialogues about some of the queries that something answers.

    `first_right`: P@1 after 0, 1, ... questions; `gain`: its rise by two questions. `questions`: asked in the mean.
    `until_right`: questions until the right cause was first, in the mean over the dialogues in which it was at all.
    """

    name: str
    queries: int
    first_right: list[Estimate]
    gain: Estimate
    questions: float
    until_right: float | None


class DialogueSummary(BaseModel):
    """Dialogues in numbers. `groups`: all queries that something answers, then by the confidence of the first answer.

    `questions_in_vain`: asked in the mean about a query that nothing answers.
    """

    groups: list[DialogueGroup]
    questions_in_vain: float | None


class SimulatedUser:
    """Answers questions about one query whose cause is known."""

    def __init__(self, query: Query, number: int, knowledge_base: KnowledgeBase) -> None:
        """Know the entry of the highest grade; without one, how often findings hold otherwise."""
        self._chance = random.Random(f"{query.id}/{number}")  # noqa: S311 -- a simulation
        self._holds = {key: finding.otherwise for key, finding in knowledge_base.findings.items()}
        if query.labels:
            cause = max(query.labels, key=lambda entry_id: query.labels[entry_id])
            self._holds |= dict(knowledge_base.entry(cause).findings.items())

    def answer(self, finding_id: str) -> Answer:
        """What the user says when asked about a finding."""
        holds = self._chance.random() < PROBABILITY[self._holds[finding_id]]
        slip = self._chance.random()
        if slip < UNKNOWN:
            return Answer.UNKNOWN
        return Answer.YES if holds != (slip < UNKNOWN + WRONG) else Answer.NO


def hold_dialogues(run: Run, target: Target, knowledge_base: KnowledgeBase, progress: Progress) -> list[Dialogue]:
    """Converse about each query of a run, several times.

    :raises OtherIndex: if the target has another index than the run was answered from.
    """
    if target.index_id != run.info.index_id:
        raise OtherIndex(run.info.name, run.info.index_id, target.index_id)
    dialogues = []
    for number, answer in enumerate(run.answers):
        progress(number, len(run.answers))
        first = _first_diagnosis(answer.query, target)
        users = (SimulatedUser(answer.query, user, knowledge_base) for user in range(USERS))
        dialogues += [_converse(answer.query, first, user, target) for user in users]
    progress(len(run.answers), len(run.answers))
    return dialogues


def _first_diagnosis(query: Query, target: Target) -> Diagnosis | None:
    try:
        return target.ask(query.request(top_k=1))
    except UnreadableSymptom:
        return None


def _converse(query: Query, first: Diagnosis | None, user: SimulatedUser, target: Target) -> Dialogue:
    diagnosis, answers = first, dict[str, Answer]()
    first_right = [_is_right(diagnosis, query)]
    while diagnosis and (question := diagnosis.follow_up) and len(answers) < MOST_QUESTIONS:
        answers[question.finding_id] = user.answer(question.finding_id)
        diagnosis = target.ask(query.request(top_k=1).model_copy(update={"answers": dict(answers)}))
        first_right.append(_is_right(diagnosis, query))
    return Dialogue(
        query_id=query.id,
        answerable=bool(query.labels),
        confidence=first.confidence if first else Confidence.UNSURE,
        asked=tuple(answers),
        first_right=tuple(first_right),
    )


def _is_right(diagnosis: Diagnosis | None, query: Query) -> bool:
    return diagnosis is not None and bool(diagnosis.causes) and diagnosis.causes[0].entry_id in query.labels


def summarise_dialogues(dialogues: Sequence[Dialogue]) -> DialogueSummary:
    """Measure dialogues; a query counts once, however many users asked it."""
    answerable = [dialogue for dialogue in dialogues if dialogue.answerable]
    in_vain = [len(dialogue.asked) for dialogue in dialogues if not dialogue.answerable]
    members = {"all": answerable} | {
        confidence.value: [dialogue for dialogue in answerable if dialogue.confidence is confidence]
        for confidence in Confidence
    }
    return DialogueSummary(
        groups=[_measure(name, some) for name, some in members.items() if some],
        questions_in_vain=float(np.mean(in_vain)) if in_vain else None,
    )


def _measure(name: str, dialogues: Sequence[Dialogue]) -> DialogueGroup:
    by_query: dict[str, list[Dialogue]] = {}
    for dialogue in dialogues:
        by_query.setdefault(dialogue.query_id, []).append(dialogue)
    right = np.array(
        [
            [np.mean([dialogue.right_after(number) for dialogue in users]) for number in range(MOST_QUESTIONS + 1)]
            for users in by_query.values()
        ]
    )
    until_right = [dialogue.first_right.index(True) for dialogue in dialogues if True in dialogue.first_right]
    return DialogueGroup(
        name=name,
        queries=len(by_query),
        first_right=[_estimate(column) for column in right.T],
        gain=_estimate(right[:, 2] - right[:, 0]),
        questions=float(np.mean([len(dialogue.asked) for dialogue in dialogues])),
        until_right=float(np.mean(until_right)) if until_right else None,
    )


def _estimate(of_queries: NDArray[np.float64]) -> Estimate:
    """Their mean with its interval, by the bootstrap over queries."""
    rows = np.random.default_rng(0).integers(0, len(of_queries), (RESAMPLES, len(of_queries)))
    low, high = np.percentile(of_queries[rows].mean(axis=1), INTERVAL)
    return Estimate(value=float(of_queries.mean()), low=float(low), high=float(high))


def save_dialogues(dialogues: Sequence[Dialogue], run_folder: Path) -> None:
    """Keep them with the run whose queries they are about."""
    with (run_folder / DIALOGUES).open("w", encoding="utf-8") as file:
        file.writelines(f"{dialogue.model_dump_json()}\n" for dialogue in dialogues)


def load_dialogues(run_folder: Path) -> list[Dialogue]:
    """The dialogues kept with a run; empty if none were held.

    :raises UnusableRun: if another version wrote them, or they are damaged.
    """
    path = run_folder / DIALOGUES
    try:
        return [Dialogue.model_validate_json(line) for line in path.read_bytes().splitlines()] if path.exists() else []
    except ValidationError as error:
        raise UnusableRun(run_folder) from error
