import dataclasses
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.artifact import Index, load_index
from indexer.build import ABANDONED_AFTER_SECONDS, STAGING_PREFIX, build_index
from indexer.checksums import file_sha256
from indexer.chunks import chunk_knowledge_base
from indexer.encoders import Encoder, EncoderIdentity
from indexer.manifest import MANIFEST, read_manifest
from indexer.publication import CURRENT, current_build, list_builds, rollback
from indexer.search import LocalSearch
from kb import KnowledgeBase, load_knowledge_base
from tests.command import COMMAND
from tests.edit import edit
from tests.indexer.conftest import Builds

DISK_FULL = "entries/delivery/disk-full-stops-queue.yaml"


class WatchedEncoder:
    """The shipped encoder; remembers what it was asked to encode."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.encoded: list[str] = []

    @property
    def identity(self) -> EncoderIdentity:
        return self._encoder.identity

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder.encode_queries(texts)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return self._encoder.encode_documents(texts)


class OutOfMemoryEncoder(WatchedEncoder):
    """Fails at the first text."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise MemoryError


class HalfWrittenEncoder(WatchedEncoder):
    """Fails where the manifest is made, when the other files of the build are written."""

    @property
    def dimension(self) -> int:
        raise MemoryError


class RenamedEncoder(WatchedEncoder):
    """Another model, for all that its checksum tells."""

    @property
    def identity(self) -> EncoderIdentity:
        return EncoderIdentity(name="another", sha256="0" * 64)


class MeetingEncoder(WatchedEncoder):
    """Waits until as many builds as there are have encoded their chunks."""

    def __init__(self, encoder: Encoder, meeting: threading.Barrier) -> None:
        super().__init__(encoder)
        self._meeting = meeting

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = super().encode_documents(texts)
        self._meeting.wait()
        return vectors


@pytest.fixture
def watched(encoder: Encoder) -> WatchedEncoder:
    return WatchedEncoder(encoder)


def served(root: Path, encoder: Encoder) -> Index:
    return load_index(current_build(root), encoder)


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_build_is_published_complete(small_kb: KnowledgeBase, encoder: Encoder, tmp_path: Path) -> None:
    result = build_index(small_kb, encoder, tmp_path / "not" / "there")
    index = served(tmp_path / "not" / "there", encoder)
    assert (result.unchanged, result.encoded_chunks) == (False, 48)
    assert index.manifest == result.manifest
    assert index.entries == small_kb.entries


def test_vectors_are_those_of_the_encoder(small_index: Index) -> None:
    assert isinstance(small_index.search, LocalSearch)
    np.testing.assert_array_equal(
        small_index.search.vectors(),
        small_index.encoder.encode_documents([chunk.text for chunk in small_index.chunks]),
    )


def test_build_leaves_nothing_else_behind(small_kb: KnowledgeBase, encoder: Encoder, tmp_path: Path) -> None:
    result = build_index(small_kb, encoder, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [result.manifest.id, CURRENT]


def test_unchanged_knowledge_base_writes_and_encodes_nothing(
    builds: Builds, small_kb: KnowledgeBase, watched: WatchedEncoder
) -> None:
    before = snapshot(builds.root)
    result = build_index(small_kb, watched, builds.root)
    assert (result.unchanged, result.encoded_chunks, result.manifest.id) == (True, 0, builds.third)
    assert watched.encoded == []
    assert snapshot(builds.root) == before


def test_edited_entry_encodes_only_what_is_new_in_it(
    builds: Builds, small_kb_dir: Path, watched: WatchedEncoder
) -> None:
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", "mail stopped at noon")
    knowledge_base = load_knowledge_base(small_kb_dir)
    result = build_index(knowledge_base, watched, builds.root)
    assert watched.encoded == ["mail stopped at noon"]
    assert result.encoded_chunks == 1
    index = served(builds.root, watched)
    assert isinstance(index.search, LocalSearch)
    texts = [chunk.text for chunk in chunk_knowledge_base(knowledge_base)]
    np.testing.assert_array_equal(index.search.vectors(), watched.encode_documents(texts))


def test_removed_entry_is_no_longer_found_and_nothing_is_encoded(
    builds: Builds, small_kb: KnowledgeBase, watched: WatchedEncoder
) -> None:
    entries = {key: entry for key, entry in small_kb.entries.items() if key != "disk-full-stops-queue"}
    build_index(dataclasses.replace(small_kb, entries=entries), watched, builds.root)
    index = served(builds.root, watched)
    assert watched.encoded == []
    assert list(index.entries) == list(entries)
    assert {chunk.entry_id for chunk in index.chunks} == {*entries, "none"}
    assert len(index.search.lexical("No space left on device", 50).rows) < 10


def test_new_ranker_makes_a_new_build_without_encoding(
    builds: Builds, small_kb: KnowledgeBase, watched: WatchedEncoder
) -> None:
    result = build_index(dataclasses.replace(small_kb, ranker=b"{}"), watched, builds.root)
    assert (result.unchanged, watched.encoded) == (False, [])
    assert served(builds.root, watched).ranker == b"{}"


def test_another_encoder_encodes_everything(builds: Builds, small_kb: KnowledgeBase, encoder: Encoder) -> None:
    another = RenamedEncoder(encoder)
    result = build_index(small_kb, another, builds.root)
    assert result.encoded_chunks == len(another.encoded) == 48
    assert served(builds.root, another).manifest.encoder.name == "another"


def test_text_that_several_chunks_share_is_encoded_once(
    small_kb_dir: Path, watched: WatchedEncoder, tmp_path: Path
) -> None:
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", "nothing arrives anywhere")
    result = build_index(load_knowledge_base(small_kb_dir), watched, tmp_path / "index")
    assert (result.manifest.counts.chunks, result.encoded_chunks) == (48, 47)
    assert watched.encoded.count("nothing arrives anywhere") == 1


def test_progress_is_told_from_nothing_to_all(small_kb: KnowledgeBase, encoder: Encoder, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    build_index(small_kb, encoder, tmp_path, lambda done, total: steps.append((done, total)))
    assert steps == [(0, 48), (48, 48)]


@pytest.mark.parametrize("failing", [OutOfMemoryEncoder, HalfWrittenEncoder], ids=["while encoding", "while writing"])
def test_build_that_fails_leaves_the_old_one_served_and_no_new_one(
    builds: Builds, small_kb_dir: Path, encoder: Encoder, failing: type[WatchedEncoder]
) -> None:
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", "mail stopped at noon")
    before = snapshot(builds.served)
    with pytest.raises(MemoryError):
        build_index(load_knowledge_base(small_kb_dir), failing(encoder), builds.root)
    assert served(builds.root, encoder).manifest.id == builds.third
    assert [manifest.id for manifest in list_builds(builds.root)] == [builds.third, builds.second, builds.first]
    assert snapshot(builds.served) == before


def test_process_that_dies_while_writing_leaves_the_old_build_served(
    builds: Builds, small_kb_dir: Path, encoder: Encoder
) -> None:
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", "mail stopped at noon")
    code = f"""
import os
from pathlib import Path
from indexer.build import build_index
from indexer.encoders import load_encoder
from kb import load_knowledge_base
from tests.indexer.test_build import WatchedEncoder

class DyingEncoder(WatchedEncoder):
    @property
    def dimension(self):
        os._exit(9)

build_index(load_knowledge_base(Path({str(small_kb_dir)!r})), DyingEncoder(load_encoder()), Path({str(builds.root)!r}))
"""
    died = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2])
    assert died.returncode == 9
    (left_behind,) = builds.root.glob(f"{STAGING_PREFIX}*")
    assert (left_behind / "vectors.faiss").exists()
    assert served(builds.root, encoder).manifest.id == builds.third
    assert [manifest.id for manifest in list_builds(builds.root)] == [builds.third, builds.second, builds.first]


@pytest.mark.parametrize(
    ("seconds_old", "removed"),
    [(ABANDONED_AFTER_SECONDS + 60, True), (ABANDONED_AFTER_SECONDS - 60, False)],
    ids=["abandoned", "maybe in progress"],
)
def test_only_abandoned_folder_of_a_crashed_build_is_removed(
    builds: Builds, small_kb: KnowledgeBase, encoder: Encoder, seconds_old: int, removed: bool
) -> None:
    staging = shutil.copytree(builds.served, builds.root / f"{STAGING_PREFIX}1")
    changed = time.time() - seconds_old
    os.utime(staging, (changed, changed))
    build_index(dataclasses.replace(small_kb, ranker=b"{}"), encoder, builds.root)
    assert staging.exists() != removed


def test_damaged_index_is_built_anew(builds: Builds, small_kb: KnowledgeBase, watched: WatchedEncoder) -> None:
    (builds.served / "vectors.faiss").write_bytes(b"")
    result = build_index(small_kb, watched, builds.root)
    assert (result.unchanged, result.encoded_chunks) == (False, 48)
    assert served(builds.root, watched).manifest.id == result.manifest.id


def replace_content(build: Path, name: str, content: str) -> None:
    """Make a build look as if a version that wrote `name` in another way had made it."""
    (build / name).write_text(content)
    manifest = read_manifest(build)
    changed = manifest.model_copy(
        update={"content_sha256": "0" * 64, "files": manifest.files | {name: file_sha256(build / name)}}
    )
    (build / MANIFEST).write_text(changed.model_dump_json())


def test_vectors_are_taken_over_from_a_version_that_wrote_entries_in_another_way(
    builds: Builds, small_kb: KnowledgeBase, watched: WatchedEncoder
) -> None:
    replace_content(builds.served, "entries.jsonl", '{"unheard": "of"}\n')
    result = build_index(small_kb, watched, builds.root)
    assert (result.unchanged, watched.encoded) == (False, [])
    assert served(builds.root, watched).entries == small_kb.entries


def test_everything_is_encoded_after_a_version_that_wrote_chunks_in_another_way(
    builds: Builds, small_kb: KnowledgeBase, watched: WatchedEncoder
) -> None:
    replace_content(builds.served, "chunks.jsonl", '{"unheard": "of"}\n')
    assert build_index(small_kb, watched, builds.root).encoded_chunks == 48
    assert served(builds.root, watched).entries == small_kb.entries


def test_build_after_a_rollback_is_served(builds: Builds, small_kb: KnowledgeBase, encoder: Encoder) -> None:
    rollback(builds.root)
    result = build_index(dataclasses.replace(small_kb, ranker=b"{}"), encoder, builds.root)
    assert current_build(builds.root).name == result.manifest.id
    assert rollback(builds.root).id == builds.third


def test_old_build_is_served_until_the_new_one_is_complete(
    builds: Builds, small_kb_dir: Path, encoder: Encoder
) -> None:
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", "mail stopped at noon")
    served_meanwhile: list[str] = []
    result = build_index(
        load_knowledge_base(small_kb_dir),
        encoder,
        builds.root,
        lambda done, total: served_meanwhile.append(served(builds.root, encoder).manifest.id),
    )
    assert served_meanwhile == [builds.third, builds.third]
    assert current_build(builds.root).name == result.manifest.id


def test_index_in_memory_answers_on_after_its_build_is_replaced(
    builds: Builds, small_kb: KnowledgeBase, encoder: Encoder
) -> None:
    index = served(builds.root, encoder)
    query = encoder.encode_queries(["mail stopped overnight"])
    before = index.search.dense(query, 3)[0].rows
    build_index(dataclasses.replace(small_kb, ranker=b"{}"), encoder, builds.root)
    shutil.rmtree(builds.served)
    np.testing.assert_array_equal(index.search.dense(query, 3)[0].rows, before)


def test_reader_never_meets_a_half_switched_index(builds: Builds, small_kb: KnowledgeBase, encoder: Encoder) -> None:
    rankers = [f"ranker {number}".encode() for number in range(5)]
    built = threading.Event()

    def read_until_built() -> list[bytes]:
        seen = []
        while not built.is_set():
            seen.append(served(builds.root, encoder).ranker)
        return seen

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_until_built)
        for ranker in rankers:
            build_index(dataclasses.replace(small_kb, ranker=ranker), encoder, builds.root)
        built.set()
    assert set(reading.result()) <= {small_kb.ranker, *rankers}
    assert served(builds.root, encoder).ranker == rankers[-1]


def test_builds_of_different_content_at_the_same_time_both_succeed(
    builds: Builds, small_kb_dir: Path, encoder: Encoder, tmp_path: Path
) -> None:
    other_kb_dir = Path(shutil.copytree(small_kb_dir, tmp_path / "other"))
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", "mail stopped at noon")
    edit(other_kb_dir / DISK_FULL, "mail stopped overnight", "mail stopped at six")
    processes = [
        subprocess.Popen(
            [COMMAND, "index", "build"],
            env=os.environ | {"CAUSEWAY_KB_DIR": str(folder), "CAUSEWAY_INDEX_DIR": str(builds.root)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for folder in (small_kb_dir, other_kb_dir)
    ]
    assert [process.wait() for process in processes] == [0, 0]
    new = {manifest.id for manifest in list_builds(builds.root)} - {builds.first, builds.second, builds.third}
    assert len(new) == 2
    assert current_build(builds.root).name in new
    for build_id in new:
        load_index(builds.root / build_id, encoder)


def test_builds_of_the_same_content_at_the_same_time_all_succeed(
    builds: Builds, small_kb_dir: Path, encoder: Encoder
) -> None:
    edit(small_kb_dir / DISK_FULL, "mail stopped overnight", "mail stopped at noon")
    knowledge_base = load_knowledge_base(small_kb_dir)
    meeting = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(lambda _: build_index(knowledge_base, MeetingEncoder(encoder, meeting), builds.root), range(4))
        )
    assert {result.manifest.content_sha256 for result in results} == {
        served(builds.root, encoder).manifest.content_sha256
    }
    assert list(builds.root.glob(f"{STAGING_PREFIX}*")) == []


def test_index_that_is_damaged_right_after_its_build_can_be_built_anew(
    small_kb: KnowledgeBase, encoder: Encoder, tmp_path: Path
) -> None:
    # Four builds in less than two seconds: some two of them fall into the same second.
    for _ in range(4):
        build_index(small_kb, encoder, tmp_path)
        assert served(tmp_path, encoder).entries == small_kb.entries
        (current_build(tmp_path) / "vectors.faiss").write_bytes(b"")
