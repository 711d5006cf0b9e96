import subprocess
import sys

from kb.cel import load_cel


def printed(script: str) -> str:
    """What a program prints, in a process of its own, where nothing is loaded yet."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def test_the_engine_evaluates() -> None:
    assert load_cel().compile("1 + 1 == 2").execute() is True


def test_no_command_line_is_loaded_with_it() -> None:
    script = "import sys; from kb.cel import load_cel; load_cel(); print('prompt_toolkit' in sys.modules)"
    assert printed(script) == "False"


def test_who_imports_the_package_gets_the_same_engine() -> None:
    script = "from kb.cel import load_cel; engine = load_cel(); import cel; print(cel.compile is engine.compile)"
    assert printed(script) == "True"


def test_threads_that_need_it_first_at_the_same_time_get_one_engine() -> None:
    script = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from kb.cel import load_cel
together = Barrier(8)
def load(_):
    together.wait()
    return id(load_cel())
with ThreadPoolExecutor(8) as threads:
    print(len(set(threads.map(load, range(8)))))
"""
    assert printed(script) == "1"
