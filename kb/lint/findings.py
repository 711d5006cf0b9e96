"""Findings that help nobody, and entries that no finding tells apart."""

from collections import defaultdict
from collections.abc import Iterator

from kb.errors import Problem
from kb.loader import SourceFiles
from kb.schema import Entry, Frequency

_STEPS = {frequency: step for step, frequency in enumerate(reversed(Frequency))}
_UNLISTED = _STEPS[Frequency.RARELY]
_SEPARATING_STEPS = 2


def unused_findings(files: SourceFiles) -> Iterator[Problem]:
    """Findings that no entry mentions."""
    used = _frequencies(files).keys()
    for index, finding in enumerate(files.findings.value or ()):
        if finding.id not in used:
            yield files.findings.problem_at((index, "id"), f"no entry mentions finding '{finding.id}'")


def uninformative_findings(files: SourceFiles) -> Iterator[Problem]:
    """Findings that no text decides, and that hold as rarely for the entries that list them as for all others."""
    frequencies = _frequencies(files)
    for index, finding in enumerate(files.findings.value or ()):
        has_patterns = finding.text.holds or finding.text.fails
        if not has_patterns and frequencies[finding.id] == {Frequency.RARELY}:
            yield files.findings.problem_at(
                (index, "id"),
                f"finding '{finding.id}' can't tell any entries apart: it has no patterns, and no entry says more than "
                "that it is rare, as it is for all others. Add patterns, or list it where it holds more or less often",
            )


def indistinguishable_entries(files: SourceFiles) -> Iterator[Problem]:
    """Entries that are said to be confused, with no finding to tell them apart."""
    entries = {entry.id: entry for _, entry in files.valid_entries()}
    for file, entry in files.valid_entries():
        for index, confusion in enumerate(entry.confused_with):
            if not _distinguishable(entry, entries[confusion.id]):
                yield file.problem_at(
                    ("confused_with", index), f"no finding tells this entry from '{confusion.id}': add one to either"
                )


def _frequencies(files: SourceFiles) -> defaultdict[str, set[Frequency]]:
    """How often each finding holds, as the entries that list it say."""
    frequencies: defaultdict[str, set[Frequency]] = defaultdict(set)
    for _, entry in files.valid_entries():
        for finding_id, frequency in entry.findings.items():
            frequencies[finding_id].add(frequency)
    return frequencies


def _distinguishable(one: Entry, other: Entry) -> bool:
    """Whether some finding is at least two steps of frequency apart."""
    steps_one, steps_other = (
        {finding_id: _STEPS[frequency] for finding_id, frequency in entry.findings.items()} for entry in (one, other)
    )
    return any(
        abs(steps_one.get(finding_id, _UNLISTED) - steps_other.get(finding_id, _UNLISTED)) >= _SEPARATING_STEPS
        for finding_id in steps_one.keys() | steps_other.keys()
    )
