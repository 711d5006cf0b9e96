"""What is deployed, as far as it can be checked where no container engine runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from api.index_reload import ServedIndex
from api.settings import ApiSettings
from api.telemetry.metrics import Metrics
from bot.settings import BotSettings
from indexer.settings import IndexSettings
from kb.settings import KnowledgeBaseSettings
from retrieval import Diagnoser

ROOT = Path(__file__).parent.parent
DEPLOYMENT = [
    "Dockerfile",
    "compose.yaml",
    "deploy/build-runtime.sh",
    "deploy/causeway.service",
    "docs/operations.md",
    "docs/discord.md",
]
ROOMS = ("kb", "indexer", "retrieval", "api", "eval", "bot")


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services of compose.yaml."""
    services: dict[str, dict[str, Any]] = yaml.safe_load(text_of("compose.yaml"))["services"]
    return services


def test_the_dockerfile_is_as_its_linter_wants_it() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    lint = subprocess.run([hadolint, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (lint.returncode, lint.stdout) == (0, "")


@pytest.mark.parametrize("path", DEPLOYMENT)
def test_only_settings_that_exist_are_set(path: str) -> None:
    classes = (ApiSettings, BotSettings, IndexSettings, KnowledgeBaseSettings)
    known = {f"CAUSEWAY_{name.upper()}" for settings in classes for name in settings.model_fields}

    named = set(re.findall(r"CAUSEWAY_[A-Z_]+", text_of(path)))

    assert named - known == set()


def test_the_images_of_compose_are_made_by_the_dockerfile(services: dict[str, dict[str, Any]]) -> None:
    targets = re.findall(r"^FROM \S+ AS (\S+)$", text_of("Dockerfile"), flags=re.MULTILINE)

    built = {service["build"]["target"] for service in services.values() if "build" in service}

    assert built == {"api", "bot"}
    assert built <= set(targets)


def test_our_containers_write_nothing_and_may_do_nothing_special(services: dict[str, dict[str, Any]]) -> None:
    for name in ("api", "bot"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    assert text_of("Dockerfile").count("\nUSER 10001\n") == 2


def test_the_service_has_time_to_finish_requests_before_it_is_killed(services: dict[str, dict[str, Any]]) -> None:
    needed = ApiSettings().shutdown_seconds
    (unit,) = re.findall(r"^TimeoutStopSec=(\d+)$", text_of("deploy/causeway.service"), flags=re.MULTILINE)

    assert int(unit) > needed
    assert int(services["api"]["stop_grace_period"].removesuffix("s")) > needed


def test_the_build_gets_every_room() -> None:
    let_in = {line.removeprefix("!") for line in text_of(".dockerignore").splitlines() if line.startswith("!")}

    assert {*ROOMS, "causeway.py", "pyproject.toml", "constraints.txt", "deploy/build-runtime.sh"} <= let_in


def test_alerts_are_about_metrics_that_exist(diagnoser: Diagnoser) -> None:
    registry: CollectorRegistry = Metrics(ServedIndex(diagnoser)).registry
    exposed = set(re.findall(r"^# TYPE (\w+) ", generate_latest(registry).decode(), flags=re.MULTILINE))

    for group in yaml.safe_load(text_of("deploy/prometheus-alerts.yaml"))["groups"]:
        for rule in group["rules"]:
            named = set(re.findall(r"(?:causeway|process)_\w+", rule["expr"]))
            assert {name.removesuffix("_bucket") for name in named} <= exposed, rule["alert"]
