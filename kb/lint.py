"""Problems of a knowledge base that load all the same: what would make its answers worse."""

from collections.abc import Iterator
from pathlib import Path

from kb.errors import Problem
from kb.loader import SourceFiles, find_problems, read_source_files
from kb.schema import Entry, Frequency

_STEPS = {frequency: step for step, frequency in enumerate(reversed(Frequency))}
_UNLISTED = _STEPS[Frequency.RARELY]
_SEPARATING_STEPS = 2


def lint(root: Path) -> list[Problem]:
    """Every problem of every file below `root`, in the order of files and lines."""
    files = read_source_files(root)
    problems = find_problems(files)
    if not problems:
        problems += _unused_findings(files)
        problems += _inseparable_entries(files)
    return sorted(problems)


def _unused_findings(files: SourceFiles) -> Iterator[Problem]:
    used = {finding_id for file in files.entries if file.value for finding_id, _ in file.value.findings.items()}
    for index, finding in enumerate(files.findings.value or ()):
        if finding.id not in used:
            yield files.findings.problem_at((index, "id"), f"no entry mentions finding '{finding.id}'")


def _inseparable_entries(files: SourceFiles) -> Iterator[Problem]:
    entries = {file.value.id: file.value for file in files.entries if file.value}
    for file in files.entries:
        for index, confusion in enumerate(file.value.confused_with if file.value else ()):
            if file.value and not _separable(file.value, entries[confusion.id]):
                yield file.problem_at(
                    ("confused_with", index), f"no finding tells this entry from '{confusion.id}': add one to either"
                )


def _separable(one: Entry, other: Entry) -> bool:
    """Whether some finding is at least two steps of frequency apart."""
    steps_one, steps_other = (
        {finding_id: _STEPS[frequency] for finding_id, frequency in entry.findings.items()} for entry in (one, other)
    )
    return any(
        abs(steps_one.get(finding_id, _UNLISTED) - steps_other.get(finding_id, _UNLISTED)) >= _SEPARATING_STEPS
        for finding_id in steps_one.keys() | steps_other.keys()
    )
