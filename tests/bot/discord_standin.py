"""A local Discord: its REST API and gateway in one application, strict where Discord is and this bot could notice.

    async with DiscordStandIn() as discord:
        ...  # start a bot with discord.token, discord.api_url and discord.gateway_url
        await discord.ready()
        interaction = await discord.slash("diagnose", symptom="nothing arrives")
        message = await interaction.answer()

What it refuses is in `discord_rules`.
"""

import asyncio
import itertools
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum
from http import HTTPStatus
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bot.discord_rules import Message, Refusal, check_commands, check_form

PATIENCE_SECONDS = 10.0
"""How long a test waits for the bot before it fails."""

ACKNOWLEDGE_SECONDS = 3.0
EPOCH_MILLISECONDS = 1_420_070_400_000

APPLICATION_ID = "1001"
GUILD_ID = "2001"
CHANNEL_ID = "3001"
BOT_USER = {"id": APPLICATION_ID, "username": "causeway", "discriminator": "0", "avatar": None, "bot": True}
PERSON = {"id": "4001", "username": "ada", "discriminator": "0", "avatar": None}
CHANNEL = {"id": CHANNEL_ID, "type": 0, "name": "support", "position": 0}
GUILD = {
    "id": GUILD_ID,
    "name": "Pigeon Mail",
    "owner_id": PERSON["id"],
    "roles": [{"id": GUILD_ID, "name": "@everyone"}],
    "channels": [CHANNEL],
    "members": [{"user": BOT_USER, "roles": [], "flags": 0}],
}
APPLICATION = {
    "id": APPLICATION_ID,
    "name": "causeway",
    "icon": None,
    "description": "",
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "",
    "owner": PERSON,
    "flags": 0,
}

SLASH_COMMAND = 2
PRIVILEGED_INTENTS = 1 << 1 | 1 << 8 | 1 << 15


class Opcode(IntEnum):
    """What a gateway frame is."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    HELLO = 10
    HEARTBEAT_ACK = 11


class Callback(IntEnum):
    """How an interaction is acknowledged."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5


@dataclass(frozen=True)
class Call:
    """A REST call of the bot, and how it was answered."""

    at: float
    """Seconds, on the clock of `time.monotonic`."""
    method: str
    path: str
    body: Any
    status: int
    code: int | None = None
    """Discord's error code if the call was refused."""


@dataclass
class Interaction:
    """What a person started, as Discord keeps it."""

    discord: "DiscordStandIn" = field(repr=False)
    id: str
    token: str
    sent_at: float
    callback: Callback | None = None
    message: Message | None = None
    """The response that the person sees; None while there is none, or only "thinking"."""

    @property
    def calls(self) -> list[Call]:
        """The bot's calls about this interaction, refused ones too."""
        return [call for call in self.discord.calls if self.token in call.path.split("/")]

    async def acknowledged(self) -> None:
        """Wait until the bot has acknowledged this."""
        await self.discord.wait_until(lambda: self.callback is not None)

    async def answer(self) -> Message:
        """Wait for the response, and return it."""
        await self.discord.wait_until(lambda: self.message is not None)
        assert self.message is not None, "that is what was waited for"
        return self.message

    def acknowledge(self, body: dict[str, Any]) -> None:
        """Take the bot's first response."""
        if self.callback is not None:
            raise Refusal(HTTPStatus.BAD_REQUEST, 40060, "Interaction has already been acknowledged.")
        if time.monotonic() - self.sent_at > self.discord.acknowledge_seconds:
            raise Refusal(HTTPStatus.NOT_FOUND, 10062, "Unknown interaction")
        check_form(body["type"] in list(Callback), "type: This is no answer to a slash command.")
        if body["type"] == Callback.MESSAGE:
            self.message = Message.of(body["data"])
        self.callback = Callback(body["type"])

    def edit(self, body: dict[str, Any]) -> Message:
        """Replace the response."""
        if self.callback is None:
            raise Refusal(HTTPStatus.NOT_FOUND, 10008, "Unknown Message")
        self.message = Message.of(body)
        return self.message


class DiscordStandIn:
    """One application with its bot user `token`, a member of the server `GUILD_ID`; an async context manager."""

    def __init__(self) -> None:
        self.token = "stand-in.token"
        self.acknowledge_seconds = ACKNOWLEDGE_SECONDS
        self.calls: list[Call] = []
        self.commands: dict[str | None, list[dict[str, Any]]] = {}
        """Registered slash commands by server id; those for all servers are under None."""
        self._interactions: dict[str, Interaction] = {}
        self._session: web.WebSocketResponse | None = None
        self._sequence = itertools.count(1)
        self._numbers = itertools.count(1)
        self._news = asyncio.Condition()
        rest = web.Application(middlewares=[self._answer])
        rest.add_routes(
            [
                web.get("/users/@me", self._get_user),
                web.get("/oauth2/applications/@me", self._get_application),
                web.put("/applications/{application}/commands", self._put_commands),
                web.put("/applications/{application}/guilds/{guild}/commands", self._put_commands),
                web.post("/interactions/{interaction}/{token}/callback", self._post_callback),
                web.patch("/webhooks/{application}/{token}/messages/@original", self._patch_response),
            ]
        )
        app = web.Application()
        app.add_subapp("/api/v10", rest)
        app.router.add_get("/gateway", self._gateway)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        await self._server.close()

    @property
    def api_url(self) -> str:
        """What a bot takes for Discord's REST API."""
        return str(self._server.make_url("/api/v10"))

    @property
    def gateway_url(self) -> str:
        """What a bot takes for Discord's gateway."""
        return str(self._server.make_url("/gateway").with_scheme("ws"))

    # What a test does.

    async def ready(self) -> None:
        """Wait until the bot is connected."""
        await self.wait_until(lambda: self._session is not None)

    async def left(self) -> None:
        """Wait until the bot is not connected."""
        await self.wait_until(lambda: self._session is None)

    async def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true; looked at after each call of the bot and whenever it connects or leaves."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._news:
                await self._news.wait_for(happened)
        except TimeoutError:
            raise AssertionError(f"the bot didn't do what was waited for; it called {self.calls}") from None

    async def drop_connection(self) -> None:
        """Close the gateway connection in a way that a bot is to come back from."""
        assert self._session is not None, "there is no connection"
        await self._session.close(code=4000)
        await self.left()

    async def slash(self, command: str, **options: str) -> Interaction:
        """Use a slash command in the server's channel, as far as Discord's input field lets one."""
        registered = {entry["name"]: entry for guild in (None, GUILD_ID) for entry in self.commands.get(guild, [])}
        self._check_input(registered[command], options)
        data = {
            "id": registered[command]["id"],
            "type": 1,
            "name": command,
            "options": [{"type": 3, "name": name, "value": value} for name, value in options.items()],
        }
        return await self._interact(SLASH_COMMAND, data)

    @staticmethod
    def _check_input(command: dict[str, Any], given: dict[str, str]) -> None:
        options = {option["name"]: option for option in command.get("options", [])}
        missing = [name for name, option in options.items() if option["required"] and name not in given]
        assert not missing, f"/{command['name']} needs {missing}"
        for name, value in given.items():
            assert options[name].get("min_length", 0) <= len(value) <= options[name].get("max_length", 6000)

    async def _interact(self, kind: int, data: dict[str, Any]) -> Interaction:
        identifier = self._snowflake()
        interaction = Interaction(self, identifier, f"token-of-{identifier}", time.monotonic())
        self._interactions[interaction.token] = interaction
        await self._dispatch(
            "INTERACTION_CREATE",
            {
                "id": interaction.id,
                "token": interaction.token,
                "type": kind,
                "version": 1,
                "application_id": APPLICATION_ID,
                "attachment_size_limit": 10 * 2**20,
                "guild_id": GUILD_ID,
                "channel": CHANNEL,
                "member": {"user": PERSON, "roles": [], "flags": 0},
                "data": data,
            },
        )
        return interaction

    def _snowflake(self) -> str:
        # discord.py computes from an interaction's id until when it can be answered.
        return str((int(time.time() * 1000) - EPOCH_MILLISECONDS) << 22 | next(self._numbers))

    async def _tell_waiting_tests(self) -> None:
        async with self._news:
            self._news.notify_all()

    # REST.

    @web.middleware
    async def _answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        code = None
        try:
            self._authorize(request)
            response = await handler(request)
        except Refusal as refusal:
            code = refusal.code
            response = _json({"message": str(refusal), "code": code}, refusal.status)
        except web.HTTPException as error:
            response = _json({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)
        self.calls.append(Call(time.monotonic(), request.method, request.path, body, response.status, code))
        await self._tell_waiting_tests()
        return response

    def _authorize(self, request: web.Request) -> None:
        # Interactions and webhooks are authorised by the token in their path.
        by_path = re.match("/api/v10/(interactions|webhooks)/", request.path)
        if not by_path and request.headers.get("Authorization") != f"Bot {self.token}":
            raise Refusal(HTTPStatus.UNAUTHORIZED, 0, "401: Unauthorized")

    async def _get_user(self, _: web.Request) -> web.Response:
        return _json(BOT_USER)

    async def _get_application(self, _: web.Request) -> web.Response:
        return _json(APPLICATION)

    async def _put_commands(self, request: web.Request) -> web.Response:
        guild = request.match_info.get("guild")
        if guild not in (None, GUILD_ID):
            raise Refusal(HTTPStatus.FORBIDDEN, 50001, "Missing Access")
        commands = await request.json()
        check_commands(commands)
        given = {"application_id": APPLICATION_ID, "guild_id": guild}
        self.commands[guild] = [command | given | {"id": self._snowflake()} for command in commands]
        return _json(self.commands[guild])

    async def _post_callback(self, request: web.Request) -> web.Response:
        interaction = self._interactions.get(request.match_info["token"])
        if interaction is None or interaction.id != request.match_info["interaction"]:
            raise Refusal(HTTPStatus.NOT_FOUND, 10062, "Unknown interaction")
        interaction.acknowledge(await request.json())
        return _json({"interaction": {"id": interaction.id, "type": SLASH_COMMAND}})

    async def _patch_response(self, request: web.Request) -> web.Response:
        interaction = self._interactions.get(request.match_info["token"])
        if interaction is None:
            raise Refusal(HTTPStatus.NOT_FOUND, 10015, "Unknown Webhook")
        message = interaction.edit(await request.json())
        return _json(
            {"id": interaction.id, "type": 20, "channel_id": CHANNEL_ID, "author": BOT_USER, "mentions": []}
            | {"content": message.content}
        )

    # The gateway.

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": Opcode.HELLO, "d": {"heartbeat_interval": 41_250}})
        try:
            async for frame in socket:
                await self._receive(socket, json.loads(frame.data))
        finally:
            if self._session is socket:
                self._session = None
                await self._tell_waiting_tests()
        return socket

    async def _receive(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["op"]:
            case Opcode.HEARTBEAT:
                await socket.send_json({"op": Opcode.HEARTBEAT_ACK})
            case Opcode.IDENTIFY:
                await self._identify(socket, frame["d"])
            case Opcode.RESUME:
                self._session = socket
                await self._dispatch("RESUMED", {})
                await self._tell_waiting_tests()

    async def _identify(self, socket: web.WebSocketResponse, identity: dict[str, Any]) -> None:
        if identity["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
        elif identity["intents"] & PRIVILEGED_INTENTS:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
        else:
            self._session = socket
            ready = {"v": 10, "user": BOT_USER, "guilds": [{"id": GUILD_ID, "unavailable": True}], "session_id": "1"}
            application = {"id": APPLICATION_ID, "flags": 0}
            await self._dispatch("READY", ready | {"application": application, "resume_gateway_url": self.gateway_url})
            await self._dispatch("GUILD_CREATE", GUILD)
            await self._tell_waiting_tests()

    async def _dispatch(self, event: str, data: dict[str, Any]) -> None:
        assert self._session is not None, "the bot isn't connected"
        await self._session.send_json({"op": Opcode.DISPATCH, "t": event, "s": next(self._sequence), "d": data})


def _json(payload: object, status: int = HTTPStatus.OK) -> web.Response:
    # As bytes, so that no charset follows the content type: discord.py compares it exactly.
    return web.Response(body=json.dumps(payload).encode(), status=status, content_type="application/json")
