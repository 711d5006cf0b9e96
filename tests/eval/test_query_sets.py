import json
from pathlib import Path

import pytest

from eval.errors import InvalidQueries
from eval.query_sets import Query, locate_queries, read_queries
from kb import Problem
from retrieval import DiagnosisRequest, Evidence
from retrieval.diagnosis import MAX_EVIDENCE_ITEMS, MAX_SYMPTOM_CHARACTERS

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


@pytest.mark.parametrize("content", ["", "\n", " \n\n"], ids=["empty", "a line end", "blank lines"])
def test_file_without_queries_is_a_problem(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "q.jsonl", content)

    assert problems(path) == [Problem(path, 1, "there is no query in this file")]


def test_file_of_problems_is_not_said_to_be_empty_as_well(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", "not JSON")

    (problem,) = problems(path)

    assert "there is no query" not in problem.message


def test_no_files_have_no_queries() -> None:
    assert read_queries([], ENTRY_IDS) == []


def test_each_query_is_located_at_its_file_and_line(tmp_path: Path) -> None:
    first = write(tmp_path / "first.jsonl", "", {"id": "q1", "question": "mail stopped", "labels": {}})
    second = write(tmp_path / "second.jsonl", {"id": "q2", "question": "mail stopped", "labels": {"disk-full": 1}})

    assert locate_queries([first, second], ENTRY_IDS) == [
        (first, 2, Query(id="q1", question="mail stopped", labels={})),
        (second, 1, Query(id="q2", question="mail stopped", labels={"disk-full": 1})),
    ]


def test_style_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", {"id": "q1", "question": "mail stopped", "labels": {}, "style": "vague"})

    (query,) = read_queries([path], ENTRY_IDS)

    assert query.style == "vague"


@pytest.mark.parametrize("query_id", ["", "q 1", "q\t1", "q1\n", "q\u00a01"], ids=ascii)
def test_id_that_trec_files_could_not_hold_is_a_problem(tmp_path: Path, query_id: str) -> None:
    path = write(tmp_path / "q.jsonl", {"id": query_id, "question": "mail stopped", "labels": {}})

    (problem,) = problems(path)

    assert (problem.line, problem.message.split(":")[0]) == (1, "id")


def test_id_used_twice_in_a_file_is_a_problem_of_the_second(tmp_path: Path) -> None:
    query = {"id": "q1", "question": "mail stopped", "labels": {}}
    path = write(tmp_path / "q.jsonl", query, query)

    assert problems(path) == [Problem(path, 2, "query id 'q1' is used twice")]


def test_more_evidence_than_can_be_asked_is_a_problem(tmp_path: Path) -> None:
    evidence = [{"name": "df.txt", "text": "100 %"}] * (MAX_EVIDENCE_ITEMS + 1)
    path = write(tmp_path / "q.jsonl", {"id": "q1", "question": "mail stopped", "labels": {}, "evidence": evidence})

    (problem,) = problems(path)

    assert (problem.line, problem.message.split(":")[0]) == (1, "evidence")


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


def test_decoys_are_entries_and_no_labels(tmp_path: Path) -> None:
    query = {"id": "q1", "question": "a", "labels": {"disk-full": 2}, "decoys": ["disk-full", "moon-full"]}

    messages = [problem.message for problem in problems(write(tmp_path / "q.jsonl", query))]

    assert messages == ["unknown entry 'moon-full' in decoys", "'disk-full' is a label and a decoy"]
