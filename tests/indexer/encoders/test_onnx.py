import json

import numpy as np
import pytest

from indexer.encoders import DEFAULT_ENCODER, Encoder
from indexer.encoders.onnx import DESCRIPTION, MODEL, TOKENIZER, EncoderDescription, OnnxEncoder
from indexer.errors import EncoderError
from tests.indexer.encoders.conftest import EncoderFolder

STUCK = "Mail to other servers stays in the queue"
LONGER = "nothing arrives anywhere, and the log shows connection timed out for every mail exchanger that we tried"
TYPED_OUT = "[CLS] [SEP] [MASK] [PAD]"


@pytest.mark.parametrize(
    "text",
    [STUCK, LONGER, "", " \n\t", "?", "größer als 100 % 🐦", TYPED_OUT, "a\x00b", "queue " * 5_000],
    ids=[
        "sentence",
        "long sentence",
        "empty",
        "blank",
        "punctuation",
        "other scripts",
        "special tokens",
        "zero byte",
        "beyond the limit",
    ],
)
def test_every_text_has_a_vector_of_unit_length(encoder: Encoder, text: str) -> None:
    vectors = encoder.encode_documents([text])
    assert vectors.shape == (1, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("method", ["encode_queries", "encode_documents"])
def test_no_texts_have_no_vectors(encoder: Encoder, method: str) -> None:
    vectors = getattr(encoder, method)([])
    assert (vectors.shape, vectors.dtype) == ((0, 384), np.float32)


def test_vector_of_a_text_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    alone = encoder.encode_documents([STUCK])[0]
    among_others = encoder.encode_documents(["short", STUCK, LONGER, "queue " * 300, STUCK])
    np.testing.assert_array_equal(among_others[1], alone)
    np.testing.assert_array_equal(among_others[4], alone)


def test_vectors_come_in_the_order_of_their_texts(encoder: Encoder) -> None:
    texts = [f"message number {number} was refused" for number in range(40)]
    one_by_one = np.concatenate([encoder.encode_documents([text]) for text in texts])
    np.testing.assert_array_equal(encoder.encode_documents(texts), one_by_one)


def test_nearer_in_meaning_is_nearer_in_direction(encoder: Encoder) -> None:
    near, far = encoder.encode_documents(["outgoing messages are not delivered", "the certificate has expired"])
    (query,) = encoder.encode_queries([STUCK])
    assert query @ near > query @ far + 0.3


def test_what_is_beyond_the_limit_of_tokens_is_cut_off(encoder: Encoder) -> None:
    start = "queue " * 254  # with the marks of begin and end, exactly the 256 tokens that the model reads
    within, beyond, none = encoder.encode_documents(["certificate " + start[6:], start + "certificate", start])
    np.testing.assert_array_equal(beyond, none)
    assert not np.array_equal(within, none)


def test_case_does_not_matter_to_the_shipped_model(encoder: Encoder) -> None:
    lower, upper = encoder.encode_documents(["the queue grows", "THE QUEUE GROWS"])
    np.testing.assert_array_equal(lower, upper)


def test_shipped_model_card_names_the_checksum_that_manifests_hold(encoder: Encoder) -> None:
    assert f"`{encoder.identity.sha256}`" in (DEFAULT_ENCODER / "README.md").read_text(encoding="utf-8")


def test_shipped_description_names_origin_and_licence_of_the_weights() -> None:
    description = EncoderDescription.model_validate_json((DEFAULT_ENCODER / DESCRIPTION).read_bytes())
    assert description.name == "minilm-l3-int8"
    assert description.source["licence"] == "Apache-2.0"
    # That of the published model.safetensors of all-MiniLM-L6-v2.
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in description.source["source"]


def test_prompts_of_a_model_stand_before_queries_and_documents(encoder: Encoder, encoder_folder: EncoderFolder) -> None:
    prompted = OnnxEncoder(encoder_folder.describe(prompts={"query": "query: ", "document": "passage: "}))
    np.testing.assert_array_equal(prompted.encode_queries([STUCK]), encoder.encode_queries(["query: " + STUCK]))
    np.testing.assert_array_equal(prompted.encode_documents([STUCK]), encoder.encode_documents(["passage: " + STUCK]))


def test_limit_of_tokens_is_that_of_the_description(encoder: Encoder, encoder_folder: EncoderFolder) -> None:
    short = OnnxEncoder(encoder_folder.describe(max_tokens=4))
    np.testing.assert_array_equal(short.encode_documents([STUCK]), encoder.encode_documents(["Mail to"]))


@pytest.mark.parametrize(
    "changes",
    [{"prompts": {"query": "query: "}}, {"max_tokens": 128}],
    ids=["prompt", "limit of tokens"],
)
def test_description_that_changes_vectors_changes_the_identity(
    encoder: Encoder, encoder_folder: EncoderFolder, changes: dict[str, object]
) -> None:
    assert OnnxEncoder(encoder_folder.describe(**changes)).identity.sha256 != encoder.identity.sha256


def test_another_tokenizer_changes_the_identity(encoder: Encoder, encoder_folder: EncoderFolder) -> None:
    path = encoder_folder.path / TOKENIZER
    path.write_text(json.dumps(json.loads(path.read_bytes())))
    assert OnnxEncoder(encoder_folder.path).identity.sha256 != encoder.identity.sha256


def test_another_name_or_place_keeps_the_checksum(encoder: Encoder, encoder_folder: EncoderFolder) -> None:
    renamed = OnnxEncoder(encoder_folder.describe(name="another"))
    assert renamed.identity.sha256 == encoder.identity.sha256
    assert str(renamed.identity) == f"another ({encoder.identity.sha256[:12]})"


@pytest.mark.parametrize("name", [MODEL, TOKENIZER, DESCRIPTION])
def test_folder_without_one_of_its_files_is_named(encoder_folder: EncoderFolder, name: str) -> None:
    (encoder_folder.path / name).unlink()
    with pytest.raises(EncoderError, match=f"^the encoder in {encoder_folder.path} "):
        OnnxEncoder(encoder_folder.path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(MODEL, b"", id="empty model"),
        pytest.param(MODEL, (DEFAULT_ENCODER / MODEL).read_bytes()[:1_000_000], id="model cut short"),
        pytest.param(TOKENIZER, b"{}", id="tokenizer without its parts"),
        pytest.param(TOKENIZER, (DEFAULT_ENCODER / TOKENIZER).read_bytes()[:5_000], id="tokenizer cut short"),
    ],
)
def test_damaged_file_is_answered_with_what_restores_it(
    encoder_folder: EncoderFolder, name: str, content: bytes
) -> None:
    (encoder_folder.path / name).unlink()
    (encoder_folder.path / name).write_bytes(content)
    with pytest.raises(EncoderError) as damaged:
        OnnxEncoder(encoder_folder.path)
    message = str(damaged.value)
    assert message.startswith(f"the encoder in {encoder_folder.path} is damaged (")
    assert message.endswith("restore the folder, or export it again with `causeway encoder export`")


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{", "Invalid JSON"), ('{"name": "x"}', "dimension")],
    ids=["not JSON", "fields are missing"],
)
def test_unreadable_description_is_told_with_the_reason(
    encoder_folder: EncoderFolder, content: str, reason: str
) -> None:
    (encoder_folder.path / DESCRIPTION).write_text(content)
    with pytest.raises(EncoderError, match=reason) as unreadable:
        OnnxEncoder(encoder_folder.path)
    assert str(unreadable.value).startswith(f"the encoder in {encoder_folder.path} can't be read: ")
