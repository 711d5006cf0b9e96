import json
from typing import Any

import httpx
import pytest

from tests.api.problem import problem_of

DIAGNOSES = "/v1/diagnoses"
LOG = "write failed: No space left on device"

Parts = list[tuple[str, tuple[str | None, str | bytes]]]


def request_part(**request: Any) -> tuple[str, tuple[None, str]]:  # noqa: ANN401 -- fields of the request
    return "request", (None, json.dumps({"symptom": "what is this?"} | request))


def file_part(name: str, content: str | bytes) -> tuple[str, tuple[str, str | bytes]]:
    return "evidence", (name, content)


def send(client: httpx.Client, *parts: Any) -> httpx.Response:  # noqa: ANN401 -- as httpx takes them
    return client.post(DIAGNOSES, files=list(parts))


def found_in(response: httpx.Response) -> dict[str, str]:
    """Where each finding was found."""
    assert response.status_code == 201, response.text
    return {finding["id"]: finding["where"] for finding in response.json()["findings"]}


def test_files_of_a_form_are_evidence_by_their_names(client: httpx.Client) -> None:
    response = send(
        client, request_part(top_k=1), file_part("mail.log", LOG), file_part("nc.txt", "port 25: timed out")
    )

    assert found_in(response) == {"disk-full": "mail.log", "port-25-blocked": "nc.txt"}
    assert len(response.json()["causes"]) == 1


def test_evidence_may_come_both_ways_at_once(client: httpx.Client) -> None:
    inline = request_part(evidence=[{"name": "inline", "text": "port 25: timed out"}])

    assert found_in(send(client, file_part("mail.log", LOG), inline)) == {
        "disk-full": "mail.log",
        "port-25-blocked": "inline",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_read_whatever_program_wrote_them(client: httpx.Client, encoding: str) -> None:
    assert found_in(send(client, request_part(), file_part("mail.log", LOG.encode(encoding)))) == {
        "disk-full": "mail.log"
    }


def test_what_is_no_text_in_a_file_does_not_hide_the_rest(client: httpx.Client) -> None:
    content = b"\xff\x00\xfe\n" + LOG.encode()

    assert found_in(send(client, request_part(), file_part("mail.log", content))) == {"disk-full": "mail.log"}


@pytest.mark.parametrize(
    ("parts", "detail"),
    [
        ([file_part("mail.log", LOG)], "body/request: Field required"),
        ([("request", (None, "mail stopped"))], "body: Invalid JSON"),
        ([("request", (None, "{}"))], "body/symptom: Field required"),
        ([request_part(), ("attachment", ("mail.log", LOG))], "body/attachment: a form has one field 'request'"),
        ([request_part(), request_part()], "body/request: a form has one field 'request'"),
        ([request_part(), ("evidence", (None, LOG))], "body/evidence: a form has one field 'request'"),
    ],
    ids=["no request", "no JSON", "no symptom", "another field", "two requests", "evidence that is no file"],
)
def test_form_that_is_no_request_is_told_what_is_wrong(client: httpx.Client, parts: Parts, detail: str) -> None:
    assert problem_of(send(client, *parts), 422)["detail"].startswith(detail)


def test_more_files_than_pieces_of_evidence_are_refused(client: httpx.Client) -> None:
    files = [file_part(f"{number}.log", LOG) for number in range(11)]

    assert "10" in problem_of(send(client, request_part(), *files), 400)["detail"]


def test_inline_evidence_and_files_are_counted_together(client: httpx.Client) -> None:
    files = [file_part(f"{number}.log", LOG) for number in range(10)]
    inline = request_part(evidence=[{"name": "inline", "text": LOG}])

    assert "body/evidence: Tuple should have at most 10" in problem_of(send(client, inline, *files), 422)["detail"]


def test_form_without_a_boundary_is_malformed(client: httpx.Client) -> None:
    response = client.post(DIAGNOSES, content=b"x", headers={"Content-Type": "multipart/form-data"})

    problem_of(response, 400)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_other_media_types_are_not_supported(client: httpx.Client, media_type: str) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    response = client.post(DIAGNOSES, content=b'{"symptom": "mail stopped"}', headers=headers)

    detail = problem_of(response, 415)["detail"]
    assert detail == "the Content-Type must be application/json or multipart/form-data"


def test_json_may_name_its_encoding(client: httpx.Client) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert client.post(DIAGNOSES, content=b'{"symptom": "mail stopped"}', headers=headers).status_code == 201
