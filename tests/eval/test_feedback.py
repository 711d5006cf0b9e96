import json
from pathlib import Path

import pytest

from eval.errors import InvalidFeedback, InvalidLabel, InvalidQueries, NotConfirmable
from eval.feedback import Candidate, confirm, find_candidates, read_feedback, read_labels
from eval.query_sets import Query, read_queries

ENTRY_IDS = {"disk-full", "port-blocked"}
SOLVED = Candidate(id="d1", question="mail stopped", solved_by=("disk-full",), not_it=("port-blocked",))
UNSOLVED = Candidate(id="d2", question="how are you?", solved_by=(), not_it=("disk-full",))


def word(entry_id: str, verdict: str, minute: int, diagnosis_id: str = "d1", symptom: str = "mail stopped") -> str:
    return json.dumps(
        {
            "diagnosis_id": diagnosis_id,
            "symptom": symptom,
            "entry_id": entry_id,
            "verdict": verdict,
            "created_at": f"2026-01-02T03:{minute:02}:00Z",
            "user": "not kept",
        }
    )


@pytest.fixture
def feedback(tmp_path: Path) -> Path:
    return tmp_path / "feedback.jsonl"


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    return tmp_path / "feedback-queries.jsonl"


def candidates(path: Path, *lines: str) -> list[Candidate]:
    path.write_text("\n".join(lines), encoding="utf-8")
    return find_candidates(read_feedback(path))


def test_what_is_said_of_the_causes_of_a_diagnosis_is_one_candidate(feedback: Path) -> None:
    assert candidates(feedback, word("port-blocked", "not_it", 1), word("disk-full", "solved", 2)) == [SOLVED]


def test_wrong_entry_did_not_solve_it(feedback: Path) -> None:
    (candidate,) = candidates(feedback, word("port-blocked", "wrong", 1))

    assert (candidate.solved_by, candidate.not_it) == ((), ("port-blocked",))


@pytest.mark.parametrize("lines", [[0, 1], [1, 0]], ids=["in order", "later word first"])
def test_later_word_on_a_cause_replaces_the_earlier(feedback: Path, lines: list[int]) -> None:
    words = [word("disk-full", "solved", 1), word("disk-full", "not_it", 2)]

    (candidate,) = candidates(feedback, *(words[number] for number in lines))

    assert (candidate.solved_by, candidate.not_it) == ((), ("disk-full",))


def test_candidates_are_listed_oldest_first(feedback: Path) -> None:
    found = candidates(
        feedback,
        word("disk-full", "solved", 9, "new"),
        word("disk-full", "solved", 1, "old"),
        word("a", "wrong", 10, "old"),
    )

    assert [candidate.id for candidate in found] == ["old", "new"]


def test_time_without_a_zone_is_a_problem(feedback: Path) -> None:
    without_zone = word("disk-full", "solved", 1).replace('00Z"', '00"')

    with pytest.raises(InvalidFeedback, match=r":2: created_at: .*timezone"):
        candidates(feedback, word("disk-full", "not_it", 2), without_zone)


def test_no_feedback_gives_no_candidates(feedback: Path) -> None:
    assert candidates(feedback, "") == []


def test_every_problem_of_the_feedback_is_told_with_its_line(feedback: Path) -> None:
    with pytest.raises(InvalidFeedback) as error:
        candidates(feedback, word("disk-full", "solved", 1), "", "not JSON", word("disk-full", "great", 2))

    first, second = str(error.value).splitlines()
    assert first.startswith(f"{feedback}:3: ")
    assert second.startswith(f"{feedback}:4: verdict: ")


def test_labels_are_an_entry_and_a_grade() -> None:
    assert read_labels(["disk-full=2", "port-blocked=1"]) == {"disk-full": 2, "port-blocked": 1}


@pytest.mark.parametrize("text", ["disk-full", "disk-full=", "disk-full=3", "disk-full=cause", "disk-full=2=1", ""])
def test_label_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidLabel) as error:
        read_labels([text])

    assert str(error.value) == f"'{text}' is no label: write ENTRY=2 for the cause, ENTRY=1 for a lead"


def test_confirmed_candidate_is_a_query_with_what_solved_it(queries: Path) -> None:
    query = confirm(SOLVED, None, queries, ENTRY_IDS)

    assert query == Query(id="d1", question="mail stopped", labels={"disk-full": 2}, style="feedback")
    assert read_queries([queries], ENTRY_IDS) == [query]


def test_person_may_know_better_what_answers_it(queries: Path) -> None:
    assert confirm(SOLVED, {"port-blocked": 2, "disk-full": 1}, queries, ENTRY_IDS).labels == {
        "port-blocked": 2,
        "disk-full": 1,
    }


def test_empty_labels_say_that_nothing_answers_it(queries: Path) -> None:
    confirm(SOLVED, {}, queries, ENTRY_IDS)

    assert read_queries([queries], ENTRY_IDS)[0].labels == {}


@pytest.mark.parametrize("ending", ["\n", ""], ids=["final newline", "no final newline"])
def test_confirming_appends_a_line_and_leaves_the_others_as_they_are(queries: Path, ending: str) -> None:
    before = '{"labels": {},  "id": "q1", "question": "größer?", "note": "kept"}'
    queries.write_text(before + ending, encoding="utf-8")

    confirm(UNSOLVED, {}, queries, ENTRY_IDS)

    first, second, rest = queries.read_text(encoding="utf-8").split("\n")
    assert (first, rest) == (before, "")
    assert json.loads(second) == {"id": "d2", "question": "how are you?", "labels": {}, "style": "feedback"}


def test_candidate_is_confirmed_once(queries: Path) -> None:
    confirm(SOLVED, None, queries, ENTRY_IDS)
    before = queries.read_bytes()

    with pytest.raises(NotConfirmable) as error:
        confirm(SOLVED, {"port-blocked": 1}, queries, ENTRY_IDS)

    assert str(error.value) == f"'d1' can't become a query: it is in {queries} already"
    assert queries.read_bytes() == before


def test_entry_that_does_not_exist_is_refused(queries: Path) -> None:
    with pytest.raises(NotConfirmable, match=r"^'d1' can't become a query: there is no entry moon-full, sun-up$"):
        confirm(SOLVED, {"sun-up": 2, "moon-full": 1}, queries, ENTRY_IDS)

    assert not queries.exists()


def test_entry_that_solved_it_but_was_removed_since_is_refused(queries: Path) -> None:
    with pytest.raises(NotConfirmable, match="there is no entry disk-full"):
        confirm(SOLVED, None, queries, {"port-blocked"})


def test_what_answers_an_unsolved_candidate_must_be_said(queries: Path) -> None:
    with pytest.raises(NotConfirmable, match="nothing solved it: say which entry answers it, or that nothing does"):
        confirm(UNSOLVED, None, queries, ENTRY_IDS)

    assert not queries.exists()


def test_damaged_query_file_is_told_and_left_alone(queries: Path) -> None:
    queries.write_bytes(b"not JSON")

    with pytest.raises(InvalidQueries, match=f"^{queries}:1: "):
        confirm(SOLVED, None, queries, ENTRY_IDS)

    assert queries.read_bytes() == b"not JSON"
