"""The documentation names what there is."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings
from typer import Typer

from api.settings import ApiSettings
from bot.settings import BotSettings
from causeway import app
from indexer.settings import IndexSettings
from kb.settings import KnowledgeBaseSettings
from retrieval.diagnosis import MAX_EVIDENCE_CHARACTERS, MAX_EVIDENCE_ITEMS
from retrieval.evidence import har, reading, telling

ROOT = Path(__file__).parent.parent
EVIDENCE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("settings", [KnowledgeBaseSettings, IndexSettings, ApiSettings, BotSettings])
def test_every_setting_is_in_the_readme(settings: type[BaseSettings]) -> None:
    missing = [name for name in settings.model_fields if f"`CAUSEWAY_{name.upper()}`" not in README]
    assert missing == []


def command_names(typer_app: Typer, prefix: str = "") -> set[str]:
    """What can be typed after `causeway`."""
    names = {
        prefix + (command.name or command.callback.__name__)
        for command in typer_app.registered_commands
        if command.callback
    }
    for group in typer_app.registered_groups:
        assert group.typer_instance is not None
        names |= command_names(group.typer_instance, f"{group.name} ")
    return names


@pytest.mark.parametrize(
    "limit",
    [
        MAX_EVIDENCE_CHARACTERS,
        MAX_EVIDENCE_ITEMS,
        har.MOST_EXCHANGES,
        har.MOST_CHARACTERS,
        reading.MOST_LINES // 2,
        reading.MOST_PARTS,
        reading.MOST_CONFIG_CHARACTERS,
        telling.MOST_CHARACTERS,
    ],
)
def test_the_limits_of_evidence_are_documented(limit: int) -> None:
    assert re.search(rf"\b{limit:,}\b", EVIDENCE)


def test_every_command_is_in_the_readme() -> None:
    documented = set()
    for line in README.splitlines():
        if line.startswith("| `causeway "):
            first, *others = [part.strip(" `") for part in line.split("|")[1].split(",")]
            words = first.split()[1:]
            documented |= {" ".join(words), *(f"{words[0]} {other}" for other in others)}
    assert documented == command_names(app)
