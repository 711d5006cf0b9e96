from pathlib import Path

from kb.lint import lint
from tests.conftest import SMALL_KB
from tests.edit import edit
from tests.kb.lint.problems import DISK_FULL, PORT_25, problems


def test_small_knowledge_base_has_no_problems() -> None:
    assert lint(SMALL_KB) == []


def test_problems_of_several_files_come_in_one_run_in_the_order_of_files_and_lines(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, "updated: 2026-01-02", "updated: soon")
    edit(small_kb_dir / PORT_25, "title: The hosting provider", "titel: The hosting provider")
    edit(small_kb_dir / DISK_FULL, "section: delivery", "section: login")
    edit(small_kb_dir / "vocabulary.yaml", "  phone: Phone", "  phone:")
    assert problems(small_kb_dir) == [
        f"{DISK_FULL}:3: the section must be 'delivery', as the folder is called",
        f"{PORT_25}:1: title: Field required",
        f"{PORT_25}:2: titel: Extra inputs are not permitted",
        f"{PORT_25}:37: updated: Input should be a valid date or datetime, input is too short",
        "vocabulary.yaml:11: platforms.phone: String should have at least 1 character",
    ]


def test_weak_places_are_looked_for_only_in_a_knowledge_base_that_loads(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, "always: [port-25-blocked, queue-grows]\n  never: [disk-full]", "always: []")
    edit(small_kb_dir / DISK_FULL, "updated: 2026-01-02", "updated: soon")
    (problem,) = problems(small_kb_dir)
    assert problem.startswith(f"{DISK_FULL}:34: updated: ")


def test_weak_places_of_all_kinds_come_in_one_run(small_kb_dir: Path) -> None:
    edit(small_kb_dir / "vocabulary.yaml", "product:", "banned_words: [simply]\nproduct:")
    edit(small_kb_dir / DISK_FULL, "Free space, then", "Simply free space, then")
    edit(small_kb_dir / PORT_25, "nothing arrives anywhere", "Mail stopped overnight!")
    edit(small_kb_dir / PORT_25, "server.relay =", "server.relay = =")
    (small_kb_dir / "links.txt").write_text(
        "".join(
            f"https://pigeon.example/docs/{page}\n" for page in ("relaying", "storage", "tls", "tools", "upgrading")
        )
    )
    assert [problem.split(": ")[0] for problem in problems(small_kb_dir)] == [
        f"{DISK_FULL}:19",
        f"{PORT_25}:6",
        f"{PORT_25}:24",
        "links.txt:4",
    ]
