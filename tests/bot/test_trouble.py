"""What people are told when something doesn't work, and what isn't lost."""

from pathlib import Path

import pytest

from api.app import create_app
from api.client import CausewayClient, Verdict
from api.settings import ApiSettings
from bot.presses import Action, Press, short
from bot.state_file import QueuedFeedback, StateFile
from bot.words import words
from retrieval import Diagnoser
from tests.bot.conftest import running_bot
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import BEN, CHANNEL_ID, FORUM_ID, MODERATOR, SOLVED_TAG
from tests.bot.other_apis import api_that_refuses, api_that_waits
from tests.bot.soon import soon
from tests.serving import serving
from tests.symptoms import PORT, PORT_ENTRY, PORT_TITLE

pytestmark = pytest.mark.anyio
en = words("en")
QUEUED = QueuedFeedback("key", "diagnosis", "{}")


async def test_symptom_is_acknowledged_while_the_api_still_thinks(discord: DiscordStandIn) -> None:
    async with api_that_waits() as (api_url, released), running_bot(discord, api_url):
        interaction = await discord.slash("diagnose", symptom=PORT)

        await interaction.acknowledged()
        assert interaction.message is None
        released.set()
        await interaction.answer()


async def test_slow_api_is_told_within_the_time_that_people_wait(discord: DiscordStandIn) -> None:
    async with api_that_waits() as (api_url, _), running_bot(discord, api_url, discord_answer_seconds=0.3):
        interaction = await discord.slash("diagnose", symptom=PORT)

        assert (await interaction.answer()).content == en("api_slow", reference=interaction.id)


async def test_unreachable_api_is_told_with_a_reference_that_is_in_the_log(
    discord: DiscordStandIn, dead_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(discord, dead_url):
        interaction = await discord.slash("diagnose", symptom=PORT)

        assert (await interaction.answer()).content == en("api_down", reference=interaction.id)
    assert f"{dead_url}/ can't be reached" in caplog.text


async def test_overloaded_api_is_told(discord: DiscordStandIn) -> None:
    async with api_that_refuses(503, "too much to do") as api_url, running_bot(discord, api_url):
        interaction = await discord.slash("diagnose", symptom=PORT)

        assert (await interaction.answer()).content == en("api_busy", reference=interaction.id)


async def test_key_that_does_not_allow_something_is_told(discord: DiscordStandIn) -> None:
    async with (
        api_that_refuses(403, "this needs a key with the scope 'admin'") as api_url,
        running_bot(discord, api_url),
    ):
        interaction = await discord.slash("causeway stats", by=MODERATOR)

        assert (await interaction.answer()).content == en("not_allowed", reference=interaction.id)


async def test_endless_refusal_that_mentions_everybody_is_cut_and_notifies_nobody(discord: DiscordStandIn) -> None:
    detail = "@everyone @here <@4001> <@&5001> " + "no " * 2000
    async with api_that_refuses(422, detail) as api_url, running_bot(discord, api_url):
        answer = await (await discord.slash("diagnose", symptom=PORT)).answer()

        assert answer.content.endswith("no no no…")
        assert "@everyone" not in answer.content
        assert answer.pings == []


async def test_while_the_api_is_down_typing_suggests_nothing(discord: DiscordStandIn, dead_url: str) -> None:
    async with running_bot(discord, dead_url):
        assert await discord.typing("entry", "id", "port") == []


async def test_interaction_that_came_too_late_does_not_stop_the_bot(discord: DiscordStandIn, api_url: str) -> None:
    async with running_bot(discord, api_url):
        discord.acknowledge_seconds = 0
        late = await discord.slash("diagnose", symptom=PORT)
        await discord.wait_until(lambda: [call.code for call in late.calls] == [10062])
        discord.acknowledge_seconds = 3
        in_time = await discord.slash("diagnose", symptom=PORT)

        assert PORT_TITLE in (await in_time.answer()).content
    assert late.message is None


async def test_every_route_may_be_rate_limited_once(discord: DiscordStandIn, api_url: str) -> None:
    discord.rest.limit_each_route_once = True
    async with running_bot(discord, api_url, discord_message_content=True):
        await (await discord.slash("causeway setup", by=MODERATOR, forum=FORUM_ID)).answer()
        answer = await (await discord.slash("diagnose", symptom=PORT)).answer()
        await (await discord.press(answer, "Yes" if "Yes" in answer.buttons else "Not this", by=BEN)).whisper()
        await discord.say(f"<@1001> {PORT}")
        reply = (await discord.messages(CHANNEL_ID, 2))[1]
        thread = await discord.post("Help", PORT)
        await discord.say("same here", by=BEN, channel=thread.id)
        [post_answer] = await discord.messages(thread.id, 1)
        await (await discord.press(post_answer, "This fixed it")).answer()
        await discord.wait_until(lambda: thread.tags == [SOLVED_TAG])

    assert PORT_TITLE in answer.content
    assert PORT_TITLE in reply.content
    limited = [call for call in discord.calls if call.status == 429]
    assert len(limited) >= 10


@pytest.mark.parametrize("status", [500, 502])
async def test_failure_of_discord_itself_is_tried_again(discord: DiscordStandIn, api_url: str, status: int) -> None:
    async with running_bot(discord, api_url):
        discord.fail_next("PATCH", "@original", status)

        answer = await (await discord.slash("diagnose", symptom=PORT)).answer()

    assert PORT_TITLE in answer.content


async def test_feedback_given_while_the_api_is_down_is_thanked_for_and_delivered_when_it_is_back(
    discord: DiscordStandIn, diagnoser: Diagnoser, tmp_path: Path
) -> None:
    settings = ApiSettings(database_url=f"sqlite:///{tmp_path}/causeway.db")
    with serving(create_app(diagnoser, settings)) as first_url:
        port = first_url.rpartition(":")[2]
        async with running_bot(discord, first_url):
            message = await (await discord.slash("diagnose", symptom=PORT)).answer()
            diagnosis_id = message.buttons["Not this"]["custom_id"].split(":")[3]
    await discord.left()
    async with running_bot(discord, first_url):
        pressed = await discord.press(message, "This fixed it")
        assert (await pressed.whisper()).content == en("noted")
        with serving(create_app(diagnoser, settings), port=int(port)) as url, CausewayClient(url) as api:
            assert await soon(lambda: [one.verdict for one in api.list_feedback(diagnosis_id)] == [Verdict.SOLVED])


async def test_feedback_that_a_stopped_bot_had_not_delivered_is_delivered_by_the_next_one(
    discord: DiscordStandIn, api_url: str, api: CausewayClient, dead_url: str
) -> None:
    diagnosis_id = api.diagnose(PORT).id
    async with running_bot(discord, dead_url):
        message = Press(Action.SOLVED, 4001, diagnosis_id, short(PORT_ENTRY))
        answer = await (await discord.slash("help")).answer()
        answer.body["components"] = [{"type": 1, "components": [_button(message.custom_id)]}]
        await (await discord.press(answer, "fixed")).whisper()
    await discord.left()

    async with running_bot(discord, api_url):
        assert await soon(lambda: [one.entry_id for one in api.list_feedback(diagnosis_id)] == [PORT_ENTRY])
        assert await soon(lambda: nothing_queued(Path("state.db")))


def nothing_queued(file: Path) -> bool:
    state = StateFile(file)
    try:
        return state.oldest() is None
    finally:
        state.close()


def _button(custom_id: str) -> dict[str, object]:
    return {"type": 2, "style": 3, "label": "fixed", "custom_id": custom_id}


def test_state_file_survives_the_process(tmp_path: Path) -> None:
    first = StateFile(tmp_path / "folder" / "state.db")
    first.queue(QUEUED)
    first.registered("everywhere", "digest")
    first.close()

    second = StateFile(tmp_path / "folder" / "state.db")
    assert second.oldest() == QUEUED
    assert second.registered_digest("everywhere") == "digest"
    second.delivered(QUEUED.key)
    assert second.oldest() is None
    second.close()
