import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from indexer.chunks import Chunk, chunk_knowledge_base
from indexer.encoders import load_encoder
from indexer.encoders.onnx import DESCRIPTION, MODEL, TOKENIZER, EncoderDescription, OnnxEncoder
from indexer.encoders.sentence_transformer import SentenceTransformerEncoder
from indexer.errors import EncoderError
from kb import KnowledgeBase
from tests.indexer.encoders.tiny_model import DIMENSION, MAX_TOKENS, QUERY_PROMPT, make_tiny_model

if TYPE_CHECKING:
    from indexer.encoders.export import Parity

pytestmark = pytest.mark.train

QUESTIONS = ["the queue grows", "my phone says the certificate is not trusted", "Überall: 100 % full", ""]


@pytest.fixture(scope="session")
def chunks(small_kb: KnowledgeBase) -> list[Chunk]:
    return chunk_knowledge_base(small_kb)


def export(model: Path, folder: Path, chunks: Sequence[Chunk]) -> "Parity":
    """Export a model; skips the test where the extra `train` is not installed."""
    pytest.importorskip("torch")
    from indexer.encoders.export import ModelOrigin, export_encoder

    return export_encoder(str(model), folder, ModelOrigin(source="random numbers", licence="CC0-1.0"), chunks)


@pytest.fixture(scope="session")
def exported(tiny_model: Path, chunks: list[Chunk], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the tiny model's export; read only."""
    folder = tmp_path_factory.mktemp("exports") / "tiny-int8"
    export(tiny_model, folder, chunks)
    return folder


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosine of each row with its like; rows are of unit length."""
    products: NDArray[np.float32] = np.einsum("ij,ij->i", one, other)
    return products


def collapse_when_rounded(modules: list[Any]) -> None:
    """Give each row of the dense layer a weight that the bias cancels, and that dwarfs the others when rounded."""
    last_norm = modules[0].auto_model.encoder.layer[-1].output.LayerNorm
    last_norm.weight.data[0], last_norm.bias.data[0] = 0, 1
    modules[2].linear.weight.data[:, 0] = 1000
    modules[2].linear.bias.data[:] = -1000


def twice(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Each chunk as an entry of its own with a near duplicate, so that rounding can't change which entry is nearest."""
    return [
        Chunk(id=f"{number}/{copy}", entry_id=str(number), kind=chunk.kind, text=chunk.text + end)
        for number, chunk in enumerate(chunks)
        for copy, end in enumerate(("", " !"))
    ]


@pytest.mark.parametrize(
    "pooling",
    [{"pooling_mode": "mean"}, {"pooling_mode": "cls"}, {"pooling_mode": "max"}],
    ids=["mean of tokens", "first token", "maximum"],
)
def test_exported_pipeline_gives_the_vectors_of_the_original(
    small_kb: KnowledgeBase, chunks: list[Chunk], tmp_path: Path, pooling: dict[str, str]
) -> None:
    model = make_tiny_model(tmp_path / "model", small_kb, pooling=pooling)
    stated = export(model, tmp_path / "exported", twice(chunks))
    original, encoder = SentenceTransformerEncoder(str(model)), OnnxEncoder(tmp_path / "exported")
    texts = [chunk.text for chunk in twice(chunks)]
    measured = cosines(original.encode_documents(texts), encoder.encode_documents(texts))
    assert measured.mean() == pytest.approx(stated.mean_cosine, abs=1e-4)
    assert measured.min() == pytest.approx(stated.least_cosine, abs=1e-4)
    assert stated.mean_cosine > 0.99


def test_exported_queries_carry_the_prompt(tiny_model: Path, exported: Path) -> None:
    original, encoder = SentenceTransformerEncoder(str(tiny_model)), OnnxEncoder(exported)
    queries = encoder.encode_queries(QUESTIONS)
    assert cosines(original.encode_queries(QUESTIONS), queries).min() > 0.99
    assert cosines(encoder.encode_documents(QUESTIONS), queries).max() < 0.95


@pytest.mark.parametrize(
    "text", ["queue " * 100, "queue " * (MAX_TOKENS - 3) + "grows full"], ids=["far beyond", "by one"]
)
def test_exported_encoder_cuts_long_texts_off_where_the_original_does(
    tiny_model: Path, exported: Path, text: str
) -> None:
    original, encoder = SentenceTransformerEncoder(str(tiny_model)), OnnxEncoder(exported)
    assert cosines(original.encode_documents([text]), encoder.encode_documents([text]))[0] > 0.99


def test_text_of_any_length_is_encoded(exported: Path) -> None:
    vectors = OnnxEncoder(exported).encode_documents([" ".join(["queue"] * words) for words in (0, 1, 2, 7, 22, 400)])
    assert vectors.shape == (6, DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_graph_normalises_where_the_model_does_not(
    small_kb: KnowledgeBase, chunks: list[Chunk], tmp_path: Path
) -> None:
    model = make_tiny_model(tmp_path / "model", small_kb, change=lambda modules: modules.pop())
    export(model, tmp_path / "exported", twice(chunks))
    (vector,) = OnnxEncoder(tmp_path / "exported").encode_documents(["the queue grows"])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_export_is_a_folder_of_four_files(exported: Path) -> None:
    assert sorted(path.name for path in exported.iterdir()) == ["README.md", DESCRIPTION, MODEL, TOKENIZER]
    assert isinstance(load_encoder(exported), OnnxEncoder)


def test_description_holds_what_the_model_needs_and_where_it_comes_from(exported: Path, tiny_model: Path) -> None:
    description = EncoderDescription.model_validate_json((exported / DESCRIPTION).read_bytes())
    assert (description.name, description.dimension, description.max_tokens) == ("tiny-int8", DIMENSION, MAX_TOKENS)
    assert description.prompts == {"query": QUERY_PROMPT}
    assert (description.source["source"], description.source["licence"]) == ("random numbers", "CC0-1.0")
    weights = (tiny_model / "model.safetensors").read_bytes()
    assert description.source["weights_sha256"]["model.safetensors"] == hashlib.sha256(weights).hexdigest()
    assert set(description.source["made_with"]) == {"torch", "sentence-transformers", "onnxruntime"}


def test_description_holds_the_checksum_of_every_file_of_weights(exported: Path, tiny_model: Path) -> None:
    source = json.loads((exported / DESCRIPTION).read_bytes())["source"]
    files = [str(path.relative_to(tiny_model)) for path in tiny_model.rglob("*.safetensors")]
    assert sorted(source["weights_sha256"]) == sorted(files)


def test_description_and_card_state_the_parity_that_was_measured(
    tiny_model: Path, chunks: list[Chunk], tmp_path: Path
) -> None:
    parity = export(tiny_model, tmp_path / "exported", chunks)
    assert json.loads((tmp_path / "exported" / DESCRIPTION).read_bytes())["parity"] == parity.model_dump()
    card = (tmp_path / "exported/README.md").read_text()
    assert f"Measured on {len(chunks)} chunks of the knowledge base: mean cosine {parity.mean_cosine}" in card


def test_card_names_licence_and_checksum(exported: Path) -> None:
    card = (exported / "README.md").read_text()
    assert card.startswith("# tiny-int8\n")
    assert "- Licence of the weights: CC0-1.0\n" in card
    assert f"`{OnnxEncoder(exported).identity.sha256}`" in card


def test_model_that_loses_parity_is_refused_and_nothing_is_written(
    small_kb: KnowledgeBase, chunks: list[Chunk], tmp_path: Path
) -> None:
    model = make_tiny_model(tmp_path / "model", small_kb, change=collapse_when_rounded)
    with pytest.raises(EncoderError, match=r"doesn't rank as the original does .* Nothing was written"):
        export(model, tmp_path / "exported", chunks)
    assert not (tmp_path / "exported").exists()


def test_refused_export_leaves_the_encoder_that_is_there(
    small_kb: KnowledgeBase, chunks: list[Chunk], exported: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    before = {path.name: path.read_bytes() for path in exported.iterdir()}
    for name, data in before.items():
        (folder / name).write_bytes(data)
    model = make_tiny_model(tmp_path / "model", small_kb, change=collapse_when_rounded)
    with pytest.raises(EncoderError):
        export(model, folder, chunks)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_model_that_leaves_its_prompt_out_of_pooling_is_refused_or_agrees(
    small_kb: KnowledgeBase, chunks: list[Chunk], tmp_path: Path
) -> None:
    pooling = {"pooling_mode": "mean", "include_prompt": False}
    model = make_tiny_model(tmp_path / "model", small_kb, pooling=pooling)
    try:
        export(model, tmp_path / "exported", twice(chunks))
    except EncoderError:
        return
    original, encoder = SentenceTransformerEncoder(str(model)), OnnxEncoder(tmp_path / "exported")
    assert cosines(original.encode_queries(QUESTIONS), encoder.encode_queries(QUESTIONS)).min() > 0.99


def test_command_exports_an_encoder_that_an_index_is_built_with(
    tiny_model: Path, small_kb_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from causeway import app

    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("CAUSEWAY_ENCODER", str(tmp_path / "mine"))
    runner = CliRunner()
    options = ["--to", str(tmp_path / "mine"), "--source", "random numbers", "--licence", "CC0-1.0"]
    exported = runner.invoke(app, ["encoder", "export", str(tiny_model), *options])
    assert exported.exit_code == 0, exported.output
    assert exported.stdout.startswith(f"{tmp_path / 'mine'}: mean cosine 0.99")
    built = runner.invoke(app, ["index", "build"])
    assert built.exit_code == 0, built.output
    listed = runner.invoke(app, ["index", "list"])
    assert f"mine ({OnnxEncoder(tmp_path / 'mine').identity.sha256[:12]})" in listed.stdout
