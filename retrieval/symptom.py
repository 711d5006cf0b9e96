"""What a user wrote, taken apart: clean text, and passages that an encoder can read whole."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

PASSAGE_WORDS = 90
"""About half of what the default encoder reads (256 tokens): logs and URLs have several tokens a word."""
LONGEST_WORD = 200
"""Base64 and minified code come as one endless word, which says nothing and takes an encoder long."""

_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_PAGE_BREAK = re.compile(r"[\x0b\x0c]")
_ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Symptom:
    """A readable message: its clean text and its passages, in order, none of them empty."""

    text: str
    passages: tuple[str, ...]


def read_symptom(text: str) -> Symptom | None:
    """Clean and split a message; None if there is nothing to read in it (blank, only emoji, only a URL)."""
    text = clean(text)
    if not _LETTERS.search(_URL.sub(" ", text)):
        return None
    return Symptom(text=text, passages=tuple(_passages(text)))


def clean(text: str) -> str:
    """Drop control characters, lone surrogates and colours; unify line ends and Unicode forms."""
    text = _ANSI_COLOUR.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _PAGE_BREAK.sub("\n", text)
    return unicodedata.normalize("NFC", _UNREADABLE.sub("", text)).strip()


def _passages(text: str) -> Iterator[str]:
    """Lines, joined while they fit into a passage, or cut where one alone is too long."""
    words: list[str] = []
    for line in text.split("\n"):
        line_words = [word[:LONGEST_WORD] for word in line.split()]
        if words and len(words) + len(line_words) > PASSAGE_WORDS:
            yield " ".join(words)
            words = []
        words += line_words
        while len(words) > PASSAGE_WORDS:
            yield " ".join(words[:PASSAGE_WORDS])
            words = words[PASSAGE_WORDS:]
    if words:
        yield " ".join(words)
