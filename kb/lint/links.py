"""Links against `links.txt`, the pages that were checked to say what they are linked for.

The list has one URL a line, sorted; lines that begin with `#` are comments. Without the file nothing is checked.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from kb.errors import Problem
from kb.loader import SourceFiles

LINKS = "links.txt"


def unlisted_links(files: SourceFiles) -> Iterator[Problem]:
    """Links of entries that nobody has checked."""
    path = files.root / LINKS
    if not path.exists():
        return
    listed = {url for _, url in _listed(path)}
    for file, entry in files.valid_entries():
        for index, link in enumerate(entry.links):
            if str(link.url) not in listed:
                yield file.problem_at(
                    ("links", index, "url"), f"{link.url} is not in {path}: check it in a browser, then add it there"
                )


def unused_links(files: SourceFiles) -> Iterator[Problem]:
    """Listed pages that no entry links to."""
    used = {str(link.url) for _, entry in files.valid_entries() for link in entry.links}
    path = files.root / LINKS
    for line, url in _listed(path):
        if url not in used:
            yield Problem(path, line, f"no entry links to {url}: remove it")


def unsorted_links(files: SourceFiles) -> Iterator[Problem]:
    """Listed pages out of order, or listed twice."""
    path = files.root / LINKS
    for (_, before), (line, url) in pairwise(_listed(path)):
        if url == before:
            yield Problem(path, line, f"{url} is listed twice")
        elif url < before:
            yield Problem(path, line, f"{url} must come before {before}: the list is sorted")


def _listed(path: Path) -> list[tuple[int, str]]:
    """The listed URLs with their lines; none if there is no list."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return [
        (number, line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    ]
