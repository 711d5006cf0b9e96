"""The gateway: lost, closed, refused, silent; and no event is lost where Discord keeps it."""

import pytest

from tests.bot.conftest import running_bot
from tests.bot.discord_gateway import Opcode
from tests.bot.discord_standin import DiscordStandIn
from tests.symptoms import PORT, PORT_TITLE

pytestmark = pytest.mark.anyio


async def answers(discord: DiscordStandIn) -> bool:
    return PORT_TITLE in (await (await discord.slash("diagnose", symptom=PORT)).answer()).content


@pytest.mark.usefixtures("bot")
async def test_lost_connection_is_resumed_and_what_was_asked_meanwhile_is_answered(discord: DiscordStandIn) -> None:
    await discord.drop_connection()

    assert await answers(discord)
    assert (discord.gateway.identified, discord.gateway.resumed) == (1, 1)


@pytest.mark.usefixtures("bot")
async def test_bot_that_is_told_to_reconnect_resumes(discord: DiscordStandIn) -> None:
    await discord.gateway.order(Opcode.RECONNECT)
    await discord.wait_until(lambda: discord.gateway.resumed == 1)

    assert await answers(discord)


@pytest.mark.usefixtures("bot")
async def test_bot_whose_session_is_over_starts_a_new_one(discord: DiscordStandIn) -> None:
    discord.gateway.sessions.clear()
    await discord.gateway.close(4000)
    await discord.wait_until(lambda: discord.gateway.identified == 2)

    assert await answers(discord)


async def test_bot_notices_a_gateway_that_says_nothing_any_more(
    discord: DiscordStandIn, api_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bot.HEARTBEAT_TIMEOUT_SECONDS", 0.6)
    discord.gateway.heartbeat_interval = 200
    async with running_bot(discord, api_url):
        discord.gateway.silent = True
        await discord.wait_until(lambda: discord.gateway.resumed > 0)
        discord.gateway.silent = False

        assert await answers(discord)


async def test_bot_leaves_discord_when_it_is_stopped(discord: DiscordStandIn, api_url: str) -> None:
    async with running_bot(discord, api_url):
        pass
    await discord.left()
