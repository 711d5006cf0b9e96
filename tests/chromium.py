"""Chromium from the system's package (Debian: `chromium`), driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

SILENT = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
"""Flags under which Chromium runs as root and calls nobody by itself."""


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Run the browser while the block lasts."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium isn't installed here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*SILENT, *flags])
        yield browser
        browser.close()
