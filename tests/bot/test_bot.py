import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.bot import UNREACHABLE, run
from bot.settings import BotSettings
from tests.bot.discord_standin import GUILD_ID, Callback, DiscordStandIn
from tests.bot.other_apis import api_that_refuses, api_that_waits

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running_bot(discord: DiscordStandIn, api_url: str, **settings: object) -> AsyncIterator[None]:
    """The bot, connected; not as a process, so that a test takes a tenth of a second (`test_cli` starts a real one)."""
    addresses = {"discord_api_url": discord.api_url, "discord_gateway_url": discord.gateway_url, "api_url": api_url}
    given = BotSettings.model_validate({"discord_token": discord.token} | addresses | settings)
    async with asyncio.TaskGroup() as tasks:
        bot = tasks.create_task(run(given))
        await discord.ready()
        yield
        bot.cancel()


@pytest.fixture
async def bot(discord: DiscordStandIn, api_url: str) -> AsyncIterator[None]:
    async with running_bot(discord, api_url):
        yield


@pytest.mark.usefixtures("bot")
async def test_diagnose_is_registered_everywhere_and_takes_a_symptom(discord: DiscordStandIn) -> None:
    assert list(discord.commands) == [None]
    [command] = discord.commands[None]
    [option] = command["options"]
    assert (command["name"], option["name"], option["required"]) == ("diagnose", "symptom", True)
    assert (option["min_length"], option["max_length"]) == (1, 4000)


async def test_commands_are_registered_in_one_server_only_if_one_is_set(discord: DiscordStandIn, api_url: str) -> None:
    async with running_bot(discord, api_url, discord_guild=GUILD_ID):
        assert [command["name"] for command in discord.commands[GUILD_ID]] == ["diagnose"]
        assert None not in discord.commands


@pytest.mark.usefixtures("bot")
async def test_answer_names_the_cause_and_its_fix(discord: DiscordStandIn) -> None:
    interaction = await discord.slash("diagnose", symptom="535 5.7.8 Authentication credentials invalid")

    answer = await interaction.answer()
    assert "**The stored password hash is of a kind that the server no longer accepts**" in answer.content
    assert "1. Set the password again; a new hash is written." in answer.content


@pytest.mark.usefixtures("bot")
async def test_answer_replaces_the_thinking_response_and_is_no_second_message(discord: DiscordStandIn) -> None:
    interaction = await discord.slash("diagnose", symptom="nothing arrives anywhere")

    await interaction.answer()
    assert interaction.callback is Callback.DEFERRED_MESSAGE
    assert [(call.method, call.path.rpartition("/")[2], call.status) for call in interaction.calls] == [
        ("POST", "callback", 200),
        ("PATCH", "@original", 200),
    ]


async def test_symptom_is_acknowledged_while_the_api_still_thinks(discord: DiscordStandIn) -> None:
    async with api_that_waits() as (api_url, released), running_bot(discord, api_url):
        interaction = await discord.slash("diagnose", symptom="nothing arrives anywhere")

        await interaction.acknowledged()
        assert interaction.message is None
        released.set()
        await interaction.answer()


@pytest.mark.usefixtures("bot")
async def test_people_who_ask_at_the_same_time_each_get_their_own_answer(discord: DiscordStandIn) -> None:
    phone = await discord.slash("diagnose", symptom="my phone says the certificate is not trusted")
    password = await discord.slash("diagnose", symptom="correct password, still refused")

    assert "**The server's TLS certificate has expired**" in (await phone.answer()).content
    assert "**The stored password hash" in (await password.answer()).content


@pytest.mark.usefixtures("bot")
async def test_symptom_without_words_is_explained(discord: DiscordStandIn) -> None:
    interaction = await discord.slash("diagnose", symptom="🙂")

    answer = await interaction.answer()
    assert answer.content == (
        "there is nothing to read in this symptom: describe in words what you see and what you expected"
    )


@pytest.mark.usefixtures("bot")
async def test_longest_symptom_that_discord_lets_through_is_answered(discord: DiscordStandIn) -> None:
    interaction = await discord.slash("diagnose", symptom="mail stopped overnight ".ljust(4000, "."))

    assert "queue manager stops" in (await interaction.answer()).content


async def test_mentions_in_an_answer_notify_nobody(discord: DiscordStandIn) -> None:
    mentions = "@everyone @here <@4001> <@&5001>"
    async with api_that_refuses(mentions) as api_url, running_bot(discord, api_url):
        answer = await (await discord.slash("diagnose", symptom=mentions)).answer()

        assert answer.content == mentions
        assert answer.pings == []


async def test_endless_refusal_is_cut_to_a_message(discord: DiscordStandIn) -> None:
    async with api_that_refuses("no " * 1000) as api_url, running_bot(discord, api_url):
        answer = await (await discord.slash("diagnose", symptom="nothing arrives")).answer()

        assert answer.content.startswith("no no no")


async def test_unreachable_api_is_told_in_a_sentence_and_logged(
    discord: DiscordStandIn, dead_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(discord, dead_url):
        answer = await (await discord.slash("diagnose", symptom="nothing arrives")).answer()

    assert answer.content == UNREACHABLE
    assert f"{dead_url}/ can't be reached" in caplog.text


async def test_interaction_that_came_too_late_does_not_stop_the_bot(
    discord: DiscordStandIn, api_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(discord, api_url):
        discord.acknowledge_seconds = 0
        late = await discord.slash("diagnose", symptom="nothing arrives anywhere")
        await discord.wait_until(lambda: [call.code for call in late.calls] == [10062])
        discord.acknowledge_seconds = 3
        in_time = await discord.slash("diagnose", symptom="nothing arrives anywhere")

        assert "port 25" in (await in_time.answer()).content
    assert late.message is None
    assert "Unknown interaction" in caplog.text


@pytest.mark.usefixtures("bot")
async def test_bot_comes_back_and_answers_after_the_connection_is_lost(discord: DiscordStandIn) -> None:
    await discord.drop_connection()
    await discord.ready()

    interaction = await discord.slash("diagnose", symptom="nothing arrives anywhere")
    assert "port 25" in (await interaction.answer()).content


async def test_bot_leaves_discord_when_it_is_stopped(discord: DiscordStandIn, api_url: str) -> None:
    async with running_bot(discord, api_url):
        pass
    await discord.left()
