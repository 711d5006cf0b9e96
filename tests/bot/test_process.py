"""The bot as its real process: what only shows there."""

import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process

from bot.words import words
from tests.bot.discord_interactions import Interaction
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import CHANNEL_ID, FORUM_ID, MODERATOR, Message, Person, Thread, snowflake
from tests.bot.other_apis import api_that_waits
from tests.command import address_in, served
from tests.symptoms import DISK_ENTRY, DISK_TITLE, PORT, PORT_TITLE

pytestmark = pytest.mark.anyio
en = words("en")
AT_ONCE = 200
MAX_RESIDENT_KB = 120_000


@asynccontextmanager
async def bot_process(discord: DiscordStandIn, api_url: str, bots: int = 1, **settings: str) -> AsyncIterator[Process]:
    given = {
        "discord_token": discord.token,
        "discord_api_url": discord.api_url,
        "discord_gateway_url": discord.gateway_url,
        "discord_state": f"state-{snowflake()}.db",
        "api_url": api_url,
    } | settings
    environment = dict(os.environ) | {f"CAUSEWAY_{name.upper()}": value for name, value in given.items()}
    log = Path(f"{given['discord_state']}.log")
    with log.open("wb") as stderr:
        process = await anyio.open_process([sys.executable, "-m", "causeway", "bot"], env=environment, stderr=stderr)
        async with process:
            try:
                await discord.ready(bots)
                yield process
            finally:
                if process.returncode is None:
                    process.kill()


async def stopped(process: Process) -> int:
    process.send_signal(signal.SIGTERM)
    with anyio.fail_after(20):
        return await process.wait()


async def ask(discord: DiscordStandIn) -> Message:
    return await (await discord.slash("diagnose", symptom=PORT)).answer()


async def test_buttons_work_after_a_restart(discord: DiscordStandIn, api_url: str) -> None:
    async with bot_process(discord, api_url) as first:
        message = await ask(discord)
        assert await stopped(first) == 0
    await discord.left()

    async with bot_process(discord, api_url):
        await (await discord.choose(message, DISK_ENTRY)).answer()

    assert DISK_TITLE in message.content


async def test_what_is_being_answered_when_the_bot_is_told_to_stop_is_answered_first(discord: DiscordStandIn) -> None:
    async with api_that_waits() as (api_url, released), bot_process(discord, api_url) as bot:
        interaction = await discord.slash("diagnose", symptom=PORT)
        await interaction.acknowledged()
        bot.send_signal(signal.SIGTERM)
        # Once it refuses new work, it has understood.
        while (refused := await discord.slash("help")) and not await says_it_stops(refused):
            pass

        released.set()
        assert (await interaction.answer()).content == en("api_down", reference=interaction.id)
        with anyio.fail_after(20):
            assert await bot.wait() == 0


async def says_it_stops(interaction: Interaction) -> bool:
    return (await interaction.answer()).content == en("stopping")


async def test_killed_api_is_told_and_a_new_one_is_used(
    discord: DiscordStandIn, small_index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSEWAY_INDEX_DIR", str(small_index_dir))
    with served() as (service, line):
        url = address_in(line)
        async with bot_process(discord, url):
            assert PORT_TITLE in (await ask(discord)).content
            service.kill()
            service.wait()
            interaction = await discord.slash("diagnose", symptom=PORT)
            assert (await interaction.answer()).content == en("api_down", reference=interaction.id)

            with served("--port", url.rpartition(":")[2].strip("/")):
                assert PORT_TITLE in (await ask(discord)).content


async def test_two_replicas_answer_each_interaction_and_each_post_once(discord: DiscordStandIn, api_url: str) -> None:
    def reading_bot(bots: int) -> AbstractAsyncContextManager[Process]:
        return bot_process(discord, api_url, bots, discord_message_content="true", discord_quiet_seconds="0.1")

    async with reading_bot(bots=1), reading_bot(bots=2):
        await (await discord.slash("causeway setup", by=MODERATOR, forum=FORUM_ID)).answer()
        interaction = await discord.slash("diagnose", symptom=PORT)
        thread = await discord.post("Help", PORT)
        await interaction.answer()
        await discord.messages(thread.id, 1)
        await discord.wait_until(lambda: len(interaction.calls) == 3)

        statuses = sorted((call.status, call.code) for call in interaction.calls)
        assert statuses == [(200, None), (200, None), (400, 40060)]
        assert len(await discord.messages(thread.id, 1)) == 1


async def test_two_hundred_people_at_once_are_all_acknowledged_and_answered_in_little_memory(
    discord: DiscordStandIn, api_url: str
) -> None:
    channels = [Thread(snowflake(), CHANNEL_ID, f"channel {number}", MODERATOR) for number in range(AT_ONCE // 20)]
    discord.world.threads = {thread.id: thread for thread in channels}
    async with bot_process(discord, api_url, discord_answer_seconds="60") as bot:
        started = time.monotonic()
        asked = [
            await discord.slash(
                "diagnose", symptom=PORT, by=Person(str(9000 + number), "x"), channel=channels[number % 10].id
            )
            for number in range(AT_ONCE)
        ]
        # The stand-in refuses what is acknowledged after three seconds.
        answers = [await one.answer() for one in asked]
        resident_kb = int(Path(f"/proc/{bot.pid}/status").read_text().partition("VmRSS:")[2].split()[0])
        slowest = max(one.acknowledged_at - one.sent_at for one in asked if one.acknowledged_at)
        whole = time.monotonic() - started
        # Figures for whoever runs this alone, with -s.
        print(f"acknowledged in {slowest:.2f} s, answered in {whole:.1f} s, {resident_kb / 1000:.0f} MB")  # noqa: T201

    assert all(PORT_TITLE in answer.content for answer in answers)
    assert resident_kb < MAX_RESIDENT_KB
