"""`make demo`: start the service on a free port, ask it three symptoms, print the answers, stop it."""

import subprocess
import sys
from itertools import chain

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
    command = [sys.executable, "-m", "causeway", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:  # noqa: S603 -- our own command
        try:
            _ask(_address(service), examples)
        finally:
            service.terminate()


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
