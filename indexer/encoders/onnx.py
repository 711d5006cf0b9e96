"""An exported encoder: onnxruntime and tokenizers, no torch."""

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from tokenizers import Tokenizer

from indexer.checksums import file_sha256
from indexer.encoders.protocol import EncoderIdentity
from indexer.errors import EncoderError

THREADS = 1
"""Within one text. A second takes as long to wake as it saves: 1.4 ms for a message of 56 tokens, 1.6 ms with two."""

MODEL, TOKENIZER, DESCRIPTION = "model.onnx", "tokenizer.json", "encoder.json"


class EncoderDescription(BaseModel):
    """`encoder.json`: what is needed to run the model beside its weights and tokenizer, and where it comes from."""

    name: str
    dimension: int
    max_tokens: int
    prompts: dict[str, str]
    source: dict[str, Any]
    parity: dict[str, Any]


class OnnxEncoder:
    """The encoder in `folder`: model.onnx, tokenizer.json and encoder.json."""

    def __init__(self, folder: Path) -> None:
        """Load the model.

        :raises EncoderError: if a file is missing or unreadable.
        """
        try:
            self._description = EncoderDescription.model_validate_json((folder / DESCRIPTION).read_bytes())
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self.identity = EncoderIdentity(name=self._description.name, sha256=folder_sha256(folder))
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL),
                _session_options(),
                providers=["CPUExecutionProvider"],
                # The fused kernel takes 90 us a layer where an addition and a layer normalisation take 16.
                disabled_optimizers=["SkipLayerNormFusion"],
            )
        except (OSError, ValidationError) as error:
            raise EncoderError(f"the encoder in {folder} can't be read: {error}") from error
        except Exception as error:  # onnxruntime and tokenizers raise bare classes of their own
            raise EncoderError(
                f"the encoder in {folder} is damaged ({error}): restore the folder, or export it again with "
                "`causeway encoder export`"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._description.max_tokens)
        self._inputs = [node.name for node in self._session.get_inputs()]
        # More texts at once would take memory (5 MB each), and no less time: half of the processors do all the rest.
        self._free = threading.Semaphore(max(1, (os.cpu_count() or 1) // 2))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._description.dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what a user wrote: float32, shape (n_texts, dimension), rows of unit length."""
        return self._encode([self._description.prompts.get("query", "") + text for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is searched: float32, shape (n_texts, dimension), rows of unit length."""
        return self._encode([self._description.prompts.get("document", "") + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        # One text a run: dynamic quantisation scales activations over the whole batch, so that in a batch a text's
        # vector would depend on its neighbours. It also spares the padding.
        rows = [self._encode_one(text) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), dtype=np.float32)

    def _encode_one(self, text: str) -> NDArray[np.float32]:
        encoding = self._tokenizer.encode(text)
        available = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feeds = {name: np.array([available[name]], dtype=np.int64) for name in self._inputs}
        with self._free:
            (embedding,) = self._session.run(None, feeds)
        vector: NDArray[np.float32] = embedding[0]
        return vector


def _session_options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    # Threads that wait for work by spinning take half of a busy machine's processor time from those that have some.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def folder_sha256(folder: Path) -> str:
    """Checksum of everything that decides the vectors: weights, tokenizer, prompts."""
    description = json.loads((folder / DESCRIPTION).read_bytes())
    decisive = {key: description.get(key) for key in ("dimension", "max_tokens", "prompts")}
    parts = [file_sha256(folder / MODEL), file_sha256(folder / TOKENIZER), json.dumps(decisive, sort_keys=True)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
