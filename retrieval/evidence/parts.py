"""A piece of evidence cut into parts: what stands in a Markdown fence, and what stands around it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MOST_LINE_CHARACTERS = 100_000
"""More than the largest header that servers accept."""

_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links
    r"|[\x00-\x08\x0e-\x1f\x7f\ufeff\u200b]"
)
_FENCE = re.compile(r"\s{0,8}(?:>\s?)?(```+|~~~+)\s*(.*)$")
_LANGUAGE = re.compile(r"[\w+.#-]{1,20}\s*")
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\[(?:pod|deployment|job)/[^\]\s]{1,200}\]\s",  # kubectl logs --prefix
        rf"{_TIME} (?:stdout|stderr) [FP] ",  # the container runtime's files
        rf"{_TIME} (?:app|heroku|router)\[[\w.-]{{1,40}}\]: ",  # Heroku
        rf"{_TIME}\t[0-9a-f]{{8}}-[0-9a-f-]{{27}}\t",  # AWS Lambda
        r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.-]{1,64} [\w./@-]{1,64}(?:\[\d{1,8}\])?: ",  # journald, syslog
        rf"(?:{_TIME}\s){{1,2}}",  # docker logs --timestamps, and the log's own
    )
)
_SERVICE = re.compile(r"(?:\d{1,3}\|)?([\w.-]{1,64})\s{0,40}\|\s?")
"""docker compose ("api-1  | ") and PM2 ("0|api  | "); also a table's row, so it takes two of a kind."""


@dataclass(frozen=True)
class Part:
    """Some lines of a piece of evidence, without colours and prefixes.

    `first_line`: where it begins, from 1. `language`: what its fence says, in lower case. `is_prose`: outside fences in
    a message, where people write sentences.
    """

    source: str
    first_line: int
    lines: tuple[str, ...]
    language: str | None
    is_prose: bool


def split_parts(source: str, lines: Sequence[str], first_line: int, *, is_message: bool) -> Iterator[Part]:
    """The parts of a text whose lines are clean, in order; blank ones are left out."""
    for block in _blocks(lines):
        if any(line.strip() for line in block.lines):
            yield Part(
                source=source,
                first_line=first_line + block.start,
                lines=tuple(without_prefixes(block.lines)),
                language=block.language,
                is_prose=is_message and not block.fence,
            )


@dataclass
class _Block:
    start: int
    fence: str = ""
    language: str | None = None
    lines: list[str] = field(default_factory=list)


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    block = _Block(0)
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if match and not block.fence:
            yield block
            if not match[2] or _LANGUAGE.fullmatch(match[2]):
                block = _Block(number + 1, match[1], match[2].strip().lower() or None)
            else:  # "```HTTP/1.1 200 OK": some write on the fence's own line.
                block = _Block(number, match[1], lines=[match[2]])
        elif block.fence and line.rstrip().endswith(block.fence):
            block.lines.append(line.rstrip().removesuffix(block.fence))
            yield block
            block = _Block(number + 1)
        else:
            block.lines.append(line)
    yield block


def clean_lines(text: str) -> list[str]:
    """The lines of a text without what a terminal would not show, none of them endless."""
    text = text.encode(errors="replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return [line[:MOST_LINE_CHARACTERS] for line in _CONTROL.sub("", text).split("\n")]


def without_prefixes(lines: Sequence[str]) -> list[str]:
    """Lines without what a container, a service manager or a terminal put before them."""
    counts = Counter(match[1] for line in lines if (match := _SERVICE.match(line)))
    services = set(counts) if max(counts.values(), default=0) > 1 else set()
    return [_without_prefix(line, services) for line in lines]


def _without_prefix(line: str, services: set[str]) -> str:
    if (match := _SERVICE.match(line)) and match[1] in services:
        line = line[match.end() :]
    for prefix in _PREFIXES:
        if match := prefix.match(line):
            line = line[match.end() :]
    return line
