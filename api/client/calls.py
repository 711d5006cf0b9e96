"""Every request that the service answers, apart from how it is sent."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from api.client.errors import InvalidRequest
from api.shapes.entries import EntryList
from api.shapes.index import IndexDescription
from kb.schema import Entry
from retrieval.diagnosis import Diagnosis, DiagnosisRequest

M = TypeVar("M", bound=BaseModel)
T_co = TypeVar("T_co", covariant=True)

Params = Mapping[str, str | list[str] | None]


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """One request. `read` makes its answer of the body of a successful response, or raises `ValidationError`."""

    method: str
    path: str
    read: Callable[[bytes], T_co]
    params: Params = field(default_factory=dict)
    body: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def diagnose(request: DiagnosisRequest | str) -> Call[Diagnosis]:
    """Ask for the causes of a symptom.

    :raises InvalidRequest: if a mere text can't be one.
    """
    return _store("/v1/diagnoses", Diagnosis, _request_of(request))


def list_entries(section: str | None) -> Call[EntryList]:
    """One page of the knowledge base."""
    return _get("/v1/entries", EntryList, {"section": section})


def get_entry(entry_id: str) -> Call[Entry]:
    """One entry."""
    return _get(f"/v1/entries/{_segment(entry_id)}", Entry)


def get_index() -> Call[IndexDescription]:
    """The index that answers."""
    return _get("/v1/index", IndexDescription)


def _get(path: str, shape: type[M], params: Params | None = None) -> Call[M]:
    given = {name: value for name, value in (params or {}).items() if value is not None}
    return Call("GET", path, _as(shape), given)


def _store(path: str, shape: type[M], body: BaseModel) -> Call[M]:
    # Sent again after a lost answer, it must not be stored twice.
    return Call("POST", path, _as(shape), body=body, headers={"Idempotency-Key": uuid.uuid4().hex})


def _as(shape: type[M]) -> Callable[[bytes], M]:
    # A newer service may say more than this client knows.
    return partial(shape.model_validate_json, extra="ignore")


def _segment(text: str) -> str:
    return quote(text, safe="")


def _request_of(request: DiagnosisRequest | str) -> DiagnosisRequest:
    if isinstance(request, DiagnosisRequest):
        return request
    try:
        return DiagnosisRequest(symptom=request)
    except ValidationError as error:
        raise InvalidRequest(f"this symptom can't be sent: {error.errors()[0]['msg']}") from error
