"""Entries that look alike do so from both sides."""

from collections.abc import Iterator

from kb.errors import Problem
from kb.loader import SourceFiles

ENOUGH_CONFUSIONS = 3
"""An entry that lists as many has named its nearest neighbours and need not name everybody who names it: in the first
knowledge base 138 of 356 confusions are one-sided, none of them with an entry that lists fewer."""


def one_sided_confusions(files: SourceFiles) -> Iterator[Problem]:
    """Confusions with an entry that has room for more, but doesn't name this one in turn."""
    entries = {entry.id: (file, entry) for file, entry in files.valid_entries()}
    for file, entry in files.valid_entries():
        for index, confusion in enumerate(entry.confused_with):
            other_file, other = entries[confusion.id]
            mutual = entry.id in {back.id for back in other.confused_with}
            if not mutual and len(other.confused_with) < ENOUGH_CONFUSIONS:
                yield file.problem_at(
                    ("confused_with", index),
                    f"'{other.id}' doesn't name this entry in turn: "
                    f"add '{entry.id}' to confused_with in {other_file.path}",
                )
