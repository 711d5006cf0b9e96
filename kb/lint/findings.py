"""Findings that help nobody, and entries that no finding tells apart."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from kb.errors import Problem
from kb.loader import SourceFiles
from kb.schema import Entry, Frequency

_STEPS = {frequency: step for step, frequency in enumerate(reversed(Frequency))}
_SEPARATING_STEPS = 2


def unused_findings(files: SourceFiles) -> Iterator[Problem]:
    """Findings that no entry mentions."""
    used = _frequencies(files).keys()
    for index, finding in enumerate(files.findings.value or ()):
        if finding.id not in used:
            yield files.findings.problem_at((index, "id"), f"no entry mentions finding '{finding.id}'")


def uninformative_findings(files: SourceFiles) -> Iterator[Problem]:
    """Findings that no text decides, and that hold as often for the entries that list them as for all others."""
    frequencies = _frequencies(files)
    for index, finding in enumerate(files.findings.value or ()):
        has_patterns = finding.text.holds or finding.text.fails
        if not has_patterns and frequencies[finding.id] == {finding.otherwise}:
            yield files.findings.problem_at(
                (index, "id"),
                f"finding '{finding.id}' can't tell any entries apart: it has no patterns, and every entry that lists "
                f"it says '{finding.otherwise}', as `otherwise` does for all others. Add patterns, or list it where it "
                "holds more or less often",
            )


def indistinguishable_entries(files: SourceFiles) -> Iterator[Problem]:
    """Entries that are said to be confused, with no finding to tell them apart."""
    entries = {entry.id: entry for _, entry in files.valid_entries()}
    otherwise = {finding.id: _STEPS[finding.otherwise] for finding in files.findings.value or ()}
    for file, entry in files.valid_entries():
        for index, confusion in enumerate(entry.confused_with):
            if not _distinguishable(entry, entries[confusion.id], otherwise):
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


def _distinguishable(one: Entry, other: Entry, otherwise: Mapping[str, int]) -> bool:
    """Whether some finding is at least two steps of frequency apart.

    :param otherwise: the step of each finding for entries that don't list it.
    """
    steps_one, steps_other = (
        {finding_id: _STEPS[frequency] for finding_id, frequency in entry.findings.items()} for entry in (one, other)
    )
    return any(
        abs(steps_one.get(finding_id, step) - steps_other.get(finding_id, step)) >= _SEPARATING_STEPS
        for finding_id, step in otherwise.items()
    )
