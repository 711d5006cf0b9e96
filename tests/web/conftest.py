"""What the page's tests share: a visitor without scripts."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.serving import serving


@pytest.fixture(scope="package")
def visitor(diagnoser: Diagnoser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Visits the page over the small index, and follows redirects."""
    settings = ApiSettings(database_url=f"sqlite:///{tmp_path_factory.mktemp('database')}/causeway.db")
    with (
        serving(create_app(diagnoser, settings)) as url,
        httpx.Client(base_url=url, timeout=30, follow_redirects=True) as visitor,
    ):
        yield visitor
