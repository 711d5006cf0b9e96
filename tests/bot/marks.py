"""How far the bot is with a thread, as it keeps it in the API."""

from api.client import CausewayClient
from bot.state.threads import MARKS, Mark, Stage
from tests.bot.discord_world import Thread
from tests.bot.soon import soon


async def comes_to(api: CausewayClient, thread: Thread, stage: Stage) -> bool:
    """Whether the bot comes so far with a thread."""

    def reached() -> bool:
        marks = {document.key: Mark.model_validate(document.body) for document in api.documents(MARKS)}
        return thread.id in marks and marks[thread.id].stage is stage

    return await soon(reached)
