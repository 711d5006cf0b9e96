from pathlib import Path

import pytest

from kb import load_knowledge_base
from tests.edit import edit
from tests.kb.lint.problems import DISK_FULL, problems

SITE = "https://pigeon.example/docs"


@pytest.fixture
def links(small_kb_dir: Path) -> Path:
    """The list of a knowledge base whose links are all checked."""
    path = small_kb_dir / "links.txt"
    path.write_text(f"# Checked.\n{SITE}/relaying\n{SITE}/storage\n\n{SITE}/tls\n{SITE}/upgrading\n")
    return path


def test_list_of_exactly_the_links_of_the_entries_has_no_problems(small_kb_dir: Path, links: Path) -> None:
    assert problems(small_kb_dir) == []


def test_without_a_list_links_are_not_checked(small_kb_dir: Path, links: Path) -> None:
    edit(small_kb_dir / DISK_FULL, f"{SITE}/storage", "https://elsewhere.example/")
    links.unlink()
    assert problems(small_kb_dir) == []


def test_link_that_is_not_listed_is_to_be_checked_and_added(small_kb_dir: Path, links: Path) -> None:
    edit(links, f"{SITE}/storage\n", "")
    assert problems(small_kb_dir) == [
        f"{DISK_FULL}:25: {SITE}/storage is not in links.txt: check it in a browser, then add it there"
    ]


def test_listed_link_that_no_entry_uses_is_reported_in_the_list(small_kb_dir: Path, links: Path) -> None:
    edit(links, f"{SITE}/storage\n", f"{SITE}/storage\n{SITE}/stores\n")
    assert problems(small_kb_dir) == [f"links.txt:4: no entry links to {SITE}/stores: remove it"]


def test_page_and_its_anchor_are_two_links(small_kb_dir: Path, links: Path) -> None:
    edit(small_kb_dir / DISK_FULL, f"{SITE}/storage", f"{SITE}/storage#quota")
    assert problems(small_kb_dir) == [
        f"{DISK_FULL}:25: {SITE}/storage#quota is not in links.txt: check it in a browser, then add it there",
        f"links.txt:3: no entry links to {SITE}/storage: remove it",
    ]


def test_listed_link_must_be_in_order(small_kb_dir: Path, links: Path) -> None:
    edit(links, f"{SITE}/relaying\n{SITE}/storage\n", f"{SITE}/storage\n{SITE}/relaying\n")
    assert problems(small_kb_dir) == [
        f"links.txt:3: {SITE}/relaying must come before {SITE}/storage: the list is sorted"
    ]


def test_link_is_listed_once(small_kb_dir: Path, links: Path) -> None:
    edit(links, f"{SITE}/tls\n", f"{SITE}/tls\n{SITE}/tls\n")
    assert problems(small_kb_dir) == [f"links.txt:6: {SITE}/tls is listed twice"]


def test_list_does_not_keep_a_knowledge_base_from_loading(small_kb_dir: Path, links: Path) -> None:
    links.write_text("")
    assert problems(small_kb_dir) != []
    assert len(load_knowledge_base(small_kb_dir).entries) == 4
