import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.client import CausewayClient
from bot.posts import Post
from bot.state.threads import CHECK_INS, MARKS, Mark, Stage
from bot.words import words
from tests.bot.conftest import running_bot
from tests.bot.discord_rules import Permission
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import (
    ADA,
    BEN,
    BOT,
    FORUM_ID,
    HELPER,
    HELPER_ROLE,
    HUMAN_TAG,
    MODERATOR,
    SOLVED_TAG,
    Message,
    Thread,
)
from tests.bot.marks import comes_to
from tests.bot.soon import soon
from tests.symptoms import (
    CERTIFICATE,
    CERTIFICATE_TITLE,
    DISK_TITLE,
    PASSWORD,
    PASSWORD_TITLE,
    PORT,
    PORT_TITLE,
    UNKNOWN,
)

pytestmark = pytest.mark.anyio
en = words("en")
TITLE = "Please help"


async def opt_in(discord: DiscordStandIn, *, answer: bool = True, confidence: str = "likely") -> None:
    setup = await discord.slash(
        "causeway setup", by=MODERATOR, forum=FORUM_ID, helpers=HELPER_ROLE, answer=answer, confidence=confidence
    )
    await setup.answer()


@pytest.fixture
async def forum(discord: DiscordStandIn, api_url: str) -> AsyncIterator[None]:
    """A bot that reads posts, in a server whose moderators want its answers."""
    async with running_bot(discord, api_url, discord_message_content=True):
        await opt_in(discord)
        yield


in_forum = pytest.mark.usefixtures("forum")


def answers_in(discord: DiscordStandIn, thread: Thread) -> list[Message]:
    return [message for message in discord.world.messages_in(thread.id) if message.author is BOT]


@in_forum
async def test_new_post_is_answered_once(discord: DiscordStandIn, api: CausewayClient) -> None:
    thread = await discord.post(TITLE, PASSWORD)

    [answer] = await discord.messages(thread.id, 1)
    assert f"### {PASSWORD_TITLE}" in answer.content
    assert answer.pings == []
    assert await comes_to(api, thread, Stage.ANSWERED)
    assert answer.body["nonce"] == f"{thread.id}-0"


@in_forum
async def test_what_the_poster_adds_and_corrects_at_once_is_part_of_the_question(discord: DiscordStandIn) -> None:
    thread = await discord.post(TITLE, "hello")
    added = await discord.say("my phone says something about the certificare", channel=thread.id)
    await discord.edit(added, CERTIFICATE)

    [answer] = await discord.messages(thread.id, 1)
    assert f"### {CERTIFICATE_TITLE}" in answer.content


@in_forum
async def test_attached_log_of_a_post_counts_as_evidence(discord: DiscordStandIn) -> None:
    discord.files["queue.log"] = b"queue manager: write failed: No space left on device"
    thread = await discord.post(TITLE, "mail does not work, see below")
    await discord.say("this is the log", channel=thread.id, files=("queue.log",))

    [answer] = await discord.messages(thread.id, 1)
    assert f"### {DISK_TITLE}" in answer.content


@in_forum
async def test_post_that_the_bot_is_not_sure_about_stays_unanswered(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    thread = await discord.post(TITLE, UNKNOWN)

    assert await comes_to(api, thread, Stage.SILENT)
    assert answers_in(discord, thread) == []


@in_forum
async def test_moderators_choose_how_sure_is_sure_enough(discord: DiscordStandIn) -> None:
    await opt_in(discord, confidence="unsure")

    thread = await discord.post(TITLE, UNKNOWN)

    [answer] = await discord.messages(thread.id, 1)
    assert answer.content.startswith(en("head_unsure"))


@in_forum
async def test_post_is_left_alone_once_staff_replied(discord: DiscordStandIn, api: CausewayClient) -> None:
    thread = await discord.post(TITLE, PASSWORD)
    await discord.say("I'll look into it", channel=thread.id, by=HELPER)

    assert await comes_to(api, thread, Stage.CLOSED)
    assert answers_in(discord, thread) == []


@in_forum
async def test_reply_of_anybody_else_does_not_silence_the_bot_and_is_not_answered(discord: DiscordStandIn) -> None:
    thread = await discord.post(TITLE, PASSWORD)
    await discord.say("same here, nothing arrives anywhere", channel=thread.id, by=BEN)

    [answer] = await discord.messages(thread.id, 1)
    assert f"### {PASSWORD_TITLE}" in answer.content


@in_forum
@pytest.mark.parametrize("tag", [SOLVED_TAG, HUMAN_TAG])
async def test_post_with_a_tag_that_settles_it_is_left_alone(discord: DiscordStandIn, tag: str) -> None:
    settled = await discord.post(TITLE, PASSWORD, tags=(tag,))
    open_post = await discord.post(TITLE, PASSWORD)

    await discord.messages(open_post.id, 1)
    assert answers_in(discord, settled) == []


@in_forum
async def test_poster_who_adds_what_points_elsewhere_gets_another_answer_but_never_the_same_one(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    thread = await discord.post(TITLE, PASSWORD)
    await discord.messages(thread.id, 1)

    await discord.say("still not working", channel=thread.id)
    assert await comes_to(api, thread, Stage.SILENT)
    assert len(answers_in(discord, thread)) == 1

    await discord.say(f"{PORT}. " * 20, channel=thread.id)
    answers = await discord.messages(thread.id, 2)
    assert f"### {PORT_TITLE}" in answers[1].content


@in_forum
async def test_poster_who_mentions_the_bot_is_answered_once(discord: DiscordStandIn) -> None:
    thread = await discord.post(TITLE, UNKNOWN)
    await discord.say(f"<@1001> {PASSWORD}", channel=thread.id)

    await discord.messages(thread.id, 1)
    await asyncio.sleep(0.4)
    assert len(answers_in(discord, thread)) == 1


async def test_post_of_a_forum_that_nobody_chose_is_left_alone(discord: DiscordStandIn, api_url: str) -> None:
    async with running_bot(discord, api_url, discord_message_content=True):
        await opt_in(discord)
        await opt_in(discord, answer=False)
        left_alone = await discord.post(TITLE, PASSWORD)
        await opt_in(discord, answer=True)
        thread = await discord.post(TITLE, PASSWORD)

        await discord.messages(thread.id, 1)
        assert answers_in(discord, left_alone) == []


async def test_without_the_message_content_intent_posts_go_unanswered_and_setup_says_so(
    discord: DiscordStandIn, api_url: str
) -> None:
    discord.gateway.content_intent_enabled = False
    async with running_bot(discord, api_url):
        setup = await discord.slash("causeway setup", by=MODERATOR, forum=FORUM_ID)
        assert en("setup_no_content") in (await setup.answer()).content
        thread = await discord.post(TITLE, PASSWORD)
        await discord.say("<@1001> nothing arrives anywhere")

        await discord.messages("3001", 1)
        assert answers_in(discord, thread) == []


@in_forum
async def test_solved_post_is_tagged(discord: DiscordStandIn) -> None:
    thread = await discord.post(TITLE, PASSWORD)
    [answer] = await discord.messages(thread.id, 1)

    await (await discord.press(answer, "This fixed it")).answer()

    await discord.wait_until(lambda: thread.tags == [SOLVED_TAG])


@in_forum
async def test_post_that_needs_a_human_is_tagged(discord: DiscordStandIn) -> None:
    thread = await discord.post(TITLE, PASSWORD)
    [answer] = await discord.messages(thread.id, 1)

    await (await discord.press(answer, "Ask a human")).answer()

    await discord.wait_until(lambda: thread.tags == [HUMAN_TAG])
    assert "asks for a human" in (await discord.messages(thread.id, 2))[1].content


@in_forum
async def test_bot_is_silent_in_a_post_once_a_human_was_asked(discord: DiscordStandIn, api: CausewayClient) -> None:
    discord.world.bot_permissions &= ~Permission.MANAGE_THREADS
    thread = await discord.post(TITLE, PASSWORD)
    [answer] = await discord.messages(thread.id, 1)

    await (await discord.press(answer, "Ask a human")).answer()
    assert await comes_to(api, thread, Stage.CLOSED)
    await discord.say(f"{PORT}. " * 20, channel=thread.id)

    await asyncio.sleep(0.5)
    assert len(answers_in(discord, thread)) == 2


@in_forum
async def test_forum_that_does_not_let_the_bot_tag_works_without_tags(discord: DiscordStandIn) -> None:
    discord.world.bot_permissions &= ~Permission.MANAGE_THREADS
    thread = await discord.post(TITLE, PASSWORD)
    [answer] = await discord.messages(thread.id, 1)

    await (await discord.press(answer, "This fixed it")).answer()
    await discord.wait_until(lambda: any(call.code == 50013 for call in discord.calls))

    assert answer.content.startswith(en("head_solved"))


@in_forum
async def test_forum_in_which_the_bot_may_not_write_does_not_stop_it(
    discord: DiscordStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    discord.world.bot_permissions &= ~Permission.SEND_MESSAGES_IN_THREADS
    await discord.post(TITLE, PASSWORD)
    await discord.wait_until(lambda: any(call.code == 50013 for call in discord.calls))

    assert await soon(lambda: "may not read or write" in caplog.text)
    assert PORT_TITLE in (await (await discord.slash("diagnose", symptom=PORT)).answer()).content


@in_forum
async def test_post_that_is_deleted_before_the_answer_does_not_stop_the_bot(discord: DiscordStandIn) -> None:
    deleted = await discord.post(TITLE, PASSWORD)
    await discord.delete(deleted)
    await discord.wait_until(lambda: any(call.code == 10003 for call in discord.calls))

    thread = await discord.post(TITLE, PASSWORD)
    assert len(await discord.messages(thread.id, 1)) == 1


async def test_bot_asks_once_whether_it_helped_if_nothing_happened(discord: DiscordStandIn, api_url: str) -> None:
    async with running_bot(discord, api_url, discord_message_content=True, discord_check_in_seconds=0.4):
        await opt_in(discord)
        thread = await discord.post(TITLE, PASSWORD)

        _, question = await discord.messages(thread.id, 2)
        assert question.content == en("helped", title=PASSWORD_TITLE)
        await (await discord.press(question, "This fixed it")).answer()
        await discord.wait_until(lambda: thread.tags == [SOLVED_TAG])
        await asyncio.sleep(0.8)
        assert len(answers_in(discord, thread)) == 2


@pytest.mark.parametrize("reaction", ["press", "staff", "tag"])
async def test_bot_does_not_ask_whether_it_helped_where_something_happened(
    discord: DiscordStandIn, api_url: str, reaction: str, api: CausewayClient
) -> None:
    async with running_bot(discord, api_url, discord_message_content=True, discord_check_in_seconds=1.5):
        await opt_in(discord)
        thread = await discord.post(TITLE, PASSWORD)
        [answer] = await discord.messages(thread.id, 1)
        assert await soon(lambda: thread.id in [waiting.key for waiting in api.documents(CHECK_INS)])
        match reaction:
            case "press":
                await (await discord.press(answer, "Not this")).answer()
            case "staff":
                await discord.say("Hi, I can help", channel=thread.id, by=HELPER)
            case "tag":
                await discord.change(thread, tags=[HUMAN_TAG])

        assert await soon(lambda: thread.id not in [waiting.key for waiting in api.documents(CHECK_INS)])
        await asyncio.sleep(0.3)
        assert len(answers_in(discord, thread)) == 1


async def test_post_of_the_time_when_the_bot_was_away_is_answered_when_it_is_back(
    discord: DiscordStandIn, api_url: str
) -> None:
    async with running_bot(discord, api_url, discord_message_content=True):
        await opt_in(discord)
    await discord.left()
    discord.gateway.sessions.clear()
    thread = await discord.post(TITLE, PASSWORD)

    async with running_bot(discord, api_url, discord_message_content=True):
        assert len(await discord.messages(thread.id, 1)) == 1


async def test_post_that_was_answered_before_a_restart_is_not_answered_again(
    discord: DiscordStandIn, api_url: str
) -> None:
    async with running_bot(discord, api_url, discord_message_content=True):
        await opt_in(discord)
        answered = await discord.post(TITLE, PASSWORD)
        await discord.messages(answered.id, 1)
    await discord.left()
    discord.gateway.sessions.clear()

    async with running_bot(discord, api_url, discord_message_content=True):
        new = await discord.post(TITLE, PASSWORD)
        await discord.messages(new.id, 1)
        await soon(lambda: f"/api/v10/channels/{answered.id}/messages" in [call.path for call in discord.calls])
        assert len(answers_in(discord, answered)) == 1


async def test_two_replicas_give_one_answer(discord: DiscordStandIn, api_url: str, tmp_path: Path) -> None:
    async with (
        running_bot(discord, api_url, discord_message_content=True, discord_state=tmp_path / "one.db"),
        running_bot(discord, api_url, bots=2, discord_message_content=True, discord_state=tmp_path / "two.db"),
    ):
        await opt_in(discord)
        threads = [await discord.post(TITLE, PASSWORD) for _ in range(5)]
        for thread in threads:
            await discord.messages(thread.id, 1)
        await asyncio.sleep(0.5)

        assert [len(answers_in(discord, thread)) for thread in threads] == [1] * 5
        posts = [call for call in discord.calls if call.method == "POST" and "/messages" in call.path]
        assert len(posts) == 5


@in_forum
async def test_thread_whose_replica_died_before_it_answered_is_taken_over(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    thread = Thread("1234567890123456789", FORUM_ID, TITLE, ADA)
    long_ago = datetime.now(UTC) - timedelta(minutes=3)
    read = Post(f"{TITLE}\n\n{PASSWORD}", (), staff_replied=False).digest
    abandoned = Mark(stage=Stage.CLAIMED, claimed_at=long_ago, read=read)
    api.put_document(MARKS, thread.id, abandoned.model_dump(mode="json"))

    await discord.publish(thread, PASSWORD)

    assert len(await discord.messages(thread.id, 1)) == 1
