"""Every request that the service answers, apart from how it is sent.

Each function raises `InvalidRequest` where the service could only refuse.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter, ValidationError

from api.client.errors import InvalidRequest
from api.shapes.diagnoses import AnswersRequest, BatchRequest, BatchResponse, StoredDiagnosis
from api.shapes.documents import Document, DocumentBody, DocumentPage
from api.shapes.entries import EntryPage
from api.shapes.feedback import FeedbackPage, FeedbackRequest, StoredFeedback
from api.shapes.findings import FindingList
from api.shapes.index import IndexDescription
from api.shapes.insights import Abstention, Confusions, Drift, EntryOutcomes, Insight, Solved, Unanswered, Volume
from api.shapes.probes import Readiness
from kb.schema import Entry
from retrieval.diagnosis import Answer, Diagnosis, DiagnosisRequest, Filters

M = TypeVar("M", bound=BaseModel)
InsightT = TypeVar("InsightT", bound=Insight)
T_co = TypeVar("T_co", covariant=True)

Param = str | Sequence[str]

ALL = Filters()
"""Narrows nothing."""
_INSIGHTS: Mapping[type[Insight], str] = {
    Abstention: "abstention",
    Confusions: "confusions",
    Drift: "drift",
    EntryOutcomes: "entries",
    Solved: "solved",
    Unanswered: "unanswered",
    Volume: "volume",
}


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """One request; `body` is JSON. `read` makes its answer of the body of a success, or raises `ValidationError`."""

    method: str
    path: str
    read: Callable[[bytes], T_co]
    params: Mapping[str, Param] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def diagnose(request: DiagnosisRequest | str) -> Call[Diagnosis]:
    """Ask for the causes of a symptom."""
    return _post("/v1/diagnoses", Diagnosis, _request_of(request))


def batch(requests: Iterable[DiagnosisRequest | str]) -> Call[BatchResponse]:
    """Ask for the causes of several symptoms."""
    return _post("/v1/diagnoses:batch", BatchResponse, _made(BatchRequest, requests=list(map(_request_of, requests))))


def get_diagnosis(diagnosis_id: str) -> Call[StoredDiagnosis]:
    """A diagnosis as it is kept."""
    return _get(f"/v1/diagnoses/{_segment(diagnosis_id)}", StoredDiagnosis)


def answer(diagnosis_id: str, answers: Mapping[str, Answer]) -> Call[Diagnosis]:
    """Answer follow-up questions."""
    path = f"/v1/diagnoses/{_segment(diagnosis_id)}/answers"
    return _post(path, Diagnosis, _made(AnswersRequest, answers=answers))


def give_feedback(
    diagnosis_id: str, feedback: FeedbackRequest, idempotency_key: str | None = None
) -> Call[StoredFeedback]:
    """Say whether a cause was it."""
    return _post(f"/v1/diagnoses/{_segment(diagnosis_id)}/feedback", StoredFeedback, feedback, idempotency_key)


def list_feedback(diagnosis_id: str | None, cursor: str | None) -> Call[FeedbackPage]:
    """A page of what was said about causes."""
    return _get("/v1/feedback", FeedbackPage, {"diagnosis_id": diagnosis_id, "cursor": cursor})


def list_entries(query: str, error: str, filters: Filters, cursor: str | None) -> Call[EntryPage]:
    """A page of the knowledge base."""
    return _get("/v1/entries", EntryPage, {"query": query, "error": error, **dict(filters), "cursor": cursor})


def get_entry(entry_id: str) -> Call[Entry]:
    """One entry."""
    return _get(f"/v1/entries/{_segment(entry_id)}", Entry)


def get_findings() -> Call[FindingList]:
    """What tells causes apart."""
    return _get("/v1/findings", FindingList)


def get_index() -> Call[IndexDescription]:
    """The index that answers."""
    return _get("/v1/index", IndexDescription)


def get_readiness() -> Call[Readiness]:
    """Whether the service can answer."""
    return _get("/readyz", Readiness)


def get_insight(kind: type[InsightT], since: datetime | None, until: datetime | None) -> Call[InsightT]:
    """Something to learn from what was asked."""
    period = {name: time.isoformat() for name, time in (("since", since), ("until", until)) if time}
    return _get(f"/v1/insights/{_INSIGHTS[kind]}", kind, period)


def list_documents(collection: str, cursor: str | None) -> Call[DocumentPage]:
    """A page of a collection."""
    return _get(f"/v1/documents/{_segment(collection)}", DocumentPage, {"cursor": cursor})


def get_document(collection: str, key: str) -> Call[Document]:
    """One document."""
    return _get(_document(collection, key), Document)


def put_document(
    collection: str, key: str, body: DocumentBody, *, create_only: bool, etag: str | None
) -> Call[Document]:
    """Store a document."""
    headers = {"If-None-Match": "*"} if create_only else _if_match(etag)
    content = TypeAdapter(DocumentBody).dump_json(body)
    return Call("PUT", _document(collection, key), _as(Document), body=content, headers=headers)


def delete_document(collection: str, key: str, etag: str | None) -> Call[None]:
    """Remove a document."""
    return Call("DELETE", _document(collection, key), lambda _: None, headers=_if_match(etag))


def _get(path: str, shape: type[M], params: Mapping[str, Param | None] | None = None) -> Call[M]:
    return Call("GET", path, _as(shape), {name: value for name, value in (params or {}).items() if value})


def _post(path: str, shape: type[M], body: BaseModel, idempotency_key: str | None = None) -> Call[M]:
    # Sent again after a lost answer, it must not be stored twice.
    headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
    return Call("POST", path, _as(shape), body=body.model_dump_json().encode(), headers=headers)


def _as(shape: type[M]) -> Callable[[bytes], M]:
    # A newer service may say more than this client knows.
    return partial(shape.model_validate_json, extra="ignore")


def _document(collection: str, key: str) -> str:
    return f"/v1/documents/{_segment(collection)}/{_segment(key)}"


def _if_match(etag: str | None) -> dict[str, str]:
    return {"If-Match": f'"{etag}"'} if etag else {}


def _segment(text: str) -> str:
    return quote(text, safe="")


def _request_of(request: DiagnosisRequest | str) -> DiagnosisRequest:
    return request if isinstance(request, DiagnosisRequest) else _made(DiagnosisRequest, symptom=request)


def _made(shape: type[M], **fields: object) -> M:
    try:
        return shape.model_validate(fields)
    except ValidationError as error:
        (problem, *_) = error.errors()
        where = "/".join(map(str, problem["loc"]))
        raise InvalidRequest(f"this can't be sent: {where}: {problem['msg']}") from error
