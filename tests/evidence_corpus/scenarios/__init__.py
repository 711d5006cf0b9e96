"""The mistakes that are recorded, by theme: each sets one up, does what a user would do, and names what it keeps."""

from tests.evidence_corpus.scenarios import backend, cookies, cors, frontend, proxies, social
from tests.evidence_corpus.scenarios.registry import Files, Scenario

SCENARIOS: dict[str, Scenario] = {
    function.__name__.replace("_", "-"): function
    for module in (backend, cookies, cors, frontend, proxies, social)
    for function in module.SCENARIOS
}

__all__ = ["SCENARIOS", "Files"]
