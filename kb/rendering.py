"""Entries in a terminal or a pipe."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kb.schema import FixStep, Link, Snippet

_INLINE_CODE = re.compile(r"`([^`]+)`")


def render_remedy(confirm: Sequence[str], fix: Sequence[FixStep], links: Sequence[Link]) -> Group:
    """What confirms and fixes a cause, each part under its heading."""
    return Group(
        heading("Confirm"),
        *numbered(inline(check) for check in confirm),
        heading("Fix"),
        *numbered(Group(inline(step.text), *_snippets(step.code)) for step in fix),
        heading("Links"),
        *(Padding(Text.assemble(f"{link.title}\n", (str(link.url), "blue")), (0, 0, 0, 2)) for link in links),
    )


def heading(text: str) -> RenderableType:
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


def numbered(items: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """Items behind their numbers, wrapped beside them."""
    for number, item in enumerate(items, start=1):
        row = Table.grid(padding=(0, 1))
        row.add_column(width=4, justify="right")
        row.add_column(ratio=1, overflow="fold")
        row.add_row(f"{number}.", item)
        yield row


def output_console() -> Console:
    """Standard output: in a terminal as wide as it is, in a pipe plain and 100 columns wide."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=100)


def _snippets(snippets: Sequence[Snippet]) -> Iterator[RenderableType]:
    for snippet in snippets:
        yield Text(snippet.sdk, style="dim italic")
        yield Padding(Text(snippet.source.rstrip("\n"), style="cyan", no_wrap=False), (0, 0, 0, 2))
