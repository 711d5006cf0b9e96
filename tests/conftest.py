"""What tests share: a small knowledge base of another product, the shipped encoder, and an index made of them."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from indexer.artifact import Index, load_index
from indexer.build import build_index
from indexer.encoders import Encoder, load_encoder
from indexer.publication import current_build
from kb import KnowledgeBase, load_knowledge_base
from retrieval import Diagnoser

# Run in the background, tests would ignore interrupts, and so would the programs that they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The same examples in every run, however slow the machine is.
settings.register_profile("causeway", deadline=None, derandomize=True)
settings.load_profile("causeway")

SMALL_KB = Path(__file__).parent / "data" / "kb"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's own reaches a test, and nothing is written into the checkout."""
    for name in os.environ:
        if name.startswith("CAUSEWAY_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The encoder that ships with the project."""
    return load_encoder()


@pytest.fixture(scope="session")
def small_kb() -> KnowledgeBase:
    """Four entries of an invented product, so that no test depends on the real content."""
    return load_knowledge_base(SMALL_KB)


@pytest.fixture
def small_kb_dir(tmp_path: Path) -> Path:
    """A copy of the small knowledge base's files, to be changed."""
    return Path(shutil.copytree(SMALL_KB, tmp_path / "kb"))


@pytest.fixture(scope="session")
def small_index_dir(small_kb: KnowledgeBase, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one published build of the small knowledge base; read only."""
    root = tmp_path_factory.mktemp("index")
    build_index(small_kb, encoder, root)
    return root


@pytest.fixture(scope="session")
def small_index(small_index_dir: Path, encoder: Encoder) -> Index:
    """The small index, loaded."""
    return load_index(current_build(small_index_dir), encoder)


@pytest.fixture(scope="session")
def diagnoser(small_index: Index) -> Diagnoser:
    """Answers from the small index."""
    return Diagnoser(small_index)
