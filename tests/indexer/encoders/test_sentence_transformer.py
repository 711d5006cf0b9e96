from pathlib import Path

import numpy as np
import pytest

from indexer.artifact import load_index
from indexer.build import build_index
from indexer.encoders import load_encoder
from indexer.encoders.sentence_transformer import SentenceTransformerEncoder
from indexer.errors import EncoderError
from indexer.publication import current_build
from kb import KnowledgeBase
from tests.indexer.encoders.tiny_model import DIMENSION, QUERY_PROMPT, make_tiny_model

pytestmark = pytest.mark.train

STUCK = "mail to other servers stays in the queue"


def test_folder_of_a_model_is_used_directly(tiny_model: Path) -> None:
    encoder = load_encoder(tiny_model)
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert encoder.dimension == DIMENSION
    assert encoder.identity.name == str(tiny_model)


def test_vectors_are_of_unit_length(tiny_model: Path) -> None:
    vectors = SentenceTransformerEncoder(str(tiny_model)).encode_documents([STUCK, "", "queue " * 500])
    assert vectors.shape == (3, DIMENSION)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("method", ["encode_queries", "encode_documents"])
def test_no_texts_have_no_vectors(tiny_model: Path, method: str) -> None:
    assert getattr(SentenceTransformerEncoder(str(tiny_model)), method)([]).shape == (0, DIMENSION)


def test_prompt_of_the_model_stands_before_queries_only(tiny_model: Path) -> None:
    encoder = SentenceTransformerEncoder(str(tiny_model))
    np.testing.assert_allclose(
        encoder.encode_queries([STUCK]), encoder.encode_documents([QUERY_PROMPT + STUCK]), atol=1e-6
    )
    assert not np.allclose(encoder.encode_queries([STUCK]), encoder.encode_documents([STUCK]), atol=0.01)


def test_same_weights_have_the_same_checksum(tiny_model: Path, small_kb: KnowledgeBase, tmp_path: Path) -> None:
    made_again = make_tiny_model(tmp_path / "again", small_kb)
    assert (
        SentenceTransformerEncoder(str(made_again)).identity.sha256
        == SentenceTransformerEncoder(str(tiny_model)).identity.sha256
    )


def test_other_weights_have_another_checksum(tiny_model: Path, small_kb: KnowledgeBase, tmp_path: Path) -> None:
    changed = make_tiny_model(
        tmp_path / "changed", small_kb, change=lambda modules: modules[2].linear.weight.data.mul_(2)
    )
    assert (
        SentenceTransformerEncoder(str(changed)).identity.sha256
        != SentenceTransformerEncoder(str(tiny_model)).identity.sha256
    )


@pytest.mark.parametrize(
    ("pooling", "prompts"),
    [
        pytest.param({"pooling_mode": "cls"}, {"query": QUERY_PROMPT}, id="pooling"),
        pytest.param({"pooling_mode": "mean"}, {"query": QUERY_PROMPT, "document": "an answer : "}, id="prompts"),
    ],
)
def test_other_vectors_of_the_same_weights_have_another_checksum(
    tiny_model: Path, small_kb: KnowledgeBase, tmp_path: Path, pooling: dict[str, str], prompts: dict[str, str]
) -> None:
    one = SentenceTransformerEncoder(str(tiny_model))
    other = SentenceTransformerEncoder(
        str(make_tiny_model(tmp_path / "other", small_kb, pooling=pooling, prompts=prompts))
    )
    assert not np.allclose(one.encode_documents([STUCK]), other.encode_documents([STUCK]), atol=0.01)
    assert one.identity.sha256 != other.identity.sha256


def test_index_is_built_and_loaded_with_it(tiny_model: Path, small_kb: KnowledgeBase, tmp_path: Path) -> None:
    encoder = SentenceTransformerEncoder(str(tiny_model))
    build_index(small_kb, encoder, tmp_path)
    index = load_index(current_build(tmp_path), encoder)
    (hits,) = index.search.dense(encoder.encode_documents(["mail stopped overnight"]), 1)
    assert index.chunks[hits.rows[0]].text == "mail stopped overnight"
    assert hits.scores[0] == pytest.approx(1, abs=1e-5)


def test_folder_that_holds_no_model_is_told_with_the_reason(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EncoderError) as unknown:
        load_encoder(tmp_path)
    assert str(unknown.value).startswith(f"sentence-transformers can't load '{tmp_path}': ")
