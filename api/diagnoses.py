"""`/v1/diagnoses`: symptom in, causes out; then answers to follow-ups, and what was stored."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.dependencies import CurrentDatabase, CurrentDiagnoser, CurrentMetrics
from api.diagnosis_body import DESCRIPTION, SentDiagnosisRequest
from api.idempotency import OnlyOnce, Prepared
from api.problems import problem_of, problem_schema
from api.redaction import redact_request
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.diagnoses import (
    AnswersRequest,
    BatchRequest,
    BatchResponse,
    BatchResult,
    StoredDiagnosis,
)
from api.store import diagnoses as stored
from api.store.diagnoses import DiagnosisRecord
from api.store.errors import StaleDiagnosis
from api.store.export import stored_diagnosis
from api.store.replies import Reply
from retrieval import Answer, Diagnoser, Diagnosis, DiagnosisRequest, RetrievalError
from retrieval.diagnoser import Remembered
from retrieval.diagnosis import DecidedBy, Signal
from retrieval.evidence.reading import read_evidence
from retrieval.explanation import CUT_OFF

router = APIRouter(prefix="/v1/diagnoses", tags=["diagnoses"], dependencies=[requires(Scope.READ)])

MOST_CONTENDERS = 5
"""How often an answer is worked out again because another one to the same diagnosis came first."""


# Not async: the framework then runs it in a thread, and the event loop stays free while an answer is computed.
@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=Diagnosis,
    responses=problem_schema(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNPROCESSABLE_ENTITY),
    openapi_extra=DESCRIPTION,
)
def create_diagnosis(
    request: SentDiagnosisRequest, diagnoser: CurrentDiagnoser, once: OnlyOnce, metrics: CurrentMetrics
) -> Response:
    """Rank the likely causes of a symptom.

    An unsure answer still lists its candidates, marked as such by `confidence`. To refine an answer, post the answer to
    `follow_up` to `/v1/diagnoses/{id}/answers`. What is kept: the symptom and the lines that the answer quotes, with
    secrets masked. Evidence is read and forgotten.
    """

    def prepare() -> Prepared:
        record = _diagnosed(diagnoser, request)
        metrics.count_diagnosis(record.diagnosis)
        return _reply(record, HTTPStatus.CREATED), lambda connection: stored.add(connection, [record])

    return once.reply_to(request, prepare)


@router.get("/{diagnosis_id}", responses=problem_schema(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
def get_diagnosis(diagnosis_id: str, database: CurrentDatabase) -> StoredDiagnosis:
    """A diagnosis as it is now, with what was said about its causes."""
    return database.read(lambda connection: stored_diagnosis(connection, diagnosis_id))


@router.post(
    "/{diagnosis_id}/answers",
    response_model=Diagnosis,
    responses=problem_schema(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def answer_follow_up(
    diagnosis_id: str, request: AnswersRequest, diagnoser: CurrentDiagnoser, database: CurrentDatabase, once: OnlyOnce
) -> Response:
    """Refine a diagnosis with answers to its follow-up questions; it keeps its id.

    Findings that evidence decided are remembered, and so are the lines that the diagnosis quotes.
    """

    def prepare() -> Prepared:
        before = database.read(lambda connection: stored.get(connection, diagnosis_id))
        after = _refined(diagnoser, before, request.answers)
        return _reply(after, HTTPStatus.OK), lambda connection: stored.replace_with(connection, after)

    for _ in range(MOST_CONTENDERS):
        try:
            return once.reply_to(request, prepare)
        except StaleDiagnosis:
            continue  # two answers came at the same time: this one goes on from what the other one made of it
    raise StaleDiagnosis(diagnosis_id)


@router.post(
    ":batch",
    response_model=BatchResponse,
    responses=problem_schema(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def create_diagnoses(
    request: BatchRequest, diagnoser: CurrentDiagnoser, once: OnlyOnce, metrics: CurrentMetrics
) -> Response:
    """Rank the likely causes of up to 100 symptoms; each gets a diagnosis, or the problem with it."""

    def prepare() -> Prepared:
        results = [_result(diagnoser, one) for one in request.requests]
        response = BatchResponse(results=tuple(result for result, _ in results))
        records = [record for _, record in results if record]
        for record in records:
            metrics.count_diagnosis(record.diagnosis)
        reply = Reply(HTTPStatus.OK, response.model_dump_json())
        return reply, lambda connection: stored.add(connection, records)

    return once.reply_to(request, prepare)


def _diagnosed(diagnoser: Diagnoser, request: DiagnosisRequest) -> DiagnosisRecord:
    artifacts = read_evidence(request.symptom, request.evidence)
    diagnosis = diagnoser.diagnose(request, artifacts=artifacts)
    return DiagnosisRecord(redact_request(request, artifacts), diagnosis, created_at=datetime.now(UTC))


def _refined(diagnoser: Diagnoser, before: DiagnosisRecord, answers: Mapping[str, Answer]) -> DiagnosisRecord:
    """The same diagnosis with more answers, from the index of now: what that one doesn't know is left out."""
    known = diagnoser.index.findings.keys()
    earlier = {key: answer for key, answer in before.request.answers.items() if key in known}
    request = before.request.model_copy(update={"answers": earlier | dict(answers)})
    remembered = Remembered(
        # Answers are given again; what the symptom itself says is read again.
        findings=tuple(
            finding
            for finding in before.diagnosis.findings
            if finding.id in known and finding.decided_by is not DecidedBy.ANSWER
        ),
        quotes=tuple(_quotes_of_evidence(before)),
    )
    diagnosis = diagnoser.diagnose(request, remembered).model_copy(update={"id": before.id})
    return replace(before, request=request, diagnosis=diagnosis)


def _quotes_of_evidence(record: DiagnosisRecord) -> Iterable[str]:
    """What a diagnosis quotes that doesn't stand in the symptom itself, each once."""
    symptom = " ".join(record.request.symptom.split())
    quotes = (
        reason.quote.removesuffix(CUT_OFF)
        for cause in record.diagnosis.causes
        for reason in cause.reasons
        if reason.signal is not Signal.FINDINGS
    )
    return dict.fromkeys(quote for quote in quotes if quote not in symptom)


def _reply(record: DiagnosisRecord, status: HTTPStatus) -> Reply:
    return Reply(status, record.body, location=f"{router.prefix}/{record.id}")


def _result(diagnoser: Diagnoser, request: DiagnosisRequest) -> tuple[BatchResult, DiagnosisRecord | None]:
    try:
        record = _diagnosed(diagnoser, request)
    except RetrievalError as error:
        problem = problem_of(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        return BatchResult(status=problem.status, problem=problem), None
    return BatchResult(status=HTTPStatus.CREATED, diagnosis=record.diagnosis), record
