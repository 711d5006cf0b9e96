import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.openapi.models import OpenAPI


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    """The OpenAPI document, as a generator of clients gets it."""
    response = client.get("/openapi.json")
    assert response.status_code == 200
    document: dict[str, Any] = response.json()
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            yield reference
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    OpenAPI.model_validate(document)


def test_every_reference_leads_to_a_schema(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert set(references(document)) - known == set()


def test_the_frameworks_own_error_shape_is_nowhere(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in json.dumps(document)


def test_operations_are_named_for_what_they_do(document: dict[str, Any]) -> None:
    assert {call: operation["operationId"] for call, operation in operations(document)} == {
        "POST /v1/diagnoses": "create_diagnosis",
        "POST /v1/diagnoses:batch": "create_diagnoses",
        "GET /v1/diagnoses/{diagnosis_id}": "get_diagnosis",
        "POST /v1/diagnoses/{diagnosis_id}/answers": "answer_follow_up",
        "POST /v1/diagnoses/{diagnosis_id}/feedback": "give_feedback",
        "GET /v1/feedback": "list_feedback",
        "GET /v1/documents/{collection}": "list_documents",
        "GET /v1/documents/{collection}/{key}": "get_document",
        "PUT /v1/documents/{collection}/{key}": "put_document",
        "DELETE /v1/documents/{collection}/{key}": "delete_document",
        "GET /v1/insights/volume": "get_volume",
        "GET /v1/insights/solved": "get_solved",
        "GET /v1/insights/abstention": "get_abstention",
        "GET /v1/insights/drift": "get_drift",
        "GET /v1/insights/entries": "get_entry_outcomes",
        "GET /v1/insights/unanswered": "get_unanswered",
        "GET /v1/insights/confusions": "get_confusions",
        "GET /v1/entries": "list_entries",
        "GET /v1/findings": "list_findings",
        "GET /v1/entries/{entry_id}": "get_entry",
        "GET /v1/index": "get_index",
        "POST /v1/admin/reload": "reload_index",
        "GET /healthz": "get_health",
        "GET /readyz": "get_readiness",
        "GET /metrics": "get_metrics",
    }


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    assert [call for call, operation in operations(document) if not operation.get("description")] == []


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/v1/diagnoses", "post", "413"), ("/v1/diagnoses", "post", "422"), ("/v1/entries/{entry_id}", "get", "404")],
)
def test_errors_are_described_as_problem_documents(
    document: dict[str, Any], path: str, method: str, status: str
) -> None:
    assert document["paths"][path][method]["responses"][status]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }


def test_the_shape_of_problems_is_described_with_examples(document: dict[str, Any]) -> None:
    problem = document["components"]["schemas"]["Problem"]

    assert problem["properties"].keys() == {"type", "title", "status", "detail", "errors"}
    assert problem["properties"]["status"]["examples"] == [404]
    assert problem["properties"]["errors"]["items"] == {"$ref": "#/components/schemas/InvalidField"}


def test_the_examples_of_a_request_come_from_the_knowledge_base_and_work(
    client: httpx.Client, document: dict[str, Any]
) -> None:
    examples = document["components"]["schemas"]["DiagnosisRequest"]["examples"]

    assert [example["symptom"] for example in examples] == [
        "nothing arrives since this morning, the queue only grows",
        "535 5.7.8 Authentication credentials invalid",
        "my phone says the certificate is not trusted",
    ]
    assert [client.post("/v1/diagnoses", json=example).status_code for example in examples] == [201, 201, 201]


def test_the_document_names_the_product(document: dict[str, Any]) -> None:
    assert document["info"]["title"] == "Causeway"
    assert document["info"]["summary"] == "Causes and fixes for Pigeon Mail"


def test_the_documentation_is_served(client: httpx.Client) -> None:
    assert "swagger" in client.get("/docs").text
