import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.serving import serving

SYMPTOM = "something is wrong with the server"
SECRET = "hunter2-correct-horse"


def diagnose(client: httpx.Client, **request: Any) -> dict[str, Any]:  # noqa: ANN401 -- fields of the request
    response = client.post("/v1/diagnoses", json={"symptom": SYMPTOM} | request)
    assert response.status_code == 201, response.text
    diagnosis: dict[str, Any] = response.json()
    return diagnosis


def stored_diagnosis(client: httpx.Client, diagnosis_id: str) -> dict[str, Any]:
    response = client.get(f"/v1/diagnoses/{diagnosis_id}")
    assert response.status_code == 200, response.text
    diagnosis: dict[str, Any] = response.json()
    return diagnosis


def answer(client: httpx.Client, diagnosis_id: str, **answers: str) -> httpx.Response:
    return client.post(
        f"/v1/diagnoses/{diagnosis_id}/answers",
        json={"answers": {key.replace("_", "-"): answer for key, answer in answers.items()}},
    )


def test_a_diagnosis_is_found_again_where_its_location_says(stored: httpx.Client) -> None:
    response = stored.post("/v1/diagnoses", json={"symptom": SYMPTOM})

    again = stored.get(response.headers["location"]).json()

    assert again.keys() - response.json().keys() == {"created_at", "symptom", "answers", "filters", "feedback"}
    assert {key: again[key] for key in response.json()} == response.json()
    assert (again["symptom"], again["answers"], again["feedback"]) == (SYMPTOM, {}, [])


@pytest.mark.parametrize("unknown", ["0" * 32, "zzz", "%00", "a" * 1_000])
def test_an_unknown_diagnosis_is_not_found(stored: httpx.Client, unknown: str) -> None:
    problem_of(stored.get(f"/v1/diagnoses/{unknown}"), 404)
    problem_of(answer(stored, unknown, disk_full="yes"), 404)


def test_secrets_are_masked_in_what_is_stored_and_in_what_is_answered(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored, symptom=f"mail stopped overnight, I use password={SECRET}")

    assert SECRET not in str(diagnosis)
    again = stored_diagnosis(stored, diagnosis["id"])
    assert SECRET not in str(again)
    assert again["symptom"] == "mail stopped overnight, I use password=[masked:21]"


def test_evidence_is_not_stored_but_for_the_lines_that_the_answer_quotes(diagnoser: Diagnoser, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    app = create_app(diagnoser, ApiSettings(database_url=f"sqlite:///{file}"))
    with serving(app) as url, httpx.Client(base_url=url) as client:
        lines = ["port 25: timed out", *(f"day {day}: rain in Bergen" for day in range(20))]
        answered = str(diagnose(client, evidence=[{"name": "nc.txt", "text": "\n".join(lines)}]))

    with closing(sqlite3.connect(file)) as connection:
        kept = "\n".join(connection.iterdump())
    assert {line for line in lines if line in kept} == {line for line in lines if line in answered} != set(lines)


def test_a_recording_in_the_symptom_is_evidence_too(stored: httpx.Client) -> None:
    request = {"method": "GET", "url": "https://mail.example/private/path", "headers": []}
    response = {"status": 502, "statusText": "", "headers": [], "content": {"text": "no room left"}}
    har = json.dumps({"log": {"entries": [{"request": request, "response": response}]}})

    diagnosis = diagnose(stored, symptom=f"mail stopped overnight, see {har} Thanks!")

    kept = stored_diagnosis(stored, diagnosis["id"])["symptom"]
    assert (kept[:27], kept[-7:]) == ("mail stopped overnight, see", "Thanks!")
    assert "mail.example" not in kept


def test_characters_that_databases_refuse_are_left_out(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored, symptom="mail\x00 stopped \x07overnight")

    assert stored_diagnosis(stored, diagnosis["id"])["symptom"] == "mail stopped overnight"


def test_an_answer_refines_the_diagnosis_in_its_place(stored: httpx.Client) -> None:
    first = diagnose(stored, symptom=SYMPTOM)
    question = first["follow_up"]["finding_id"]

    response = answer(stored, first["id"], **{question: "no"})

    assert response.status_code == 200
    refined = response.json()
    assert refined["id"] == first["id"]
    assert [cause["probability"] for cause in refined["causes"]] != [cause["probability"] for cause in first["causes"]]
    again = stored_diagnosis(stored, first["id"])
    assert again["answers"] == {question: "no"}
    assert again["causes"] == refined["causes"]


def test_an_answer_in_its_place_is_that_of_a_request_with_all_answers(stored: httpx.Client) -> None:
    asked = {
        "symptom": "Mail\n\n  stopped.  " + "A very long story follows: " + "it was a dark and stormy night " * 20,
        "top_k": 2,
        "filters": {"section": ["delivery"]},
    }
    first = diagnose(stored, **asked, answers={"queue-grows": "yes"})

    refined = answer(stored, first["id"], disk_full="no").json()

    at_once = diagnose(stored, **asked, answers={"queue-grows": "yes", "disk-full": "no"})
    del refined["id"], at_once["id"]
    assert refined == at_once


def test_a_later_answer_replaces_an_earlier_one(stored: httpx.Client) -> None:
    first = diagnose(stored)

    answer(stored, first["id"], disk_full="no", queue_grows="yes")
    answer(stored, first["id"], disk_full="yes")

    assert stored_diagnosis(stored, first["id"])["answers"] == {"disk-full": "yes", "queue-grows": "yes"}


def test_what_evidence_decided_is_remembered_when_a_question_is_answered(stored: httpx.Client) -> None:
    first = diagnose(stored, evidence=[{"name": "nc.txt", "text": "port 25: timed out"}])

    refined = answer(stored, first["id"], disk_full="no").json()

    assert [finding for finding in refined["findings"] if finding["id"] == "port-25-blocked"] == first["findings"]
    assert refined["causes"][0]["entry_id"] == first["causes"][0]["entry_id"] == "port-25-blocked-by-provider"


def test_words_of_evidence_that_the_diagnosis_quotes_still_count_when_a_question_is_answered(
    stored: httpx.Client,
) -> None:
    log = {"name": "client.log", "text": "535 5.7.8 Authentication credentials invalid"}
    first = diagnose(stored, symptom="what does this mean?", evidence=[log])
    alone = diagnose(stored, symptom="what does this mean?", answers={"disk-full": "no"})

    refined = answer(stored, first["id"], disk_full="no").json()

    assert alone["causes"][0]["entry_id"] != "password-hash-outdated"
    assert refined["causes"][0]["entry_id"] == first["causes"][0]["entry_id"] == "password-hash-outdated"
    assert refined["confidence"] == first["confidence"]


def test_an_answer_about_an_unknown_finding_is_unprocessable(stored: httpx.Client) -> None:
    first = diagnose(stored)

    problem = problem_of(answer(stored, first["id"], moon_full="yes"), 422)

    assert problem["detail"] == "unknown finding moon-full: use the finding_id of a follow-up question"
    assert stored_diagnosis(stored, first["id"])["answers"] == {}


def test_answers_that_come_at_the_same_time_are_all_kept(stored: httpx.Client) -> None:
    first = diagnose(stored)
    findings = ["disk-full", "queue-grows", "port-25-blocked"]

    with ThreadPoolExecutor() as threads:
        responses = list(threads.map(lambda finding: answer(stored, first["id"], **{finding: "no"}), findings))

    assert [response.status_code for response in responses] == [200, 200, 200]
    assert stored_diagnosis(stored, first["id"])["answers"] == dict.fromkeys(findings, "no")


def test_a_batch_is_answered_in_its_order_with_a_problem_where_there_is_nothing_to_read(stored: httpx.Client) -> None:
    requests = [{"symptom": "mail stopped overnight"}, {"symptom": "!!"}, {"symptom": "certificate not trusted"}]

    response = stored.post("/v1/diagnoses:batch", json={"requests": requests})

    assert response.status_code == 200
    first, second, third = response.json()["results"]
    assert [first["status"], second["status"], third["status"]] == [201, 422, 201]
    assert (first["problem"], second["diagnosis"], third["problem"]) == (None, None, None)
    assert second["problem"]["detail"].startswith("there is nothing to read in this symptom")
    for result, request in ((first, requests[0]), (third, requests[2])):
        assert stored_diagnosis(stored, result["diagnosis"]["id"])["symptom"] == request["symptom"]


def test_a_batch_of_more_than_100_is_unprocessable(stored: httpx.Client) -> None:
    problem_of(stored.post("/v1/diagnoses:batch", json={"requests": [{"symptom": SYMPTOM}] * 101}), 422)
    problem_of(stored.post("/v1/diagnoses:batch", json={"requests": []}), 422)


@pytest.fixture
def twice(diagnoser: Diagnoser, tmp_path: Path) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Clients of two replicas over one database."""
    settings = ApiSettings(database_url=f"sqlite:///{tmp_path}/shared.db")
    with (
        serving(create_app(diagnoser, settings)) as first,
        serving(create_app(diagnoser, settings)) as second,
        httpx.Client(base_url=first) as one,
        httpx.Client(base_url=second) as other,
    ):
        yield one, other


def test_replicas_share_what_is_stored(twice: tuple[httpx.Client, httpx.Client]) -> None:
    one, other = twice

    diagnosis = diagnose(one)
    answer(other, diagnosis["id"], disk_full="no")

    assert stored_diagnosis(one, diagnosis["id"])["answers"] == {"disk-full": "no"}


def test_while_the_database_does_not_answer_nothing_is_acknowledged_and_the_rest_goes_on(
    diagnoser: Diagnoser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.store.database.BUSY_TIMEOUT_SECONDS", 0.1)
    app = create_app(diagnoser, ApiSettings(database_url=f"sqlite:///{tmp_path}/busy.db"))
    with (
        serving(app) as url,
        httpx.Client(base_url=url) as client,
        closing(sqlite3.connect(tmp_path / "busy.db", isolation_level=None)) as other,
    ):
        before = diagnose(client)
        other.execute("BEGIN IMMEDIATE")

        response = client.post("/v1/diagnoses", json={"symptom": SYMPTOM})

        problem = problem_of(response, 503)
        assert problem["detail"] == "the database doesn't answer: nothing was stored, try again in a moment"
        assert response.headers["retry-after"] == "1"
        assert client.get("/v1/entries").status_code == 200
        assert stored_diagnosis(client, before["id"])["id"] == before["id"]

        other.execute("ROLLBACK")
        assert stored_diagnosis(client, diagnose(client)["id"])["symptom"] == SYMPTOM
