import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import causeway as program
from api.shapes.feedback import Verdict
from api.store.schema import open_database
from eval.feedback import find_candidates, read_feedback
from retrieval import Diagnoser
from tests.api.records import make_record, say, store
from tests.command import causeway as installed_causeway

DISK = "disk-full-stops-queue"


def causeway(*arguments: str) -> Result:
    """Run the command in this process, which is faster."""
    return CliRunner().invoke(program.app, arguments)


@pytest.fixture
def url(new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of an empty database, which is that of the settings."""
    url = new_database()
    monkeypatch.setenv("CAUSEWAY_DATABASE_URL", url)
    return url


@pytest.fixture
def history(url: str, diagnoser: Diagnoser) -> list[str]:
    """Ids of three diagnoses, the oldest first; the last two have feedback."""
    now = datetime.now(UTC)
    records = [
        make_record(diagnoser, now - timedelta(days=200), symptom="mail stopped last year"),
        make_record(diagnoser, now - timedelta(days=20), symptom="mail stopped last month"),
        make_record(diagnoser, now, symptom="mail stopped today"),
    ]
    database = open_database(url)
    store(database, *records[::-1])
    say(database, records[2], DISK, Verdict.NOT_IT)
    say(database, records[1], DISK, Verdict.SOLVED)
    database.close()
    return [record.id for record in records]


@pytest.mark.usefixtures("url")
def test_migrate_makes_the_schema_and_says_its_revision() -> None:
    for _ in range(2):
        result = causeway("data", "migrate")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("The schema is at revision r0")


def test_diagnoses_are_exported_oldest_first(history: list[str]) -> None:
    result = causeway("data", "export", "diagnoses")

    assert (result.exit_code, result.stderr) == (0, "")
    exported = [json.loads(line) for line in result.stdout.splitlines()]
    assert [diagnosis["id"] for diagnosis in exported] == history
    assert exported[1]["symptom"] == "mail stopped last month"
    assert [word["verdict"] for word in exported[1]["feedback"]] == ["solved"]


def test_exported_feedback_is_read_by_the_eval_harness(history: list[str], tmp_path: Path) -> None:
    result = causeway("data", "export", "feedback")

    assert (result.exit_code, result.stderr) == (0, "")
    (tmp_path / "feedback.jsonl").write_text(result.stdout, encoding="utf-8")
    candidates = find_candidates(read_feedback(tmp_path / "feedback.jsonl"))
    assert [(each.id, each.question, each.solved_by, each.not_it) for each in candidates] == [
        (history[1], "mail stopped last month", (DISK,), ()),
        (history[2], "mail stopped today", (), (DISK,)),
    ]


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("kept", ["diagnoses", "feedback"])
def test_of_nothing_nothing_is_exported(kept: str) -> None:
    result = causeway("data", "export", kept)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "left", "message"),
    [
        ((), 2, "Deleted 1 diagnoses older than 180 days.\n"),
        (("--older-than-days", "10"), 1, "Deleted 2 diagnoses older than 10 days.\n"),
        (("--older-than-days", "0"), 0, "Deleted 3 diagnoses older than 0 days.\n"),
    ],
)
def test_purge_deletes_what_is_too_old(history: list[str], arguments: tuple[str, ...], left: int, message: str) -> None:
    result = causeway("data", "purge", *arguments)

    assert (result.exit_code, result.stdout, result.stderr) == (0, message, "")
    exported = causeway("data", "export", "diagnoses").stdout
    assert [json.loads(line)["id"] for line in exported.splitlines()] == history[3 - left :]


def test_a_database_that_cannot_be_opened_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAUSEWAY_DATABASE_URL", f"sqlite:///{tmp_path}")

    result = installed_causeway("data", "migrate")

    assert (result.returncode, result.stdout) == (1, "")
    assert (
        result.stderr == f"causeway: the database sqlite:///{tmp_path} can't be opened: unable to open database file\n"
    )
