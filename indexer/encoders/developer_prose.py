"""Unlabelled English about software, which every Python installation holds: what its modules say about themselves."""

import ast
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

LEAST_WORDS, MOST_WORDS = 6, 160
LEAST_LETTERS = 0.7
"""Of a paragraph, with its spaces; the others are tables and code."""
MOST_SOURCE_BYTES = 400_000


INSTALLED = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib"))
"""Where Python's own modules and those of all packages are."""


def read_prose(folders: Iterable[Path] = INSTALLED) -> list[str]:
    """Each paragraph of the docstrings in Python files below these folders once, in alphabetical order."""
    return sorted({text for folder in folders for path in folder.rglob("*.py") for text in _paragraphs(path)})


def _paragraphs(path: Path) -> Iterator[str]:
    if path.stat().st_size > MOST_SOURCE_BYTES:
        return
    try:
        module = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return  # of another version of the language, or a test of what can't be read
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                words = paragraph.split()
                text = " ".join(words)
                if LEAST_WORDS <= len(words) <= MOST_WORDS and _share_of_letters(text) >= LEAST_LETTERS:
                    yield text


def _share_of_letters(text: str) -> float:
    return sum(character.isalpha() or character == " " for character in text) / len(text)
