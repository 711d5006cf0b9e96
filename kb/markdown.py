"""Pieces of Markdown that show exactly the text they are made of, whatever it holds (CommonMark 0.31).

Prose keeps its `code`, as everywhere in the knowledge base; nothing else in it is markup, so all else is escaped.
"""

import re
from collections.abc import Iterable

_LINE_BREAK = re.compile(r"\r\n?|\n")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
# Only what could be read as markup is escaped, so that the source stays readable: `_` not within a word, `#` not within
# an address, `&` only before what looks like an entity. GitHub's `~~` is included.
_MARKUP = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|(?<!\S)#|&(?=#?\w+;)")
_BEFORE_BLOCK_MARKER = re.compile(r"^(\d+(?=[.)])|(?=[-+>]))")
_PLAIN_ADDRESS = re.compile(r"[^()<>&\\\s]+")
_IN_ADDRESS = re.compile(r"[\\<>]|&(?=#?\w+;)")


def inline(text: str) -> str:
    """Prose within a line."""
    line = _LINE_BREAK.sub(" ", text).strip()
    escaped, position = "", 0
    for span in _CODE_SPAN.finditer(line):
        escaped += _escape(line[position : span.start()]) + span[0]
        position = span.end()
    return escaped + _escape(line[position:])


def paragraphs(text: str) -> str:
    """Prose with each of its lines in a paragraph."""
    lines = (inline(line) for line in _LINE_BREAK.split(text) if line.strip())
    return "\n\n".join(_BEFORE_BLOCK_MARKER.sub(r"\1\\", line) for line in lines)


def heading(level: int, text: str) -> str:
    """A heading; 1 is the page's."""
    return f"{'#' * level} {inline(text)}"


def link(text: str, address: str) -> str:
    """A link with prose as its text."""
    target = address if _PLAIN_ADDRESS.fullmatch(address) else f"<{_IN_ADDRESS.sub(_backslash, address)}>"
    return f"[{inline(text)}]({target})"


def code_span(code: str) -> str:
    """Code on one line."""
    code = _LINE_BREAK.sub(" ", code)
    delimiter = _longer_than_in(code, at_least=1)
    padding = " " if code.startswith(("`", " ")) or code.endswith(("`", " ")) else ""
    return f"{delimiter}{padding}{code}{padding}{delimiter}"


def code_block(code: str, language: str) -> str:
    """Code in a fence that it can't close."""
    fence = _longer_than_in(code, at_least=3)
    lines = _LINE_BREAK.sub("\n", code).removesuffix("\n")
    return f"{fence}{language}\n{lines}\n{fence}"


def bullets(items: Iterable[str]) -> str:
    """A list of Markdown items, each of one or several blocks."""
    return "\n".join(_item("- ", item) for item in items)


def numbered(items: Iterable[str]) -> str:
    """A list of Markdown items, each of one or several blocks, numbered from 1."""
    return "\n".join(_item(f"{number}. ", item) for number, item in enumerate(items, start=1))


def _item(marker: str, content: str) -> str:
    return marker + re.sub(r"\n(?!\n)", "\n" + " " * len(marker), content)


def _longer_than_in(code: str, *, at_least: int) -> str:
    longest = max(map(len, re.findall("`+", code)), default=0)
    return "`" * max(at_least, longest + 1)


def _escape(text: str) -> str:
    return _MARKUP.sub(_backslash, text)


def _backslash(match: re.Match[str]) -> str:
    return "\\" + match[0]
