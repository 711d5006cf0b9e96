from pathlib import Path

import pytest

from kb.lint import lint
from tests.conftest import SMALL_KB
from tests.edit import edit

PORT_25 = Path("entries/delivery/port-25-blocked-by-provider.yaml")
DISK_FULL = Path("entries/delivery/disk-full-stops-queue.yaml")


def problems(root: Path) -> list[str]:
    """What `lint` finds, with paths from the root."""
    return [str(problem).removeprefix(f"{root}/") for problem in lint(root)]


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


def test_finding_that_no_entry_mentions_is_reported_where_it_is_defined(small_kb_dir: Path) -> None:
    with (small_kb_dir / "findings.yaml").open("a") as file:
        file.write("- question: Is the moon full?\n  id: full-moon\n  how_to_look: Look up.\n")
    assert problems(small_kb_dir) == ["findings.yaml:26: no entry mentions finding 'full-moon'"]


@pytest.mark.parametrize(
    ("disk_full", "port_25", "separable"),
    [
        pytest.param("always: [queue-grows]", "never: [queue-grows]", True, id="always against never"),
        pytest.param("always: [queue-grows]", "sometimes: [queue-grows]", True, id="always against sometimes"),
        pytest.param("always: [queue-grows]", "usually: [queue-grows]", False, id="always against usually"),
        pytest.param("sometimes: [queue-grows]", "never: [queue-grows]", True, id="sometimes against never"),
        pytest.param("usually: [queue-grows]", "", True, id="usually against not listed"),
        pytest.param("sometimes: [queue-grows]", "", False, id="sometimes against not listed"),
        pytest.param("", "never: [queue-grows]", False, id="not listed against never"),
        pytest.param("", "", False, id="no findings at all"),
        pytest.param("always: [queue-grows]", "always: [queue-grows]", False, id="the same"),
        pytest.param(
            "always: [queue-grows, disk-full]", "always: [queue-grows]", True, id="one finding of two tells them apart"
        ),
    ],
)
def test_confused_entries_need_a_finding_two_steps_of_frequency_apart(
    small_kb_dir: Path, disk_full: str, port_25: str, separable: bool
) -> None:
    replaced = "always: [disk-full]\n  rarely: [queue-grows]\n  never: [port-25-blocked]"
    edit(small_kb_dir / DISK_FULL, f"findings:\n  {replaced}", f"findings: {{{disk_full}}}")
    replaced = "always: [port-25-blocked, queue-grows]\n  never: [disk-full]"
    edit(small_kb_dir / PORT_25, f"findings:\n  {replaced}", f"findings: {{{port_25}}}")
    advice = "no finding tells this entry from '{}': add one to either"
    expected = [
        f"{DISK_FULL}:28: {advice.format('port-25-blocked-by-provider')}",
        f"{PORT_25}:32: {advice.format('disk-full-stops-queue')}",
    ]
    assert [problem for problem in problems(small_kb_dir) if "no finding tells" in problem] == (
        [] if separable else expected
    )


def test_weak_places_are_looked_for_only_in_a_knowledge_base_that_loads(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, "always: [port-25-blocked, queue-grows]\n  never: [disk-full]", "always: []")
    edit(small_kb_dir / DISK_FULL, "updated: 2026-01-02", "updated: soon")
    (problem,) = problems(small_kb_dir)
    assert problem.startswith(f"{DISK_FULL}:34: updated: ")
