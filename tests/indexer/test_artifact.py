import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from indexer.artifact import Index, json_lines, load_index
from indexer.checksums import file_sha256
from indexer.chunks import chunk_knowledge_base
from indexer.encoders import Encoder
from indexer.errors import DamagedIndex, EncoderMismatch, ForeignFormat, UnusableIndex
from indexer.manifest import FORMAT, MANIFEST, Manifest, read_manifest
from indexer.publication import current_build
from kb import KnowledgeBase

FILES = [
    "entries.jsonl",
    "entry_models.npz",
    "evidence.json",
    "findings.jsonl",
    "vocabulary.json",
    "chunks.jsonl",
    "vectors.faiss",
    "ranker.json",
    "bm25/data.csc.index.npy",
    "bm25/indices.csc.index.npy",
    "bm25/indptr.csc.index.npy",
    "bm25/params.index.json",
    "bm25/vocab.index.json",
]
REPAIR = "run `causeway index build`, or `causeway index rollback` to serve the build before it"


@pytest.fixture
def build(small_index_dir: Path, tmp_path: Path) -> Path:
    """A copy of the small index's build, to be damaged."""
    return Path(shutil.copytree(current_build(small_index_dir), tmp_path / "build"))


def change_manifest(build: Path, **changes: object) -> None:
    manifest = json.loads((build / MANIFEST).read_bytes())
    (build / MANIFEST).write_text(json.dumps(manifest | changes))


def refusal(build: Path, encoder: Encoder) -> str:
    """Why a build is not served."""
    with pytest.raises(UnusableIndex) as unusable:
        load_index(build, encoder)
    return str(unusable.value)


def test_loaded_index_holds_what_it_was_built_from(small_index: Index, small_kb: KnowledgeBase) -> None:
    assert small_index.entries == small_kb.entries
    assert small_index.findings == small_kb.findings
    assert small_index.product_evidence == small_kb.product_evidence
    assert small_index.vocabulary == small_kb.vocabulary
    assert small_index.ranker == small_kb.ranker
    assert small_index.chunks == chunk_knowledge_base(small_kb)


def test_row_of_the_vectors_is_the_line_of_the_chunks(small_index: Index) -> None:
    vectors = small_index.encoder.encode_documents([chunk.text for chunk in small_index.chunks])
    for row, (hits,) in enumerate(small_index.search.dense(vector[np.newaxis], 1) for vector in vectors):
        assert small_index.chunks[hits.rows[0]].text == small_index.chunks[row].text


def test_row_of_the_words_is_the_line_of_the_chunks(small_index: Index) -> None:
    hits = small_index.search.lexical("Authentication credentials invalid", 1)
    assert small_index.chunks[hits.rows[0]].id == "password-hash-outdated/error/0"


def test_manifest_names_every_file_with_its_checksum(build: Path) -> None:
    manifest = read_manifest(build)
    assert sorted(manifest.files) == sorted(FILES)
    assert manifest.files == {name: file_sha256(build / name) for name in FILES}


def test_manifest_tells_what_the_index_holds(small_index: Index, encoder: Encoder) -> None:
    manifest = small_index.manifest
    assert manifest.counts.model_dump() == {"entries": 4, "chunks": 48, "dimension": 384}
    assert manifest.encoder == encoder.identity
    assert manifest.built_at.tzinfo is not None


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named_with_the_command_that_repairs(build: Path, encoder: Encoder, name: str) -> None:
    (build / name).unlink()
    assert refusal(build, encoder) == f"{build / name} is missing: {REPAIR}"


@pytest.mark.parametrize("name", FILES)
def test_flipped_bit_is_found_and_its_file_named(build: Path, encoder: Encoder, name: str) -> None:
    data = bytearray((build / name).read_bytes())
    data[len(data) // 2] ^= 1
    (build / name).write_bytes(data)
    assert refusal(build, encoder) == (
        f"{build / name} is damaged (its checksum differs from the manifest's): {REPAIR}"
    )


def test_file_that_is_cut_short_is_found(build: Path, encoder: Encoder) -> None:
    path = build / "vectors.faiss"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedIndex) as damaged:
        load_index(build, encoder)
    assert damaged.value.path == path


def test_folder_in_place_of_a_file_is_a_missing_file(build: Path, encoder: Encoder) -> None:
    (build / "ranker.json").unlink()
    (build / "ranker.json").mkdir()
    assert refusal(build, encoder) == f"{build / 'ranker.json'} is missing: {REPAIR}"


def test_missing_manifest_is_named(build: Path, encoder: Encoder) -> None:
    (build / MANIFEST).unlink()
    assert refusal(build, encoder) == f"{build / MANIFEST} is missing: {REPAIR}"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe"],
    ids=["empty", "cut short", "a list", "null", "not text"],
)
def test_manifest_that_is_no_json_object_is_named(build: Path, encoder: Encoder, content: bytes) -> None:
    (build / MANIFEST).write_bytes(content)
    assert refusal(build, encoder) == f"{build / MANIFEST} is not a manifest: {REPAIR}"


def test_manifest_without_some_fields_is_named(build: Path, encoder: Encoder) -> None:
    (build / MANIFEST).write_text(json.dumps({"format": FORMAT, "id": "x"}))
    assert refusal(build, encoder) == f"{build / MANIFEST} lacks fields of a manifest: {REPAIR}"


@pytest.mark.parametrize("found", [0, FORMAT + 1, None, "one"])
def test_foreign_format_is_told_before_anything_else_is_read(build: Path, encoder: Encoder, found: object) -> None:
    (build / MANIFEST).write_text(json.dumps({"format": found}))
    with pytest.raises(ForeignFormat) as foreign:
        load_index(build, encoder)
    assert str(foreign.value) == (
        f"{build / MANIFEST} is of format {found}, this version reads {FORMAT}: run `causeway index build`"
    )


def test_index_of_another_encoder_is_refused_with_both_names(build: Path, encoder: Encoder) -> None:
    change_manifest(build, encoder={"name": "another", "sha256": "0123456789abcdef"})
    with pytest.raises(EncoderMismatch) as mismatch:
        load_index(build, encoder)
    assert str(mismatch.value) == (
        f"{build} was built with encoder another (0123456789ab), but minilm-l3-int8 ({encoder.identity.sha256[:12]}) "
        "is configured: run `causeway index build`, or set CAUSEWAY_ENCODER to the encoder it was built with"
    )


def test_encoder_of_the_same_checksum_may_have_another_name(build: Path, encoder: Encoder) -> None:
    change_manifest(build, encoder={"name": "moved", "sha256": encoder.identity.sha256})
    assert load_index(build, encoder).manifest.encoder.name == "moved"


@pytest.mark.parametrize(
    "name", ["entries.jsonl", "evidence.json", "findings.jsonl", "vocabulary.json", "chunks.jsonl"]
)
def test_content_that_this_version_cannot_read_is_named(build: Path, encoder: Encoder, name: str) -> None:
    (build / name).write_text('{"unheard": "of"}\n')
    change_manifest(build, files=read_manifest(build).files | {name: file_sha256(build / name)})
    assert refusal(build, encoder) == f"{build / name} holds something that this version can't read: {REPAIR}"


def test_file_that_the_manifest_does_not_list_is_not_believed(build: Path, encoder: Encoder) -> None:
    (build / "vectors.faiss").write_bytes(b"not vectors")
    files = {name: checksum for name, checksum in read_manifest(build).files.items() if name != "vectors.faiss"}
    change_manifest(build, files=files)
    refusal(build, encoder)


def test_text_keeps_its_line_separators_in_lines_of_json(small_kb: KnowledgeBase) -> None:
    entry = small_kb.entry("disk-full-stops-queue").model_copy(update={"cause": "one\u2028two\u0085three\nfour\rfive"})
    (line,) = json_lines([entry]).splitlines()
    assert type(entry).model_validate_json(line) == entry


def test_manifest_is_written_as_it_is_read() -> None:
    manifest = Manifest.model_validate(
        {
            "format": FORMAT,
            "id": "20260101T000000-aaaaaaaa",
            "built_at": datetime(2026, 1, 1, tzinfo=UTC),
            "content_sha256": "aa",
            "encoder": {"name": "x", "sha256": "bb"},
            "counts": {"entries": 1, "chunks": 2, "dimension": 3},
            "files": {"entries.jsonl": "cc"},
        }
    )
    assert Manifest.model_validate_json(manifest.model_dump_json()) == manifest
