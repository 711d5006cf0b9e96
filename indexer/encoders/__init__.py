"""Texts to vectors: the protocol, and the two implementations behind `load_encoder`."""

from pathlib import Path

from indexer.encoders.protocol import Encoder, EncoderIdentity

DEFAULT_ENCODER = Path(__file__).parent / "minilm-l3-int8"
"""Three layers distilled from all-MiniLM-L6-v2, as ONNX int8, shipped with the project; its README.md says how."""


def load_encoder(name: str | Path = DEFAULT_ENCODER) -> Encoder:
    """Load an exported encoder folder, or any other sentence-transformers model directly (extra `train`).

    :raises EncoderError: if it can't be loaded.
    """
    # Each implementation brings its own runtime, so neither is imported before it is asked for.
    if (Path(name) / "encoder.json").exists():
        from indexer.encoders.onnx import OnnxEncoder

        return OnnxEncoder(Path(name))
    from indexer.encoders.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(str(name))


__all__ = ["DEFAULT_ENCODER", "Encoder", "EncoderIdentity", "load_encoder"]
