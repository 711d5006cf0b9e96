"""What a machine needs that only asks the service; run by `make test-install`, as it installs from the registry."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.install

REPOSITORY = Path(__file__).parents[1]
SERVER_ONLY = {"torch", "faiss-cpu", "onnxruntime", "numpy", "bm25s", "tokenizers", "google-re2", "fastapi", "uvicorn"}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a fresh environment with the bot in it, and nothing else."""
    folder = tmp_path_factory.mktemp("bot")
    # A build leaves files beside its sources.
    sources = shutil.copytree(
        REPOSITORY, folder / "sources", ignore=shutil.ignore_patterns(".*", "data", "build", "*.egg-info")
    )
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--constraint", REPOSITORY / "constraints.txt", f"{sources}[bot]"], check=True)
    return python


def test_the_bot_installs_nothing_that_the_service_is_made_of(python: Path) -> None:
    installed = run(python, "-m", "pip", "list", "--format=freeze").stdout.lower()

    names = {line.split("==")[0].replace("_", "-") for line in installed.splitlines()}
    assert {"causeway", "discord.py", "httpx"} <= names
    assert names.isdisjoint(SERVER_ONLY)


@pytest.mark.parametrize("module", ["api.client", "bot.bot", "bot.cli"])
def test_the_bot_and_the_client_work_without_it(python: Path, module: str) -> None:
    assert run(python, "-c", f"import {module}").stderr == ""


def test_a_command_that_needs_more_says_what_installs_it(python: Path) -> None:
    result = run(python.with_name("causeway"), "ask", "nothing arrives")

    assert result.returncode == 1
    assert result.stderr.startswith("causeway: this command needs ")
    assert result.stderr.endswith(": pip install 'causeway[serve]'\n")
