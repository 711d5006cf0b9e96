import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOMS = ("kb", "indexer", "retrieval", "api", "eval", "bot")
PRODUCT = "super" + "tokens"
"""Of the knowledge base that comes with the program; put together here, as this file may not hold it either."""
CONTENT = (
    "kb/entries",
    "kb/evidence.yaml",
    "kb/reports",
    "kb/findings.yaml",
    "kb/links.txt",
    "kb/evidence.yaml",
    "kb/vocabulary.yaml",
    "kb/COVERAGE.md",
    "eval/queries",
)
"""What is written about a product, and nothing else is."""

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    """Who imports whom, by reading every module."""
    return grimp.build_graph(*ROOMS, cache_dir=None)


def test_the_declared_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    lint = subprocess.run([linter, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert lint.returncode == 0, lint.stdout
    assert "0 broken" in lint.stdout


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "bot"])
def test_no_room_imports_the_bot(imports: grimp.ImportGraph, room: str) -> None:
    assert not imports.direct_import_exists(importer=room, imported="bot", as_packages=True)


def test_the_bot_imports_of_all_rooms_only_the_client_of_the_api(imports: grimp.ImportGraph) -> None:
    rooms = tuple(room for room in ROOMS if room != "bot")
    modules = [module for module in imports.modules if module.partition(".")[0] == "bot"]

    imported = {name for module in modules for name in imports.find_modules_directly_imported_by(module)}
    assert {name for name in imported if name.startswith(rooms)} == {"api.client"}


@pytest.mark.parametrize(
    ("lower", "upper"),
    [(lower, upper) for position, lower in enumerate(ROOMS[:5]) for upper in ROOMS[position + 1 : 5]],
)
def test_no_room_imports_one_above_it(imports: grimp.ImportGraph, lower: str, upper: str) -> None:
    assert not imports.direct_import_exists(importer=lower, imported=upper, as_packages=True)


def test_every_package_of_the_repository_is_a_room_that_the_contracts_know() -> None:
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}

    assert packages == {*ROOMS, "tests"}


def is_content(path: str) -> bool:
    return path.startswith(tuple(f"{content}/" for content in CONTENT)) or path in CONTENT


def files_of(room: str) -> list[str]:
    return [
        path.relative_to(REPOSITORY).as_posix()
        for path in sorted((REPOSITORY / room).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_no_code_knows_the_product(room: str) -> None:
    code = [path for path in files_of(room) if not is_content(path)]

    assert code != []
    assert [path for path in code if PRODUCT.encode() in (REPOSITORY / path).read_bytes().lower()] == []


def test_the_command_does_not_know_the_product() -> None:
    assert PRODUCT not in (REPOSITORY / "causeway.py").read_text(encoding="utf-8").lower()
