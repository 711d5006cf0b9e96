"""Deleting what is too old to be kept."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from api.store.database import Database
from api.store.errors import StoreUnavailable
from api.store.tables import DiagnosisRow, ReplyRow

A_DAY_SECONDS = 24 * 60 * 60
KEEP_REPLIES = timedelta(hours=24)
"""How long a request can be sent again with its idempotency key."""
AT_ONCE = 500
"""Diagnoses that are deleted in one transaction: others want to write, too."""

logger = logging.getLogger(__name__)


async def purge_daily(database: Database, retention_days: int) -> None:
    """Purge now and once a day, until cancelled."""
    while True:
        try:
            deleted = await asyncio.to_thread(purge, database, retention_days)
        except StoreUnavailable:
            logger.exception("diagnoses older than %d days could not be deleted", retention_days)
        else:
            logger.info("deleted %d diagnoses older than %d days", deleted, retention_days)
        await asyncio.sleep(A_DAY_SECONDS)


def purge(database: Database, retention_days: int) -> int:
    """Delete diagnoses, with all that belongs to them, after their time; and replies nobody will ask for again.

    :returns: how many diagnoses were deleted.
    :raises StoreUnavailable: if the database doesn't answer.
    """
    now = datetime.now(UTC)
    old_replies = delete(ReplyRow).where(ReplyRow.created_at < now - KEEP_REPLIES)
    database.write(lambda connection: connection.execute(old_replies))
    old = select(DiagnosisRow.id).where(DiagnosisRow.created_at < now - timedelta(days=retention_days)).limit(AT_ONCE)
    deletion = delete(DiagnosisRow).where(DiagnosisRow.id.in_(old))
    deleted = 0
    while count := database.write(lambda connection: connection.execute(deletion).rowcount):
        deleted += count
    return deleted
