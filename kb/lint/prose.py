"""What maintainers write in their own words: without words that belittle a problem, and short.

Symptoms, errors and code are other people's words, and so is what stands between backticks.
"""

import re
from collections.abc import Iterator, Sequence

from kb.errors import Problem
from kb.loader import SourceFiles
from kb.schema import Entry
from kb.source_file import Location

MAX_ENTRY_WORDS = 520
"""Of summary, cause, confirm and fix together. Set by hand: a reader has somebody waiting; 200 to 400 is good."""
MAX_SENTENCE_WORDS = 45
"""Set by hand. In the first knowledge base 99 of 100 sentences have at most 37."""

_COUNTED = {"summary", "cause", "confirm", "fix"}
_INLINE_CODE = re.compile(r"`[^`]*`")
_SENTENCE_END = re.compile(r"[.!?][\"')]*\s+")


def banned_words(files: SourceFiles, words: Sequence[str]) -> Iterator[Problem]:
    """Words that the vocabulary bans."""
    if not words:
        return
    alternatives = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)
    banned = re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)
    for file, entry in files.valid_entries():
        for location, text in _prose(entry):
            for match in banned.finditer(text):
                yield file.problem_at(location, f"'{match[0]}' is one of the vocabulary's banned words: leave it out")


def long_entries(files: SourceFiles) -> Iterator[Problem]:
    """Entries of which nobody reads all."""
    for file, entry in files.valid_entries():
        words = sum(len(text.split()) for location, text in _prose(entry) if location[0] in _COUNTED)
        if words > MAX_ENTRY_WORDS:
            yield file.problem_at(
                (), f"summary, cause, confirm and fix have {words} words together: {MAX_ENTRY_WORDS} at most"
            )


def long_sentences(files: SourceFiles) -> Iterator[Problem]:
    """Sentences that have to be read twice."""
    for file, entry in files.valid_entries():
        for location, text in _prose(entry):
            for sentence in _SENTENCE_END.split(text):
                words = sentence.split()
                if len(words) > MAX_SENTENCE_WORDS:
                    beginning = " ".join(words[:5])
                    yield file.problem_at(
                        location,
                        f"the sentence '{beginning} ...' has {len(words)} words: {MAX_SENTENCE_WORDS} at most",
                    )


def _prose(entry: Entry) -> Iterator[tuple[Location, str]]:
    """Each text and its place; inline code counts as one word."""
    for location, text in _texts(entry):
        yield location, _INLINE_CODE.sub("``", text)


def _texts(entry: Entry) -> Iterator[tuple[Location, str]]:
    yield ("title",), entry.title
    yield ("summary",), entry.summary
    yield ("cause",), entry.cause
    for index, check in enumerate(entry.confirm):
        yield ("confirm", index), check
    for index, step in enumerate(entry.fix):
        yield ("fix", index, "text"), step.text
    for index, confusion in enumerate(entry.confused_with):
        yield ("confused_with", index, "observation"), confusion.observation
