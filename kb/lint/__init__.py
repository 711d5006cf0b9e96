"""Problems of a knowledge base that load all the same: what would make its answers worse."""

from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from pathlib import Path

from kb.errors import Problem
from kb.lint.confusions import one_sided_confusions
from kb.lint.findings import indistinguishable_entries, uninformative_findings, unused_findings
from kb.lint.links import unlisted_links, unsorted_links, unused_links
from kb.lint.phrasings import repeated_phrasings
from kb.lint.prose import banned_words, long_entries, long_sentences
from kb.lint.snippets import unparsable_snippets
from kb.loader import find_problems, read_source_files

__all__ = ["Check", "installed_checks", "lint"]

Check = Callable[[Path], Iterable[Problem]]
"""From the folder of a knowledge base that loads to what is wrong with it."""


def installed_checks() -> list[Check]:
    """Checks that other packages bring, by the entry points `causeway.kb_lint`: this one may not import a search."""
    return [entry_point.load() for entry_point in entry_points(group="causeway.kb_lint")]


def lint(root: Path, checks: Iterable[Check] = ()) -> list[Problem]:
    """Every problem of every file below `root`, in the order of files and lines.

    :param checks: run as well, if the knowledge base loads.
    """
    files = read_source_files(root)
    problems = find_problems(files)
    vocabulary = files.vocabulary.value
    if not problems and vocabulary:
        problems += unused_findings(files)
        problems += uninformative_findings(files)
        problems += indistinguishable_entries(files)
        problems += one_sided_confusions(files)
        problems += repeated_phrasings(files)
        problems += unlisted_links(files)
        problems += unused_links(files)
        problems += unsorted_links(files)
        problems += unparsable_snippets(files, vocabulary)
        problems += banned_words(files, vocabulary.banned_words)
        problems += long_entries(files)
        problems += long_sentences(files)
        for check in checks:
            problems += check(root)
    return sorted(problems)
