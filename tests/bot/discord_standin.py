"""A local Discord: its REST API and gateway in one application, strict where Discord is and this bot could notice.

    async with DiscordStandIn() as discord:
        ...  # start a bot with discord.token, discord.api_url and discord.gateway_url
        await discord.ready()
        interaction = await discord.slash("diagnose", symptom="nothing arrives")
        message = await interaction.answer()

What it refuses is in `discord_rules`, who and what is there in `discord_world`.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bot.discord_gateway import Gateway
from tests.bot.discord_interactions import Interaction, Kind
from tests.bot.discord_rest import Call, Failure, Rest
from tests.bot.discord_world import (
    ADA,
    APPLICATION_ID,
    BOT,
    CHANNEL_ID,
    DIRECT_ID,
    FORUM_ID,
    GUILD_ID,
    Message,
    Person,
    Thread,
    World,
    snowflake,
)

PATIENCE_SECONDS = 15.0
"""How long a test waits for the bot before it fails."""

ACKNOWLEDGE_SECONDS = 3.0


class DiscordStandIn:
    """One application with its bot user `token`, a member of the server `GUILD_ID`; an async context manager."""

    def __init__(self) -> None:
        self.token = "stand-in.token"
        self.acknowledge_seconds = ACKNOWLEDGE_SECONDS
        self.files: dict[str, bytes] = {}
        """What can be attached, by name."""
        self.world = World()
        self._news = asyncio.Condition()
        self.gateway = Gateway(self.world, self.token, lambda: self.gateway_url, self._tell_waiting_tests)
        self.rest = Rest(self.world, self.gateway, self.token, self._tell_waiting_tests)
        app = web.Application()
        app.add_subapp("/api/v10", self.rest.app)
        app.router.add_get("/gateway", self.gateway.connect)
        app.router.add_get("/files/{name}", self._get_file)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close(1001)
        await self._server.close()

    @property
    def calls(self) -> list[Call]:
        """The bot's REST calls so far."""
        return self.rest.calls

    @property
    def commands(self) -> dict[str | None, list[dict[str, Any]]]:
        """Registered commands by server id; those for all servers are under None."""
        return self.rest.commands

    @property
    def api_url(self) -> str:
        """What a bot takes for Discord's REST API."""
        return str(self._server.make_url("/api/v10"))

    @property
    def gateway_url(self) -> str:
        """What a bot takes for Discord's gateway."""
        return str(self._server.make_url("/gateway").with_scheme("ws"))

    # What a test waits for.

    async def ready(self, bots: int = 1) -> None:
        """Wait until as many bots are connected."""
        await self.wait_until(lambda: len(self.gateway.connected) >= bots)

    async def left(self) -> None:
        """Wait until no bot is connected."""
        await self.wait_until(lambda: not self.gateway.connected)

    async def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true; looked at after each call of the bot and whenever it connects or leaves."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._news:
                await self._news.wait_for(happened)
        except TimeoutError:
            raise AssertionError(f"the bot didn't do what was waited for; it called {self.calls[-8:]}") from None

    async def messages(self, channel_id: str, count: int) -> list[Message]:
        """Wait for as many messages of the bot in a channel, and return them."""

        def sent() -> list[Message]:
            return [message for message in self.world.messages_in(channel_id) if message.author is BOT]

        await self.wait_until(lambda: len(sent()) >= count)
        return sent()

    # What people do.

    async def slash(
        self,
        command: str,
        *,
        by: Person = ADA,
        channel: str = CHANNEL_ID,
        files: tuple[str, ...] = (),
        **options: str | bool,
    ) -> Interaction:
        """Use a slash command, such as "diagnose" or "causeway setup", as far as Discord's input fields let one.

        :param options: a `_` in the name stands for a hyphen.
        :param files: names of `self.files` for the options that take one, in their order.
        """
        registered, path = self._registered(command)
        data = {"id": registered["id"], "type": 1, "name": registered["name"]}
        leaf = registered
        for name in path:
            leaf = next(option for option in leaf["options"] if option["name"] == name)
        attached = {snowflake(): self._attachment(name) for name in files}
        upload = next((option["name"] for option in leaf.get("options", []) if option["type"] == 11), "")
        given = {name.replace("_", "-"): value for name, value in options.items()} | dict(
            zip([upload], attached, strict=False)
        )
        self._check_input(leaf, given)
        kinds = {option["name"]: option["type"] for option in leaf.get("options", [])}
        values = [{"type": kinds[name], "name": name, "value": value} for name, value in given.items()]
        for name in reversed(path):
            values = [{"type": 1, "name": name, "options": values}]
        forum = self.world.channel(FORUM_ID) | {"permissions": "0"}
        resolved = {
            "attachments": {key: value | {"id": key} for key, value in attached.items()},
            "channels": {FORUM_ID: forum},
            "roles": {role["id"]: role | _ROLE for role in self.world.guild["roles"]},
        }
        return await self._interact(Kind.COMMAND, data | {"options": values, "resolved": resolved}, by, channel)

    async def menu(self, command: str, target: Message, *, by: Person = ADA) -> Interaction:
        """Use a command of a message's menu."""
        registered, _ = self._registered(command)
        data = {
            "id": registered["id"],
            "type": 3,
            "name": command,
            "target_id": target.id,
            "resolved": {"messages": {target.id: target.payload}},
        }
        return await self._interact(Kind.COMMAND, data, by, target.channel_id)

    async def typing(self, command: str, option: str, text: str, *, by: Person = ADA) -> list[dict[str, Any]]:
        """Type into an option, and return what the bot suggests."""
        registered, path = self._registered(command)
        values: list[dict[str, Any]] = [{"type": 3, "name": option, "value": text, "focused": True}]
        for name in reversed(path):
            values = [{"type": 1, "name": name, "options": values}]
        data = {"id": registered["id"], "type": 1, "name": registered["name"], "options": values}
        interaction = await self._interact(Kind.AUTOCOMPLETE, data, by, CHANNEL_ID)
        await interaction.acknowledged()
        assert interaction.choices is not None
        return interaction.choices

    async def press(self, message: Message, label: str, *, by: Person = ADA) -> Interaction:
        """Press a button."""
        button = message.buttons[label]
        assert not button.get("disabled"), f"{label} can't be pressed"
        data = {"custom_id": button["custom_id"], "component_type": 2}
        return await self._interact(Kind.COMPONENT, data, by, message.channel_id, message)

    async def choose(self, message: Message, value: str, *, by: Person = ADA) -> Interaction:
        """Choose an option of a select."""
        data = {"custom_id": message.options[value], "component_type": 3, "values": [value]}
        return await self._interact(Kind.COMPONENT, data, by, message.channel_id, message)

    async def submit(
        self, form: Interaction, text: str, *, files: tuple[str, ...] = (), by: Person = ADA
    ) -> Interaction:
        """Fill in a form with a text and files, and send it."""
        assert form.modal is not None, "there is no form"
        text_label, file_label = form.modal["components"]
        attached = {snowflake(): self._attachment(name) for name in files}
        components = [
            {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "value": text} | _custom_id(text_label)},
            {
                "type": 18,
                "id": 3,
                "component": {"type": 19, "id": 4, "values": list(attached)} | _custom_id(file_label),
            },
        ]
        resolved = {"attachments": {key: value | {"id": key} for key, value in attached.items()}}
        data = {"custom_id": form.modal["custom_id"], "components": components, "resolved": resolved}
        return await self._interact(Kind.MODAL, data, by, form.channel_id)

    async def say(
        self, text: str, *, by: Person = ADA, channel: str = CHANNEL_ID, files: tuple[str, ...] = ()
    ) -> Message:
        """Write a message."""
        message = Message(snowflake(), channel, by, {"content": text}, self.world.mentioned_in(text))
        message.attachments = [self._attachment(name) | {"id": snowflake()} for name in files]
        await self._publish(message)
        return message

    async def post(self, title: str, text: str, *, by: Person = ADA, tags: tuple[str, ...] = ()) -> Thread:
        """Start a post in the forum."""
        thread = Thread(snowflake(), FORUM_ID, title, by, list(tags))
        await self.publish(thread, text)
        return thread

    async def publish(self, thread: Thread, text: str) -> None:
        """Start this post."""
        self.world.threads[thread.id] = thread
        await self.gateway.dispatch("THREAD_CREATE", thread.payload | {"newly_created": True})
        # The message that starts a post has the id of its thread.
        starter = Message(thread.id, thread.id, thread.owner, {"content": text}, self.world.mentioned_in(text))
        await self._publish(starter)

    async def edit(self, message: Message, text: str) -> None:
        """Change a message that a person wrote."""
        message.body, message.edited = {"content": text}, True
        await self.gateway.tell("MESSAGE_UPDATE", message)

    async def change(self, thread: Thread, **changes: object) -> None:
        """Tag or archive a post."""
        for name, value in changes.items():
            setattr(thread, name, value)
        await self.gateway.dispatch("THREAD_UPDATE", thread.payload)

    async def delete(self, thread: Thread) -> None:
        """Delete a post."""
        del self.world.threads[thread.id]
        gone = {"id": thread.id, "guild_id": GUILD_ID, "parent_id": thread.parent_id, "type": 11}
        await self.gateway.dispatch("THREAD_DELETE", gone)

    # What Discord does.

    async def drop_connection(self) -> None:
        """Close the gateway connections in a way that a bot is to come back from."""
        await self.gateway.close(4000)
        await self.left()

    def fail_next(self, method: str, path: str, status: int, code: int = 0, **headers: str) -> None:
        """Answer the next call whose path ends like this with an error."""
        self.rest.failures.append(Failure(method, path, status, {"message": "no", "code": code}, headers))

    async def _publish(self, message: Message) -> None:
        self.world.messages[message.id] = message
        await self.gateway.tell("MESSAGE_CREATE", message)

    def _registered(self, command: str) -> tuple[dict[str, Any], list[str]]:
        everything = [entry for guild in (None, GUILD_ID) for entry in self.commands.get(guild, [])]
        named = {entry["name"]: entry for entry in everything}
        if command in named:
            return named[command], []
        name, *path = command.split()
        return named[name], path

    def _attachment(self, name: str) -> dict[str, Any]:
        url = str(self._server.make_url(f"/files/{name}"))
        kind = "image/png" if name.endswith(".png") else "text/plain; charset=utf-8"
        size = len(self.files[name])
        return {"filename": name, "size": size, "url": url, "proxy_url": url, "content_type": kind}

    @staticmethod
    def _check_input(command: dict[str, Any], given: dict[str, Any]) -> None:
        options = {option["name"]: option for option in command.get("options", [])}
        missing = [name for name, option in options.items() if option.get("required") and name not in given]
        assert not missing, f"/{command['name']} needs {missing}"
        for name, value in given.items():
            if isinstance(value, str):
                assert options[name].get("min_length", 0) <= len(value) <= options[name].get("max_length", 6000)

    async def _interact(
        self, kind: Kind, data: dict[str, Any], by: Person, channel: str, message: Message | None = None
    ) -> Interaction:
        identifier = snowflake()
        interaction = Interaction(self, identifier, f"token-of-{identifier}", kind, channel, time.monotonic(), message)
        self.rest.interactions[interaction.token] = interaction
        payload = {
            "id": interaction.id,
            "token": interaction.token,
            "type": kind,
            "version": 1,
            "locale": "en-US",
            "application_id": APPLICATION_ID,
            "attachment_size_limit": 10 * 2**20,
            "channel": self.world.channel(channel),
            "channel_id": channel,
            **self._who(by, channel),
            "app_permissions": str(int(self.world.bot_permissions)),
            "data": data,
        }
        await self.gateway.dispatch("INTERACTION_CREATE", payload | ({"message": message.payload} if message else {}))
        return interaction

    def _who(self, by: Person, channel: str) -> dict[str, Any]:
        if channel == DIRECT_ID:
            return {"user": by.user, "context": 1}
        return {"guild_id": GUILD_ID, "member": by.member | {"permissions": str(int(self.world.permissions_of(by)))}}

    async def _tell_waiting_tests(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _get_file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["name"]])


_ROLE = {"color": 0, "hoist": False, "position": 1, "managed": False, "mentionable": True}


def _custom_id(label: dict[str, Any]) -> dict[str, Any]:
    return {"custom_id": label["component"]["custom_id"]}
