"""Names that only a machine would write (`sFrontToken`, `front-token`, `Session.init`): whoever has one means it.

They are compared whole. The words inside them are the lexical signals' business.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import re2

from indexer.chunks import Chunk, ChunkKind

# Joined by - . _ or written in camelCase. RE2 stays linear on one endless word, where `re` would take minutes.
_IDENTIFIER = re2.compile(r"[A-Za-z_]\w*(?:[-.]\w+)+|[a-z]+[A-Z]\w*|[A-Za-z]+_\w+")


class SharedIdentifiers:
    """The identifiers of every entry, ready to be found in text."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        """Take the identifiers of what maintainers wrote; reports name whatever their authors happened to use."""
        entries_with: dict[str, set[str]] = defaultdict(set)
        for chunk in chunks:
            if chunk.kind is not ChunkKind.REPORT:
                for name in _IDENTIFIER.findall(chunk.text):
                    entries_with[name.lower()].add(chunk.entry_id)
        self._entries_with: Mapping[str, Collection[str]] = entries_with
        n_entries = len(set().union(*self._entries_with.values()))
        self._rarity = {
            name: math.log((1 + n_entries) / len(entry_ids)) for name, entry_ids in self._entries_with.items()
        }

    def find(self, text: str) -> dict[str, list[str]]:
        """The identifiers that each entry shares with `text`, as they stand there, the rarest first, by entry id."""
        written = {name.lower(): name for name in _IDENTIFIER.findall(text)}
        shared: dict[str, list[str]] = defaultdict(list)
        for name in sorted(written.keys() & self._rarity.keys(), key=lambda name: (-self._rarity[name], name)):
            for entry_id in self._entries_with[name]:
                shared[entry_id].append(written[name])
        return shared

    def weight(self, names: Sequence[str]) -> float:
        """How much sharing these says: the root of their summed rarities (inverse document frequencies), 0 or more.

        A pasted log says one thing in many names, hence the root.
        """
        return math.sqrt(sum(self._rarity[name.lower()] for name in names))
