import json
from pathlib import Path

import pytest

from indexer.encoders import DEFAULT_ENCODER
from indexer.encoders.onnx import DESCRIPTION, MODEL, TOKENIZER
from kb import KnowledgeBase
from tests.indexer.encoders.tiny_model import make_tiny_model


class EncoderFolder:
    """A copy of the shipped encoder, to be changed; its 17 MB of weights are a link."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        (path / MODEL).symlink_to(DEFAULT_ENCODER / MODEL)
        for name in (TOKENIZER, DESCRIPTION):
            (path / name).write_bytes((DEFAULT_ENCODER / name).read_bytes())

    def describe(self, **changes: object) -> Path:
        """Change some fields of `encoder.json`."""
        description = json.loads((self.path / DESCRIPTION).read_bytes())
        (self.path / DESCRIPTION).write_text(json.dumps(description | changes))
        return self.path


@pytest.fixture
def encoder_folder(tmp_path: Path) -> EncoderFolder:
    return EncoderFolder(tmp_path / "encoder")


@pytest.fixture(scope="session")
def tiny_model(small_kb: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a sentence-transformers model with random weights; read only, for tests marked `train`."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny", small_kb)
