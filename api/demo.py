"""`make demo`: start the service on a free port, ask it three symptoms, print the answers, stop it."""

import os
import subprocess
import sys
from itertools import chain
from tempfile import TemporaryDirectory

from rich.rule import Rule
from rich.text import Text

from api.client import CausewayClient
from kb.loader import load_knowledge_base
from kb.rendering import Hanging, print_all
from kb.settings import KnowledgeBaseSettings
from retrieval.rendering import render_diagnosis


def main() -> None:
    """Run the demo; the service is stopped whatever happens."""
    examples = load_knowledge_base(KnowledgeBaseSettings().kb_dir).vocabulary.examples
    with TemporaryDirectory() as folder, _service(folder) as service:
        try:
            _ask(_address(service), examples)
        finally:
            service.terminate()


def _service(folder: str) -> "subprocess.Popen[str]":
    """A service that keeps what it is asked in a folder of its own, and logs no requests."""
    environment = {
        **os.environ,
        "CAUSEWAY_DATABASE_URL": f"sqlite:///{folder}/causeway.db",
        "CAUSEWAY_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "causeway", "serve", "--host", "127.0.0.1", "--port", "0"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 -- our own command


def _address(service: "subprocess.Popen[str]") -> str:
    assert service.stdout is not None, "standard output is piped"
    line = service.stdout.readline()
    if not line:
        sys.exit("the service did not start")
    return next(word for word in line.split() if word.startswith("http"))


def _ask(base_url: str, examples: tuple[str, ...]) -> None:
    with CausewayClient(base_url) as causeway:
        for symptom in examples[:3]:
            diagnosis = causeway.diagnose(symptom)
            print_all(chain([Rule(style="dim"), Hanging("> ", Text(symptom)), Text("")], render_diagnosis(diagnosis)))


if __name__ == "__main__":
    main()
