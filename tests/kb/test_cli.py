import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kb
from kb import Entry, KnowledgeBase
from kb.cli import app
from tests.command import causeway
from tests.edit import edit

DISK_FULL = Path("entries/delivery/disk-full-stops-queue.yaml")

runner = CliRunner()


@pytest.fixture(autouse=True)
def configured_folder(small_kb_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    return small_kb_dir


def test_lint_of_a_good_folder_prints_nothing_on_standard_output() -> None:
    result = runner.invoke(app, ["lint"])
    assert (result.exit_code, result.stdout, result.stderr.strip()) == (0, "", "no problems")


def test_lint_prints_problems_on_standard_output_and_their_number_on_standard_error(small_kb_dir: Path) -> None:
    path = small_kb_dir / DISK_FULL
    edit(path, "section: delivery", "sektion: delivery")
    result = runner.invoke(app, ["lint"])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:1: section: Field required",
        f"{path}:3: sektion: Extra inputs are not permitted",
    ]
    assert result.stderr == "2 problems\n"


def test_schema_is_the_one_committed_for_editors() -> None:
    result = runner.invoke(app, ["schema"])
    committed = Path(kb.__file__).with_name("entry.schema.json")
    assert result.stdout == committed.read_text(encoding="utf-8"), f"run `causeway kb schema > {committed}`"


def test_new_prints_the_path_of_the_file_to_fill_in(small_kb_dir: Path) -> None:
    result = runner.invoke(app, ["new", "account-locked", "--section", "login"])
    assert (result.exit_code, result.stdout) == (0, f"{small_kb_dir}/entries/login/account-locked.yaml\n")


def test_new_refuses_to_overwrite_in_one_line(small_kb_dir: Path) -> None:
    path = small_kb_dir / DISK_FULL
    before = path.read_bytes()
    result = causeway("kb", "new", "disk-full-stops-queue", "--section", "delivery")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"causeway: {path} exists already: choose another id, or edit that file\n"
    assert path.read_bytes() == before


def test_new_refuses_what_cannot_be_an_id_in_one_line() -> None:
    result = causeway("kb", "new", "../outside", "--section", "delivery")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("causeway: '../outside' can't be an id or section: ")
    assert result.stderr.count("\n") == 1


def test_new_without_a_section_is_a_usage_error() -> None:
    result = runner.invoke(app, ["new", "account-locked"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--section" in result.stderr


def test_show_in_a_pipe_is_plain_text() -> None:
    result = causeway("kb", "show", "disk-full-stops-queue")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "The disk is full, so the queue manager stops",
        "delivery/disk-full-stops-queue",
        "",
        "Without free space the queue manager accepts no new messages and delivers none of the old ones.",
        "",
        "Cause",
        "  Every message is written to disk before it is acknowledged. When that fails, the queue manager",
        "  stops.",
        "",
        "Confirm",
        "  1. Run df -h; 100 % on the volume of the queue confirms it.",
        "",
        "Fix",
        "  1. Free space, then restart the queue manager.",
        "     shell",
        "     pigeon restart queue",
        "",
        "Links",
        "  Storage",
        "     https://pigeon.example/docs/storage",
        "",
        "Symptoms",
        "  1. mail stopped overnight",
        "  2. The server answers 452 and takes no new mail.",
        "  3. Everything hangs after the big newsletter went out",
        "  4. Is there a limit on attachments? Since the last one nothing moves.",
        "  5. The log stops in the middle of a line",
        "  6. Backups ran at three, and from then on not a single message was delivered.",
        "",
        "Easily confused with",
        "  port-25-blocked-by-provider: There connections time out; here writing fails.",
    ]


@pytest.mark.parametrize(
    "old",
    ["title: The disk is full", "summary: Without", "cause: Every", "  - mail stopped"],
    ids=["title", "summary", "cause", "symptom"],
)
@pytest.mark.parametrize("text", ["[object Object]", "[/auth]"])
def test_show_prints_brackets_as_they_are(small_kb_dir: Path, old: str, text: str) -> None:
    edit(small_kb_dir / DISK_FULL, old, old + f" {text}")
    result = runner.invoke(app, ["show", "disk-full-stops-queue"])
    assert result.exit_code == 0
    assert f" {text}" in result.stdout


def test_show_as_json_is_the_entry(small_kb: KnowledgeBase) -> None:
    result = runner.invoke(app, ["show", "disk-full-stops-queue", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["confirm"] == ["Run `df -h`; 100 % on the volume of the queue confirms it."]
    assert Entry.model_validate_json(result.stdout) == small_kb.entry("disk-full-stops-queue")


def test_unknown_entry_is_one_line_with_ids_alike() -> None:
    result = causeway("kb", "show", "disk-full-stops-queues")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "causeway: there is no entry 'disk-full-stops-queues'; did you mean disk-full-stops-queue?\n"
    )


def test_show_from_an_invalid_folder_lists_its_problems(small_kb_dir: Path) -> None:
    edit(small_kb_dir / DISK_FULL, "section: delivery", "sektion: delivery")
    result = causeway("kb", "show", "disk-full-stops-queue")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"causeway: {small_kb_dir / DISK_FULL}:1: section: Field required",
        f"{small_kb_dir / DISK_FULL}:3: sektion: Extra inputs are not permitted",
    ]
