"""Entries that look alike say so from both sides."""

from collections.abc import Iterator

from kb.errors import Problem
from kb.loader import SourceFiles


def one_sided_confusions(files: SourceFiles) -> Iterator[Problem]:
    """Confusions with an entry that doesn't name this one in turn: whoever lands there first would not be sent here."""
    entries = {entry.id: (file, entry) for file, entry in files.valid_entries()}
    for file, entry in files.valid_entries():
        for index, confusion in enumerate(entry.confused_with):
            other_file, other = entries[confusion.id]
            if entry.id not in {back.id for back in other.confused_with}:
                yield file.problem_at(
                    ("confused_with", index),
                    f"'{other.id}' doesn't name this entry in turn: "
                    f"add '{entry.id}' to confused_with in {other_file.path}",
                )
