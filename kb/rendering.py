"""Entries in a terminal or a pipe: prose is wrapped beside its number, code and addresses are never broken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from kb.schema import Entry, FixStep, Link, Snippet

WIDTH_IN_A_PIPE = 100
INDENT = "     "

_UNLIMITED = 1_000_000
_INLINE_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Hanging:
    """Text wrapped to the console's width: `first` leads its first line, as much indentation the others."""

    first: str
    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        for number, line in enumerate(self.text.wrap(console, options.max_width - len(self.first))):
            line.rstrip()
            yield Text.assemble(" " * len(self.first) if number else self.first, line)


@dataclass(frozen=True)
class Verbatim:
    """Lines to be copied: indented, never wrapped."""

    text: str
    style: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        for line in self.text.rstrip("\n").split("\n"):
            yield Text((INDENT + line).rstrip(), style=self.style, no_wrap=True, overflow="ignore")


@dataclass(frozen=True)
class Unbroken:
    """Something as wide as it needs to be, even if the console is narrower: a table, a line for a program."""

    content: Table | Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the content."""
        yield from console.render(self.content, options.update(width=_UNLIMITED))


def render_entry(entry: Entry) -> Iterator[RenderableType]:
    """A whole entry, as a reader gets it."""
    yield Text(entry.title, style="bold")
    yield Text(f"{entry.section}/{entry.id}\n", style="dim")
    yield inline(entry.summary)
    yield heading("Cause")
    yield Hanging("  ", inline(entry.cause))
    yield from render_remedy(entry.confirm, entry.fix, entry.links)
    yield heading("Symptoms")
    yield from numbered(entry.symptoms)
    if entry.confused_with:
        yield heading("Easily confused with")
        for confusion in entry.confused_with:
            yield Hanging("  ", Text(f"{confusion.id}: {confusion.observation}"))


def render_remedy(confirm: Sequence[str], fix: Sequence[FixStep], links: Sequence[Link]) -> Iterator[RenderableType]:
    """What confirms and fixes a cause, each part under its heading."""
    yield heading("Confirm")
    yield from numbered(confirm)
    yield heading("Fix")
    for number, step in enumerate(fix, start=1):
        yield _numbered(number, step.text)
        for snippet in step.code:
            yield from _snippet(snippet)
    yield heading("Links")
    for link in links:
        yield Text(f"  {link.title}")
        yield Verbatim(str(link.url), "blue")


def heading(text: str) -> Text:
    """A heading within an answer."""
    return Text(f"\n{text}", style="bold")


def inline(text: str) -> Text:
    """Text whose `code` stands out."""
    rendered = Text()
    position = 0
    for match in _INLINE_CODE.finditer(text):
        rendered.append(text[position : match.start()])
        rendered.append(match[1], style="cyan")
        position = match.end()
    return rendered.append(text[position:])


def numbered(items: Sequence[str]) -> Iterator[RenderableType]:
    """Items behind their numbers."""
    for number, item in enumerate(items, start=1):
        yield _numbered(number, item)


def print_all(parts: Iterable[RenderableType]) -> None:
    """Print to standard output: in a terminal as wide as it is, in a pipe plain and of a fixed width."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH_IN_A_PIPE)
    for part in parts:
        console.print(part, crop=False)


def _numbered(number: int, text: str) -> Hanging:
    return Hanging(f"{number:>3}. ", inline(text))


def _snippet(snippet: Snippet) -> Iterator[RenderableType]:
    yield Text(f"{INDENT}{snippet.sdk}", style="dim italic")
    yield Verbatim(snippet.source, "cyan")
