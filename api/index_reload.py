"""The index that answers, and how a newly published one takes its place while requests are answered.

A request asks for the diagnoser once and keeps it to its end, so that its answer comes from exactly one index. A new
index is loaded beside the old one, answers an example to prove itself, and only then becomes the one that is asked for.
"""

import asyncio
import logging
import threading
from enum import StrEnum

from indexer.artifact import load_index
from indexer.errors import IndexerError
from indexer.publication import build_folder, current_id
from retrieval import Diagnoser, DiagnosisRequest, RetrievalError

POLL_SECONDS = 2.0
"""How soon a published index is noticed; a poll reads one line."""

logger = logging.getLogger(__name__)


class ReloadOutcome(StrEnum):
    """What became of a look at the published index."""

    RELOADED = "reloaded"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ServedIndex:
    """Holds the diagnoser for new requests. Safe to use from several threads."""

    def __init__(self, diagnoser: Diagnoser) -> None:
        self.diagnoser = diagnoser
        self.refusal: str | None = None
        """Why the published index isn't the one that answers; None if it is."""
        self._root = diagnoser.index.folder.parent
        self._reloading = threading.Lock()

    def reload(self) -> ReloadOutcome:
        """Load the published index if it is another one; if it can't be used, keep the old one and say why."""
        with self._reloading:
            try:
                replacement = self._load_published()
            except Exception as error:
                # Whatever is wrong with the new index, the old one goes on answering.
                expected = isinstance(error, IndexerError | RetrievalError)
                refusal = str(error) if expected else f"{type(error).__name__} while loading it; the log has more"
                if refusal != self.refusal:
                    logger.exception("the published index is refused: %s", refusal, exc_info=not expected)
                self.refusal = refusal
                return ReloadOutcome.REFUSED
            self.refusal = None
            if replacement is None:
                return ReloadOutcome.UNCHANGED
            previous, self.diagnoser = self.diagnoser, replacement
            logger.info("index %s answers now, before it %s", *map(_index_id, (replacement, previous)))
            return ReloadOutcome.RELOADED

    async def watch(self) -> None:
        """Reload whenever another index is published, until cancelled.

        A refused one is tried again: it may be a copy that isn't complete yet.
        """
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await asyncio.to_thread(self.reload)

    def _load_published(self) -> Diagnoser | None:
        published = current_id(self._root)
        if published == _index_id(self.diagnoser):
            return None
        # The encoder in memory is the configured one; an index of another is refused, as at start.
        index = load_index(build_folder(self._root, published), self.diagnoser.index.encoder)
        replacement = Diagnoser(index)
        for example in index.vocabulary.examples[:1]:
            replacement.diagnose(DiagnosisRequest(symptom=example))
        return replacement


def _index_id(diagnoser: Diagnoser) -> str:
    return diagnoser.index.manifest.id
