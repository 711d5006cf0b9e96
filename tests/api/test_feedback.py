import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.api.test_stored_diagnoses import diagnose, stored_diagnosis
from tests.serving import serving

DISK, PORT, HASH = "disk-full-stops-queue", "port-25-blocked-by-provider", "password-hash-outdated"


def say(client: httpx.Client, diagnosis_id: str, **feedback: str) -> httpx.Response:
    return client.post(
        f"/v1/diagnoses/{diagnosis_id}/feedback", json={"entry_id": DISK, "verdict": "solved"} | feedback
    )


def said(client: httpx.Client, **params: str | int) -> list[dict[str, Any]]:
    response = client.get("/v1/feedback", params=params)
    assert response.status_code == 200
    words: list[dict[str, Any]] = response.json()["feedback"]
    return words


def test_feedback_is_kept_with_the_symptom_it_is_about(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored, symptom="mail stopped overnight")

    response = say(stored, diagnosis["id"], comment="freed 2 GB")

    assert response.status_code == 201
    word = response.json()
    assert word.keys() == {
        "id",
        "diagnosis_id",
        "symptom",
        "entry_id",
        "verdict",
        "comment",
        "role",
        "created_at",
    }
    assert (word["symptom"], word["comment"], word["role"]) == ("mail stopped overnight", "freed 2 GB", "user")
    assert said(stored, diagnosis_id=diagnosis["id"]) == [word]


def test_a_diagnosis_shows_what_was_said_but_not_who_said_what_words(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored)
    word = say(stored, diagnosis["id"], comment="I am Ada", actor="ada", verdict="not_it").json()

    assert stored_diagnosis(stored, diagnosis["id"])["feedback"] == [
        {"entry_id": DISK, "verdict": "not_it", "created_at": word["created_at"]}
    ]


def test_later_word_of_a_person_on_an_entry_replaces_the_earlier(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored)

    say(stored, diagnosis["id"], actor="ada", verdict="not_it", comment="no")
    say(stored, diagnosis["id"], actor="ada", verdict="solved")

    (word,) = said(stored, diagnosis_id=diagnosis["id"])
    assert (word["verdict"], word["comment"]) == ("solved", "")


def test_words_of_several_people_and_on_several_entries_stand_side_by_side(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored)

    for actor, entry_id in (("ada", DISK), ("bob", DISK), ("ada", PORT), ("", DISK)):
        say(stored, diagnosis["id"], actor=actor, entry_id=entry_id)

    assert len(said(stored, diagnosis_id=diagnosis["id"])) == 4


def test_an_entry_that_was_not_listed_can_have_solved_it(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored, top_k=1)
    other = next(entry for entry in (DISK, PORT, HASH) if entry != diagnosis["causes"][0]["entry_id"])

    assert say(stored, diagnosis["id"], entry_id=other, role="staff").json()["role"] == "staff"


def test_an_unknown_entry_is_unprocessable(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored)

    assert (
        problem_of(say(stored, diagnosis["id"], entry_id="moon-full"), 422)["detail"] == "there is no entry 'moon-full'"
    )


@pytest.mark.parametrize(
    "wrong",
    [{"verdict": "great"}, {"role": "king"}, {"comment": "c" * 4_001}, {"actor": "a" * 201}, {"mood": "good"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_feedback_of_another_form_is_unprocessable(stored: httpx.Client, wrong: dict[str, str]) -> None:
    problem = problem_of(say(stored, diagnose(stored)["id"], **wrong), 422)

    assert [error["pointer"] for error in problem["errors"]] == [f"body/{next(iter(wrong))}"]


def test_feedback_on_an_unknown_diagnosis_is_not_found(stored: httpx.Client) -> None:
    problem_of(say(stored, "0" * 32), 404)


def test_secrets_in_comments_are_masked(stored: httpx.Client) -> None:
    word = say(stored, diagnose(stored)["id"], comment="Thanks!\x00 ada@example.com, password=hunter2hunter2").json()

    assert word["comment"] == "Thanks! [masked:e-mail], password=[masked:14]"


def test_who_gave_feedback_is_not_kept(diagnoser: Diagnoser, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    app = create_app(diagnoser, ApiSettings(database_url=f"sqlite:///{file}"))
    with serving(app) as url, httpx.Client(base_url=url) as client:
        ids = {say(client, diagnose(client)["id"], actor="zebedee@example.com").json()["id"] for _ in range(2)}

    assert len(ids) == 2, "the same person can be recognised in two diagnoses"
    with closing(sqlite3.connect(file)) as connection:
        assert "zebedee" not in "\n".join(connection.iterdump())


def test_pages_of_feedback_are_newest_first_and_stay_in_place_while_more_arrives(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored)
    given = [say(stored, diagnosis["id"], actor=str(number)).json()["id"] for number in range(5)]

    first = stored.get("/v1/feedback", params={"limit": 2}).json()
    say(stored, diagnosis["id"], actor="meanwhile")
    second = stored.get("/v1/feedback", params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [word["id"] for word in first["feedback"] + second["feedback"]] == given[:0:-1]


def test_last_page_has_no_cursor(stored: httpx.Client) -> None:
    diagnosis = diagnose(stored)
    say(stored, diagnosis["id"])

    page = stored.get("/v1/feedback", params={"diagnosis_id": diagnosis["id"], "limit": 1}).json()

    assert (len(page["feedback"]), page["next_cursor"]) == (1, None)


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 501}, {"cursor": "WzFd"}, {"diagnosis_id": "\x00"}])
def test_a_page_that_cannot_be_is_unprocessable(stored: httpx.Client, params: dict[str, str | int]) -> None:
    problem_of(stored.get("/v1/feedback", params=params), 422)
