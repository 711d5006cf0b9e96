"""Findings that text decides: what the user wrote, and what they pasted."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb import Finding
from retrieval.diagnosis import Evidence, ObservedFinding

QUOTE_CHARACTERS = 200
_FLAGS = re.IGNORECASE | re.MULTILINE


@dataclass(frozen=True)
class _Detector:
    finding_id: str
    holds: tuple[re.Pattern[str], ...]
    fails: tuple[re.Pattern[str], ...]


class FindingDetectors:
    """The text patterns of all findings, compiled once."""

    def __init__(self, findings: Mapping[str, Finding]) -> None:
        self._detectors = [
            _Detector(
                finding.id,
                tuple(re.compile(pattern, _FLAGS) for pattern in finding.text.holds),
                tuple(re.compile(pattern, _FLAGS) for pattern in finding.text.fails),
            )
            for finding in findings.values()
            if finding.text.holds or finding.text.fails
        ]

    def observe(self, texts: Iterable[Evidence]) -> list[ObservedFinding]:
        """Each finding that some text decides, once; proof that it holds outweighs proof that it doesn't."""
        texts = list(texts)
        observed = []
        for detector in self._detectors:
            finding = self._decide(detector, texts)
            if finding:
                observed.append(finding)
        return observed

    @staticmethod
    def _decide(detector: _Detector, texts: list[Evidence]) -> ObservedFinding | None:
        for holds, patterns in ((True, detector.holds), (False, detector.fails)):
            for text in texts:
                for pattern in patterns:
                    if match := pattern.search(text.text):
                        return ObservedFinding(
                            id=detector.finding_id, holds=holds, quote=_line_around(match), where=text.name
                        )
        return None


def _line_around(match: re.Match[str]) -> str:
    """The line of a match, cut around it if it is long."""
    text = match.string
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    line_end = len(text) if end < 0 else end
    if line_end - start > QUOTE_CHARACTERS:
        start = max(start, match.start() - QUOTE_CHARACTERS // 4)
        line_end = min(line_end, start + QUOTE_CHARACTERS)
    return text[start:line_end].strip()
