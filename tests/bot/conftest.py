"""What the bot's tests share: the other side of its HTTP."""

import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.bot.discord_standin import DiscordStandIn
from tests.serving import serving


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The bot runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def api_url(diagnoser: Diagnoser) -> Iterator[str]:
    """The Causeway API over the small index, listening."""
    with serving(create_app(diagnoser, ApiSettings())) as url:
        yield url


@pytest.fixture
def dead_url() -> Iterator[str]:
    """An address where nothing listens, and nothing else can meanwhile."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}"


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    """A local Discord."""
    async with DiscordStandIn() as discord:
        yield discord
