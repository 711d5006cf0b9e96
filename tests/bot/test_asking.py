import pytest

from api.client import MAX_EVIDENCE_CHARACTERS
from bot.words import words
from tests.bot.conftest import running_bot
from tests.bot.discord_interactions import Callback
from tests.bot.discord_rules import COMPONENTS_V2
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import ADA, BEN, CHANNEL_ID, DIRECT_ID, GUILD_ID, MODERATOR
from tests.symptoms import (
    CERTIFICATE,
    CERTIFICATE_TITLE,
    DISK_TITLE,
    PASSWORD,
    PASSWORD_TITLE,
    PORT,
    PORT_ENTRY,
    PORT_TITLE,
    UNKNOWN,
    VAGUE,
)

pytestmark = pytest.mark.anyio
with_bot = pytest.mark.usefixtures("bot")

LOG = b"queue manager: write failed: No space left on device\n"


@with_bot
async def test_answer_has_the_cause_why_how_to_confirm_it_its_fix_and_links(discord: DiscordStandIn) -> None:
    answer = await (await discord.slash("diagnose", symptom=PASSWORD)).answer()

    assert answer.body["flags"] & COMPONENTS_V2
    assert answer.content.splitlines()[:2] == [words("en")("head_confident"), f"### {PASSWORD_TITLE}"]
    assert f"Because you wrote: “{PASSWORD}”" in answer.content
    assert "1. Run `pigeon user show NAME`" in answer.content
    assert "1. Set the password again; a new hash is written." in answer.content
    assert answer.buttons["Upgrading"]["url"] == "https://pigeon.example/docs/upgrading"


@with_bot
async def test_answer_replaces_the_thinking_response_and_is_no_second_message(discord: DiscordStandIn) -> None:
    interaction = await discord.slash("diagnose", symptom=PORT)

    await interaction.answer()
    assert interaction.callback is Callback.DEFERRED_MESSAGE
    assert [(call.method, call.path.rpartition("/")[2], call.status) for call in interaction.calls] == [
        ("POST", "callback", 200),
        ("PATCH", "@original", 200),
    ]


@with_bot
async def test_unsure_answer_says_so_asks_for_evidence_and_lists_what_comes_nearest(discord: DiscordStandIn) -> None:
    answer = await (await discord.slash("diagnose", symptom=UNKNOWN)).answer()

    en = words("en")
    assert answer.content.startswith(f"{en('head_unsure')}\n{en('what_to_paste')}\n{en('nearest')}\n- ")
    assert "Fix" not in answer.content
    assert PORT_ENTRY in answer.options


@with_bot
async def test_vague_symptom_is_answered_with_the_question_that_would_help(discord: DiscordStandIn) -> None:
    answer = await (await discord.slash("diagnose", symptom=VAGUE)).answer()

    assert f"**{words('en')('question')}** " in answer.content
    assert {"Yes", "No", "Don't know"} <= answer.buttons.keys()


@with_bot
async def test_private_answer_is_seen_by_who_asked_only(discord: DiscordStandIn) -> None:
    private = await (await discord.slash("diagnose", symptom=PORT, private=True)).answer()
    public = await (await discord.slash("diagnose", symptom=PORT)).answer()

    assert (private.is_ephemeral, public.is_ephemeral) == (True, False)


@with_bot
async def test_attached_log_counts_as_evidence(discord: DiscordStandIn) -> None:
    discord.files["queue.log"] = LOG

    answer = await (await discord.slash("diagnose", files=("queue.log",), symptom="mail does not work")).answer()

    assert f"### {DISK_TITLE}" in answer.content


@with_bot
@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        pytest.param("screenshot.png", b"\x89PNG", "unsupported_file", id="picture"),
        pytest.param("dump.bin", b"\xff\x00\xff", "unsupported_file", id="no text"),
        pytest.param("endless.log", b"x" * (MAX_EVIDENCE_CHARACTERS + 1), "large_file", id="too large"),
    ],
)
async def test_file_that_can_not_be_read_is_named_with_the_reason(
    discord: DiscordStandIn, name: str, content: bytes, key: str
) -> None:
    discord.files[name] = content

    answer = await (await discord.slash("diagnose", files=(name,), symptom=PORT)).answer()

    limit = f"{MAX_EVIDENCE_CHARACTERS // 1_000_000} MB"
    assert answer.content == words("en")(key, name=name, limit=limit)


@with_bot
async def test_report_is_a_form_with_a_long_text_and_files(discord: DiscordStandIn) -> None:
    discord.files |= {"queue.log": LOG, "config.txt": b"relay = none"}
    form = await discord.slash("report")
    await form.acknowledged()

    sent = await discord.submit(form, "mail does not work\n" * 100, files=("queue.log", "config.txt"))

    assert f"### {DISK_TITLE}" in (await sent.answer()).content


@with_bot
async def test_menu_of_a_message_answers_its_author_in_public(discord: DiscordStandIn) -> None:
    message = await discord.say(CERTIFICATE, by=BEN)

    answer = await (await discord.menu("Find the cause", message, by=BEN)).answer()

    assert f"### {CERTIFICATE_TITLE}" in answer.content
    assert not answer.is_ephemeral


@with_bot
async def test_menu_of_a_message_answers_others_in_private_and_staff_in_public_for_the_author(
    discord: DiscordStandIn,
) -> None:
    message = await discord.say(PORT, by=BEN)

    other = await (await discord.menu("Find the cause", message, by=ADA)).answer()
    staff = await (await discord.menu("Find the cause", message, by=MODERATOR)).answer()

    assert (other.is_ephemeral, staff.is_ephemeral) == (True, False)
    owner = staff.buttons["This fixed it"]["custom_id"].split(":")[2]
    assert owner == BEN.id


@with_bot
async def test_mention_is_answered_by_a_reply_without_the_message_content_intent(discord: DiscordStandIn) -> None:
    discord.gateway.content_intent_enabled = False
    question = await discord.say(f"<@1001> {CERTIFICATE}")

    [answer] = await discord.messages(CHANNEL_ID, 1)

    assert f"### {CERTIFICATE_TITLE}" in answer.content
    assert str(answer.body["message_reference"]["message_id"]) == question.id
    assert answer.pings == []


@with_bot
async def test_direct_message_is_answered_without_a_mention_and_its_buttons_work(discord: DiscordStandIn) -> None:
    discord.gateway.content_intent_enabled = False
    await discord.say(VAGUE, channel=DIRECT_ID)
    [answer] = await discord.messages(DIRECT_ID, 1)
    before = answer.content

    await (await discord.press(answer, "Yes")).answer()

    assert answer.content != before


@with_bot
async def test_command_is_answered_in_a_direct_message(discord: DiscordStandIn) -> None:
    answer = await (await discord.slash("diagnose", channel=DIRECT_ID, symptom=PASSWORD)).answer()

    assert f"### {PASSWORD_TITLE}" in answer.content


@with_bot
async def test_mere_mention_is_told_what_to_do_and_messages_without_one_are_left_alone(discord: DiscordStandIn) -> None:
    await discord.say("nothing arrives anywhere")
    await discord.say("<@1001>")

    [answer] = await discord.messages(CHANNEL_ID, 1)
    assert answer.content == words("en")("mention_help")


@with_bot
async def test_entry_is_found_while_typing_and_shown_with_its_fix(discord: DiscordStandIn) -> None:
    choices = await discord.typing("entry", "id", "port 25")
    assert choices[0] == {"name": PORT_TITLE, "value": PORT_ENTRY}

    entry = await (await discord.slash("entry", id=PORT_ENTRY)).answer()

    assert entry.content.startswith(f"### {PORT_TITLE}")
    assert "1. Ask the provider to open port 25, or relay over port 587." in entry.content


@with_bot
async def test_entry_that_does_not_exist_is_told(discord: DiscordStandIn) -> None:
    answer = await (await discord.slash("entry", id="no-*such*-entry")).answer()

    assert answer.content == words("en")("no_such_entry", entry_id=r"no-\*such\*-entry")


@with_bot
async def test_help_is_seen_by_who_asked_only(discord: DiscordStandIn) -> None:
    answer = await (await discord.slash("help")).answer()

    assert answer.is_ephemeral
    assert "`/diagnose`" in answer.content


@with_bot
async def test_people_who_ask_at_the_same_time_each_get_their_own_answer(discord: DiscordStandIn) -> None:
    phone = await discord.slash("diagnose", symptom=CERTIFICATE)
    password = await discord.slash("diagnose", symptom=PASSWORD, by=BEN)

    assert CERTIFICATE_TITLE in (await phone.answer()).content
    assert PASSWORD_TITLE in (await password.answer()).content


@with_bot
async def test_symptom_without_words_is_explained(discord: DiscordStandIn) -> None:
    answer = await (await discord.slash("diagnose", symptom="🙂")).answer()

    assert answer.content == (
        "there is nothing to read in this symptom: describe in words what you see and what you expected"
    )


@with_bot
async def test_what_people_write_comes_back_without_formatting_links_or_mentions(discord: DiscordStandIn) -> None:
    hostile = "@everyone <@4002> <@&5001> **my phone** [says](https://evil.example) the certificate is not trusted"

    answer = await (await discord.slash("diagnose", symptom=hostile)).answer()

    assert answer.pings == []
    quote = next(line for line in answer.content.splitlines() if line.startswith("-# Because"))
    for dangerous in ("@everyone", "<@4002>", "**my", "[says](https"):
        assert dangerous not in quote.replace("\\[", "").replace("\\*", "").replace("\\<", "")


@with_bot
async def test_who_asks_too_often_is_asked_to_wait(discord: DiscordStandIn) -> None:
    asked = [await discord.slash("diagnose", symptom=PORT) for _ in range(6)]
    someone_else = await discord.slash("diagnose", symptom=PORT, by=BEN)

    answers = [await one.answer() for one in asked]
    assert len([answer for answer in answers if answer.content.startswith("Please wait ")]) == 1
    assert PORT_TITLE in (await someone_else.answer()).content


async def test_commands_are_registered_everywhere_or_in_one_server_only(discord: DiscordStandIn, api_url: str) -> None:
    names = ["diagnose", "report", "entry", "causeway", "help", "Find the cause"]
    async with running_bot(discord, api_url):
        assert {command["name"] for command in discord.commands[None]} == set(names)
    async with running_bot(discord, api_url, discord_guild=GUILD_ID):
        assert {command["name"] for command in discord.commands[GUILD_ID]} == set(names)


async def test_commands_are_registered_again_only_if_they_changed(discord: DiscordStandIn, api_url: str) -> None:
    async with running_bot(discord, api_url):
        pass
    await discord.left()
    async with running_bot(discord, api_url):
        pass

    assert [call.method for call in discord.calls if call.path.endswith("/commands")] == ["PUT"]


@with_bot
async def test_commands_speak_the_languages_of_discord(discord: DiscordStandIn) -> None:
    commands = {command["name"]: command for command in discord.commands[None]}

    for locale, language in [("de", "de"), ("es-ES", "es"), ("fr", "fr"), ("pt-BR", "pt-BR"), ("ja", "ja")]:
        texts = words(language)
        assert commands["diagnose"]["description_localizations"][locale] == texts("command_diagnose_does")
        assert commands["Find the cause"]["name_localizations"][locale] == texts("menu_find_cause")


@with_bot
async def test_moderators_commands_are_shown_to_those_who_manage_the_server(discord: DiscordStandIn) -> None:
    command = next(command for command in discord.commands[None] if command["name"] == "causeway")

    assert command["default_member_permissions"] == 1 << 5
    assert command["dm_permission"] is False
