"""What the bot's tests share: a local Discord, the real API, and the bot between them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api.app import create_app
from api.client import CausewayClient
from api.settings import ApiSettings
from bot.bot import run
from bot.settings import BotSettings
from retrieval import Diagnoser
from tests.bot.discord_standin import DiscordStandIn
from tests.serving import serving


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The bot runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def api_url(diagnoser: Diagnoser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Causeway API over the small index, listening."""
    database = f"sqlite:///{tmp_path_factory.mktemp('api')}/causeway.db"
    with serving(create_app(diagnoser, ApiSettings(database_url=database))) as url:
        yield url


@pytest.fixture
def api(api_url: str) -> Iterator[CausewayClient]:
    """What the API knows."""
    with CausewayClient(api_url) as client:
        yield client


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


@asynccontextmanager
async def running_bot(discord: DiscordStandIn, api_url: str, bots: int = 1, **settings: object) -> AsyncIterator[None]:
    """The bot, connected; not as a process, so that a test takes a moment only (`test_process` starts real ones)."""
    addresses = {"discord_api_url": discord.api_url, "discord_gateway_url": discord.gateway_url, "api_url": api_url}
    patience = {"discord_answer_seconds": 5, "discord_quiet_seconds": 0.1, "discord_drain_seconds": 5}
    state = {"discord_state": Path("state.db")}
    given = BotSettings.model_validate({"discord_token": discord.token} | addresses | patience | state | settings)
    bot = asyncio.create_task(run(given))
    connected = asyncio.create_task(discord.ready(bots))
    try:
        await asyncio.wait({bot, connected}, return_when=asyncio.FIRST_COMPLETED)
        if bot.done():
            bot.result()
        await connected
        yield
    finally:
        connected.cancel()
        bot.cancel()
        await asyncio.gather(bot, return_exceptions=True)


@pytest.fixture
async def bot(discord: DiscordStandIn, api_url: str) -> AsyncIterator[None]:
    """The bot between the two."""
    async with running_bot(discord, api_url):
        yield
