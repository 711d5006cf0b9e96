"""An encoder that waits for permission, so that a test can look at the service while it computes an answer."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.encoders import Encoder, EncoderIdentity


class SlowEncoder:
    """Encodes as `encoder` does, but a query only once `may_answer` is set; tells by `started` that one waits."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.started = threading.Event()
        self.may_answer = threading.Event()

    @property
    def identity(self) -> EncoderIdentity:
        """As the real one's."""
        return self._encoder.identity

    @property
    def dimension(self) -> int:
        """As the real one's."""
        return self._encoder.dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Wait, then encode."""
        self.started.set()
        assert self.may_answer.wait(timeout=30), "nobody let this query go on"
        return self._encoder.encode_queries(texts)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode at once."""
        return self._encoder.encode_documents(texts)
