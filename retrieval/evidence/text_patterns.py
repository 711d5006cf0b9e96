"""Findings that text decides: what the user wrote, and what they pasted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb import Finding
from kb.patterns import PatternSet
from retrieval.diagnosis import Evidence, ObservedFinding
from retrieval.symptom import clean

QUOTE_CHARACTERS = 200


@dataclass(frozen=True)
class _Rule:
    """A match of `pattern` means that the finding holds, or that it does not."""

    finding_id: str
    holds: bool
    pattern: str


class FindingDetectors:
    """The text patterns of all findings, compiled once."""

    def __init__(self, findings: Mapping[str, Finding]) -> None:
        self._rules = [rule for finding in findings.values() for rule in _rules(finding)]
        self._patterns = PatternSet([rule.pattern for rule in self._rules])

    def observe(self, texts: Sequence[Evidence]) -> list[ObservedFinding]:
        """Each finding that some text decides, once; proof that it holds outweighs proof that it doesn't."""
        decisive: dict[str, tuple[int, str, str]] = {}
        for evidence in texts:
            text = clean(evidence.text)
            for number in self._patterns.matching(text):
                rule = self._rules[number]
                known = decisive.get(rule.finding_id)
                if known is None or (rule.holds and not self._rules[known[0]].holds):
                    decisive[rule.finding_id] = (number, evidence.name, text)
        return [
            ObservedFinding(
                id=finding_id,
                holds=self._rules[number].holds,
                quote=_line_around(text, *self._patterns.span(number, text)),
                where=name,
            )
            for finding_id, (number, name, text) in decisive.items()
        ]


def _rules(finding: Finding) -> Iterator[_Rule]:
    for holds, patterns in ((True, finding.text.holds), (False, finding.text.fails)):
        for pattern in patterns:
            yield _Rule(finding.id, holds, pattern)


def _line_around(text: str, start: int, end: int) -> str:
    """The line of a match, cut around it if it is long."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    if line_end - line_start > QUOTE_CHARACTERS:
        line_start = max(line_start, start - QUOTE_CHARACTERS // 4)
        line_end = min(line_end, line_start + QUOTE_CHARACTERS)
    return text[line_start:line_end].strip()
