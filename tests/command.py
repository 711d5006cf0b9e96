"""Run the real `causeway` command, for what only a process shows: exit code, streams, and no trace."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(sys.executable).with_name("causeway")


def causeway(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with the settings that the environment holds."""
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)


@contextmanager
def served(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`causeway serve` on a free port: the process, and the first line that it prints."""
    service = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout is not None
        yield service, service.stdout.readline()
    finally:
        service.kill()
        service.communicate()


def address_in(line: str) -> str:
    """The base URL in what `causeway serve` prints."""
    (address,) = [word for word in line.split() if word.startswith("http://")]
    return address
