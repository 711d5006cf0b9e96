"""Who and what is on the stand-in's Discord: a server with people, channels, a forum, and messages."""

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from tests.bot.discord_rules import (
    COMPONENTS_V2,
    EPHEMERAL,
    Component,
    Permission,
    Refusal,
    check_message,
    pings_of,
    texts_of,
    walk,
)

EPOCH_MILLISECONDS = 1_420_070_400_000
APPLICATION_ID, GUILD_ID, CHANNEL_ID, FORUM_ID, DIRECT_ID = "1001", "2001", "3001", "3002", "3003"
HELPER_ROLE, MODERATOR_ROLE, BOT_ROLE = "5001", "5002", "5003"
SOLVED_TAG, HUMAN_TAG = "6001", "6002"
BOT_PERMISSIONS = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.MANAGE_THREADS
)
EVERYBODY = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.SEND_MESSAGES_IN_THREADS
)
_NUMBERS = itertools.count(1)


def snowflake() -> str:
    """An id; Discord's hold the time, and discord.py computes from an interaction's until when it can be answered."""
    return str((int(time.time() * 1000) - EPOCH_MILLISECONDS) << 22 | next(_NUMBERS) % 2**22)


@dataclass(frozen=True)
class Person:
    """A user who is a member of the server."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    bot: bool = False

    @property
    def user(self) -> dict[str, Any]:
        """As Discord sends it."""
        return {"id": self.id, "username": self.name, "discriminator": "0", "avatar": None, "bot": self.bot}

    @property
    def member(self) -> dict[str, Any]:
        """As Discord sends it."""
        return {"user": self.user, "roles": list(self.roles), "flags": 0, "joined_at": "2026-01-01T00:00:00+00:00"}


BOT = Person(APPLICATION_ID, "causeway", (BOT_ROLE,), bot=True)
ADA = Person("4001", "ada")
BEN = Person("4002", "ben")
HELPER = Person("4003", "hedy", (HELPER_ROLE,))
MODERATOR = Person("4004", "mary", (MODERATOR_ROLE,))
PEOPLE = {person.id: person for person in (BOT, ADA, BEN, HELPER, MODERATOR)}


@dataclass
class Message:
    """A message that somebody wrote, or the bot."""

    id: str
    channel_id: str
    author: Person
    body: dict[str, Any]
    mentions: tuple[Person, ...] = ()
    attachments: list[dict[str, Any]] = field(default_factory=list)
    edited: bool = False

    @property
    def content(self) -> str:
        """All text."""
        return texts_of(self.body)

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.body.get("flags", 0) & EPHEMERAL)

    @property
    def pings(self) -> list[str]:
        """The mentions that notify somebody."""
        return pings_of(self.body, ("everyone", "users", "roles"))

    def parts(self, kind: Component) -> Iterator[dict[str, Any]]:
        """Components of a kind."""
        return (part for part in walk(self.body.get("components") or []) if part["type"] == kind)

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Buttons by their labels."""
        return {button["label"]: button for button in self.parts(Component.BUTTON)}

    @property
    def select_options(self) -> list[dict[str, Any]]:
        """Everything that can be chosen."""
        return [option for part in self.parts(Component.SELECT) for option in part["options"]]

    @property
    def options(self) -> dict[str, str]:
        """Custom ids of selects by the values that they offer."""
        return {
            option["value"]: part["custom_id"] for part in self.parts(Component.SELECT) for option in part["options"]
        }

    @property
    def payload(self) -> dict[str, Any]:
        """As Discord sends it."""
        return {
            "id": self.id,
            "type": 0,
            "channel_id": self.channel_id,
            **_of_guild(self.channel_id),
            "author": self.author.user,
            "content": self.body.get("content") or "",
            "components": self.body.get("components") or [],
            "flags": self.body.get("flags", 0),
            "nonce": self.body.get("nonce"),
            "mentions": [person.user for person in self.mentions],
            "attachments": self.attachments,
            "embeds": [],
            "edited_timestamp": datetime.now(UTC).isoformat() if self.edited else None,
            "timestamp": datetime.now(UTC).isoformat(),
        }

    def edit(self, body: dict[str, Any]) -> None:
        """Change a message of the bot; the flag of components V2 can't be removed."""
        changed = self.body | body
        changed["flags"] = self.body.get("flags", 0) | body.get("flags", 0)
        check_message(changed)
        self.body = changed


@dataclass
class Thread:
    """A post of the forum, or a thread of the channel."""

    id: str
    parent_id: str
    name: str
    owner: Person
    tags: list[str] = field(default_factory=list)
    archived: bool = False

    @property
    def payload(self) -> dict[str, Any]:
        """As Discord sends it."""
        return {
            "id": self.id,
            "guild_id": GUILD_ID,
            "parent_id": self.parent_id,
            "owner_id": self.owner.id,
            "type": 11,
            "name": self.name,
            "message_count": 0,
            "member_count": 1,
            "applied_tags": self.tags,
            "thread_metadata": {
                "archived": self.archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2026-01-01T00:00:00+00:00",
                "create_timestamp": datetime.now(UTC).isoformat(),
            },
        }


class World:
    """Everything that Discord keeps."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.threads: dict[str, Thread] = {}
        self.bot_permissions = BOT_PERMISSIONS
        self._nonces: dict[str, Message] = {}

    @property
    def guild(self) -> dict[str, Any]:
        """As Discord sends it to a bot that connects."""
        return {
            "id": GUILD_ID,
            "name": "Pigeon Mail",
            "owner_id": "4999",
            "roles": [
                {"id": GUILD_ID, "name": "@everyone", "permissions": str(int(EVERYBODY))},
                {"id": HELPER_ROLE, "name": "helpers", "permissions": "0"},
                {"id": MODERATOR_ROLE, "name": "mods", "permissions": str(int(Permission.MANAGE_MESSAGES))},
                {"id": BOT_ROLE, "name": "causeway", "permissions": str(int(self.bot_permissions))},
            ],
            "channels": [
                {"id": CHANNEL_ID, "type": 0, "name": "support", "position": 0},
                {
                    "id": FORUM_ID,
                    "type": 15,
                    "name": "questions",
                    "position": 1,
                    "available_tags": [
                        {"id": SOLVED_TAG, "name": "Solved", "emoji_name": None, "emoji_id": None, "moderated": False},
                        {
                            "id": HUMAN_TAG,
                            "name": "Needs human",
                            "emoji_name": None,
                            "emoji_id": None,
                            "moderated": False,
                        },
                    ],
                },
            ],
            "threads": [thread.payload for thread in self.threads.values() if not thread.archived],
            "members": [BOT.member],
        }

    def permissions_of(self, person: Person) -> Permission:
        """What somebody may do in every channel."""
        held = EVERYBODY
        if MODERATOR_ROLE in person.roles:
            held |= Permission.MANAGE_MESSAGES | Permission.MANAGE_GUILD
        return self.bot_permissions if person is BOT else held

    def demand(self, permission: Permission) -> None:
        """Refuse the bot what it may not do."""
        if permission not in self.bot_permissions:
            raise Refusal(HTTPStatus.FORBIDDEN, 50013, "Missing Permissions")

    def channel(self, channel_id: str) -> dict[str, Any]:
        """A channel or thread."""
        if thread := self.threads.get(channel_id):
            return thread.payload
        if channel_id == DIRECT_ID:
            return {"id": DIRECT_ID, "type": 1, "recipients": [ADA.user], "last_message_id": None}
        for channel in self.guild["channels"]:
            if channel["id"] == channel_id:
                return dict(channel)
        raise Refusal(HTTPStatus.NOT_FOUND, 10003, "Unknown Channel")

    def messages_in(self, channel_id: str) -> list[Message]:
        """Messages that everybody in a channel sees, oldest first."""
        return [one for one in self.messages.values() if one.channel_id == channel_id and not one.is_ephemeral]

    def send(self, channel_id: str, body: dict[str, Any]) -> Message:
        """Take a message of the bot, unless it is one that it just sent."""
        self.channel(channel_id)
        if channel_id in self.threads:
            self.demand(Permission.SEND_MESSAGES_IN_THREADS)
        elif channel_id != DIRECT_ID:
            self.demand(Permission.SEND_MESSAGES)
        check_message(body)
        nonce = f"{channel_id}/{body.get('nonce')}"
        if body.get("enforce_nonce") and nonce in self._nonces:
            return self._nonces[nonce]
        message = Message(snowflake(), channel_id, BOT, body)
        self.messages[message.id] = self._nonces[nonce] = message
        return message

    def tag(self, thread_id: str, body: dict[str, Any]) -> Thread:
        """Change a thread as the bot asks."""
        thread = self.threads.get(thread_id)
        if thread is None:
            raise Refusal(HTTPStatus.NOT_FOUND, 10003, "Unknown Channel")
        self.demand(Permission.MANAGE_THREADS)
        thread.tags = [str(tag) for tag in body.get("applied_tags", thread.tags)]
        return thread

    def mentioned_in(self, text: str) -> tuple[Person, ...]:
        """People whom a text mentions."""
        return tuple(PEOPLE[found] for found in re.findall(r"<@!?(\d+)>", text) if found in PEOPLE)


def _of_guild(channel_id: str) -> dict[str, str]:
    """What tells of which server a message is; one between two people is of none."""
    return {} if channel_id == DIRECT_ID else {"guild_id": GUILD_ID}


def is_v2(body: dict[str, Any]) -> bool:
    """Whether a message is made of components."""
    return bool(body.get("flags", 0) & COMPONENTS_V2)
