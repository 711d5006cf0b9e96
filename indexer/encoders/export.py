"""Make an encoder folder from any sentence-transformers model, and prove that it ranks as the original does.

Needs the extra `train` (torch, sentence-transformers, onnx); what it writes needs neither.
"""

import json
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer
from transformers import PretrainedConfig

from indexer.checksums import file_sha256
from indexer.chunks import Chunk
from indexer.encoders.onnx import DESCRIPTION, MODEL, TOKENIZER, EncoderDescription, OnnxEncoder, folder_sha256
from indexer.encoders.protocol import Encoder
from indexer.encoders.sentence_transformer import SentenceTransformerEncoder
from indexer.errors import EncoderError

LEAST_MEAN_COSINE = 0.98
"""Below this an export is refused; per-channel int8 of all-MiniLM-L6-v2 measures 0.992."""
MOST_LOST_TOP_ENTRIES = 0.02
"""Above this an export is refused: how much less often the nearest entry is the right one than with the original.
That both name the same entry is reported, not required: where two entries are about equally near, rounding decides."""

TOOLS = ("torch", "sentence-transformers", "onnxruntime")
WEIGHT_FILES = ("*.safetensors", "pytorch_model.bin")


class Parity(BaseModel):
    """How close an exported encoder is to its original, measured on the knowledge base's own chunks.

    Cosines are in [-1, 1], 1 being the same direction. The top entry of a chunk is that of the nearest other chunk; it
    is right if it is the chunk's own entry.
    """

    texts: int
    mean_cosine: float
    least_cosine: float
    same_top_entry: float
    right_top_entry: float
    right_top_entry_of_original: float


@dataclass(frozen=True)
class ModelOrigin:
    """Where the weights come from and what their licence allows, in words, for the model card."""

    source: str
    licence: str


class _Pipeline(torch.nn.Module):
    """All modules of a sentence-transformers model in one graph: transformer, pooling, dense layers, normalisation."""

    def __init__(self, model: SentenceTransformer, input_names: Sequence[str]) -> None:
        super().__init__()
        self.stages = torch.nn.ModuleList(model)
        self.input_names = input_names

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        features = dict(zip(self.input_names, inputs, strict=True))
        for stage in self.stages:
            features = stage(features)
        return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)


def export_encoder(model_name: str, folder: Path, origin: ModelOrigin, chunks: Sequence[Chunk]) -> Parity:
    """Export a model to ONNX int8 and write its folder: model, tokenizer, description, model card.

    :param model_name: a folder or a hub name that sentence-transformers can load.
    :param folder: where to write; its name becomes the encoder's. It is created, and its files are replaced.
    :param chunks: what parity is measured on.
    :raises EncoderError: if the model can't be exported, or the export doesn't rank as the original does; nothing is
        written then.
    """
    original = SentenceTransformerEncoder(model_name)
    _require_exportable(original.model)
    with tempfile.TemporaryDirectory() as scratch:
        staging = Path(scratch) / "encoder"
        staging.mkdir()
        description = EncoderDescription(
            name=folder.name,
            dimension=original.dimension,
            max_tokens=int(original.model.max_seq_length or 512),
            prompts={key: text for key, text in original.model.prompts.items() if text},
            source={
                **asdict(origin),
                "weights_sha256": _weights_sha256(Path(model_name)),
                "made_with": {package: version(package) for package in TOOLS},
            },
            parity={},
        )
        _write_model(original.model, Path(scratch) / "float.onnx", staging / MODEL)
        original.model.tokenizer.backend_tokenizer.save(str(staging / TOKENIZER))
        (staging / DESCRIPTION).write_text(description.model_dump_json(indent=2))
        parity = measure_parity(original, OnnxEncoder(staging), chunks)
        _require_parity(parity)
        description = description.model_copy(update={"parity": parity.model_dump()})
        (staging / DESCRIPTION).write_text(json.dumps(description.model_dump(), indent=2) + "\n")
        (staging / "README.md").write_text(_model_card(description, folder_sha256(staging)))
        folder.mkdir(parents=True, exist_ok=True)
        for path in staging.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
    return parity


def measure_parity(original: Encoder, exported: Encoder, chunks: Sequence[Chunk]) -> Parity:
    """Compare two encoders on chunks: cosine between their vectors, and whether both find the same entry."""
    texts = [chunk.text for chunk in chunks]
    entry_ids = np.array([chunk.entry_id for chunk in chunks])
    vectors = [encoder.encode_documents(texts) for encoder in (original, exported)]
    cosines = np.einsum("ij,ij->i", *vectors)
    top_entries = []
    for matrix in vectors:
        similarity = matrix @ matrix.T
        np.fill_diagonal(similarity, -1.0)
        top_entries.append(entry_ids[similarity.argmax(axis=1)])
    return Parity(
        texts=len(texts),
        mean_cosine=round(float(cosines.mean()), 4),
        least_cosine=round(float(cosines.min()), 4),
        same_top_entry=round(float((top_entries[0] == top_entries[1]).mean()), 4),
        right_top_entry=round(float((top_entries[1] == entry_ids).mean()), 4),
        right_top_entry_of_original=round(float((top_entries[0] == entry_ids).mean()), 4),
    )


def _require_exportable(model: SentenceTransformer) -> None:
    for stage in model:
        if getattr(stage, "include_prompt", True) is False and any(model.prompts.values()):
            raise EncoderError(
                "this model leaves its prompt out of pooling, which the exported graph can't: use it directly"
            )


def _require_parity(parity: Parity) -> None:
    lost = parity.right_top_entry_of_original - parity.right_top_entry
    if parity.mean_cosine < LEAST_MEAN_COSINE or lost > MOST_LOST_TOP_ENTRIES:
        raise EncoderError(
            f"the export doesn't rank as the original does ({parity}); a mean cosine of at least {LEAST_MEAN_COSINE} "
            f"and at most {MOST_LOST_TOP_ENTRIES} fewer right top entries are required. Nothing was written."
        )


def _write_model(model: SentenceTransformer, float_path: Path, int8_path: Path) -> None:
    transformer = getattr(model[0], "auto_model", None)
    if transformer is not None:
        # Attention written out, operator by operator, is what the fusion below recognises.
        transformer.set_attn_implementation("eager")
    example = model.tokenizer(
        ["two texts", "of different length, for the dynamic axes"], padding=True, return_tensors="pt"
    )
    names = list(example.keys())
    with warnings.catch_warnings():
        # The TorchScript exporter is announced as deprecated; the newer one writes graphs that onnxruntime's
        # dynamic quantisation doesn't cover yet.
        warnings.simplefilter("ignore")
        try:
            torch.onnx.export(
                _Pipeline(model, names).eval(),
                tuple(example[name] for name in names),
                str(float_path),
                input_names=names,
                output_names=["embedding"],
                dynamic_axes={**{name: {0: "texts", 1: "tokens"} for name in names}, "embedding": {0: "texts"}},
                opset_version=17,
                dynamo=False,
            )
        except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
            raise EncoderError(f"torch can't export this model: {error}") from error
    if transformer is not None:
        _fuse_attention(float_path, transformer.config)
    # Seven-bit weights: on processors without VNNI, u8 x s8 products are added in pairs in 16 bits, which eight-bit
    # weights overflow. With seven bits 2 * 255 * 64 fits, so that every processor computes the same integers.
    quantize_dynamic(
        float_path,
        int8_path,
        per_channel=True,
        weight_type=QuantType.QInt8,
        reduce_range=True,
        # The types of fused operators aren't inferred; everything that isn't quantised is a float.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )


def _fuse_attention(path: Path, config: PretrainedConfig) -> None:
    """Replace what a transformer of BERT's kind does for attention by one operator; other models are left as they are.

    All-MiniLM-L6-v2 takes a fifth less time with it. The fused sum and layer normalisation is left out: it is slower
    than both apart.
    """
    options = FusionOptions("bert")
    options.enable_skip_layer_norm = False
    options.enable_bias_skip_layer_norm = False
    options.enable_embed_layer_norm = False
    fused = optimize_model(
        str(path),
        model_type="bert",
        num_heads=getattr(config, "num_attention_heads", 0),
        hidden_size=getattr(config, "hidden_size", 0),
        optimization_options=options,
    )
    fused.save_model_to_file(str(path))


def _weights_sha256(folder: Path) -> dict[str, str]:
    files = [path for pattern in WEIGHT_FILES for path in sorted(folder.rglob(pattern))]
    return {str(path.relative_to(folder)): file_sha256(path) for path in files}


def _model_card(description: EncoderDescription, sha256: str) -> str:
    parity = Parity.model_validate(description.parity)
    made_with = ", ".join(f"{package} {number}" for package, number in description.source["made_with"].items())
    weights = "\n".join(f"  - `{name}`: `{digest}`" for name, digest in description.source["weights_sha256"].items())
    return f"""# {description.name}

Sentence encoder, {description.dimension} dimensions, up to {description.max_tokens} tokens, ONNX with int8 weights
(dynamic quantisation, per channel, reduced range). The graph holds the whole pipeline: tokens in, vector of unit
length out.

- Source: {description.source["source"]}
- Licence of the weights: {description.source["licence"]}
- SHA-256 of the source weights:
{weights}
- Made by `causeway encoder export` with {made_with}.
- SHA-256 of this folder, as index manifests name it: `{sha256}`

## Parity with the source model

Measured on {parity.texts} chunks of the knowledge base: mean cosine {parity.mean_cosine}, least {parity.least_cosine};
the entry of the nearest other chunk is the right one for {parity.right_top_entry:.1%} of them
({parity.right_top_entry_of_original:.1%} with the source model), and the same one for {parity.same_top_entry:.1%}.
"""
