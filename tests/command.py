"""Run the real `causeway` command, for what only a process shows: exit code, streams, and no trace."""

import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("causeway")


def causeway(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with the settings that the environment holds."""
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
