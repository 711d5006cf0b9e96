"""What an encoder is, apart from who computes it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    # Who reads what an index says about itself has no numpy.
    import numpy as np
    from numpy.typing import NDArray


class EncoderIdentity(BaseModel):
    """What must be equal for two sets of vectors to be comparable."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"


class Encoder(Protocol):
    """Turns texts into vectors of unit length, so that an inner product is the cosine similarity.

    Some models expect a prompt before a query and none before a document, hence the two methods.
    """

    @property
    def identity(self) -> EncoderIdentity:
        """Name and checksum of the model."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Encode what a user wrote: float32, shape (n_texts, dimension), rows of unit length."""

    def encode_documents(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Encode what is searched: float32, shape (n_texts, dimension), rows of unit length."""
