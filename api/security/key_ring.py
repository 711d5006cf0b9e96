"""The keys that are accepted, in memory: a request waits for no database to learn who asks."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from api.security.keys import ApiKey, split_key
from api.security.sessions import Session
from api.store import api_keys
from api.store.database import Database
from api.store.errors import StoreUnavailable

REFRESH_SECONDS = 2.0
"""How soon a revoked key is refused."""
SECONDS_BETWEEN_LOOKS = 0.2
"""How often unknown keys can make the ring look for new ones."""

logger = logging.getLogger(__name__)


class KeyRing:
    """Keys as they were in the database a moment ago. While it doesn't answer, the last known ones are accepted."""

    def __init__(self, database: Database, session_secret: str) -> None:
        """Read the keys.

        :param session_secret: what sessions are made with.
        :raises StoreUnavailable: if the database doesn't answer.
        """
        self._database = database
        self._session_secret = session_secret
        self._looking = asyncio.Lock()
        self._refresh()

    @property
    def is_empty(self) -> bool:
        """Whether no key is accepted."""
        now = datetime.now(UTC)
        return all(key.has_ended(now) for key in self._keys.values())

    async def find(self, text: str) -> ApiKey | None:
        """The key that was handed out as this text; None if it isn't accepted."""
        parts = split_key(text)
        if parts is None:
            return None
        key_id, secret = parts
        key = await self._get(key_id)
        return key if key and key.accepts(secret, datetime.now(UTC)) else None

    async def find_by_session(self, cookie: str) -> ApiKey | None:
        """The key that a session cookie stands for; None if it isn't accepted."""
        session = Session.parse(cookie)
        key = await self._get(session.key_id) if session else None
        if key and session and session.is_of(key, datetime.now(UTC), self._session_secret):
            return key
        return None

    def begin_session(self, key: ApiKey) -> Session:
        """A session for who has shown this key."""
        return Session.of(key, datetime.now(UTC), self._session_secret)

    async def _get(self, key_id: str) -> ApiKey | None:
        if key_id not in self._keys:
            await self._look_for_new_keys()
        return self._keys.get(key_id)

    async def _look_for_new_keys(self) -> None:
        """Read the keys, unless that was done since this was called: however many wait here, one look serves all."""
        called = time.monotonic()
        async with self._looking:
            if self._refreshed < called:
                await asyncio.sleep(self._refreshed + SECONDS_BETWEEN_LOOKS - time.monotonic())
                await asyncio.to_thread(self._try_refresh)

    async def keep_fresh(self) -> None:
        """Read the keys again and again, until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await asyncio.to_thread(self._try_refresh)

    def _try_refresh(self) -> None:
        try:
            self._refresh()
        except StoreUnavailable as error:
            logger.warning("API keys can't be read, those known before are accepted: %s", error)

    def _refresh(self) -> None:
        self._refreshed = time.monotonic()
        self._keys: Mapping[str, ApiKey] = {key.id: key for key in self._database.read(api_keys.all_keys)}
