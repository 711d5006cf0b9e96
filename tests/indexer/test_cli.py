import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.cli import index_app
from indexer.manifest import Manifest
from indexer.publication import current_build, list_builds
from tests.command import causeway
from tests.edit import edit
from tests.indexer.conftest import Builds

runner = CliRunner()


def index(*arguments: str) -> list[str]:
    """Lines that a successful `causeway index` prints on standard output."""
    result = runner.invoke(index_app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


@pytest.fixture
def index_dir(tmp_path: Path, small_kb_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the configured index will be; nothing is built yet."""
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(small_kb_dir))
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(tmp_path / "index"))
    return tmp_path / "index"


@pytest.fixture
def configured(builds: Builds, index_dir: Path) -> Builds:
    """Three builds in the configured folder."""
    assert builds.root == index_dir
    return builds


def test_index_is_built_edited_listed_and_rolled_back(index_dir: Path, small_kb_dir: Path) -> None:
    (first,) = index("build")
    first_id = current_build(index_dir).name
    assert first == f"{first_id}: 4 entries, 48 chunks, published (48 encoded)"

    edit(small_kb_dir / "entries/delivery/disk-full-stops-queue.yaml", "mail stopped overnight", "it stopped at noon")
    (second,) = index("build")
    second_id = current_build(index_dir).name
    assert second == f"{second_id}: 4 entries, 48 chunks, published (1 encoded)"

    assert [line[:2] + line[2:].split()[0] for line in index("list")] == [f"* {second_id}", f"  {first_id}"]
    assert index("verify") == [f"{second_id} is complete and fits this version"]
    assert index("rollback") == [f"serving {first_id}"]
    assert [line[:2] + line[2:].split()[0] for line in index("list")] == [f"  {second_id}", f"* {first_id}"]


def test_build_reports_its_result_on_standard_output_and_its_progress_on_standard_error(index_dir: Path) -> None:
    result = causeway("index", "build")
    assert result.returncode == 0
    assert result.stdout == f"{current_build(index_dir).name}: 4 entries, 48 chunks, published (48 encoded)\n"
    assert "Encoding chunks" in result.stderr


def test_second_build_of_the_same_content_says_that_nothing_changed(configured: Builds) -> None:
    assert index("build") == [f"{configured.third}: 4 entries, 48 chunks, already published, nothing changed"]


def test_build_of_an_invalid_knowledge_base_lists_its_problems_and_publishes_nothing(
    configured: Builds, small_kb_dir: Path
) -> None:
    path = small_kb_dir / "vocabulary.yaml"
    edit(path, "  phone: Phone", "  phone:")
    result = causeway("index", "build")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"causeway: {path}:11: platforms.phone: String should have at least 1 character\n"
    assert current_build(configured.root) == configured.served


def test_list_shows_date_size_and_encoder_and_marks_the_served_build(configured: Builds) -> None:
    encoder = list_builds(configured.root)[0].encoder
    assert index("list") == [
        f"* {configured.third}  2026-01-03 00:00 UTC  4 entries, 48 chunks, {encoder}",
        f"  {configured.second}  2026-01-02 00:00 UTC  4 entries, 48 chunks, {encoder}",
        f"  {configured.first}  2026-01-01 00:00 UTC  4 entries, 48 chunks, {encoder}",
    ]


def test_list_as_json_is_one_manifest_a_line(configured: Builds) -> None:
    assert [Manifest.model_validate_json(line) for line in index("list", "--json")] == list_builds(configured.root)


def test_list_shows_the_builds_that_are_left_when_the_served_one_is_gone(configured: Builds) -> None:
    configured.served.rename(configured.root.parent / "gone")
    assert [line.split()[0] for line in index("list")] == [configured.second, configured.first]


def test_show_prints_the_manifest_of_the_served_build(configured: Builds) -> None:
    assert json.loads("\n".join(index("show")))["id"] == configured.third


def test_show_prints_the_manifest_of_the_build_that_is_named(configured: Builds) -> None:
    assert json.loads("\n".join(index("show", configured.first)))["id"] == configured.first


def test_verify_checks_the_build_that_is_named(configured: Builds) -> None:
    (configured.root / configured.first / "vectors.faiss").unlink()
    assert index("verify") == [f"{configured.third} is complete and fits this version"]
    result = causeway("index", "verify", configured.first)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"causeway: {configured.root / configured.first / 'vectors.faiss'} is missing: run `causeway index build`, "
        "or `causeway index rollback` to serve the build before it\n"
    )


@pytest.mark.parametrize("command", ["list", "show", "verify", "rollback"])
def test_command_without_an_index_says_how_to_build_one(index_dir: Path, command: str) -> None:
    result = causeway("index", command)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"causeway: there is no index in {index_dir}: run `causeway index build`\n"


def test_unknown_build_is_one_line(configured: Builds) -> None:
    result = causeway("index", "show", "../secret")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"causeway: there is no build '../secret' in {configured.root}: `causeway index list` shows them\n"
    )


def test_rollback_twice_and_once_too_often(configured: Builds) -> None:
    assert index("rollback") == [f"serving {configured.second}"]
    assert index("rollback") == [f"serving {configured.first}"]
    result = causeway("index", "rollback")
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert current_build(configured.root).name == configured.first


def test_damaged_encoder_is_one_line(configured: Builds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "encoder.json").write_text('{"name": "mine", "dimension": 3, "max_tokens": 8, "prompts": {}}')
    monkeypatch.setenv("CAUSEWAY_ENCODER", str(folder))
    result = causeway("index", "verify")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"causeway: the encoder in {folder} can't be read: ")
