import os
import signal
import sys
from pathlib import Path

import anyio
import pytest

from causeway import LIBRARIES_OF_EXTRAS
from tests.bot.discord_standin import DiscordStandIn

pytestmark = pytest.mark.anyio

COMMAND = [sys.executable, "-m", "causeway", "bot"]


def environment(settings: dict[str, str]) -> dict[str, str]:
    """The developer's environment, and settings of the bot by name."""
    return dict(os.environ) | {f"CAUSEWAY_{name.upper()}": value for name, value in settings.items()}


def at(discord: DiscordStandIn) -> dict[str, str]:
    """Settings for a bot of this Discord."""
    urls = {"discord_api_url": discord.api_url, "discord_gateway_url": discord.gateway_url}
    return {"discord_token": discord.token} | urls


async def failing_bot(settings: dict[str, str]) -> list[str]:
    """Run the command until it gives up, and return what it says, by line."""
    completed = await anyio.run_process(COMMAND, env=environment(settings), check=False)
    assert completed.returncode == 1
    assert completed.stdout == b""
    return completed.stderr.decode().splitlines()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({}, "CAUSEWAY_DISCORD_TOKEN: Field required", id="no token"),
        pytest.param(
            {"discord_token": "secret", "discord_guild": "my server"},
            "CAUSEWAY_DISCORD_GUILD: Input should be a valid integer, unable to parse string as an integer",
            id="a server by name",
        ),
        pytest.param(
            {"discord_token": "secret", "api_url": "localhost:8000"},
            "CAUSEWAY_API_URL: URL scheme should be 'http' or 'https'",
            id="an API without scheme",
        ),
    ],
)
async def test_unusable_setting_is_named_in_one_line(settings: dict[str, str], message: str) -> None:
    assert await failing_bot(settings) == [f"causeway: {message}"]


async def test_refused_token_is_told_last_and_without_a_trace(discord: DiscordStandIn) -> None:
    lines = await failing_bot(at(discord) | {"discord_token": "revoked.token"})

    assert lines[-1] == "causeway: Discord refuses CAUSEWAY_DISCORD_TOKEN: copy it from the developer portal"
    assert not any("Traceback" in line or "revoked.token" in line for line in lines)


async def test_refused_intent_is_told_last_and_without_a_trace(discord: DiscordStandIn) -> None:
    discord.gateway.content_intent_enabled = False

    lines = await failing_bot(at(discord) | {"discord_message_content": "true"})

    assert lines[-1].startswith(
        "causeway: Discord refuses the message content intent: enable it in the developer portal"
    )
    assert not any("Traceback" in line for line in lines)


async def test_state_file_that_can_not_be_written_is_told(discord: DiscordStandIn, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    lines = await failing_bot(at(discord) | {"discord_state": str(tmp_path / "file" / "state.db")})

    assert lines[-1].startswith(f"causeway: CAUSEWAY_DISCORD_STATE: {tmp_path}/file/state.db can't be used: ")
    assert not any("Traceback" in line for line in lines)


async def test_server_without_the_bot_is_told_last_and_without_a_trace(discord: DiscordStandIn) -> None:
    lines = await failing_bot(at(discord) | {"discord_guild": "2002"})

    assert lines[-1].startswith("causeway: Discord refuses CAUSEWAY_DISCORD_GUILD: invite the bot to that server")
    assert not any("Traceback" in line for line in lines)


async def test_unreachable_discord_is_told_last_and_without_a_trace(dead_url: str) -> None:
    lines = await failing_bot({"discord_token": "secret", "discord_api_url": dead_url})

    assert lines[-1].startswith("causeway: no answer from Discord: Cannot connect to host 127.0.0.1")
    assert not any("Traceback" in line for line in lines)


async def test_missing_discord_library_is_told_with_the_command_that_installs_it() -> None:
    code = "import sys; sys.modules['discord'] = None; sys.argv = ['causeway', 'bot']; import causeway; causeway.main()"

    settings = environment({"discord_token": "secret"})
    completed = await anyio.run_process([sys.executable, "-c", code], env=settings, check=False)

    assert completed.returncode == 1
    assert completed.stderr.decode() == "causeway: the bot needs discord.py: pip install 'causeway[bot]'\n"


async def test_bot_as_a_process_answers_until_it_is_interrupted(discord: DiscordStandIn, api_url: str) -> None:
    settings = environment(at(discord) | {"api_url": api_url})
    async with await anyio.open_process(COMMAND, env=settings) as bot:
        try:
            await discord.ready()
            answer = await (await discord.slash("diagnose", symptom="nothing arrives anywhere")).answer()
        finally:
            bot.send_signal(signal.SIGINT)
        assert bot.stderr is not None, "it is piped"
        with anyio.fail_after(20):
            log = b"".join([chunk async for chunk in bot.stderr]).decode()

    assert "port 25" in answer.content
    assert log.splitlines()[-1] == "stopped"
    assert bot.returncode == 0


async def test_bot_needs_nothing_of_what_the_service_is_made_of() -> None:
    code = """
import importlib, pkgutil, sys, bot
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    importlib.import_module(module.name)
print(*{name.partition(".")[0] for name in sys.modules})
"""
    completed = await anyio.run_process([sys.executable, "-c", code])

    imported = set(completed.stdout.decode().split())
    assert {"bot", "api", "discord"} <= imported
    assert imported.isdisjoint(LIBRARIES_OF_EXTRAS["serve"])
