"""What Discord refuses, and with which code.

From discord/discord-api-docs: resources/message, interactions/application-commands, topics/opcodes-and-status-codes.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

MENTIONS = {"everyone": r"@everyone|@here", "users": r"<@!?(\d+)>", "roles": r"<@&(\d+)>"}


class Refusal(Exception):
    """An error answer of Discord."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def check_form(holds: object, problem: str) -> None:
    """Refuse a form in which this doesn't hold."""
    if not holds:
        raise Refusal(HTTPStatus.BAD_REQUEST, 50035, f"Invalid Form Body\n{problem}")


@dataclass(frozen=True)
class Message:
    """A message of the bot."""

    content: str
    allowed_mentions: dict[str, Any] | None

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Check a message as Discord does."""
        content = body.get("content") or ""
        check_form(len(content) <= 2000, "content: Must be 2000 or fewer in length.")
        if not content.strip():
            raise Refusal(HTTPStatus.BAD_REQUEST, 50006, "Cannot send an empty message")
        return cls(content, body.get("allowed_mentions"))

    @property
    def pings(self) -> list[str]:
        """The mentions in this message that notify somebody."""
        # What an answer to an interaction may mention if it doesn't say.
        allowed = {"parse": ["users"]} if self.allowed_mentions is None else self.allowed_mentions
        return [
            match[0]
            for kind, pattern in MENTIONS.items()
            for match in re.finditer(pattern, self.content)
            if kind in allowed.get("parse", []) or match[match.lastindex or 0] in allowed.get(kind, [])
        ]


def check_commands(commands: list[dict[str, Any]]) -> None:
    """Refuse what can't be registered as slash commands."""
    check_form(len(commands) <= 100, "Must be 100 or fewer in length.")
    check_form(len({command["name"] for command in commands}) == len(commands), "Command names must be unique.")
    for command in commands:
        options = command.get("options", [])
        required = [option.get("required", False) for option in options]
        check_form(len(options) <= 25, "options: Must be 25 or fewer in length.")
        check_form(required == sorted(required, reverse=True), "options: Required options must come first.")
        for name, description in ((named["name"], named["description"]) for named in (command, *options)):
            check_form(re.fullmatch(r"[-_'\w]{1,32}", name) and name == name.lower(), f"name: {name!r} is invalid.")
            check_form(1 <= len(description) <= 100, f"description of {name}: Must be between 1 and 100 in length.")
        for option in options:
            lengths = (option.get("min_length", 0), option.get("max_length", 6000))
            check_form(0 <= lengths[0] <= lengths[1] <= 6000, "options: Lengths must be between 0 and 6000.")
