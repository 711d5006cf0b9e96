from pathlib import Path

from tests.edit import edit
from tests.kb.lint.problems import CERTIFICATE, DISK_FULL, HASH, PORT_25, problems


def confuse(root: Path, entry: Path, *others: Path) -> None:
    """Let `entry` name `others` as what it is confused with, and nothing else."""
    text = (root / entry).read_text()
    before, rest = text.split("confused_with:\n")
    after = rest[rest.index("source: Invented") :]
    items = ", ".join(f"{{id: {other.stem}, observation: There it differs.}}" for other in others)
    (root / entry).write_text(f"{before}confused_with: [{items}]\n{after}")


def one_sided(root: Path) -> list[str]:
    """Problems with confusions of one side only."""
    return [problem for problem in problems(root) if "in turn" in problem]


def test_entry_that_is_confused_with_another_is_named_by_it_in_turn(small_kb_dir: Path) -> None:
    confuse(small_kb_dir, PORT_25)
    assert problems(small_kb_dir) == [
        f"{DISK_FULL}:31: 'port-25-blocked-by-provider' doesn't name this entry in turn: "
        f"add 'disk-full-stops-queue' to confused_with in {PORT_25}"
    ]


def test_each_confusion_is_reported_at_its_own_line(small_kb_dir: Path) -> None:
    more = "  - id: {}\n    observation: There it differs.\n"
    added = more.format(CERTIFICATE.stem) + more.format(HASH.stem)
    edit(small_kb_dir / DISK_FULL, "source: Invented", f"{added}source: Invented")
    assert [problem.split(" doesn't")[0] for problem in one_sided(small_kb_dir)] == [
        f"{DISK_FULL}:33: 'certificate-expired-on-server'",
        f"{DISK_FULL}:35: 'password-hash-outdated'",
    ]
