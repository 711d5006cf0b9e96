"""What can go wrong with a knowledge base.

KnowledgeBaseError
├── InvalidKnowledgeBase   files that don't validate: every problem of every file, each with its place
├── UnknownEntry           an id that no entry has
├── InvalidName            an id or section that can't be a file's name
├── EntryExists            a new entry would overwrite a file
├── NotAnExport            an export would overwrite what no export wrote
└── Offline                no link can be checked
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong at one place of a file; `line` counts from 1."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class KnowledgeBaseError(Exception):
    """Base of everything this package raises."""


class InvalidKnowledgeBase(KnowledgeBaseError):
    """The files don't form a valid knowledge base; `problems` lists everything that is wrong with them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnknownEntry(KnowledgeBaseError):
    """No entry has this id."""

    def __init__(self, entry_id: str, similar: Sequence[str]) -> None:
        self.entry_id = entry_id
        self.similar = list(similar)
        hint = f"; did you mean {', '.join(similar)}?" if similar else ""
        super().__init__(f"there is no entry '{entry_id}'{hint}")


class InvalidName(KnowledgeBaseError):
    """An id or section isn't a slug."""

    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' can't be an id or section: use lower-case words joined by hyphens, as in my-cause")


class EntryExists(KnowledgeBaseError):
    """An entry of this id exists already."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists already: choose another id, or edit that file")


class NotAnExport(KnowledgeBaseError):
    """A folder to export to holds something that no export wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} was not written by an export and would be lost: choose another folder, or move it away"
        )


class Offline(KnowledgeBaseError):
    """No host that links lead to could be connected to."""

    def __init__(self, hosts: int, reason: str) -> None:
        super().__init__(
            f"no link was checked: none of {hosts} hosts can be reached ({reason}); is this machine online?"
        )
