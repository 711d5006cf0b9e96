"""Phrasings that are there already: the same words twice teach nothing new."""

import re
from collections.abc import Iterator

from kb.errors import Problem
from kb.loader import SourceFiles


def repeated_phrasings(files: SourceFiles) -> Iterator[Problem]:
    """Symptoms that another symptom or a report says in the same words."""
    places = {
        _words(report.question): f"{path}:{line}" for path, rows in files.reports.items() for line, report in rows
    }
    for file, entry in files.valid_entries():
        for index, symptom in enumerate(entry.symptoms):
            location, words = ("symptoms", index), _words(symptom)
            if words in places:
                yield file.problem_at(location, f"the same phrasing is at {places[words]}: use other words")
            places.setdefault(words, f"{file.path}:{file.line_of(location)}")


def _words(text: str) -> tuple[str, ...]:
    """What is said, whatever the case and punctuation."""
    return tuple(re.findall(r"\w+", text.casefold()))
