"""Shapes of `/v1/diagnoses` beyond the library's own."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.shapes.feedback import Verdict
from api.shapes.problems import Problem
from retrieval.diagnosis import Answer, Diagnosis, DiagnosisRequest, Filters, Shape

MAX_BATCH = 100


class AnswersRequest(Shape):
    """Answers to follow-up questions; those given before are kept unless they are given again."""

    answers: Annotated[
        dict[str, Answer], Field(min_length=1, description="Finding ids with what the user said about them.")
    ]


class GivenFeedback(Shape):
    """What was said about a cause, as everybody who has the diagnosis' address may see it."""

    entry_id: str
    verdict: Verdict
    created_at: datetime


class StoredDiagnosis(Diagnosis):
    """A diagnosis as it is kept, with what it was asked with; secrets are masked, evidence isn't kept."""

    created_at: datetime
    symptom: str
    answers: dict[str, Answer]
    filters: Filters = Filters()
    feedback: tuple[GivenFeedback, ...]


class BatchRequest(Shape):
    """Several symptoms at once."""

    requests: Annotated[tuple[DiagnosisRequest, ...], Field(min_length=1, max_length=MAX_BATCH)]


class BatchResult(Shape):
    """The answer to one request of a batch: a diagnosis, or the problem with the request."""

    status: Annotated[int, Field(description="What the request alone would be answered with.", examples=[201])]
    diagnosis: Diagnosis | None = None
    problem: Problem | None = None


class BatchResponse(Shape):
    """One result for each request, in their order."""

    results: tuple[BatchResult, ...]
