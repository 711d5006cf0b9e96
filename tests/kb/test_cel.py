import subprocess
import sys

from kb.cel import load_cel


def test_the_engine_evaluates() -> None:
    assert load_cel().compile("1 + 1 == 2").execute() is True


def test_no_command_line_is_loaded_with_it() -> None:
    script = "import sys; from kb.cel import load_cel; load_cel(); print('prompt_toolkit' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"


def test_who_imports_the_package_gets_the_same_engine() -> None:
    script = "from kb.cel import load_cel; engine = load_cel(); import cel; print(cel.compile is engine.compile)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "True"
