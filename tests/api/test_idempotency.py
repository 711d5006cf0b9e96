from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.problem import problem_of
from tests.api.test_stored_diagnoses import diagnose

SYMPTOM = {"symptom": "mail stopped overnight"}


def post(client: httpx.Client, path: str, body: dict[str, Any], key: str) -> httpx.Response:
    return client.post(path, json=body, headers={"idempotency-key": key})


@pytest.fixture(scope="module")
def diagnosis(stored: httpx.Client) -> str:
    return str(diagnose(stored)["id"])


@pytest.fixture(
    params=[
        ("/v1/diagnoses", SYMPTOM, SYMPTOM | {"top_k": 1}),
        ("/v1/diagnoses:batch", {"requests": [SYMPTOM]}, {"requests": [SYMPTOM, SYMPTOM]}),
        ("/v1/diagnoses/{id}/answers", {"answers": {"disk-full": "no"}}, {"answers": {"disk-full": "yes"}}),
        (
            "/v1/diagnoses/{id}/feedback",
            {"entry_id": "disk-full-stops-queue", "verdict": "solved"},
            {"entry_id": "disk-full-stops-queue", "verdict": "wrong"},
        ),
    ],
    ids=lambda param: param[0],
)
def requests(request: pytest.FixtureRequest, diagnosis: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A path, what is sent to it, and something else that could be sent to it."""
    path, body, other_body = request.param
    return path.format(id=diagnosis), body, other_body


def test_a_request_that_is_sent_again_gets_the_same_reply(
    stored: httpx.Client, requests: tuple[str, dict[str, Any], dict[str, Any]]
) -> None:
    path, body, _ = requests

    first = post(stored, path, body, "again")
    second = post(stored, path, body, "again")

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers.get("location") == first.headers.get("location")
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"


def test_requests_that_arrive_together_are_carried_out_once(
    stored: httpx.Client, requests: tuple[str, dict[str, Any], dict[str, Any]]
) -> None:
    path, body, _ = requests

    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(lambda _: post(stored, path, body, "together"), range(8)))

    assert len({response.content for response in responses}) == 1
    assert len({response.status_code for response in responses}) == 1
    assert [("idempotency-replayed" in response.headers) for response in responses].count(False) == 1


def test_a_key_of_another_request_is_unprocessable(
    stored: httpx.Client, requests: tuple[str, dict[str, Any], dict[str, Any]]
) -> None:
    path, body, other_body = requests
    post(stored, path, body, "reused")

    problem = problem_of(post(stored, path, other_body, "reused"), 422)

    assert problem["detail"] == "this Idempotency-Key was used for another request: use a new key for a new request"


def test_requests_with_other_keys_or_none_are_carried_out(stored: httpx.Client) -> None:
    keys = [{"idempotency-key": "one"}, {"idempotency-key": "two"}, {}, {}]

    responses = [stored.post("/v1/diagnoses", json=SYMPTOM, headers=headers) for headers in keys]

    assert len({response.json()["id"] for response in responses}) == 4


def test_a_request_that_was_refused_can_be_mended_under_its_key(stored: httpx.Client) -> None:
    problem_of(post(stored, "/v1/diagnoses", {"symptom": "!!"}, "mended"), 422)

    assert post(stored, "/v1/diagnoses", SYMPTOM, "mended").status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_is_empty_or_too_long_is_unprocessable(stored: httpx.Client, key: str) -> None:
    problem_of(post(stored, "/v1/diagnoses", SYMPTOM, key), 422)
