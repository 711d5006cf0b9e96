from pathlib import Path

import pytest

from tests.edit import edit
from tests.kb.lint.problems import DISK_FULL, HASH, PORT_25, problems


def test_finding_that_no_entry_mentions_is_reported_where_it_is_defined(small_kb_dir: Path) -> None:
    with (small_kb_dir / "findings.yaml").open("a") as file:
        file.write("- question: Is the moon full?\n  id: full-moon\n  how_to_look: Look up.\n")
    assert problems(small_kb_dir) == ["findings.yaml:27: no entry mentions finding 'full-moon'"]


@pytest.fixture
def kb_with_full_moon(small_kb_dir: Path) -> Path:
    """A knowledge base with a finding that no text decides, as rarely true for one entry as for all others."""
    with (small_kb_dir / "findings.yaml").open("a") as file:
        file.write("- id: full-moon\n  question: Is the moon full?\n  how_to_look: Look up.\n  otherwise: rarely\n")
    edit(small_kb_dir / DISK_FULL, "rarely: [queue-grows]", "rarely: [queue-grows, full-moon]")
    return small_kb_dir


USELESS = (
    "findings.yaml:26: finding 'full-moon' can't tell any entries apart: it has no patterns, and every entry that "
    "lists it says 'rarely', as `otherwise` does for all others. Add patterns, or list it where it holds more or less "
    "often"
)


def test_finding_that_is_rare_everywhere_tells_no_entries_apart(kb_with_full_moon: Path) -> None:
    assert problems(kb_with_full_moon) == [USELESS]


def test_finding_without_patterns_helps_where_entries_differ_in_it(kb_with_full_moon: Path) -> None:
    edit(kb_with_full_moon / HASH, "always: [password-refused]", "always: [password-refused]\n  sometimes: [full-moon]")
    assert problems(kb_with_full_moon) == []


def test_finding_without_patterns_helps_where_it_is_rarer_otherwise(kb_with_full_moon: Path) -> None:
    edit(kb_with_full_moon / "findings.yaml", "Look up.\n  otherwise: rarely", "Look up.")
    assert problems(kb_with_full_moon) == []


@pytest.mark.parametrize("decides", ["holds", "fails"])
def test_finding_with_a_pattern_helps_in_one_entry_alone(kb_with_full_moon: Path, decides: str) -> None:
    edit(kb_with_full_moon / "findings.yaml", "Look up.", f"Look up.\n  text: {{{decides}: [full moon]}}")
    assert problems(kb_with_full_moon) == []


@pytest.mark.parametrize(
    ("disk_full", "port_25", "distinguishable"),
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
    small_kb_dir: Path, disk_full: str, port_25: str, distinguishable: bool
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
        [] if distinguishable else expected
    )
