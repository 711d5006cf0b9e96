"""Delivers feedback to the API: at least once, in order, also after the API or the bot was down for a while."""

import asyncio
import logging
import uuid

from api.client import AsyncCausewayClient, ClientError, FeedbackRequest, InvalidRequest, NotFound, Role, Verdict
from bot.answering import entry_of
from bot.presses import Press
from bot.state_file import QueuedFeedback, StateFile

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0


class Outbox:
    """A queue in the state file, and the task that empties it."""

    def __init__(self, client: AsyncCausewayClient, state: StateFile) -> None:
        self._client = client
        self._state = state
        self._filled = asyncio.Event()

    def put(self, press: Press, verdict: Verdict, role: Role, actor: int) -> None:
        """Keep what somebody said about the cause that they pressed on, and deliver it as soon as possible."""
        feedback = FeedbackRequest(entry_id=press.subject, verdict=verdict, role=role, actor=f"discord:{actor}")
        self._state.queue(QueuedFeedback(uuid.uuid4().hex, press.diagnosis_id, feedback.model_dump_json()))
        self._filled.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        wait = FIRST_WAIT_SECONDS
        while True:
            self._filled.clear()
            if await self.deliver():
                wait = FIRST_WAIT_SECONDS
                await self._filled.wait()
            else:
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def deliver(self) -> bool:
        """Send what there is; whether nothing is left."""
        while queued := self._state.oldest():
            try:
                await self._send(queued)
            except (InvalidRequest, NotFound) as refusal:
                # It won't be taken later either: the diagnosis is too old, or the entry is gone.
                logger.warning("feedback on %s is lost: %s", queued.diagnosis_id, refusal)
            except ClientError as error:
                logger.warning("feedback waits until the API answers: %s", error)
                return False
            self._state.delivered(queued.key)
        return True

    async def _send(self, queued: QueuedFeedback) -> None:
        feedback = FeedbackRequest.model_validate_json(queued.body)
        # Only the API knows the whole id of the entry, and it may have been down when the button was pressed.
        entry_id = entry_of(await self._client.get_diagnosis(queued.diagnosis_id), feedback.entry_id)
        if entry_id is None:
            raise InvalidRequest(f"the diagnosis lists no entry {feedback.entry_id}")
        feedback = feedback.model_copy(update={"entry_id": entry_id})
        await self._client.feedback(queued.diagnosis_id, feedback, idempotency_key=queued.key)
