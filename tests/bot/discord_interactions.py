"""Interactions as the stand-in keeps them: what a person started, and what the bot answered."""

import time
from dataclasses import dataclass, field
from enum import IntEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tests.bot.discord_rules import EPHEMERAL, Refusal, check_choices, check_form, check_message, check_modal
from tests.bot.discord_world import BOT, Message, snowflake

if TYPE_CHECKING:
    from tests.bot.discord_rest import Call
    from tests.bot.discord_standin import DiscordStandIn


class Kind(IntEnum):
    """What an interaction is."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """How an interaction is acknowledged."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_CALLBACKS = {
    Kind.COMMAND: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL},
    Kind.COMPONENT: set(Callback) - {Callback.CHOICES},
    Kind.AUTOCOMPLETE: {Callback.CHOICES},
    Kind.MODAL: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE, Callback.UPDATE},
}


@dataclass
class Interaction:
    """What a person started, as Discord keeps it."""

    discord: "DiscordStandIn" = field(repr=False)
    id: str
    token: str
    kind: Kind
    channel_id: str
    sent_at: float
    message: Message | None = None
    """The response that the person sees; for components, first the message that they are on."""
    callback: Callback | None = None
    acknowledged_at: float | None = None
    choices: list[dict[str, Any]] | None = None
    modal: dict[str, Any] | None = None
    followups: list[Message] = field(default_factory=list)
    edits: int = 0
    _flags: int = 0

    @property
    def calls(self) -> "list[Call]":
        """The bot's calls about this interaction, refused ones too."""
        return [call for call in self.discord.calls if self.token in call.path.split("/")]

    async def acknowledged(self) -> None:
        """Wait until the bot has acknowledged this."""
        await self.discord.wait_until(lambda: self.callback is not None)

    async def answer(self) -> Message:
        """Wait for the response or the change, and return the message."""
        done = {Callback.MESSAGE, Callback.UPDATE}
        await self.discord.wait_until(lambda: self.edits > 0 or self.callback in done)
        assert self.message is not None, "that is what was waited for"
        return self.message

    async def whisper(self) -> Message:
        """Wait for a further message, that only who acted sees."""
        await self.discord.wait_until(lambda: bool(self.followups))
        assert self.followups[-1].is_ephemeral
        return self.followups[-1]

    def acknowledge(self, body: dict[str, Any]) -> None:
        """Take the bot's first response."""
        if self.callback is not None:
            raise Refusal(HTTPStatus.BAD_REQUEST, 40060, "Interaction has already been acknowledged.")
        if time.monotonic() - self.sent_at > self.discord.acknowledge_seconds:
            raise Refusal(HTTPStatus.NOT_FOUND, 10062, "Unknown interaction")
        check_form(body["type"] in _CALLBACKS[self.kind], "type: This is no answer to such an interaction.")
        callback, data = Callback(body["type"]), body.get("data") or {}
        match callback:
            case Callback.MESSAGE:
                check_message(data)
                self.message = self._new_message(data)
            case Callback.UPDATE:
                assert self.message is not None, "components are on messages"
                self.message.edit(data)
            case Callback.CHOICES:
                check_choices(data["choices"])
                self.choices = data["choices"]
            case Callback.MODAL:
                check_modal(data)
                self.modal = data
            case Callback.DEFERRED_MESSAGE:
                # Of a response that comes later, only this flag is taken now.
                self._flags = data.get("flags", 0) & EPHEMERAL
                self.message = None
        self.callback, self.acknowledged_at = callback, time.monotonic()

    def edit(self, body: dict[str, Any]) -> Message:
        """Replace the response."""
        self._check_token()
        if self.message is None:
            check_message(body)
            # Whether it is private was said when it was acknowledged.
            self.message = self._new_message(body | {"flags": body.get("flags", 0) & ~EPHEMERAL | self._flags})
        else:
            self.message.edit(body)
        self.edits += 1
        return self.message

    def follow_up(self, body: dict[str, Any]) -> Message:
        """Take a further message."""
        self._check_token()
        check_message(body)
        message = self._new_message(body)
        self.followups.append(message)
        return message

    def _check_token(self) -> None:
        if self.callback is None:
            raise Refusal(HTTPStatus.NOT_FOUND, 10015, "Unknown Webhook")
        if self.callback in (Callback.MODAL, Callback.CHOICES):
            raise Refusal(HTTPStatus.NOT_FOUND, 10008, "Unknown Message")

    def _new_message(self, body: dict[str, Any]) -> Message:
        # What an answer to an interaction may mention if it doesn't say.
        body = {"allowed_mentions": {"parse": ["users"]}} | body
        message = Message(snowflake(), self.channel_id, BOT, body)
        self.discord.world.messages[message.id] = message
        return message
