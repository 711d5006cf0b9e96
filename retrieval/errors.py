"""What can go wrong with a question.

RetrievalError
├── UnreadableSymptom   there is nothing to read in it
├── UnknownFinding      an answer names a finding that isn't there
├── UnknownFilter       a filter names something that isn't in the vocabulary
└── UnusableRanker      the index's ranking weights don't fit this version
"""

from collections.abc import Iterable


class RetrievalError(Exception):
    """Base of everything this package raises."""


class UnreadableSymptom(RetrievalError):
    """The message has no words."""

    def __init__(self) -> None:
        super().__init__(
            "there is nothing to read in this symptom: describe in words what you see and what you expected"
        )


class UnknownFinding(RetrievalError):
    """Answers name findings that this index doesn't have."""

    def __init__(self, finding_ids: Iterable[str]) -> None:
        super().__init__(f"unknown finding {_masked(finding_ids)}: use the finding_id of a follow-up question")


class UnknownFilter(RetrievalError):
    """A filter names a section, platform or SDK that this index doesn't have."""

    def __init__(self, kind: str, values: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} {_masked(values)}: this index has {', '.join(known)}")


class UnusableRanker(RetrievalError):
    """The ranking weights in the index can't be used."""


def _masked(names: Iterable[str]) -> str:
    # Imported only now: who catches these errors may not have what masking needs.
    from retrieval.masking import mask

    return mask(", ".join(sorted(names)))
