"""The index as files: a manifest with a checksum of everything, and how it is read back.

<build id>/
    manifest.json     format version, what it was built from, sha256 of every other file
    entries.jsonl     the entries, as the API shows them
    findings.jsonl    the findings that entries refer to
    evidence.json     how the product is recognised in evidence
    vocabulary.json   titles of sections, platforms and SDKs
    chunks.jsonl      the searchable pieces; line n is row n of both indexes
    vectors.faiss     the chunks' vectors
    bm25/             the chunks' words
    entry_models.npz  what all chunks of an entry say together
    ranker.json       weights of the ranking
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from indexer.checksums import file_sha256
from indexer.chunks import Chunk
from indexer.encoders import Encoder
from indexer.entry_models import ENTRY_MODELS, EntryModels
from indexer.errors import DamagedIndex, EncoderMismatch
from indexer.manifest import MANIFEST, Manifest, read_manifest
from indexer.search import SEARCH_FILES, ChunkSearch, LocalSearch
from kb import Entry, Finding, ProductEvidence, Vocabulary

ENTRIES, FINDINGS, VOCABULARY = "entries.jsonl", "findings.jsonl", "vocabulary.json"
PRODUCT_EVIDENCE, CHUNKS, RANKER = "evidence.json", "chunks.jsonl", "ranker.json"
REQUIRED_FILES = (ENTRIES, FINDINGS, VOCABULARY, PRODUCT_EVIDENCE, CHUNKS, RANKER, ENTRY_MODELS, *SEARCH_FILES)

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Index:
    """A loaded index: everything that answering needs, in memory."""

    folder: Path
    manifest: Manifest
    vocabulary: Vocabulary
    entries: Mapping[str, Entry]
    findings: Mapping[str, Finding]
    product_evidence: ProductEvidence
    chunks: Sequence[Chunk]
    search: ChunkSearch
    entry_models: EntryModels
    encoder: Encoder
    ranker: bytes


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its checksum.

    :raises DamagedIndex: names the first file that is missing or differs.
    """
    for name in REQUIRED_FILES:
        if name not in manifest.files:
            raise DamagedIndex(folder / MANIFEST, f"does not list {name}")
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise DamagedIndex(path, "is missing")
        if file_sha256(path) != expected:
            raise DamagedIndex(path, "is damaged (its checksum differs from the manifest's)")


def load_index(folder: Path, encoder: Encoder) -> Index:
    """Read a build back, verified.

    :param folder: the build's own folder.
    :param encoder: must be the one it was built with.
    :raises UnusableIndex: saying which file is wrong and what to do.
    """
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    if manifest.encoder.sha256 != encoder.identity.sha256:
        raise EncoderMismatch(folder, str(manifest.encoder), str(encoder.identity))
    return Index(
        folder=folder,
        manifest=manifest,
        vocabulary=_read(folder / VOCABULARY, Vocabulary, (folder / VOCABULARY).read_bytes()),
        entries={entry.id: entry for entry in _read_lines(folder / ENTRIES, Entry)},
        findings={finding.id: finding for finding in _read_lines(folder / FINDINGS, Finding)},
        product_evidence=_read(folder / PRODUCT_EVIDENCE, ProductEvidence, (folder / PRODUCT_EVIDENCE).read_bytes()),
        chunks=_read_lines(folder / CHUNKS, Chunk),
        search=LocalSearch.load(folder),
        entry_models=EntryModels.load(folder),
        encoder=encoder,
        ranker=(folder / RANKER).read_bytes(),
    )


def known_vectors(folder: Path, encoder: Encoder) -> dict[str, NDArray[np.float32]]:
    """The vector of each text in a build, each of shape (dimension,); empty if another encoder made them.

    Needs less of the build than `load_index`: what this version reads differently from an older one doesn't matter.
    """
    if read_manifest(folder).encoder.sha256 != encoder.identity.sha256:
        return {}
    texts = [chunk.text for chunk in _read_lines(folder / CHUNKS, Chunk)]
    return dict(zip(texts, LocalSearch.load(folder).vectors(), strict=True))


def json_lines(models: Iterable[BaseModel]) -> bytes:
    """One JSON object a line, in the given order."""
    return b"".join(model.model_dump_json().encode() + b"\n" for model in models)


def _read_lines(path: Path, model: type[M]) -> list[M]:
    return [_read(path, model, line) for line in path.read_bytes().splitlines()]


def _read(path: Path, model: type[M], data: bytes) -> M:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise DamagedIndex(path, "holds something that this version can't read") from error
