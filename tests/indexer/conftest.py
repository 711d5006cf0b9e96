import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from indexer.manifest import MANIFEST, read_manifest
from indexer.publication import current_build, publish


class Builds(NamedTuple):
    """A folder of three builds that differ in id and age only; the youngest is served."""

    root: Path
    first: str = "20260101T000000-aaaaaaaa"
    second: str = "20260102T000000-bbbbbbbb"
    third: str = "20260103T000000-cccccccc"

    @property
    def served(self) -> Path:
        return self.root / self.third


@pytest.fixture
def builds(small_index_dir: Path, tmp_path: Path) -> Builds:
    """Three builds, to be changed."""
    builds = Builds(tmp_path / "index")
    for day, build_id in enumerate((builds.first, builds.second, builds.third), start=1):
        folder = shutil.copytree(current_build(small_index_dir), builds.root / build_id)
        manifest = read_manifest(folder).model_copy(
            update={"id": build_id, "built_at": datetime(2026, 1, day, tzinfo=UTC)}
        )
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2))
    publish(builds.root, builds.third)
    return builds
