"""A stand-in that lets everything pass would prove nothing, so what it refuses is tested too."""

import time
from typing import Any

import httpx
import pytest

from tests.bot.discord_rules import Message, Refusal, check_commands
from tests.bot.discord_standin import DiscordStandIn, Interaction

SYMPTOM = {"name": "symptom", "description": "What you see", "type": 3, "required": True}
SECTION = {"name": "section", "description": "Where", "type": 3}
COMMAND = {"name": "diagnose", "description": "Find the cause", "options": [SYMPTOM, SECTION]}
DEFER = {"type": 5}


def refused(refusal: pytest.ExceptionInfo[Refusal]) -> tuple[int, int]:
    return refusal.value.status, refusal.value.code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"content": "x" * 2001}, 50035, id="2001 characters"),
        pytest.param({"content": " \n"}, 50006, id="blank"),
        pytest.param({}, 50006, id="nothing"),
    ],
)
def test_message_out_of_limits_is_refused(body: dict[str, Any], code: int) -> None:
    with pytest.raises(Refusal) as refusal:
        Message.of(body)
    assert refused(refusal) == (400, code)


@pytest.mark.parametrize(
    ("allowed_mentions", "pings"),
    [
        pytest.param(None, ["<@1>"], id="unsaid: users"),
        pytest.param({"parse": ["everyone", "roles"]}, ["@here", "<@&2>"], id="by kind"),
        pytest.param({"parse": [], "users": ["1"]}, ["<@1>"], id="by id"),
        pytest.param({"parse": []}, [], id="none"),
    ],
)
def test_message_pings_whom_its_allowed_mentions_let(allowed_mentions: dict[str, Any], pings: list[str]) -> None:
    assert Message.of({"content": "@here <@1> <@&2>", "allowed_mentions": allowed_mentions}).pings == pings


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


def test_interaction_can_be_acknowledged_once() -> None:
    interaction = Interaction(DiscordStandIn(), "1", "token", time.monotonic())
    interaction.acknowledge(DEFER)

    with pytest.raises(Refusal) as refusal:
        interaction.acknowledge(DEFER)
    assert refused(refusal) == (400, 40060)


def test_interaction_is_unknown_after_three_seconds() -> None:
    interaction = Interaction(DiscordStandIn(), "1", "token", sent_at=time.monotonic() - 3.1)

    with pytest.raises(Refusal) as refusal:
        interaction.acknowledge(DEFER)
    assert refused(refusal) == (404, 10062)


def test_response_can_not_be_edited_before_there_is_one() -> None:
    with pytest.raises(Refusal) as refusal:
        Interaction(DiscordStandIn(), "1", "token", time.monotonic()).edit({"content": "too early"})
    assert refused(refusal) == (404, 10008)


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
