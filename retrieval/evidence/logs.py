"""Log lines: how grave they are, and whether a browser or a server wrote them."""

from collections.abc import Sequence

import re2

from retrieval.evidence.model import LogLine, Side
from retrieval.evidence.parts import Part
from retrieval.masking import mask

MOST_CHARACTERS = 4_000
_SAMPLE_LINES = 500
"""So many lines say where a log comes from."""


def _any_of(*patterns: str) -> "re2._Regexp":
    return re2.compile("|".join(patterns))


_ERROR = _any_of(
    r"\b\w*(?:Error|Exception)\b:",
    r"\b(?:Uncaught|Unhandled\w*)\b",
    r"^(?:Traceback |panic: |Caused by: )",
    r"Failed to load resource|blocked by CORS policy|Cross-Origin Request Blocked",
    r"^\s*[✖✗❌ⓧ]",
)
_LEVEL_WORD = re2.compile(
    r"(?i)(?:^|[\s\[(\"'|])(?:(fatal|critical|severe|panic|error|err)|(warning|warn)|(info|notice)|(debug|trace|verbose))"
    r"(?:[\s\])\"'|:>-]|$)"
)
_LEVEL_NUMBER = re2.compile(r"\"level\":\s?(?:([56]0)|(40)|(30)|([12]0))\b")  # pino and bunyan
_LEVELS = ("error", "warning", "info", "debug")

_FRONTEND = _any_of(
    r"\bVM\d+:\d+|\(anonymous\)|\(index\):\d+|\bnet::ERR_|Uncaught \(in promise\)|webpack-internal:",
    r"CORS policy|Cross-Origin Request Blocked|Failed to load resource|\bXHR(?:GET|POST)",
    r"^[\w.-]+\.(?:js|jsx|ts|tsx|mjs|vue|svelte|html)(?:\?\S*)?:\d+",
    r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) https?://\S+ (?:\d{3} \(|net::)",
    r"@https?://|\(https?://\S+:\d+:\d+\)|\bat https?://\S+:\d+:\d+",
    r"^\[(?:vite|HMR|Fast Refresh)\]",
)
_BACKEND = _any_of(
    r"^Traceback \(most recent|^\s+File \"[^\"]+\", line \d+|^goroutine \d+|^\[GIN\]|\bnode:internal/",
    r"(?:^|[\s(\"])/(?:app|srv|usr|home|var|opt|root|workspace)/\S+:\d+|^\s+at [\w.$]+\(\w+\.java:\d+\)",
    r"\"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+ HTTP/\d",
    r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d |^(?:INFO|WARNING|ERROR):\s{2,}",
    r"(?i)\bgunicorn\b|\buvicorn\b|\blistening (?:on|at)\b|\bupstream\b",
)
_LOGGED = _any_of(
    _ERROR.pattern,
    _FRONTEND.pattern,
    _BACKEND.pattern,
    r"^(?:\d{1,4}[-/]\d\d[-/]\d{1,4}[T ])?\d\d:\d\d:\d\d(?:[Z.,\s\]]|$)",
    r"^\[[^\]]{1,60}\]\s|^\w+ ?\[[\w.:/ -]+\]|^(?:INFO|WARN|WARNING|ERROR|DEBUG)\b:?\s",
    r"^\s+at \S|^\s+File \"|^\{\"(?:level|time|ts|msg)\"|^[\w.()-]+:\d+(?::\d+)?\s",
)


def looks_logged(line: str) -> bool:
    """Whether a program rather than a person wrote this line."""
    return _LOGGED.search(line[:MOST_CHARACTERS]) is not None


def side_of(lines: Sequence[str]) -> Side:
    """Whether these lines come from a browser's console or from a server."""
    frontend = sum(bool(_FRONTEND.search(line)) for line in lines[:_SAMPLE_LINES])
    backend = sum(bool(_BACKEND.search(line)) for line in lines[:_SAMPLE_LINES])
    if frontend == backend:
        return Side.UNKNOWN
    return Side.FRONTEND if frontend > backend else Side.BACKEND


def read_log(part: Part, numbers: Sequence[int]) -> list[LogLine]:
    """The lines of these numbers, counted from 0 in the part. Secrets in them are masked."""
    if not numbers:
        return []
    lines = [part.lines[number][:MOST_CHARACTERS] for number in numbers]
    side = side_of(lines)
    masked = mask("\n".join(lines)).split("\n")
    return [
        LogLine(text=text.rstrip(), source=part.source, line=part.first_line + number, level=_level(text), side=side)
        for number, text in zip(numbers, masked, strict=True)
        if text.strip()
    ]


def _level(line: str) -> str:
    if _ERROR.search(line):
        return "error"
    match = _LEVEL_WORD.search(line[:200]) or _LEVEL_NUMBER.search(line)
    if not match:
        return ""
    return next(level for level, group in zip(_LEVELS, match.groups(), strict=True) if group)
