"""What the bot did in a forum thread: the mark by which replicas agree who answers, and whether to ask if it helped."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel

from api.client import AsyncCausewayClient, Conflict, Document, NotFound

MARKS = "discord-threads"
CHECK_INS = "discord-check-ins"
CLAIM_SECONDS = 120.0
"""How long an answer may take before another replica may try."""


class Stage(StrEnum):
    """How far the bot is with a thread."""

    CLAIMED = "claimed"
    SILENT = "silent"
    ANSWERED = "answered"
    CLOSED = "closed"


class Mark(BaseModel):
    """`read` is a digest of what was last diagnosed; `shown` are the entries already given in this thread."""

    stage: Stage
    claimed_at: datetime
    diagnosis_id: str | None = None
    read: str = ""
    shown: list[str] = []
    answers: int = 0

    @property
    def is_abandoned(self) -> bool:
        """Whether who claimed the thread is gone without an answer."""
        return self.stage is Stage.CLAIMED and datetime.now(UTC) - self.claimed_at > timedelta(seconds=CLAIM_SECONDS)


class CheckIn(BaseModel):
    """A question to ask later."""

    guild_id: int
    owner: int
    diagnosis_id: str
    entry_id: str
    title: str
    due_at: datetime


class Threads:
    """Marks and check-ins by thread id."""

    def __init__(self, client: AsyncCausewayClient) -> None:
        self._client = client

    async def mark(self, thread: int) -> tuple[Mark, str] | None:
        """What was done in a thread, and the version of that; None if nothing.

        :raises ClientError: if the API doesn't answer.
        """
        try:
            document = await self._client.document(MARKS, str(thread))
        except NotFound:
            return None
        return Mark.model_validate(document.body), document.etag

    async def claim(self, thread: int, mark: Mark, etag: str | None) -> str | None:
        """Change a mark if it still is of that version, or, without one, create it; the new version.

        :returns: None if another replica was faster.
        :raises ClientError: if the API doesn't answer.
        """
        try:
            document = await self._client.put_document(
                MARKS, str(thread), mark.model_dump(mode="json"), create_only=etag is None, etag=etag
            )
        except Conflict:
            return None
        return document.etag

    async def keep(self, thread: int, mark: Mark) -> None:
        """Replace a mark.

        :raises ClientError: if the API doesn't answer.
        """
        await self._client.put_document(MARKS, str(thread), mark.model_dump(mode="json"))

    async def close(self, thread: int) -> None:
        """Say nothing more in a thread.

        :raises ClientError: if the API doesn't answer.
        """
        mark, _ = await self.mark(thread) or (Mark(stage=Stage.CLOSED, claimed_at=datetime.now(UTC)), "")
        await self.keep(thread, mark.model_copy(update={"stage": Stage.CLOSED}))

    async def check_in_later(self, thread: int, check_in: CheckIn) -> None:
        """Keep a question until it is due; it replaces an earlier one.

        :raises ClientError: if the API doesn't answer.
        """
        await self._client.put_document(CHECK_INS, str(thread), check_in.model_dump(mode="json"))

    async def due_check_ins(self) -> AsyncIterator[tuple[int, CheckIn]]:
        """Take the questions that are due: each is given to one replica only, once.

        :raises ClientError: if the API doesn't answer.
        """
        waiting = [document async for document in self._client.documents(CHECK_INS)]
        for document in waiting:
            check_in = CheckIn.model_validate(document.body)
            if check_in.due_at <= datetime.now(UTC) and await self._taken(document):
                yield int(document.key), check_in

    async def _taken(self, document: Document) -> bool:
        try:
            await self._client.delete_document(CHECK_INS, document.key, etag=document.etag)
        except (Conflict, NotFound):
            return False
        return True
