"""What axe-core finds wrong with a page for people who cannot see it, hear it or use a mouse."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> str:
    """Each rule that the page as it is now breaks, with the elements that do and what helps; empty if none."""
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return "\n".join(
        f"{rule['id']} ({rule['impact']}): {rule['help']}; {rule['helpUrl']}\n"
        + "\n".join(
            f"  {' '.join(map(str, node['target']))}: {node['html']}\n    {node['failureSummary']}"
            for node in rule["nodes"]
        )
        for rule in results.response["violations"]
    )
