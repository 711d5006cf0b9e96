"""What the bot is doing right now, so that it can finish before it stops."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import Trouble


class InFlight:
    """Counts work; once told to stop it takes no more."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    @contextmanager
    def work(self) -> Iterator[None]:
        """Something that should not be interrupted.

        :raises Trouble: if the bot is about to stop.
        """
        if self._stopping:
            raise Trouble("stopping")
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def drain(self, seconds: float) -> bool:
        """Take no more work, and wait for what there is; whether all of it was finished in time."""
        self._stopping = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True
