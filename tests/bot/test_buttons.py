import asyncio

import pytest

from api.client import CausewayClient
from bot.words import words
from tests.bot.discord_interactions import Callback
from tests.bot.discord_rules import Permission
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import ADA, BEN, CHANNEL_ID, HELPER, HELPER_ROLE, MODERATOR, Message, Person
from tests.bot.soon import soon
from tests.symptoms import DISK_ENTRY, DISK_TITLE, PORT, PORT_ENTRY, PORT_TITLE, VAGUE

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("bot")]
en = words("en")


async def answered(discord: DiscordStandIn, symptom: str = VAGUE) -> tuple[Message, str]:
    """An answer to Ada, and the id of its diagnosis."""
    message = await (await discord.slash("diagnose", symptom=symptom)).answer()
    return message, message.buttons["Ask a human"]["custom_id"].split(":")[3]


def feedback_on(api: CausewayClient, diagnosis_id: str) -> list[tuple[str, str, str]]:
    return [(one.entry_id, one.verdict.value, one.role.value) for one in api.list_feedback(diagnosis_id)]


async def test_answer_to_the_question_refines_the_same_message(discord: DiscordStandIn, api: CausewayClient) -> None:
    message, diagnosis_id = await answered(discord)
    question = api.get_diagnosis(diagnosis_id).follow_up
    assert question is not None

    pressed = await discord.press(message, "Yes")
    await pressed.answer()

    assert pressed.callback is Callback.DEFERRED_UPDATE
    assert pressed.followups == []
    assert api.get_diagnosis(diagnosis_id).answers == {question.finding_id: "yes"}
    assert question.question not in message.content


@pytest.mark.parametrize(("label", "answer"), [("No", "no"), ("Don't know", "unknown")])
async def test_no_and_dont_know_are_answers_too(
    discord: DiscordStandIn, api: CausewayClient, label: str, answer: str
) -> None:
    message, diagnosis_id = await answered(discord)

    await (await discord.press(message, label)).answer()

    assert list(api.get_diagnosis(diagnosis_id).answers.values()) == [answer]


async def test_second_press_on_the_same_question_changes_nothing_and_is_told(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    message, diagnosis_id = await answered(discord)

    first = await discord.press(message, "Yes")
    second = await discord.press(message, "No")

    await first.answer()
    assert (await second.whisper()).content == en("already_answered")
    assert list(api.get_diagnosis(diagnosis_id).answers.values()) == ["yes"]


async def test_another_cause_is_shown_in_the_same_message(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)

    await (await discord.choose(message, DISK_ENTRY)).answer()

    assert f"### {DISK_TITLE}" in message.content
    assert message.content.startswith("**Another possible cause**")


async def test_what_fixed_it_is_thanked_for_and_becomes_feedback(discord: DiscordStandIn, api: CausewayClient) -> None:
    message, diagnosis_id = await answered(discord, PORT)

    await (await discord.press(message, "This fixed it")).answer()

    assert message.content.startswith(f"{en('head_solved')}\n### {PORT_TITLE}")
    assert "This fixed it" not in message.buttons
    assert await soon(lambda: feedback_on(api, diagnosis_id) == [(PORT_ENTRY, "solved", "user")])


async def test_ruled_out_cause_gives_way_to_the_next_one_and_is_marked(
    discord: DiscordStandIn, api: CausewayClient
) -> None:
    message, diagnosis_id = await answered(discord, PORT)

    await (await discord.press(message, "Not this")).answer()

    assert f"### {PORT_TITLE}" not in message.content
    assert await soon(lambda: feedback_on(api, diagnosis_id) == [(PORT_ENTRY, "not_it", "user")])
    [ruled_out] = [one for one in message.select_options if one.get("description") == en("ruled_out")]
    assert ruled_out["value"] == PORT_ENTRY


async def test_after_the_last_cause_is_ruled_out_a_human_is_recommended(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)

    while "Not this" in message.buttons:
        await (await discord.press(message, "Not this")).answer()

    assert message.content.startswith(en("all_ruled_out"))


async def test_code_is_shown_for_the_chosen_sdk_and_the_choice_is_remembered(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)
    assert "pigeon set relay" in message.content

    await (await discord.choose(message, "python")).answer()
    again, _ = await answered(discord, PORT)

    for one in (message, again):
        assert 'server.relay = "smtp.example.com:587"' in one.content
        assert "pigeon set relay" not in one.content


async def test_staff_see_the_code_that_they_choose_and_it_stays_the_askers_answer(discord: DiscordStandIn) -> None:
    message = await (await discord.slash("diagnose", symptom=PORT, by=BEN)).answer()

    await (await discord.choose(message, "python", by=MODERATOR)).answer()

    assert 'server.relay = "smtp.example.com:587"' in message.content
    assert message.buttons["Not this"]["custom_id"].split(":")[2] == BEN.id


@pytest.mark.parametrize("label", ["Yes", "This fixed it", "Not this", "Ask a human"])
async def test_strangers_may_not_act_for_who_asked(discord: DiscordStandIn, api: CausewayClient, label: str) -> None:
    message, diagnosis_id = await answered(discord)
    before = message.content

    refused = await discord.press(message, label, by=BEN)

    assert (await refused.whisper()).content == en("not_yours")
    assert message.content == before
    assert api.get_diagnosis(diagnosis_id).answers == {}
    assert feedback_on(api, diagnosis_id) == []


async def test_strangers_look_at_other_causes_in_a_copy_of_their_own(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)
    before = message.content

    copy = await (await discord.choose(message, DISK_ENTRY, by=BEN)).whisper()

    assert f"### {DISK_TITLE}" in copy.content
    assert "This fixed it" not in copy.buttons
    assert message.content == before

    back = await discord.choose(copy, PORT_ENTRY, by=BEN)
    assert f"### {PORT_TITLE}" in (await back.answer()).content
    assert not {"This fixed it", "Not this", "Ask a human"} & copy.buttons.keys()


@pytest.mark.parametrize("staff", [MODERATOR, HELPER], ids=["moderator", "helper"])
async def test_staff_may_act_for_who_asked_and_their_word_counts_as_staffs(
    discord: DiscordStandIn, api: CausewayClient, staff: Person
) -> None:
    await (await discord.slash("causeway setup", by=MODERATOR, helpers=HELPER_ROLE)).answer()
    message, diagnosis_id = await answered(discord, PORT)

    await (await discord.press(message, "This fixed it", by=staff)).answer()

    assert await soon(lambda: feedback_on(api, diagnosis_id) == [(PORT_ENTRY, "solved", "staff")])


async def test_asking_a_human_tells_the_helpers_what_it_is_about_and_notifies_them_only(
    discord: DiscordStandIn,
) -> None:
    await (await discord.slash("causeway setup", by=MODERATOR, helpers=HELPER_ROLE)).answer()
    message, _ = await answered(discord, "nothing arrives, @everyone please help")

    await (await discord.press(message, "Ask a human")).answer()

    [call] = (await discord.messages(CHANNEL_ID, 2))[1:]
    assert call.content.startswith(f"<@&{HELPER_ROLE}> <@{ADA.id}> asks for a human.")
    assert "nothing arrives" in call.content
    assert call.pings == [f"<@&{HELPER_ROLE}>"]
    assert message.buttons[en("human_called")]["disabled"]


async def test_helpers_are_notified_once_in_a_while_however_often_they_are_called(discord: DiscordStandIn) -> None:
    await (await discord.slash("causeway setup", by=MODERATOR, helpers=HELPER_ROLE)).answer()
    for _ in range(2):
        message, _ = await answered(discord, PORT)
        await (await discord.press(message, "Ask a human")).answer()

    calls = [one for one in await discord.messages(CHANNEL_ID, 4) if "asks for a human" in one.content]
    assert [call.pings for call in calls] == [[f"<@&{HELPER_ROLE}>"], []]


async def test_two_presses_on_ask_a_human_call_once(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)

    await asyncio.gather(*[(await discord.press(message, "Ask a human")).answer() for _ in range(2)])

    assert len([one for one in discord.world.messages_in(CHANNEL_ID) if "asks for a human" in one.content]) == 1


async def test_where_the_bot_may_not_write_it_calls_a_human_in_a_response(discord: DiscordStandIn) -> None:
    discord.world.bot_permissions &= ~Permission.SEND_MESSAGES
    message, _ = await answered(discord, PORT)

    pressed = await discord.press(message, "Ask a human")
    await pressed.answer()

    [call] = pressed.followups
    assert "asks for a human" in call.content
    assert not call.is_ephemeral


async def test_that_a_human_was_asked_stays_known_while_the_answer_changes(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)
    await (await discord.press(message, "Ask a human")).answer()

    await (await discord.choose(message, DISK_ENTRY)).answer()

    assert message.buttons[en("human_called")]["disabled"]


async def test_button_of_an_earlier_version_is_explained(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)
    message.buttons["Not this"]["custom_id"] = "causeway:vote:1"

    pressed = await discord.press(message, "Not this")

    assert (await pressed.whisper()).content == en("stale_press")


async def test_answer_that_is_no_longer_kept_is_explained(discord: DiscordStandIn) -> None:
    message, diagnosis_id = await answered(discord)
    button = message.buttons["Yes"]
    button["custom_id"] = button["custom_id"].replace(diagnosis_id, "0" * 32)

    pressed = await discord.press(message, "Yes")

    assert (await pressed.whisper()).content == en("gone")


async def test_press_on_a_message_that_was_deleted_meanwhile_does_no_harm(discord: DiscordStandIn) -> None:
    message, _ = await answered(discord, PORT)
    discord.fail_next("PATCH", "@original", 404, 10008)

    deleted = await discord.choose(message, DISK_ENTRY)
    await discord.wait_until(lambda: [call.status for call in deleted.calls][-1:] == [404])

    assert (await answered(discord, PORT))[0].content.startswith(en("head_confident"))
