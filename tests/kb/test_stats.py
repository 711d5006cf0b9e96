import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb import KnowledgeBase
from kb.cli import app
from kb.schema import Link
from kb.stats import Counts, collect_statistics
from tests.command import causeway
from tests.edit import edit

runner = CliRunner()


@pytest.fixture
def configured_folder(small_kb_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    return small_kb_dir


def test_each_section_and_the_total_are_counted(small_kb: KnowledgeBase) -> None:
    statistics = collect_statistics(small_kb)
    assert statistics.sections == {
        "delivery": Counts(entries=2, phrasings=12, error_messages=3, reports=2, links=2, findings_used=3),
        "login": Counts(entries=2, phrasings=12, error_messages=2, reports=0, links=2, findings_used=2),
    }
    assert statistics.total == Counts(entries=4, phrasings=24, error_messages=5, reports=2, links=4, findings_used=5)


def test_a_link_that_entries_share_counts_once(small_kb: KnowledgeBase) -> None:
    shared = Link.model_validate({"title": "Manual", "url": "https://pigeon.example/docs"})
    entries = {key: entry.model_copy(update={"links": (shared,)}) for key, entry in small_kb.entries.items()}
    statistics = collect_statistics(replace(small_kb, entries=entries))
    assert [counts.links for counts in statistics.sections.values()] == [1, 1]
    assert statistics.total.links == 1


def test_reports_of_no_entry_are_not_counted(small_kb: KnowledgeBase) -> None:
    only_none = {"none": small_kb.reports["none"]}
    assert collect_statistics(replace(small_kb, reports=only_none)).total.reports == 0


def test_a_section_without_entries_has_its_row(small_kb: KnowledgeBase) -> None:
    login_only = {key: entry for key, entry in small_kb.entries.items() if entry.section == "login"}
    statistics = collect_statistics(replace(small_kb, entries=login_only))
    assert statistics.sections["delivery"] == Counts(
        entries=0, phrasings=0, error_messages=0, reports=0, links=0, findings_used=0
    )


@pytest.mark.usefixtures("configured_folder")
def test_the_table_in_a_pipe_is_plain_text() -> None:
    result = causeway("kb", "stats")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "section   entries  phrasings  error messages  reports  links  findings used",
        "Delivery        2         12               3        2      2              3",
        "Login           2         12               2        0      2              2",
        "total           4         24               5        2      4              5",
        "",
        "entries without reports: 3 (port-25-blocked-by-provider, certificate-expired-on-server,"
        " password-hash-outdated)",
        "findings without patterns: 1 (certificate-expired)",
    ]


def test_rows_are_not_broken_however_long_the_section(configured_folder: Path) -> None:
    title = "[/bold] Delivery of messages to other servers, " + "and all that keeps them " * 10
    edit(configured_folder / "vocabulary.yaml", "delivery: Delivery", f'delivery: "{title.strip()}"')
    result = runner.invoke(app, ["stats"])
    assert result.stdout.splitlines()[1].split("  ")[0] == title.strip()
    assert [line.split()[-1] for line in result.stdout.splitlines()[:4]] == ["used", "3", "2", "5"]


def test_nothing_missing_is_said(configured_folder: Path) -> None:
    for entry_id in ("port-25-blocked-by-provider", "certificate-expired-on-server", "password-hash-outdated"):
        report = {"id": entry_id, "question": "why?", "labels": {entry_id: 2}}
        (configured_folder / f"reports/{entry_id}.jsonl").write_text(json.dumps(report), encoding="utf-8")
    result = runner.invoke(app, ["stats"])
    assert "entries without reports: none\n" in result.stdout


def test_statistics_as_json(configured_folder: Path, small_kb: KnowledgeBase) -> None:
    result = runner.invoke(app, ["stats", "--json"])
    assert json.loads(result.stdout) == collect_statistics(small_kb).model_dump(mode="json")
