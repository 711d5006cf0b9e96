from datetime import date
from pathlib import Path

import pytest
import yaml

from kb import EntryExists, KnowledgeBaseError
from kb.lint import lint
from kb.scaffold import LONGEST_PHRASING, new_entry, scaffold
from kb.schema import Entry


def test_new_entry_is_a_file_of_its_section(small_kb_dir: Path) -> None:
    path = new_entry(small_kb_dir, "login", "account-locked")
    assert path == small_kb_dir / "entries/login/account-locked.yaml"
    assert path.is_file()


def test_first_entry_of_a_section_makes_its_folder(tmp_path: Path) -> None:
    assert new_entry(tmp_path, "login", "account-locked").is_file()


def test_new_entry_is_valid_yaml_with_every_field(small_kb_dir: Path) -> None:
    fields = yaml.safe_load(new_entry(small_kb_dir, "login", "account-locked").read_text())
    assert list(fields) == list(Entry.model_fields)
    assert (fields["id"], fields["section"]) == ("account-locked", "login")
    assert isinstance(fields["updated"], date)


def test_lint_asks_to_fill_in_everything_that_a_new_entry_lacks(small_kb_dir: Path) -> None:
    path = new_entry(small_kb_dir, "login", "account-locked")
    problems = lint(small_kb_dir)
    assert {problem.file for problem in problems} == {path}
    assert [problem.message.split(":")[0] for problem in problems] == [
        "title",
        "summary",
        "symptoms",
        "cause",
        "confirm",
        "fix",
        "links",
        "source",
    ]


def test_filled_in_scaffold_passes(small_kb_dir: Path) -> None:
    path = new_entry(small_kb_dir, "login", "account-locked")
    fields = yaml.safe_load(path.read_text()) | {
        "title": "The account is locked after five wrong passwords",
        "summary": "Five wrong passwords lock an account for an hour.",
        "symptoms": [f"I cannot log in, for the {number}. time" for number in range(1, 7)],
        "cause": "Guessing passwords must not pay.",
        "confirm": ["Run `pigeon user show NAME`."],
        "fix": [{"text": "Wait."}],
        "links": [{"title": "Locks", "url": "https://pigeon.example/docs/locks"}],
        "source": "Invented for tests",
    }
    path.write_text(yaml.safe_dump(fields))
    assert lint(small_kb_dir) == []


def test_scaffold_begins_with_the_messages_that_asked_for_it(small_kb_dir: Path) -> None:
    messages = [
        "- no: entry\r\n\r\n  says # why",
        "{id}: 'yes' \N{RIGHT-TO-LEFT OVERRIDE}\x07<script>",
        "null",
        "null",
        " \n",
        "long " * 1_000,
        *map(str, range(20)),
    ]
    text = scaffold("login", "account-locked", messages)

    symptoms = yaml.safe_load(text)["symptoms"]
    assert symptoms[:3] == ["- no: entry says # why", "{id}: 'yes' <script>", "null"]
    assert (len(symptoms[3]), symptoms[3][-6:]) == (LONGEST_PHRASING, " long…")
    assert symptoms[4:] == [str(number) for number in range(8)]
    (small_kb_dir / "entries/login/account-locked.yaml").write_text(text)
    asked_for = {problem.message.split(":")[0] for problem in lint(small_kb_dir)}
    assert asked_for == {"title", "summary", "cause", "confirm", "fix", "links", "source"}


def test_file_that_is_there_is_not_overwritten(small_kb_dir: Path) -> None:
    path = small_kb_dir / "entries/login/password-hash-outdated.yaml"
    before = path.read_bytes()
    with pytest.raises(EntryExists) as exists:
        new_entry(small_kb_dir, "login", "password-hash-outdated")
    assert exists.value.path == path
    assert str(exists.value) == f"{path} exists already: choose another id, or edit that file"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("section", "entry_id"),
    [("login", "../../outside"), ("login", "a/b"), ("../..", "outside")],
    ids=["id that leaves the folder", "id with a folder of its own", "section that leaves the folder"],
)
def test_entry_is_only_written_where_entries_live(small_kb_dir: Path, section: str, entry_id: str) -> None:
    before = sorted(small_kb_dir.parent.rglob("*"))
    with pytest.raises(KnowledgeBaseError):
        new_entry(small_kb_dir, section, entry_id)
    assert sorted(small_kb_dir.parent.rglob("*")) == before
