import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.encoders import DEFAULT_ENCODER, Encoder, load_encoder
from indexer.encoders.onnx import OnnxEncoder
from tests.indexer.encoders.conftest import EncoderFolder

HEAVY = ("torch", "sentence_transformers", "transformers", "onnx")


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False, env=os.environ | environment
    )


def test_encoder_is_the_shipped_one_if_none_is_named(encoder: Encoder) -> None:
    assert encoder.identity.name == DEFAULT_ENCODER.name
    assert encoder.dimension == 384


def test_folder_of_an_export_is_loaded_by_its_path(encoder_folder: EncoderFolder) -> None:
    loaded = load_encoder(encoder_folder.describe(name="another"))
    assert isinstance(loaded, OnnxEncoder)
    assert loaded.identity.name == "another"


def test_other_model_without_sentence_transformers_names_the_extra() -> None:
    # None in sys.modules makes an import fail as if the package were not installed, which it may be here.
    code = """
import sys
sys.modules["sentence_transformers"] = None
from indexer.encoders import load_encoder
from indexer.errors import EncoderError
try:
    load_encoder("some/model")
except EncoderError as error:
    print(error)
"""
    assert python(code).stdout == (
        "'some/model' is not a folder made by `causeway encoder export`, so it needs sentence-transformers: "
        "pip install 'causeway[train]'\n"
    )


@pytest.fixture
def bait(tmp_path: Path) -> str:
    """A folder of packages by the names of the heavy ones, so that importing one would succeed and show."""
    folder = tmp_path / "bait"
    folder.mkdir()
    for name in HEAVY:
        (folder / f"{name}.py").touch()
    return str(folder)


def test_building_and_answering_import_nothing_of_the_extra_train(bait: str, small_kb_dir: Path) -> None:
    code = f"""
import sys
from typer.testing import CliRunner
from causeway import app
for arguments in (["index", "build"], ["ask", "mail stopped overnight"]):
    result = CliRunner().invoke(app, arguments)
    print(arguments[0], result.exit_code)
print([name for name in {HEAVY} if name in sys.modules])
"""
    result = python(
        code, PYTHONPATH=bait, CAUSEWAY_KB_DIR=str(small_kb_dir), CAUSEWAY_INDEX_DIR=str(small_kb_dir / "i")
    )
    assert result.stdout.splitlines() == ["index 0", "ask 0", "[]"]


def test_export_without_torch_names_the_extra(tmp_path: Path) -> None:
    code = f"""
import sys
sys.modules["torch"] = None
sys.argv = ["causeway", "encoder", "export", "some/model", "--to", {str(tmp_path / "out")!r}]
sys.argv += ["--source", "x", "--licence", "y"]
from causeway import main
main()
"""
    result = python(code)
    assert (result.returncode, result.stdout) == (1, "")
    needed = result.stderr.removeprefix("causeway: exporting needs ").split(",")[0]
    assert needed in ("onnx", "torch")  # the first of them that is missing
    assert result.stderr == f"causeway: exporting needs {needed}, of the extra train: pip install 'causeway[train]'\n"
    assert not (tmp_path / "out").exists()
