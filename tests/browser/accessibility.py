"""What axe-core finds wrong with a page for people who cannot see it, hear it or use a mouse."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = "rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(results => results.violations)"


def open_details(page: Page) -> None:
    """Show what a page keeps for who asks for it."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def violations(page: Page) -> str:
    """Each rule that the page as it is now breaks, with the elements that do and what helps; empty if none."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return "\n".join(
        f"{rule['id']} ({rule['impact']}): {rule['help']}; {rule['helpUrl']}\n"
        + "\n".join(
            f"  {' '.join(map(str, node['target']))}: {node['html']}\n    {node['failureSummary']}"
            for node in rule["nodes"]
        )
        for rule in page.evaluate(RUN, RULES)
    )
