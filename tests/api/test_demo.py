import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SMALL_KB


def test_the_demo_asks_three_symptoms_of_a_service_of_its_own(
    small_index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSEWAY_KB_DIR", str(SMALL_KB))
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))

    demo = subprocess.run([sys.executable, "-m", "api.demo"], capture_output=True, text=True, check=False)

    assert (demo.returncode, demo.stderr) == (0, "")
    assert [line for line in demo.stdout.splitlines() if line.startswith("> ")] == [
        "> nothing arrives since this morning, the queue only grows",
        "> 535 5.7.8 Authentication credentials invalid",
        "> my phone says the certificate is not trusted",
    ]
    assert "Renew the certificate and reload the server." in demo.stdout
