"""Any sentence-transformers model, used directly (extra `train`)."""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.encoders.protocol import EncoderIdentity
from indexer.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


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
        self.identity = EncoderIdentity(name=name, sha256=_model_sha256(self.model))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.model.get_embedding_dimension())

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what a user wrote: float32, shape (n_texts, dimension), rows of unit length."""
        return self._rows(self.model.encode_query(list(texts), normalize_embeddings=True))

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is searched: float32, shape (n_texts, dimension), rows of unit length."""
        return self._rows(self.model.encode_document(list(texts), normalize_embeddings=True))

    def _rows(self, vectors: object) -> NDArray[np.float32]:
        return np.asarray(vectors, dtype=np.float32).reshape(-1, self.dimension)


def _model_sha256(model: "SentenceTransformer") -> str:
    """Checksum of everything that decides the vectors: weights, pipeline, prompts."""
    pipeline = [(type(stage).__name__, stage.get_config_dict()) for stage in model]
    decisive = {"pipeline": pipeline, "prompts": model.prompts, "max_tokens": model.max_seq_length}
    digest = hashlib.sha256(json.dumps(decisive, sort_keys=True, default=str).encode())
    for key, tensor in model.state_dict().items():
        digest.update(key.encode() + tensor.numpy().tobytes())
    return digest.hexdigest()
