"""Filters for templates: how text of the knowledge base and of users becomes HTML. Everything in it is escaped."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from bm25s.stopwords import STOPWORDS_EN_PLUS
from markupsafe import Markup, escape

from indexer.tokens import WORD, tokenize

_CODE = re.compile(r"`([^`\n]+)`")
_EVERYWHERE = frozenset(STOPWORDS_EN_PLUS)
_ENTRY_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_ENDING = re.compile(r"(?<=\w{4})(?:es|ed|ing)$|(?<=\w{3})s$")
_MARK, _END_OF_MARK = Markup("<mark>"), Markup("</mark>")
_BETWEEN_MARKS = re.compile(r"</mark>(\s+)<mark>")
_LINE_BREAKS = re.compile(r"(?:\r\n?|\n)+")
_SHORTEST_PART = 4
"""Of a compound word, letters of a part that says something by itself: not the `com` of a host name."""
MOST_MARKED = 10_000
"""Characters of a text whose words stand out; of longer ones, such as pasted logs, the rest is left as it is."""
NO_TITLES: Mapping[str, str] = MappingProxyType({})
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def prose(text: str, titles: Mapping[str, str] = NO_TITLES) -> Markup:
    """Prose within a line; its `code` stands out.

    :param titles: of entries by id; where prose names an entry by its id, the title stands there as a link.
    """
    # An odd number of parts, of which every second one is code.
    parts = enumerate(_CODE.split(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd % 2 else _linked(part, titles) for odd, part in parts
    )


def paragraphs(text: str, titles: Mapping[str, str] = NO_TITLES) -> Markup:
    """Prose with each of its lines in a paragraph; `titles` as for `prose`."""
    lines = (line for line in _LINE_BREAKS.split(text) if line.strip())
    return Markup("\n").join(Markup("<p>{}</p>").format(prose(line, titles)) for line in lines)


def _linked(text: str, titles: Mapping[str, str]) -> Markup:
    html, position = Markup(""), 0
    for match in _ENTRY_ID.finditer(text):
        if match[0] in titles:
            link = Markup('<a href="/entries/{}">{}</a>').format(match[0], titles[match[0]])
            html += escape(text[position : match.start()]) + link
            position = match.end()
    return html + escape(text[position:])


def shared_words(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The words that both texts of some pair have, whatever their endings, without those that every text has."""
    return frozenset().union(*(_stems(one) & _stems(other) for one, other in pairs))


def mark_words(text: str, words: frozenset[str]) -> Markup:
    """Text whose words of `shared_words` stand out, as its `code` does."""
    parts = enumerate(_CODE.split(text[:MOST_MARKED]))
    marked = Markup("").join(
        Markup("<code>{}</code>").format(_marked(part, words)) if odd % 2 else _marked(part, words)
        for odd, part in parts
    )
    # Made of escaped pieces.
    return Markup(_BETWEEN_MARKS.sub(r"\1", marked)) + escape(text[MOST_MARKED:])  # noqa: S704


def highlight(text: str, other: str) -> Markup:
    """Text whose words stand out that the other one has too."""
    return mark_words(text, shared_words([(text, other)]))


def _marked(text: str, words: frozenset[str]) -> Markup:
    found = list(WORD.finditer(text))
    pieces, position = [], 0
    for index in sorted(_to_mark([_stems(word[0]) for word in found], words)):
        start, end = found[index].span()
        pieces += [escape(text[position:start]), _MARK, escape(text[start:end]), _END_OF_MARK]
        position = end
    return Markup("").join([*pieces, escape(text[position:])])


def _to_mark(stems: list[frozenset[str]], words: frozenset[str]) -> set[int]:
    """Positions of the words, and of those that every text has where they stand between them."""
    marked: set[int] = set()
    between: list[int] | None = None
    for index, of_word in enumerate(stems):
        if not words.isdisjoint(of_word):
            marked.update(between or (), [index])
            between = []
        elif of_word:
            between = None
        elif between is not None:
            between.append(index)
    return marked


@lru_cache(maxsize=10_000)
def _stems(text: str) -> frozenset[str]:
    whole = {word.lower() for word in WORD.findall(text)}
    words = (
        word
        for word in tokenize(text)
        if len(word) >= (2 if word in whole else _SHORTEST_PART) and word not in STOPWORDS_EN_PLUS
    )
    return frozenset(_ENDING.sub("", word) for word in words)


def first_sentence(text: str) -> tuple[str, str]:
    """The first sentence, and what follows it."""
    first, _, rest = text.partition(". ")
    return (f"{first}." if rest else first), rest


def sentence(text: str) -> str:
    """A text that begins and ends as sentences do."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def strength(weight: float) -> str:
    """What a reason's weight, in natural-log odds, says in words: odds that rise twentyfold, or threefold, or less."""
    how_much = "strongly " if abs(weight) >= 3 else "" if abs(weight) >= 1 else "slightly "
    return how_much + ("for" if weight > 0 else "against")


def percent(probability: float) -> str:
    """A probability in whole percent; never 0 or 100, which it isn't."""
    whole = round(probability * 100)
    if whole < 1:
        return "<1 %"
    return f"{whole} %" if whole < 100 else ">99 %"


def age(seconds: float) -> str:
    """A time in the largest unit that it fills."""
    for unit, length in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def since(moment: datetime) -> str:
    """How long ago something was."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return f"{age(seconds)} ago" if seconds >= 60 else "just now"


FILTERS: Mapping[str, Callable[..., object]] = {
    "age": age,
    "first_sentence": first_sentence,
    "highlight": highlight,
    "mark_words": mark_words,
    "paragraphs": paragraphs,
    "percent": percent,
    "prose": prose,
    "sentence": sentence,
    "since": since,
    "strength": strength,
}
