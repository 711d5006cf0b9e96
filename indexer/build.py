"""From a knowledge base to a published index."""

import contextlib
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.artifact import (
    CHUNKS,
    ENTRIES,
    FINDINGS,
    PRODUCT_EVIDENCE,
    RANKER,
    VOCABULARY,
    json_lines,
    known_vectors,
    verify_files,
)
from indexer.checksums import file_sha256
from indexer.chunks import Chunk, chunk_knowledge_base
from indexer.encoders import Encoder
from indexer.entry_models import EntryModels
from indexer.errors import UnusableIndex
from indexer.manifest import FORMAT, MANIFEST, Counts, Manifest, read_manifest
from indexer.publication import current_build, publish
from indexer.search import LocalSearch
from kb import KnowledgeBase

TEXTS_PER_STEP = 64
STAGING_PREFIX = ".building-"
ABANDONED_AFTER_SECONDS = 3600

Progress = Callable[[int, int], None]
"""Called with the number of chunks encoded so far, and of all that need encoding."""


@dataclass(frozen=True)
class Build:
    """What `build_index` did. Nothing was written if the published index already has this content."""

    manifest: Manifest
    unchanged: bool
    encoded_chunks: int


def build_index(
    knowledge_base: KnowledgeBase,
    encoder: Encoder,
    root: Path,
    progress: Progress = lambda done, total: None,
    reuse_from: Path | None = None,
) -> Build:
    """Build an index beside the others in `root` and publish it there.

    Everything is written to a hidden folder first and renamed when complete, so that a crash leaves the published index
    as it was.

    :param reuse_from: folder of indexes whose published one gives the vectors of the chunks it has; `root` if left out.
    """
    chunks = chunk_knowledge_base(knowledge_base)
    contents = _contents(knowledge_base, chunks)
    content_sha256 = _content_sha256(contents, encoder)
    published = _published(root)
    if published and published[1].content_sha256 == content_sha256:
        return Build(published[1], unchanged=True, encoded_chunks=0)

    reusable = published if reuse_from is None else _published(reuse_from)
    known = _reusable_vectors(reusable[0], encoder) if reusable else {}
    vectors, encoded_chunks = _vectors(chunks, encoder, known, progress)
    root.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(root)
    staging = root / f"{STAGING_PREFIX}{uuid.uuid4().hex}"
    staging.mkdir()
    for name, data in contents.items():
        (staging / name).write_bytes(data)
    LocalSearch.build(vectors, [chunk.text for chunk in chunks]).save(staging)
    EntryModels.build(chunks, vectors, knowledge_base.entries).save(staging)
    built_at = datetime.now(UTC)
    manifest = Manifest(
        format=FORMAT,
        id=f"{built_at:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}",
        built_at=built_at,
        content_sha256=content_sha256,
        encoder=encoder.identity,
        counts=Counts(entries=len(knowledge_base.entries), chunks=len(chunks), dimension=encoder.dimension),
        files={
            str(path.relative_to(staging)): file_sha256(path) for path in sorted(staging.rglob("*")) if path.is_file()
        },
    )
    (staging / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
    for path in staging.rglob("*"):
        if path.is_file():
            _flush_to_disk(path)
    staging.rename(root / manifest.id)
    publish(root, manifest.id)
    return Build(manifest, unchanged=False, encoded_chunks=encoded_chunks)


def _contents(knowledge_base: KnowledgeBase, chunks: Sequence[Chunk]) -> dict[str, bytes]:
    return {
        ENTRIES: json_lines(knowledge_base.entries.values()),
        FINDINGS: json_lines(knowledge_base.findings.values()),
        VOCABULARY: knowledge_base.vocabulary.model_dump_json().encode(),
        PRODUCT_EVIDENCE: knowledge_base.product_evidence.model_dump_json().encode(),
        CHUNKS: json_lines(chunks),
        RANKER: knowledge_base.ranker,
    }


def _content_sha256(contents: dict[str, bytes], encoder: Encoder) -> str:
    digest = hashlib.sha256(f"{FORMAT} {encoder.identity.sha256}".encode())
    for data in contents.values():
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


def _published(root: Path) -> tuple[Path, Manifest] | None:
    """Folder and manifest of the build that is served, if its files are what the manifest says."""
    try:
        folder = current_build(root)
        manifest = read_manifest(folder)
        verify_files(folder, manifest)
    except UnusableIndex:
        return None
    return folder, manifest


def _reusable_vectors(folder: Path, encoder: Encoder) -> dict[str, NDArray[np.float32]]:
    try:
        return known_vectors(folder, encoder)
    except UnusableIndex:
        return {}  # an older version wrote its chunks in another way: all are encoded anew


def _vectors(
    chunks: Sequence[Chunk], encoder: Encoder, known: dict[str, NDArray[np.float32]], progress: Progress
) -> tuple[NDArray[np.float32], int]:
    """Vectors of all chunks, float32, shape (n_chunks, dimension), and how many of them had to be encoded."""
    missing = list(dict.fromkeys(chunk.text for chunk in chunks if chunk.text not in known))
    for start in range(0, len(missing), TEXTS_PER_STEP):
        progress(start, len(missing))
        step = missing[start : start + TEXTS_PER_STEP]
        known.update(zip(step, encoder.encode_documents(step), strict=True))
    progress(len(missing), len(missing))
    return np.stack([known[chunk.text] for chunk in chunks]), len(missing)


def _remove_abandoned(root: Path) -> None:
    """Remove what builds that crashed left behind; a build in progress is younger."""
    for folder in root.glob(f"{STAGING_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another build removes it at the same time
            if time.time() - folder.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
