from pathlib import Path

import pytest

from tests.edit import edit
from tests.kb.lint.problems import DISK_FULL, PORT_25, problems

REPORTS = Path("reports/disk-full-stops-queue.jsonl")


def test_phrasing_of_two_entries_is_reported_at_the_second(small_kb_dir: Path) -> None:
    edit(small_kb_dir / PORT_25, "nothing arrives anywhere", "mail stopped overnight")
    assert problems(small_kb_dir) == [f"{PORT_25}:6: the same phrasing is at {DISK_FULL}:6: use other words"]


def test_phrasing_that_an_entry_has_twice_is_reported_at_the_second(small_kb_dir: Path) -> None:
    edit(small_kb_dir / DISK_FULL, "The log stops in the middle of a line", "mail stopped overnight")
    assert problems(small_kb_dir) == [f"{DISK_FULL}:10: the same phrasing is at {DISK_FULL}:6: use other words"]


def test_phrasing_that_is_a_report_as_well_is_reported_in_the_entry(small_kb_dir: Path) -> None:
    report = "queue manager died, df says 100 percent, and the queue does not move"
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", report)
    assert problems(small_kb_dir) == [f"{DISK_FULL}:6: the same phrasing is at {REPORTS}:2: use other words"]


@pytest.mark.parametrize(
    ("phrasing", "is_same"),
    [
        pytest.param("Mail stopped OVERNIGHT", True, id="other case"),
        pytest.param('"mail - stopped, overnight?!"', True, id="other punctuation"),
        pytest.param("mail   stopped overnight", True, id="other spaces"),
        pytest.param("mail stopped over night", False, id="other words"),
        pytest.param("overnight mail stopped", False, id="other order"),
        pytest.param("mail stopped overnight again", False, id="one word more"),
    ],
)
def test_phrasings_are_the_same_whatever_their_case_and_punctuation(
    small_kb_dir: Path, phrasing: str, is_same: bool
) -> None:
    edit(small_kb_dir / PORT_25, "nothing arrives anywhere", phrasing)
    assert [problem.split(": ")[0] for problem in problems(small_kb_dir)] == ([f"{PORT_25}:6"] if is_same else [])
