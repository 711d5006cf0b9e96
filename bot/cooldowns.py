"""How often people may ask, and how often they may call others."""

import math

from discord.ext.commands import Cooldown, CooldownMapping

from bot.errors import Trouble

ASKS_PER_PERSON = Cooldown(5, 60)
"""Enough for somebody who corrects themselves, too few to fill a channel."""
ASKS_PER_CHANNEL = Cooldown(20, 60)
CALLS_PER_PERSON = Cooldown(1, 600)
CALLS_PER_SERVER = Cooldown(6, 3600)


class Cooldowns:
    """Counts in this process; Discord sends everything about one server to one process."""

    def __init__(self) -> None:
        self._people = _counter(ASKS_PER_PERSON)
        self._channels = _counter(ASKS_PER_CHANNEL)
        self._callers = _counter(CALLS_PER_PERSON)
        self._servers = _counter(CALLS_PER_SERVER)

    def ask(self, person: int, channel: int | None) -> None:
        """Count a question.

        :raises Trouble: if there were too many of this person, or in this channel.
        """
        wait = self._people.update_rate_limit(person) or self._channels.update_rate_limit(channel)
        if wait:
            raise Trouble("too_often", seconds=str(math.ceil(wait)))

    def may_ping(self, person: int, server: int) -> bool:
        """Count a call for a human, and say whether it may notify the helpers."""
        return not (self._callers.update_rate_limit(person) or self._servers.update_rate_limit(server))


def _counter(cooldown: Cooldown) -> CooldownMapping[int | None]:
    return CooldownMapping(cooldown, lambda key: key)
