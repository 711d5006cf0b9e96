import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.chunks import chunk_knowledge_base
from indexer.encoders.sentence_transformer import SentenceTransformerEncoder
from indexer.errors import EncoderError
from kb import KnowledgeBase
from tests.indexer.encoders.tiny_model import make_tiny_model

pytestmark = pytest.mark.train

PROSE = [
    "The queue keeps what was sent until somebody takes it.",
    "A certificate says who signed it, and when it ends.",
]


def distil(teacher: Path, n_layers: int, folder: Path, own_texts: list[str], steps: int) -> list[float]:
    """Distil a model; the agreement after each step. Skips the test where the extra `train` is not installed."""
    pytest.importorskip("torch")
    from indexer.encoders.distil import distil as teach

    cosines: list[float] = []
    teach(str(teacher), n_layers, folder, own_texts, PROSE, lambda _, cosine: cosines.append(cosine), steps)
    return cosines


def let_layers_matter(modules: list[Any]) -> None:
    """Random layers hardly change what passes through them; these do."""
    for layer in modules[0].model.encoder.layer:
        for dense in (layer.intermediate.dense, layer.output.dense):
            dense.weight.data *= 10


def agreement(one: Path, other: Path, texts: list[str]) -> float:
    """Mean cosine between what both models make of each text."""
    vectors = [SentenceTransformerEncoder(str(folder)).encode_documents(texts) for folder in (one, other)]
    return float(np.einsum("ij,ij->i", *vectors).mean())


def test_fewer_layers_learn_to_encode_as_their_teacher_does(small_kb: KnowledgeBase, tmp_path: Path) -> None:
    teacher = make_tiny_model(tmp_path / "teacher", small_kb, change=let_layers_matter)
    texts = [chunk.text for chunk in chunk_knowledge_base(small_kb)]

    distil(teacher, 1, tmp_path / "untaught", texts, steps=1)
    cosines = distil(teacher, 1, tmp_path / "student", texts, steps=100)

    assert json.loads((tmp_path / "student" / "config.json").read_bytes())["num_hidden_layers"] == 1
    untaught, taught = (agreement(teacher, tmp_path / name, texts) for name in ("untaught", "student"))
    assert taught > untaught + 0.03
    assert (len(cosines), cosines[-1] > cosines[0]) == (100, True)


@pytest.mark.parametrize("n_layers", [0, 2, 6])
def test_a_model_has_no_more_layers_than_its_teacher(tiny_model: Path, tmp_path: Path, n_layers: int) -> None:
    with pytest.raises(
        EncoderError, match=f"^a model of {n_layers} layers can't be made of this one: it has 2 layers$"
    ):
        distil(tiny_model, n_layers, tmp_path / "student", ["nothing arrives"], steps=1)
    assert not (tmp_path / "student").exists()
