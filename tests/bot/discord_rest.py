"""The stand-in's REST API: what the bot calls, answered by the rules, or with the faults that a test asks for."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web

from tests.bot.discord_gateway import MESSAGE_CONTENT, Gateway, as_seen
from tests.bot.discord_interactions import Interaction
from tests.bot.discord_rules import Permission, Refusal, check_commands
from tests.bot.discord_world import ADA, APPLICATION_ID, BOT, GUILD_ID, PEOPLE, World, snowflake

APPLICATION = {
    "id": APPLICATION_ID,
    "name": "causeway",
    "icon": None,
    "description": "",
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "",
    "owner": ADA.user,
    "flags": 0,
}


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
class Failure:
    """An answer for the next call that matches."""

    method: str
    path: str
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Rest:
    """Everything below `/api/v10`; `news` is called after each call."""

    def __init__(self, world: World, gateway: Gateway, token: str, news: Callable[[], Awaitable[None]]) -> None:
        self.calls: list[Call] = []
        self.commands: dict[str | None, list[dict[str, Any]]] = {}
        self.failures: list[Failure] = []
        self.limit_each_route_once = False
        self.interactions: dict[str, Interaction] = {}
        """By their tokens."""
        self._world = world
        self._gateway = gateway
        self._token = token
        self._news = news
        self._limited: set[tuple[str, str]] = set()

    @property
    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[self._answer])
        messages = "/channels/{channel}/messages"
        response = "/webhooks/{application}/{token}/messages/@original"
        app.add_routes(
            [
                web.get("/users/@me", self._get_user),
                web.get("/gateway/bot", self._get_gateway),
                web.get("/oauth2/applications/@me", self._get_application),
                web.put("/applications/{application}/commands", self._put_commands),
                web.put("/applications/{application}/guilds/{guild}/commands", self._put_commands),
                web.post("/interactions/{interaction}/{token}/callback", self._post_callback),
                web.patch(response, self._patch_response),
                web.post("/webhooks/{application}/{token}", self._post_follow_up),
                web.post(messages, self._post_message),
                web.get(messages, self._get_messages),
                web.patch("/channels/{channel}", self._patch_channel),
                web.get("/guilds/{guild}/members/{person}", self._get_member),
            ]
        )
        return app

    @web.middleware
    async def _answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        code = None
        try:
            self._authorize(request)
            response = self._injected(request) or await handler(request)
        except Refusal as refusal:
            code = refusal.code
            response = _json({"message": str(refusal), "code": code}, refusal.status)
        except web.HTTPException as error:
            response = _json({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)
        self.calls.append(Call(time.monotonic(), request.method, request.path, body, response.status, code))
        await self._news()
        return response

    def _authorize(self, request: web.Request) -> None:
        # Interactions and webhooks are authorised by the token in their path.
        by_path = re.match("/api/v10/(interactions|webhooks)/", request.path)
        if not by_path and request.headers.get("Authorization") != f"Bot {self._token}":
            raise Refusal(HTTPStatus.UNAUTHORIZED, 0, "401: Unauthorized")

    def _injected(self, request: web.Request) -> web.StreamResponse | None:
        for failure in self.failures:
            if failure.method == request.method and request.path.endswith(failure.path):
                self.failures.remove(failure)
                return _json(failure.body, failure.status, failure.headers)
        route = (request.method, str(request.match_info.route.resource))
        if self.limit_each_route_once and route not in self._limited:
            self._limited.add(route)
            # discord.py takes a 429 without this header for one of Cloudflare's.
            return _json({"retry_after": 0.05, "global": False}, HTTPStatus.TOO_MANY_REQUESTS, {"Via": "1.1"})
        return None

    async def _get_user(self, _: web.Request) -> web.Response:
        return _json(BOT.user)

    async def _get_gateway(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return _json({"url": self._gateway.url, "shards": 1, "session_start_limit": limit})

    async def _get_application(self, _: web.Request) -> web.Response:
        return _json(APPLICATION)

    async def _put_commands(self, request: web.Request) -> web.Response:
        guild = request.match_info.get("guild")
        if guild not in (None, GUILD_ID):
            raise Refusal(HTTPStatus.FORBIDDEN, 50001, "Missing Access")
        commands = await request.json()
        check_commands(commands)
        given = {"application_id": APPLICATION_ID, "guild_id": guild}
        self.commands[guild] = [{"description": ""} | command | given | {"id": snowflake()} for command in commands]
        return _json(self.commands[guild])

    async def _post_callback(self, request: web.Request) -> web.Response:
        interaction = self.interactions.get(request.match_info["token"])
        if interaction is None or interaction.id != request.match_info["interaction"]:
            raise Refusal(HTTPStatus.NOT_FOUND, 10062, "Unknown interaction")
        interaction.acknowledge(await request.json())
        return _json({"interaction": {"id": interaction.id, "type": interaction.kind}})

    def _interaction(self, request: web.Request) -> Interaction:
        interaction = self.interactions.get(request.match_info["token"])
        if interaction is None:
            raise Refusal(HTTPStatus.NOT_FOUND, 10015, "Unknown Webhook")
        return interaction

    async def _patch_response(self, request: web.Request) -> web.Response:
        return _json(self._interaction(request).edit(await request.json()).payload)

    async def _post_follow_up(self, request: web.Request) -> web.Response:
        return _json(self._interaction(request).follow_up(await request.json()).payload)

    async def _post_message(self, request: web.Request) -> web.Response:
        message = self._world.send(request.match_info["channel"], await request.json())
        await self._gateway.tell("MESSAGE_CREATE", message)
        return _json(message.payload)

    async def _get_messages(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        self._world.channel(channel)
        self._world.demand(Permission.READ_MESSAGE_HISTORY)
        intents = MESSAGE_CONTENT if self._gateway.content_intent_enabled else 0
        after = int(request.query.get("after", 0))
        messages = [message for message in self._world.messages_in(channel) if int(message.id) > after]
        newest_first = messages[: int(request.query.get("limit", 50))][::-1]
        return _json([as_seen(message, intents) for message in newest_first])

    async def _patch_channel(self, request: web.Request) -> web.Response:
        return _json(self._world.tag(request.match_info["channel"], await request.json()).payload)

    async def _get_member(self, request: web.Request) -> web.Response:
        person = PEOPLE.get(request.match_info["person"])
        if person is None:
            raise Refusal(HTTPStatus.NOT_FOUND, 10007, "Unknown Member")
        return _json(person.member)


def _json(payload: object, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> web.Response:
    # As bytes, so that no charset follows the content type: discord.py compares it exactly.

    body = json.dumps(payload).encode()
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)
