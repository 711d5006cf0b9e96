import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.cli import app
from tests.edit import edit, line_of

runner = CliRunner()

DISK_FULL = "entries/delivery/disk-full-stops-queue.yaml"
EXPIRED = "entries/login/certificate-expired-on-server.yaml"


@pytest.fixture(autouse=True)
def configured(small_kb_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work on a copy of the small knowledge base."""
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(tmp_path / "index"))


def problems() -> tuple[int, list[str]]:
    result = runner.invoke(app, ["lint"])
    return result.exit_code, [line for line in result.stdout.splitlines() if ".yaml:" in line or ".jsonl:" in line]


def test_the_small_knowledge_base_has_no_problems() -> None:
    assert problems() == (0, [])


def test_phrasing_of_another_entry_is_reported_where_it_is_repeated(small_kb_dir: Path) -> None:
    edit(small_kb_dir / EXPIRED, "Do I have to accept this security exception?", "Mail has stopped overnight")
    line = line_of(small_kb_dir / EXPIRED, "Mail has stopped overnight")
    other_line = line_of(small_kb_dir / DISK_FULL, "mail stopped overnight")
    assert problems() == (
        1,
        [
            f"{small_kb_dir / EXPIRED}:{line}: says the same as disk-full-stops-queue.yaml:{other_line}: "
            "“mail stopped overnight”"
        ],
    )


def test_phrasing_that_says_what_another_of_its_entry_says_is_reported(small_kb_dir: Path) -> None:
    edit(small_kb_dir / DISK_FULL, "symptoms:\n", "symptoms:\n  - Everything hangs since the big newsletter went out\n")
    exit_code, (problem,) = problems()
    assert exit_code == 1
    assert "says the same as disk-full-stops-queue.yaml" in problem


def test_check_publishes_nothing(tmp_path: Path) -> None:
    problems()
    assert not (tmp_path / "index").exists()


def test_knowledge_base_that_does_not_load_is_not_searched(small_kb_dir: Path) -> None:
    edit(small_kb_dir / EXPIRED, "id: certificate-expired-on-server", "id: another")
    exit_code, found = problems()
    assert exit_code == 1
    assert all("id must be" in problem or "unknown" in problem for problem in found)


def test_entry_that_its_reports_do_not_find_is_reported(small_kb_dir: Path) -> None:
    path = small_kb_dir / "reports/certificate-expired-on-server.jsonl"
    text = (
        "No space left on device, 535 5.7.8 Authentication credentials invalid, connect to mx:25: Connection timed out"
    )
    report = {"id": "m1", "question": text, "labels": {"certificate-expired-on-server": 2}}
    path.write_text(json.dumps(report) + "\n", encoding="utf-8")

    exit_code, (problem,) = problems()

    assert exit_code == 1
    place = f"{small_kb_dir / EXPIRED}:{line_of(small_kb_dir / EXPIRED, 'symptoms:')}"
    assert problem == f"{place}: only 0 of its 1 reports find this entry: say it in the words that people use"
