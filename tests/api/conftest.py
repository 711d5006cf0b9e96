"""What the API's tests share: the service over the small index, listening, and a client of it."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.serving import serving


@pytest.fixture(scope="session")
def client(diagnoser: Diagnoser) -> Iterator[httpx.Client]:
    """A client of the running service."""
    with serving(create_app(diagnoser, ApiSettings())) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client
