"""Any sentence-transformers model, used directly (extra `train`)."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.encoders.protocol import EncoderIdentity
from indexer.errors import EncoderError


class SentenceTransformerEncoder:
    """A model by its folder or its name on the hub."""

    def __init__(self, name: str) -> None:
        """Load the model.

        :raises EncoderError: if sentence-transformers isn't installed, or doesn't know the model.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EncoderError(
                f"'{name}' is not a folder made by `causeway encoder export`, so it needs sentence-transformers: "
                "pip install 'causeway[train]'"
            ) from error
        try:
            self.model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise EncoderError(f"sentence-transformers can't load '{name}': {error}") from error
        digest = hashlib.sha256()
        for key, tensor in self.model.state_dict().items():
            digest.update(key.encode() + tensor.numpy().tobytes())
        self.identity = EncoderIdentity(name=name, sha256=digest.hexdigest())

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.model.get_embedding_dimension())

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what a user wrote: float32, shape (n_texts, dimension), rows of unit length."""
        return np.asarray(self.model.encode_query(list(texts), normalize_embeddings=True), dtype=np.float32)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is searched: float32, shape (n_texts, dimension), rows of unit length."""
        return np.asarray(self.model.encode_document(list(texts), normalize_embeddings=True), dtype=np.float32)
