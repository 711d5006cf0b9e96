"""What a button or select of an answer stands for, written into its custom id.

The bot keeps nothing in memory about its answers: whatever a press needs is in the id, so answers given before a
restart, or by another replica, go on working.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bot.errors import StalePress

PREFIX = "causeway:"
_PRESS = re.compile(
    PREFIX + r"(?P<action>[a-z]+):(?P<owner>\d{1,20}):(?P<diagnosis>[\w-]{1,40}):(?P<subject>[0-9a-f]{0,8})"
)


class Action(StrEnum):
    """What somebody does with an answer."""

    SHOW = "show"
    CODE = "code"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    SOLVED = "solved"
    NOT_IT = "notit"
    HUMAN = "human"


def short(identifier: str) -> str:
    """Eight characters that stand for an entry or finding, whose own ids may be too long for a custom id."""
    return hashlib.sha256(identifier.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Press:
    """An action on a diagnosis; `owner` is the Discord id of who asked, `subject` a `short` entry or finding id."""

    action: Action
    owner: int
    diagnosis_id: str
    subject: str = ""

    @property
    def custom_id(self) -> str:
        """At most 83 characters; Discord allows 100."""
        return f"{PREFIX}{self.action}:{self.owner}:{self.diagnosis_id}:{self.subject}"

    @classmethod
    def parse(cls, custom_id: str) -> Self:
        """Read a custom id.

        :raises StalePress: if this version of the bot doesn't write such ids.
        """
        match = _PRESS.fullmatch(custom_id)
        if match is None or match["action"] not in list(Action):
            raise StalePress(f"no version of this bot that still runs wrote the custom id {custom_id!r}")
        return cls(Action(match["action"]), int(match["owner"]), match["diagnosis"], match["subject"])
