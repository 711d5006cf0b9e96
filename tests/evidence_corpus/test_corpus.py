"""The evidence that the repository holds is what its sources make, whole, small and about entries that exist."""

import json
from pathlib import Path
from typing import Any

import pytest

from kb import load_knowledge_base
from tests.evidence_corpus.build import CORPUS, QUERIES, files_of_cases, queries

CASES = queries()
KB = CORPUS.parents[1] / "kb"
MOST_CHARACTERS = 100_000
"""Of one piece of evidence: what people can still paste, and a repository still hold."""


def pieces() -> list[tuple[str, dict[str, str]]]:
    return [(case["id"], piece) for case in CASES for piece in case["evidence"]]


def sources() -> list[Path]:
    return sorted(path for folder in ("recorded", "written") for path in (CORPUS / folder).iterdir())


def test_the_queries_are_built_from_the_cases() -> None:
    written = [json.loads(line) for line in QUERIES.read_text(encoding="utf-8").splitlines()]

    assert written == CASES, "run `python -m tests.evidence_corpus.build`"


def test_labels_and_decoys_name_entries_and_never_the_same_one() -> None:
    entries = load_knowledge_base(KB).entries.keys()

    for case in CASES:
        assert {*case["labels"], *case["decoys"]} <= entries, case["id"]
        assert not {*case["labels"]} & {*case["decoys"]}, case["id"]


def test_every_source_is_used_by_a_case() -> None:
    assert {path.name for path in sources()} == files_of_cases()


@pytest.mark.parametrize("har", [path for path in sources() if path.suffix == ".har"], ids=lambda path: path.stem)
def test_a_har_holds_the_page_and_its_calls(har: Path) -> None:
    log: dict[str, Any] = json.loads(har.read_text(encoding="utf-8"))["log"]

    assert log["version"] == "1.2"
    assert {"document", "fetch"} <= {entry["_resourceType"] for entry in log["entries"]}


@pytest.mark.parametrize("har", [path for path in sources() if path.suffix == ".har"], ids=lambda path: path.stem)
def test_every_call_of_a_har_was_answered_or_refused_by_the_browser(har: Path) -> None:
    entries = json.loads(har.read_text(encoding="utf-8"))["log"]["entries"]

    assert [entry for entry in entries if not entry["response"]["status"] and not entry["response"]["_error"]] == []


def test_no_piece_is_larger_than_people_paste() -> None:
    assert [(case, piece["name"]) for case, piece in pieces() if len(piece["text"]) > MOST_CHARACTERS] == []


def test_nothing_of_the_machine_that_recorded_is_left() -> None:
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert str(CORPUS) not in text, path
        assert "13567" not in text, path
        assert "evidence_corpus" not in text, path


def test_the_corpus_is_as_broad_as_its_data_card_says() -> None:
    assert len(CASES) == 171
    assert len({entry for case in CASES for entry, grade in case["labels"].items() if grade == 2}) == 103
    assert len([case for case in CASES if case["decoys"]]) == 22
    assert len([case for case in CASES if not case["labels"]]) == 11
    assert len([case for case in CASES if len(case["evidence"]) > 1]) == 54
