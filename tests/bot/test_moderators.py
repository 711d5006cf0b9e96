from collections.abc import AsyncIterator

import pytest

from api.client import CausewayClient
from bot.state.guilds import COLLECTION, GuildSettings
from bot.state.threads import Stage
from bot.words import words
from tests.bot.conftest import running_bot
from tests.bot.discord_rules import Permission
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import FORUM_ID, GUILD_ID, HELPER_ROLE, MODERATOR, SOLVED_TAG
from tests.bot.marks import comes_to
from tests.bot.soon import soon
from tests.symptoms import PASSWORD, PORT_ENTRY, PORT_TITLE, UNKNOWN

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("reading_bot")]
en = words("en")


@pytest.fixture
async def reading_bot(discord: DiscordStandIn, api_url: str) -> AsyncIterator[None]:
    async with running_bot(discord, api_url, discord_message_content=True):
        yield


async def test_setup_changes_what_is_given_keeps_the_rest_and_shows_everything(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    await (await discord.slash("causeway setup", by=MODERATOR, forum=FORUM_ID, helpers=HELPER_ROLE)).answer()
    changed = await discord.slash(
        "causeway setup", by=MODERATOR, confidence="confident", language="en", solved_tag="Done"
    )

    answer = await changed.answer()
    assert answer.is_ephemeral
    assert answer.content.splitlines() == [
        en("setup_title"),
        en("setup_forums", forums=f"<#{FORUM_ID}>"),
        en("setup_confidence", confidence=en("confidence_confident")),
        en("setup_role", role=f"<@&{HELPER_ROLE}>"),
        en("setup_tags", solved="Done", human="Needs human"),
        en("setup_language", language="English"),
    ]
    stored = GuildSettings.model_validate(api.document(COLLECTION, GUILD_ID).body)
    assert (stored.forums, stored.confidence, stored.solved_tag) == ([int(FORUM_ID)], "confident", "Done")


async def test_setup_names_the_permissions_that_the_bot_lacks(discord: DiscordStandIn) -> None:
    discord.world.bot_permissions &= ~Permission.MANAGE_THREADS
    await discord.gateway.dispatch("GUILD_UPDATE", discord.world.guild)

    answer = await (await discord.slash("causeway setup", by=MODERATOR, forum=FORUM_ID)).answer()

    missing = en("setup_missing_permissions", forum=f"<#{FORUM_ID}>", permissions="Manage Threads")
    assert missing in answer.content


async def test_public_answers_speak_the_language_of_the_server(discord: DiscordStandIn) -> None:
    await (await discord.slash("causeway setup", by=MODERATOR, language="de")).answer()

    public = await (await discord.slash("diagnose", symptom=PASSWORD)).answer()
    private = await (await discord.slash("diagnose", symptom=PASSWORD, private=True)).answer()

    assert public.content.startswith(words("de")("head_confident"))
    assert private.content.startswith(en("head_confident"))
    await (await discord.slash("causeway setup", by=MODERATOR, language="en")).answer()


async def test_stats_count_what_was_asked_and_what_solved_it(discord: DiscordStandIn, api: CausewayClient) -> None:
    answer = await (await discord.slash("diagnose", symptom=PASSWORD)).answer()
    diagnosis_id = answer.buttons["Not this"]["custom_id"].split(":")[3]
    await (await discord.press(answer, "This fixed it")).answer()
    assert await soon(lambda: bool(list(api.list_feedback(diagnosis_id))))

    stats = await (await discord.slash("causeway stats", by=MODERATOR)).answer()

    assert stats.is_ephemeral
    assert stats.content.startswith(en("stats_title"))
    assert "The stored password hash is of a kind" in stats.content


async def test_unanswered_lists_what_the_knowledge_base_lacks(discord: DiscordStandIn) -> None:
    await (await discord.slash("diagnose", symptom=UNKNOWN)).answer()

    unanswered = await (await discord.slash("causeway unanswered", by=MODERATOR)).answer()

    assert unanswered.content.startswith(en("unanswered_title"))
    assert UNKNOWN in unanswered.content


async def test_entry_that_solved_a_thread_becomes_confirmed_feedback_and_settles_it(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    await (await discord.slash("causeway setup", by=MODERATOR, forum=FORUM_ID, solved_tag="Solved")).answer()
    thread = await discord.post("Help", PASSWORD)
    [answer] = await discord.messages(thread.id, 1)
    assert await comes_to(api, thread, Stage.ANSWERED)
    diagnosis_id = answer.buttons["Not this"]["custom_id"].split(":")[3]

    resolved = await discord.slash("causeway resolve", by=MODERATOR, channel=thread.id, entry=PORT_ENTRY)

    assert (await resolved.answer()).content == en("resolved", title=PORT_TITLE)
    [feedback] = api.list_feedback(diagnosis_id)
    assert (feedback.entry_id, feedback.verdict, feedback.role) == (PORT_ENTRY, "solved", "staff")
    await discord.wait_until(lambda: thread.tags == [SOLVED_TAG])


async def test_thread_in_which_the_bot_said_nothing_can_be_resolved_too(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    thread = await discord.post("Help", UNKNOWN)

    resolved = await discord.slash("causeway resolve", by=MODERATOR, channel=thread.id, entry=PORT_ENTRY)

    assert (await resolved.answer()).content == en("resolved", title=PORT_TITLE)
    symptoms = [feedback.symptom for feedback in api.list_feedback() if feedback.role == "staff"]
    assert any(UNKNOWN in symptom for symptom in symptoms)


async def test_resolve_needs_a_thread_and_an_entry_that_exists(discord: DiscordStandIn) -> None:
    thread = await discord.post("Help", PASSWORD)

    nowhere = await discord.slash("causeway resolve", by=MODERATOR, entry=PORT_ENTRY)
    nothing = await discord.slash("causeway resolve", by=MODERATOR, channel=thread.id, entry="no-such-entry")

    assert (await nowhere.answer()).content == en("no_answer_here")
    assert (await nothing.answer()).content == en("no_such_entry", entry_id="no-such-entry")
