"""Pictures of the page for the README: `make screenshots` writes them to `docs/images`."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from api.app import create_app
from api.client import CausewayClient
from api.settings import ApiSettings
from api.store.schema import open_database
from eval.query_sets import Query, read_queries
from indexer import open_index
from retrieval import Diagnoser
from tests.browser.history import write_history
from tests.chromium import chromium
from tests.serving import serving

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
SYMPTOM = "logged out after every refresh, only Safari"
"""One that is answered with a question."""
PROVED = "e126"
"""A query whose evidence proves the cause."""
COLOURS = 128

LIGHT: dict[str, Any] = {"viewport": {"width": 1200, "height": 860}, "color_scheme": "light"}
DARK: dict[str, Any] = LIGHT | {"color_scheme": "dark"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "light",
}
PICTURES = {
    "answer-light": ("/d/{asking}", LIGHT),
    "answer-dark": ("/d/{proved}", DARK),
    "answer-phone": ("/d/{asking}", PHONE),
    "insights-light": ("/insights", LIGHT),
}


def main() -> None:
    """Take all pictures anew, of the index that was built last."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    diagnoser = Diagnoser(open_index())
    with service_with_history(diagnoser) as url, chromium() as browser:
        ids = ask(url, queries(diagnoser, "evidence.jsonl"))
        for name, (path, look) in PICTURES.items():
            with browser.new_context(base_url=url, reduced_motion="reduce", **look) as context:
                page = context.new_page()
                page.goto(path.format(**ids))
                size = save(page, IMAGES / f"{name}.png")
            print(f"{name}.png: {size / 1000:.0f} kB")  # noqa: T201


def queries(diagnoser: Diagnoser, *files: str) -> list[Query]:
    """Those that the project is measured with."""
    return read_queries([ROOT / "eval" / "queries" / file for file in files], diagnoser.index.entries)


@contextmanager
def service_with_history(diagnoser: Diagnoser) -> Iterator[str]:
    """A service that has been asked for weeks; gives its base URL."""
    with tempfile.TemporaryDirectory() as folder:
        settings = ApiSettings(database_url=f"sqlite:///{folder}/causeway.db")
        database = open_database(settings.database_url)
        write_history(database, diagnoser, queries(diagnoser, "dev.jsonl", "real-dev.jsonl"), datetime.now(UTC))
        database.close()
        with serving(create_app(diagnoser, settings)) as url:
            yield url


def ask(url: str, with_evidence: Sequence[Query]) -> dict[str, str]:
    """Ask for the answers that are shown; gives their ids."""
    (proved,) = [query for query in with_evidence if query.id == PROVED]
    with CausewayClient(url) as client:
        return {"asking": client.diagnose(SYMPTOM).id, "proved": client.diagnose(proved.request(top_k=5)).id}


def save(page: Page, file: Path) -> int:
    """What is to be seen of a page, in as few colours as will do; gives the size in bytes."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


if __name__ == "__main__":
    main()
