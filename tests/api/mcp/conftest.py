"""The official client of the protocol, over both transports."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.serving import serving


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The protocol's library is used on asyncio."""
    return "asyncio"


@pytest.fixture(scope="module")
def api_url(diagnoser: Diagnoser) -> Iterator[str]:
    """The service over the small index, listening."""
    with serving(create_app(diagnoser, ApiSettings())) as url:
        yield url


def causeway_mcp(*arguments: str, **environment: str) -> AbstractAsyncContextManager[Client]:
    """`causeway mcp` as an agent starts it, and a client of it."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "causeway", "mcp", *arguments],
        env={**os.environ, **environment},
        cwd=Path.cwd(),
    )
    return Client(stdio_client(server))


@pytest.fixture(scope="module", params=["http, older protocol", "http", "stdio of an index", "stdio of a service"])
async def agent(request: pytest.FixtureRequest, api_url: str, small_index_dir: Path) -> AsyncIterator[Client]:
    """An agent that is connected, in each way that there is."""
    way = request.param
    if way == "stdio of an index":
        connection = causeway_mcp(CAUSEWAY_INDEX_DIR=str(small_index_dir))
    elif way == "stdio of a service":
        connection = causeway_mcp("--api", api_url)
    else:
        connection = Client(f"{api_url}/mcp", mode="legacy" if way == "http, older protocol" else "auto")
    async with connection as agent:
        yield agent
