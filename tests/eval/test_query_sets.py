import json
from pathlib import Path

import pytest

from eval.errors import InvalidQueries
from eval.query_sets import Query, read_queries
from kb import Problem
from retrieval import DiagnosisRequest, Evidence
from retrieval.diagnosis import MAX_SYMPTOM_CHARACTERS

ENTRY_IDS = {"disk-full", "port-blocked"}


def write(path: Path, *lines: object) -> Path:
    """A file of one JSON value a line; a string is written as it is."""
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def problems(*paths: Path) -> list[Problem]:
    with pytest.raises(InvalidQueries) as invalid:
        read_queries(paths, ENTRY_IDS)
    return invalid.value.problems


def test_queries_are_read_in_order_with_their_labels_and_evidence(tmp_path: Path) -> None:
    first = write(
        tmp_path / "first.jsonl",
        {
            "id": "q1",
            "question": "mail stopped",
            "labels": {"disk-full": 2, "port-blocked": 1},
            "evidence": [{"name": "df.txt", "text": "100 %"}],
        },
        {"id": "q2", "question": "how are you?", "labels": {}},
    )
    second = write(
        tmp_path / "second.jsonl", {"id": "q3", "question": "nothing arrives", "labels": {"port-blocked": 2}}
    )

    assert read_queries([first, second], ENTRY_IDS) == [
        Query(
            id="q1",
            question="mail stopped",
            labels={"disk-full": 2, "port-blocked": 1},
            evidence=(Evidence(name="df.txt", text="100 %"),),
        ),
        Query(id="q2", question="how are you?", labels={}),
        Query(id="q3", question="nothing arrives", labels={"port-blocked": 2}),
    ]


def test_keys_that_it_does_not_know_are_ignored(tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.jsonl", {"id": "q1", "question": "mail stopped", "labels": {}, "kind": "real", "note": 1}
    )

    assert read_queries([path], ENTRY_IDS) == [Query(id="q1", question="mail stopped", labels={})]


def test_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", "", {"id": "q1", "question": "mail stopped", "labels": {}}, "  ", "")

    assert [query.id for query in read_queries([path], ENTRY_IDS)] == ["q1"]


def test_an_empty_file_has_no_queries(tmp_path: Path) -> None:
    assert read_queries([write(tmp_path / "q.jsonl")], ENTRY_IDS) == []


def test_every_problem_of_every_file_is_reported_with_its_line(tmp_path: Path) -> None:
    first = write(
        tmp_path / "first.jsonl",
        {"id": "q1", "question": "mail stopped", "labels": {"disk-full": 2}},
        "not JSON",
        {"id": "q2", "labels": {"disk-full": 3}},
        "",
        {"id": "q3", "question": "nothing arrives", "labels": {"moon-full": 2, "sun-up": 1}},
    )
    second = write(tmp_path / "second.jsonl", {"id": "q1", "question": "again", "labels": {}})

    found = problems(first, second)

    assert [(problem.file, problem.line) for problem in found] == [
        (first, 2),
        (first, 3),
        (first, 3),
        (first, 5),
        (first, 5),
        (second, 1),
    ]
    messages = [problem.message for problem in found]
    assert "question" in messages[1]
    assert "labels.disk-full" in messages[2]
    assert messages[3:] == [
        "unknown entry 'moon-full' in labels",
        "unknown entry 'sun-up' in labels",
        "query id 'q1' is used twice",
    ]


def test_the_message_has_a_problem_a_line_as_compilers_write_them(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", {"id": "q1", "question": "a", "labels": {"moon-full": 2}})

    with pytest.raises(InvalidQueries) as invalid:
        read_queries([path], ENTRY_IDS)

    assert str(invalid.value) == f"{path}:1: unknown entry 'moon-full' in labels"


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "missing.jsonl")

    assert problem.file == tmp_path / "missing.jsonl"
    assert problem.message.startswith("can't be read")


def test_a_file_that_is_not_text_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\xff\xfe\x00")

    (problem,) = problems(path)

    assert problem.message.startswith("can't be read")


def test_a_question_that_is_too_long_to_be_asked_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", {"id": "q1", "question": "a" * (MAX_SYMPTOM_CHARACTERS + 1), "labels": {}})

    (problem,) = problems(path)

    assert (problem.file, problem.line) == (path, 1)


def test_a_query_is_asked_with_its_evidence() -> None:
    evidence = (Evidence(name="df.txt", text="100 %"),)

    request = Query(id="q1", question="mail stopped", labels={}, evidence=evidence).request(top_k=7)

    assert request == DiagnosisRequest(symptom="mail stopped", evidence=evidence, top_k=7)
