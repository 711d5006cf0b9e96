import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.artifact import load_index
from indexer.encoders import Encoder
from indexer.errors import DamagedIndex, NoIndex, UnknownBuild
from indexer.manifest import MANIFEST
from indexer.publication import CURRENT, build_folder, current_build, list_builds, publish, rollback
from tests.indexer.conftest import Builds


def listed(root: Path) -> list[str]:
    return [manifest.id for manifest in list_builds(root)]


def test_builds_are_listed_newest_first(builds: Builds) -> None:
    assert listed(builds.root) == [builds.third, builds.second, builds.first]


def test_build_with_an_unreadable_manifest_is_left_out_of_the_list(builds: Builds) -> None:
    (builds.root / builds.second / MANIFEST).write_text("{")
    assert listed(builds.root) == [builds.third, builds.first]


def test_build_in_progress_is_left_out_of_the_list(builds: Builds) -> None:
    (builds.root / builds.second).rename(builds.root / ".building-1")
    assert listed(builds.root) == [builds.third, builds.first]


@pytest.mark.parametrize("exists", [True, False], ids=["empty folder", "no folder"])
def test_folder_without_builds_has_none_to_list_and_none_to_serve(tmp_path: Path, exists: bool) -> None:
    root = tmp_path / "empty"
    if exists:
        root.mkdir()
    assert list_builds(root) == []
    with pytest.raises(NoIndex) as missing:
        current_build(root)
    assert str(missing.value) == f"there is no index in {root}: run `causeway index build`"


def test_published_build_is_the_one_that_is_served(builds: Builds) -> None:
    publish(builds.root, builds.first)
    assert current_build(builds.root) == builds.root / builds.first


def test_publishing_leaves_nothing_but_the_builds_and_the_name_of_the_current_one(builds: Builds) -> None:
    publish(builds.root, builds.first)
    assert sorted(path.name for path in builds.root.iterdir()) == [builds.first, builds.second, builds.third, CURRENT]


def test_threads_publish_at_the_same_time_without_harm(builds: Builds) -> None:
    ids = [builds.first, builds.second, builds.third] * 200
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda build_id: publish(builds.root, build_id), ids))
    assert current_build(builds.root).name in ids


def test_unknown_build_cannot_be_published(builds: Builds) -> None:
    with pytest.raises(UnknownBuild) as unknown:
        publish(builds.root, "nonsense")
    assert str(unknown.value) == f"there is no build 'nonsense' in {builds.root}: `causeway index list` shows them"
    assert current_build(builds.root) == builds.served


def test_removed_build_cannot_be_served(builds: Builds) -> None:
    shutil.rmtree(builds.served)
    with pytest.raises(UnknownBuild, match=f"there is no build '{builds.third}'"):
        current_build(builds.root)


@pytest.mark.parametrize(
    "build_id",
    [
        "",
        ".",
        "..",
        "../secret",
        "../index",
        "nonsense/../20260101T000000-aaaaaaaa",
        "a\x00b",
    ],
)
def test_id_that_is_a_path_names_no_build(builds: Builds, build_id: str) -> None:
    manifest = (builds.served / MANIFEST).read_bytes()
    (builds.root.parent / "secret").mkdir()
    for folder in (builds.root, builds.root.parent, builds.root.parent / "secret"):
        (folder / MANIFEST).write_bytes(manifest)
    with pytest.raises(UnknownBuild):
        build_folder(builds.root, build_id)


def test_absolute_path_names_no_build(builds: Builds) -> None:
    shutil.copytree(builds.served, builds.root.parent / "secret")
    with pytest.raises(UnknownBuild):
        build_folder(builds.root, str(builds.root.parent / "secret"))


def test_rollback_serves_the_build_before_the_current_one(builds: Builds) -> None:
    assert rollback(builds.root).id == builds.second
    assert current_build(builds.root) == builds.root / builds.second


def test_second_rollback_goes_one_build_further(builds: Builds) -> None:
    rollback(builds.root)
    assert rollback(builds.root).id == builds.first
    assert current_build(builds.root) == builds.root / builds.first


def test_rollback_removes_no_build(builds: Builds) -> None:
    rollback(builds.root)
    assert listed(builds.root) == [builds.third, builds.second, builds.first]


def test_rollback_from_the_oldest_build_says_so_and_changes_nothing(builds: Builds) -> None:
    publish(builds.root, builds.first)
    with pytest.raises(UnknownBuild) as oldest:
        rollback(builds.root)
    assert f"there is no build 'before {builds.first}' in {builds.root}" in str(oldest.value)
    assert current_build(builds.root) == builds.root / builds.first


def test_rollback_without_an_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(NoIndex):
        rollback(tmp_path)


def test_rollback_repairs_the_service_of_a_damaged_build(builds: Builds, encoder: Encoder) -> None:
    (builds.served / "vectors.faiss").unlink()
    with pytest.raises(DamagedIndex):
        load_index(current_build(builds.root), encoder)
    rollback(builds.root)
    assert load_index(current_build(builds.root), encoder).manifest.id == builds.second


def test_rollback_leaves_a_build_whose_manifest_is_unreadable(builds: Builds) -> None:
    (builds.served / MANIFEST).write_text("{")
    assert rollback(builds.root).id == builds.second


def test_rollback_leaves_a_build_whose_manifest_is_missing(builds: Builds) -> None:
    (builds.served / MANIFEST).unlink()
    assert rollback(builds.root).id == builds.second


def test_rollback_from_an_unreadable_build_does_not_go_forward(builds: Builds) -> None:
    publish(builds.root, builds.second)
    (builds.root / builds.second / MANIFEST).write_text("{")
    assert rollback(builds.root).id == builds.first


def test_name_of_the_current_build_that_is_not_text_is_no_index(builds: Builds) -> None:
    (builds.root / CURRENT).write_bytes(b"\xff")
    with pytest.raises((NoIndex, UnknownBuild)):
        current_build(builds.root)
