"""A stand-in that lets everything pass would prove nothing, so what it refuses is tested too."""

import time
from typing import Any

import httpx
import pytest

from tests.bot.discord_interactions import Callback, Interaction, Kind
from tests.bot.discord_rules import (
    COMPONENTS_V2,
    EPHEMERAL,
    Permission,
    Refusal,
    check_choices,
    check_commands,
    check_message,
    check_modal,
    pings_of,
)
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import CHANNEL_ID, World

SYMPTOM = {"name": "symptom", "description": "What you see", "type": 3, "required": True}
SECTION = {"name": "section", "description": "Where", "type": 3}
COMMAND = {"name": "diagnose", "description": "Find the cause", "options": [SYMPTOM, SECTION]}
DEFER = {"type": 5}
BUTTON = {"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"}
LINK = {"type": 2, "style": 5, "label": "Docs", "url": "https://pigeon.example"}
OPTION = {"label": "One", "value": "1"}
SELECT = {"type": 3, "custom_id": "choose", "options": [OPTION]}
LABEL = {"type": 18, "label": "What?", "component": {"type": 4, "custom_id": "text", "style": 2}}
MODAL = {"title": "Tell", "custom_id": "form", "components": [LABEL]}


def refused(refusal: pytest.ExceptionInfo[Refusal]) -> tuple[int, int]:
    return refusal.value.status, refusal.value.code


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def v2(*components: dict[str, Any], **others: object) -> dict[str, Any]:
    return {"flags": COMPONENTS_V2, "components": list(components)} | others


def test_valid_messages_pass() -> None:
    check_message({"content": "x" * 2000})
    check_message(v2(text("x" * 4000), row(BUTTON, LINK), row(SELECT)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"content": "x" * 2001}, 50035, id="2001 characters"),
        pytest.param({"content": " \n"}, 50006, id="blank"),
        pytest.param({}, 50006, id="nothing"),
        pytest.param({"content": "x", "nonce": "1" * 26}, 50035, id="long nonce"),
        pytest.param(v2(), 50035, id="no components"),
        pytest.param(v2(text("x"), content="x"), 50035, id="content beside components"),
        pytest.param(v2(text("x" * 2001), text("x" * 2000)), 50035, id="4001 characters in two texts"),
        pytest.param(v2(text("🙂" * 2001)), 50035, id="4002 units in 2001 characters"),
        pytest.param(v2(text(" ")), 50035, id="blank text"),
        pytest.param(v2(*[text("x")] * 41), 50035, id="41 components"),
        pytest.param(v2(row(BUTTON, BUTTON)), 50035, id="same custom id twice"),
        pytest.param(v2(row(BUTTON | {"custom_id": "x" * 101})), 50035, id="long custom id"),
        pytest.param(v2(row(BUTTON | {"label": "x" * 81})), 50035, id="long label"),
        pytest.param(v2(row(LINK | {"url": "https://x.example/" + "x" * 500})), 50035, id="long address"),
        pytest.param(v2(row(*[LINK] * 6)), 50035, id="six buttons in a row"),
        pytest.param(v2(row(SELECT, BUTTON)), 50035, id="select beside a button"),
        pytest.param(v2(row(SELECT | {"options": []})), 50035, id="nothing to choose"),
        pytest.param(v2(row(SELECT | {"options": [OPTION, OPTION]})), 50035, id="same value twice"),
        pytest.param(v2(row(SELECT | {"options": [OPTION | {"label": "x" * 101}]})), 50035, id="long option"),
        pytest.param(
            v2(row(SELECT | {"options": [OPTION | {"description": "x" * 101}]})), 50035, id="long description"
        ),
        pytest.param(v2(row(SELECT | {"placeholder": "x" * 151})), 50035, id="long placeholder"),
    ],
)
def test_message_out_of_limits_is_refused(body: dict[str, Any], code: int) -> None:
    with pytest.raises(Refusal) as refusal:
        check_message(body)
    assert refused(refusal) == (400, code)


@pytest.mark.parametrize(
    "modal",
    [
        pytest.param(MODAL | {"title": "x" * 46}, id="long title"),
        pytest.param(MODAL | {"components": [LABEL] * 6}, id="six fields"),
        pytest.param(MODAL | {"components": [LABEL | {"label": "x" * 46}]}, id="long label"),
        pytest.param(MODAL | {"components": [LABEL | {"description": "x" * 101}]}, id="long description"),
        pytest.param(
            MODAL | {"components": [LABEL | {"component": {"type": 4, "max_length": 4001}}]}, id="endless text"
        ),
    ],
)
def test_form_out_of_limits_is_refused(modal: dict[str, Any]) -> None:
    check_modal(MODAL)
    with pytest.raises(Refusal):
        check_modal(modal)


def test_more_than_25_suggestions_are_refused() -> None:
    choices = [{"name": f"entry {number}", "value": str(number)} for number in range(26)]

    check_choices(choices[:25])
    with pytest.raises(Refusal):
        check_choices(choices)


@pytest.mark.parametrize(
    ("allowed_mentions", "pings"),
    [
        pytest.param(None, ["<@1>"], id="unsaid: users"),
        pytest.param({"parse": ["everyone", "roles"]}, ["@here", "<@&2>"], id="by kind"),
        pytest.param({"parse": [], "users": ["1"]}, ["<@1>"], id="by id"),
        pytest.param({"parse": []}, [], id="none"),
    ],
)
def test_message_pings_whom_its_allowed_mentions_let(allowed_mentions: dict[str, Any] | None, pings: list[str]) -> None:
    said = v2(text("@here <@1> <@&2>"), allowed_mentions=allowed_mentions)

    assert pings_of(said, unsaid=("users",)) == pings


def test_valid_commands_pass() -> None:
    check_commands([COMMAND, COMMAND | {"name": "find-entry", "options": []}])


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param([COMMAND, COMMAND], id="same name twice"),
        pytest.param([COMMAND | {"name": "Diagnose"}], id="upper case"),
        pytest.param([COMMAND | {"name": "find entry"}], id="space in name"),
        pytest.param([COMMAND | {"name": "d" * 33}], id="long name"),
        pytest.param([COMMAND | {"description": ""}], id="no description"),
        pytest.param([COMMAND | {"description": "x" * 101}], id="long description"),
        pytest.param([COMMAND | {"options": [SECTION, SYMPTOM]}], id="required option last"),
        pytest.param([COMMAND | {"options": [SYMPTOM | {"description": "x" * 101}]}], id="long option description"),
        pytest.param([COMMAND | {"options": [SYMPTOM | {"max_length": 6001}]}], id="endless option"),
    ],
)
def test_invalid_commands_are_refused(commands: list[dict[str, Any]]) -> None:
    with pytest.raises(Refusal) as refusal:
        check_commands(commands)
    assert refused(refusal) == (400, 50035)


def started(kind: Kind = Kind.COMMAND, sent_at: float | None = None) -> Interaction:
    return Interaction(DiscordStandIn(), "1", "token", kind, CHANNEL_ID, sent_at or time.monotonic())


def test_interaction_can_be_acknowledged_once() -> None:
    interaction = started()
    interaction.acknowledge(DEFER)

    with pytest.raises(Refusal) as refusal:
        interaction.acknowledge(DEFER)
    assert refused(refusal) == (400, 40060)


def test_interaction_is_unknown_after_three_seconds() -> None:
    with pytest.raises(Refusal) as refusal:
        started(sent_at=time.monotonic() - 3.1).acknowledge(DEFER)
    assert refused(refusal) == (404, 10062)


def test_command_is_not_answered_as_a_button_or_as_typing() -> None:
    for kind in (Callback.UPDATE, Callback.DEFERRED_UPDATE, Callback.CHOICES):
        with pytest.raises(Refusal):
            started().acknowledge({"type": kind, "data": {}})


def test_response_can_not_be_edited_before_there_is_one() -> None:
    with pytest.raises(Refusal) as refusal:
        started().edit({"content": "too early"})
    assert refused(refusal) == (404, 10015)


def test_response_stays_as_private_as_it_was_acknowledged() -> None:
    public, private = started(), started()
    public.acknowledge(DEFER)
    private.acknowledge(DEFER | {"data": {"flags": EPHEMERAL}})

    assert not public.edit({"content": "x", "flags": EPHEMERAL}).is_ephemeral
    assert private.edit({"content": "x"}).is_ephemeral


def test_message_with_the_nonce_of_another_one_is_that_one() -> None:
    world = World()
    first = world.send(CHANNEL_ID, {"content": "first", "nonce": "1", "enforce_nonce": True})

    assert world.send(CHANNEL_ID, {"content": "second", "nonce": "1", "enforce_nonce": True}) is first
    assert world.send(CHANNEL_ID, {"content": "third", "nonce": "2", "enforce_nonce": True}) is not first


def test_message_without_permission_or_to_a_deleted_channel_is_refused() -> None:
    world = World()
    with pytest.raises(Refusal) as gone:
        world.send("1", {"content": "x"})
    world.bot_permissions &= ~Permission.SEND_MESSAGES
    with pytest.raises(Refusal) as forbidden:
        world.send(CHANNEL_ID, {"content": "x"})

    assert (refused(gone), refused(forbidden)) == ((404, 10003), (403, 50013))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "token", "status", "code"),
    [
        pytest.param("GET", "/users/@me", "other.token", 401, 0, id="another token"),
        pytest.param("PUT", "/applications/1001/guilds/2002/commands", "stand-in.token", 403, 50001, id="other server"),
        pytest.param("POST", "/interactions/1/token/callback", "stand-in.token", 404, 10062, id="no such interaction"),
        pytest.param(
            "PATCH", "/webhooks/1001/token/messages/@original", "other.token", 404, 10015, id="no such response"
        ),
        pytest.param("GET", "/nothing", "stand-in.token", 404, 0, id="no such path"),
    ],
)
async def test_call_out_of_place_is_answered_with_the_code_of_discord(
    discord: DiscordStandIn, method: str, path: str, token: str, status: int, code: int
) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bot {token}"}) as http:
        response = await http.request(method, discord.api_url + path, json=[])

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert [(call.method, call.path, call.status) for call in discord.calls] == [(method, f"/api/v10{path}", status)]
