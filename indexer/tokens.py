"""Text to words for the lexical index: identifiers and header names whole and in parts."""

import re

# A word with its inner punctuation (front-token, recipe.init, session/refresh, 127.0.0.1), so that literal names match.
WORD = re.compile(r"[^\W_]+(?:[-_./:][^\W_]+)*")
_INNER_PUNCTUATION = re.compile(r"[-_./:]")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def tokenize(text: str) -> list[str]:
    """Lower-case tokens in order: each word whole and, where it is compound, its parts.

    `tokenize("sFrontToken of front-token")` gives `["sfronttoken", "s", "front", "token", "of", "front-token", "front",
    "token"]`.
    """
    tokens = []
    for word in WORD.findall(text):
        parts = [part for piece in _INNER_PUNCTUATION.split(word) for part in _CAMEL_CASE.split(piece)]
        tokens.append(word.lower())
        if len(parts) > 1:
            tokens += [part.lower() for part in parts]
    return tokens
