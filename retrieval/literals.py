"""Literal error messages: a channel of its own, since a pasted message says more than its meaning.

Messages are compared by shingles, runs of three consecutive words, after everything that varies between machines is
gone: case, quotes, punctuation, and the parts that a template marks as `<placeholder>`. That tolerates messages that
were cut off, wrapped, or pasted from another browser. Shingles that several entries share count less.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb import Entry

SHINGLE_WORDS = 3
_PLACEHOLDER = re.compile(r"<[a-z][^<>]*>", re.IGNORECASE)
_WORD = re.compile(r"\w+")

Shingle = tuple[str, ...]


@dataclass(frozen=True)
class LiteralMatch:
    """How much of one entry's error message the text contains.

    `coverage` is the share of the template's shingles that occur, each weighted by its rarity among entries; in (0, 1].
    """

    entry_id: str
    template: str
    quote: str
    coverage: float


class LiteralErrors:
    """All error messages of a knowledge base, ready to be found in text."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._templates: list[tuple[str, str, Counter[Shingle]]] = []
        self._templates_with: dict[Shingle, list[int]] = defaultdict(list)
        entries_with: dict[Shingle, set[str]] = defaultdict(set)
        for entry in entries.values():
            for template in entry.errors:
                shingles = Counter(template_shingles(template))
                for shingle in shingles:
                    self._templates_with[shingle].append(len(self._templates))
                    entries_with[shingle].add(entry.id)
                self._templates.append((entry.id, template, shingles))
        self._rarity = {
            shingle: math.log((1 + len(entries)) / len(ids)) / math.log(1 + len(entries))
            for shingle, ids in entries_with.items()
        }

    def find(self, text: str) -> list[LiteralMatch]:
        """The best match of each entry whose messages occur in `text`, best first."""
        matches = list(_WORD.finditer(text))
        words = [match[0].lower() for match in matches]
        spans: dict[Shingle, tuple[int, int]] = {}
        for size in range(1, SHINGLE_WORDS + 1):
            for start, shingle in enumerate(zip(*(words[offset:] for offset in range(size)), strict=False)):
                if shingle in self._rarity and shingle not in spans:
                    spans[shingle] = (matches[start].start(), matches[start + size - 1].end())
        best: dict[str, LiteralMatch] = {}
        for number in {number for shingle in spans for number in self._templates_with[shingle]}:
            match = self._match(number, spans, text)
            if match.entry_id not in best or match.coverage > best[match.entry_id].coverage:
                best[match.entry_id] = match
        return sorted(best.values(), key=lambda match: (-match.coverage, match.entry_id))

    def _match(self, number: int, spans: Mapping[Shingle, tuple[int, int]], text: str) -> LiteralMatch:
        entry_id, template, shingles = self._templates[number]
        found = [shingle for shingle in shingles if shingle in spans]
        matched = sum(self._rarity[shingle] for shingle in found)
        return LiteralMatch(
            entry_id=entry_id,
            template=template,
            quote=text[min(spans[shingle][0] for shingle in found) : max(spans[shingle][1] for shingle in found)],
            coverage=matched / len(shingles),
        )


def template_shingles(template: str) -> Sequence[Shingle]:
    """Runs of three words between the placeholders; a shorter segment is a run of its own."""
    shingles: list[Shingle] = []
    for segment in _PLACEHOLDER.split(template):
        words = [word.lower() for word in _WORD.findall(segment)]
        size = min(SHINGLE_WORDS, len(words))
        shingles += [tuple(words[start : start + size]) for start in range(len(words) - size + 1) if size]
    return shingles
