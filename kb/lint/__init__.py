"""Problems of a knowledge base that load all the same: what would make its answers worse."""

from pathlib import Path

from kb.errors import Problem
from kb.lint.confusions import one_sided_confusions
from kb.lint.findings import indistinguishable_entries, uninformative_findings, unused_findings
from kb.lint.links import unlisted_links, unsorted_links, unused_links
from kb.lint.phrasings import repeated_phrasings
from kb.lint.prose import banned_words, long_entries, long_sentences
from kb.lint.snippets import unparsable_snippets
from kb.loader import find_problems, read_source_files

__all__ = ["lint"]


def lint(root: Path) -> list[Problem]:
    """Every problem of every file below `root`, in the order of files and lines."""
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
    return sorted(problems)
