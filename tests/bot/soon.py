"""Wait for what the bot does in its own time, while it runs in this event loop."""

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 15.0


async def soon(happened: Callable[[], bool]) -> bool:
    """Whether something comes true before patience ends."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not happened():
                await asyncio.sleep(0.02)
    except TimeoutError:
        return False
    return True
