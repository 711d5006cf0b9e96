import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from kb import Entry, Finding, KnowledgeBase
from kb.cli import app
from kb.errors import NotAnExport
from kb.export import MANIFEST, json_lines, markdown_pages, write_export
from tests.command import causeway

HOSTILE = "*a* _b_ | c <b>d</b> [e](f) ![g](h) &amp; \\ # ``` ~~i~~ https://j.example"
HOSTILE_CODE = "```\n| a | b |\n~~~~\n\n\t<!-- ` `` -->\n````\n    # x \\"

parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
runner = CliRunner()


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The blocks of a page that hold text: what each is, and the text as a reader sees it."""
    opened = []
    for token in parser.parse(page):
        if token.nesting > 0:
            opened.append(token.tag)
        elif token.nesting < 0:
            opened.pop()
        elif token.type == "fence":
            yield f"code {token.info}", token.content
        else:
            kind = " ".join(tag for tag in opened if tag not in {"li", "p"}) or "p"
            yield kind, "".join(child.content for child in token.children or ())


def links(page: str) -> list[str]:
    tokens = [child for token in parser.parse(page) for child in token.children or ()]
    return [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]


@pytest.fixture
def hostile_kb(small_kb: KnowledgeBase) -> KnowledgeBase:
    """One entry that holds Markdown's own characters wherever it may, confused with a harmless one."""
    entry = Entry.model_validate(
        {
            "id": "hostile",
            "title": HOSTILE,
            "section": "delivery",
            "summary": HOSTILE,
            "symptoms": [HOSTILE, "- a", "+ b", "# c", "> d", "--- | ---", "1. e", "***", "```f", "[g]: h"],
            "errors": [HOSTILE, "```", "`quoted`", "    indented", "<!--"],
            "cause": f"{HOSTILE}\n===\n---\n    not code\n\n<script>\n`code *too*`",
            "confirm": [HOSTILE, "2) b\n- c"],
            "fix": [
                {
                    "text": HOSTILE,
                    "code": [{"sdk": "python", "source": HOSTILE_CODE}, {"sdk": "shell", "source": "\n\n"}],
                },
                {"text": "~~~"},
            ],
            "links": [{"title": HOSTILE, "url": "https://pigeon.example/a_(b)?c=*&copy;=`[d]`#e)_f_"}],
            "applies_to": {"platforms": ["linux", "phone"], "token_transports": ["password"]},
            "confused_with": [{"id": "password-hash-outdated", "observation": HOSTILE}],
            "source": HOSTILE,
            "updated": date(2026, 1, 2),
        }
    )
    return replace(small_kb, entries={entry.id: entry, **small_kb.entries})


def test_hostile_content_is_shown_as_it_is(hostile_kb: KnowledgeBase) -> None:
    assert list(blocks(markdown_pages(hostile_kb)["delivery/hostile.md"])) == [
        ("h1", HOSTILE),
        ("p", "By section, by error message"),
        ("p", HOSTILE),
        ("h2", "How it shows"),
        ("ul", HOSTILE),
        ("ul", "- a"),
        ("ul", "+ b"),
        ("ul", "# c"),
        ("ul", "> d"),
        ("ul", "--- | ---"),
        ("ul", "1. e"),
        ("ul", "***"),
        ("ul", "```f"),
        ("ul", "[g]: h"),
        ("h2", "Error messages"),
        ("code text", f"{HOSTILE}\n"),
        ("code text", "```\n"),
        ("code text", "`quoted`\n"),
        ("code text", "indented\n"),
        ("code text", "<!--\n"),
        ("h2", "Cause"),
        ("p", HOSTILE),
        ("p", "==="),
        ("p", "---"),
        ("p", "not code"),
        ("p", "<script>"),
        ("p", "code *too*"),
        ("h2", "Confirm"),
        ("ol", HOSTILE),
        ("ol", "2) b"),
        ("ol", "- c"),
        ("h2", "Fix"),
        ("ol", HOSTILE),
        ("ol", "Python client:"),
        ("code python", f"{HOSTILE_CODE}\n"),
        ("ol", "Shell:"),
        ("code shell", "\n\n"),
        ("ol", "~~~"),
        ("h2", "Links"),
        ("ul", HOSTILE),
        ("h2", "Easily confused with"),
        ("ul", f"The stored password hash is of a kind that the server no longer accepts: {HOSTILE}"),
        ("h2", "Applies to"),
        ("ul", "Platforms: Linux, Phone"),
        ("ul", "Token transports: Password"),
        ("p", "Updated 2026-01-02"),
    ]


def test_hostile_content_is_shown_as_it_is_in_the_indexes(hostile_kb: KnowledgeBase) -> None:
    pages = markdown_pages(hostile_kb)
    assert ("ul", f"{HOSTILE}: {HOSTILE}") in blocks(pages["index.md"])
    assert ("ul", "`quoted`") in blocks(pages["errors.md"])
    assert ("ul", HOSTILE) in blocks(pages["errors.md"])
    assert ("ul ul", HOSTILE) in blocks(pages["errors.md"])


def test_a_hostile_address_is_linked(hostile_kb: KnowledgeBase) -> None:
    (address,) = [str(link.url) for link in hostile_kb.entry("hostile").links]
    assert parser.normalizeLink(address) in links(markdown_pages(hostile_kb)["delivery/hostile.md"])


def test_every_link_between_pages_leads_to_a_page(hostile_kb: KnowledgeBase) -> None:
    pages = markdown_pages(hostile_kb)
    linked = {
        (PurePosixPath("/export", name).parent / link).as_posix()
        for name, page in pages.items()
        for link in links(page)
        if "://" not in link
    }
    resolved = {str(Path(link).resolve()) for link in linked}
    assert resolved == {f"/export/{name}" for name in pages}


def test_the_index_lists_entries_by_section(small_kb: KnowledgeBase) -> None:
    assert markdown_pages(small_kb)["index.md"].splitlines()[:9] == [
        "# Pigeon Mail: what can be wrong",
        "",
        "[By error message](errors.md)",
        "",
        "## Delivery",
        "",
        "- [The disk is full, so the queue manager stops](delivery/disk-full-stops-queue.md): Without free space the "
        "queue manager accepts no new messages and delivers none of the old ones.",
        "- [The hosting provider blocks outgoing port 25](delivery/port-25-blocked-by-provider.md): Mail leaves over "
        "port 25. Many providers block it on new machines, so messages stay in the queue.",
        "",
    ]


def test_a_section_without_entries_is_not_in_the_index(small_kb: KnowledgeBase) -> None:
    one = "certificate-expired-on-server"
    alone = small_kb.entry(one).model_copy(update={"confused_with": ()})
    assert "Delivery" not in markdown_pages(replace(small_kb, entries={one: alone}))["index.md"]


def test_an_error_message_leads_to_all_its_entries(small_kb: KnowledgeBase) -> None:
    first, second, *_ = [entry.model_copy(update={"errors": ("452",)}) for entry in small_kb.entries.values()]
    page = markdown_pages(replace(small_kb, entries={first.id: first, second.id: second}))["errors.md"]
    assert page.splitlines() == [
        "# Pigeon Mail: error messages",
        "",
        "[By section](index.md)",
        "",
        "- `452`",
        "  - [The disk is full, so the queue manager stops](delivery/disk-full-stops-queue.md)",
        "  - [The hosting provider blocks outgoing port 25](delivery/port-25-blocked-by-provider.md)",
    ]


def test_an_entry_that_is_not_limited_applies_anywhere(small_kb: KnowledgeBase) -> None:
    assert ("p", "Anywhere.") in blocks(markdown_pages(small_kb)["delivery/disk-full-stops-queue.md"])


def test_json_lines_hold_everything(small_kb: KnowledgeBase) -> None:
    files = json_lines(small_kb)
    entries = [Entry.model_validate_json(line) for line in files["entries.jsonl"].splitlines()]
    findings = [Finding.model_validate_json(line) for line in files["findings.jsonl"].splitlines()]
    assert entries == list(small_kb.entries.values())
    assert findings == list(small_kb.findings.values())
    assert json.loads(files["entries.jsonl"].splitlines()[0]).keys() == Entry.model_fields.keys()


def files_in(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_exporting_again_replaces_the_old_export_completely(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "export"
    write_export({"index.md": "old", "login/a.md": "a", "delivery/b.md": "b"}, folder)
    write_export({"index.md": "new", "login/c.md": "c"}, folder)
    assert files_in(folder) == {"index.md": "new", "login/c.md": "c"}
    assert not (folder / "delivery").exists()


def test_an_empty_folder_is_written_into(tmp_path: Path) -> None:
    write_export({"index.md": "x"}, tmp_path)
    assert files_in(tmp_path) == {"index.md": "x"}


@pytest.mark.parametrize("foreign", ["notes.txt", "login/notes.txt", "index.md"])
def test_a_folder_with_other_files_is_refused(tmp_path: Path, foreign: str) -> None:
    path = tmp_path / foreign
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(NotAnExport) as refused:
        write_export({"index.md": "x"}, tmp_path)
    assert refused.value.path == path
    assert files_in(tmp_path) == {foreign: "mine"}


def test_an_export_that_other_files_were_added_to_is_refused(tmp_path: Path) -> None:
    write_export({"index.md": "old"}, tmp_path)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NotAnExport):
        write_export({"index.md": "new"}, tmp_path)
    assert files_in(tmp_path) == {"index.md": "old", "notes.txt": "mine"}


def test_an_export_is_not_followed_out_of_its_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "export"
    write_export({"index.md": "old"}, folder)
    (folder / "login").symlink_to(outside)
    with pytest.raises(NotAnExport):
        write_export({"login/a.md": "a"}, folder)
    assert list(outside.iterdir()) == []


def test_the_command_writes_pages(small_kb_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    folder = tmp_path / "export"
    for form, names in (
        ("jsonl", {"entries.jsonl", "findings.jsonl"}),
        (
            "md",
            {
                "index.md",
                "errors.md",
                "delivery/disk-full-stops-queue.md",
                "delivery/port-25-blocked-by-provider.md",
                "login/certificate-expired-on-server.md",
                "login/password-hash-outdated.md",
            },
        ),
    ):
        result = runner.invoke(app, ["export", "--format", form, "--to", str(folder)])
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"wrote {len(names)} files to {folder}\n"
        assert files_in(folder).keys() == names


def test_the_command_refuses_a_file_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.write_text("mine", encoding="utf-8")
    result = causeway("kb", "export", "--format", "md", "--to", str(path))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"causeway: {path} was not written by an export and would be lost: choose another folder, or move it away\n"
    )
