"""The OpenAPI document: what clients are generated from and read, beyond what operations say of themselves."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.problems import problem_schema
from api.shapes.problems import Problem
from indexer.artifact import Index

DESCRIPTION = """
Turns a symptom into its likely causes, with the reasons for each, how to confirm it, the fix and its links.
Every sentence in an answer was written by a maintainer of the knowledge base.

Errors are problem documents (RFC 9457). Every response has an `X-Request-Id`, which the service's log has too; 429 and
503 say in `Retry-After` how many seconds to wait. A POST with an `Idempotency-Key` can be sent again: it takes effect
once. Lists come in pages: `next_cursor` of one is the `cursor` of the next. What has an `ETag` can be asked for with
`If-None-Match`.

An API key goes into the header `Authorization`, after `Bearer `; an operation names the scope that it must have, which
`admin` includes. Scopes that the operator made public need no key, nor does anything on the service's own machine while
there are no keys.
"""

TAGS = {
    "diagnoses": "Symptoms, their likely causes, and the questions that tell these apart.",
    "feedback": "Whether a cause was it.",
    "entries": "What the knowledge base knows.",
    "findings": "The facts that tell causes apart, as questions.",
    "insights": "What maintainers learn from what was asked.",
    "documents": "Small JSON documents that clients keep between requests, such as a bot its settings.",
    "index": "Which index answers.",
    "admin": "What an operator does to a running service.",
    "probes": "Whether the service is alive and can answer.",
}

_GUARDED = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_WITH_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
"""What the service answers before an operation is asked."""

_RETRY_AFTER = {"description": "How many seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
_ETAG = {"description": "The version that was read.", "schema": {"type": "string"}}
_LOCATION = {"description": "Path of what was made.", "schema": {"type": "string"}}


@dataclass(frozen=True)
class Examples:
    """What requests are shown with; they work if they come from the index that answers."""

    symptoms: Sequence[str]
    entry_id: str
    finding_id: str

    @classmethod
    def of(cls, index: Index) -> "Examples":
        """Examples that the maintainers of the knowledge base chose."""
        return cls(index.vocabulary.examples, next(iter(index.entries)), next(iter(index.findings), "a-finding"))


def describe(app: FastAPI, examples: Examples) -> None:
    """Complete the document of an application that has all its operations; it is made when it is first asked for."""
    build = app.openapi

    @functools.cache
    def openapi() -> dict[str, Any]:
        document = build()
        document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
        _complete_schemas(document["components"]["schemas"], examples)
        for operation in _operations(document):
            _complete_operation(operation, examples)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as its documentation has it


def _complete_schemas(schemas: dict[str, Any], examples: Examples) -> None:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    requests = [{"symptom": symptom} for symptom in examples.symptoms]
    schemas["DiagnosisRequest"]["examples"] = requests
    schemas["BatchRequest"]["examples"] = [{"requests": requests}]
    schemas["AnswersRequest"]["examples"] = [{"answers": {examples.finding_id: "yes"}}]
    schemas["FeedbackRequest"]["examples"] = [{"entry_id": examples.entry_id, "verdict": "solved"}]


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _complete_operation(operation: dict[str, Any], examples: Examples) -> None:
    # The first sentence of a docstring says more than the name of its function.
    operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
    responses = operation["responses"]
    before = (_GUARDED if "security" in operation else ()) + (_WITH_BODY if "requestBody" in operation else ())
    for status, response in problem_schema(*before).items():
        responses.setdefault(str(int(status)), response)
    for status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        if str(int(status)) in responses:
            responses[str(int(status))]["headers"] = {"Retry-After": _RETRY_AFTER}
    if "304" in responses:
        responses["200"]["headers"] = {"ETag": _ETAG}
    if operation["operationId"] == "create_diagnosis":
        responses["201"]["headers"] = {"Location": _LOCATION}
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "entry_id":
            parameter["example"] = examples.entry_id
    operation["responses"] = dict(sorted(responses.items()))
