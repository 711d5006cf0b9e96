"""Code in JavaScript, TypeScript, Python, Go and JSON: what it imports, calls and sets, by tree-sitter's grammars.

The grammars recover from errors, so that a snippet with a part left out still gives the rest.
"""

from functools import cache

import tree_sitter_go
import tree_sitter_python
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from retrieval.evidence.config.code_settings import CodeSettings
from retrieval.evidence.config.setting import Setting

_GRAMMARS = {
    "go": tree_sitter_go.language,
    "json": tree_sitter_typescript.language_tsx,
    "javascript": tree_sitter_typescript.language_tsx,
    "python": tree_sitter_python.language,
    "typescript": tree_sitter_typescript.language_tsx,
}
_INSIDE_OF_OBJECT = ("({", "})")
_WRAPPERS = {
    "go": [("", ""), ("var _ = _{", "}")],
    "json": [("(", ")"), _INSIDE_OF_OBJECT],
    "javascript": [("", ""), _INSIDE_OF_OBJECT],
    "python": [("", ""), ("_(", ")")],
    "typescript": [("", ""), _INSIDE_OF_OBJECT],
}
"""What stands around a snippet: nothing if it is complete, the first of these that parses if it is an inner part."""

_CLOSING = {"(": ")", "[": "]", "{": "}"}


def read_code(text: str, language: str) -> list[Setting]:
    """What the code sets, in the order of its lines, with names of constants replaced by their values."""
    tree = _parse(text, language)
    source = CodeSettings()
    source.visit(tree, ())
    return source.settings()


def _parse(text: str, language: str) -> Node:
    """The best reading of a snippet: as it is, with brackets closed, or as the inside of an object or a call."""
    closed = text + _missing_brackets(text)
    candidates = [before + closed + after for before, after in _WRAPPERS[language]]
    best: tuple[int, Node] | None = None
    for candidate in candidates:
        root = Parser(_grammar(language)).parse(candidate.encode(errors="replace")).root_node
        damage = _damage(root)
        if best is None or damage < best[0]:
            best = (damage, root)
        if not damage:
            break
    assert best is not None
    return best[1]


@cache
def _grammar(language: str) -> Language:
    return Language(_GRAMMARS[language]())


def _damage(root: Node) -> int:
    """Bytes that didn't fit the grammar, more or less: the spans of the outermost errors."""
    damage, open_nodes = 0, [root]
    while open_nodes:
        node = open_nodes.pop()
        if node.is_error or node.is_missing:
            damage += max(1, node.end_byte - node.start_byte)
        elif node.has_error:
            open_nodes += node.children
    return damage


def _missing_brackets(text: str) -> str:
    """What closes the brackets that a cut-off snippet leaves open; brackets in strings and comments don't count."""
    open_brackets: list[str] = []
    quote = ""
    position = 0
    while position < len(text):
        character = text[position]
        if quote:
            position += character == "\\"
            if character == quote or (character == "\n" and quote != "`"):
                quote = ""
        elif character in "\"'`":
            quote = character
        elif character == "/" and text.startswith("//", position) and not text.startswith("://", position - 1):
            position = text.find("\n", position)
            if position < 0:
                break
        elif character in _CLOSING:
            open_brackets.append(_CLOSING[character])
        elif open_brackets and character == open_brackets[-1]:
            open_brackets.pop()
        position += 1
    return "\n" + "".join(reversed(open_brackets)) if open_brackets else ""
