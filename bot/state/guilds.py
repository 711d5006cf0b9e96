"""How the bot behaves in a server, as its moderators chose."""

import asyncio
import time

from pydantic import BaseModel

from api.client import AsyncCausewayClient, ClientError, Confidence, NotFound

COLLECTION = "discord-guilds"
FRESH_SECONDS = 30.0
"""How long another replica may not know of a change."""
PATIENCE_SECONDS = 2.0
"""An answer doesn't wait longer for these."""

_RANKS = (Confidence.UNSURE, Confidence.LIKELY, Confidence.CONFIDENT)


class GuildSettings(BaseModel):
    """Ids are Discord's."""

    forums: list[int] = []
    confidence: Confidence = Confidence.LIKELY
    helper_role: int | None = None
    solved_tag: str = "Solved"
    human_tag: str = "Needs human"
    language: str | None = None

    def allows(self, confidence: Confidence) -> bool:
        """Whether the bot may speak unasked when it is this sure."""
        return _RANKS.index(confidence) >= _RANKS.index(self.confidence)


class Guilds:
    """Settings of servers, remembered for a while."""

    def __init__(self, client: AsyncCausewayClient) -> None:
        self._client = client
        self._known: dict[int, tuple[float, GuildSettings]] = {}

    def remembered(self, guild_id: int | None) -> GuildSettings:
        """What was last known, without asking."""
        return self._known.get(guild_id or 0, (0.0, GuildSettings()))[1]

    async def settings(self, guild_id: int | None) -> GuildSettings:
        """Settings of a server; while the API doesn't answer, those last known."""
        if guild_id is None:
            return GuildSettings()
        read_at, known = self._known.get(guild_id, (float("-inf"), GuildSettings()))
        if time.monotonic() - read_at < FRESH_SECONDS:
            return known
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await self.read(guild_id)
        except (ClientError, TimeoutError):
            found = known
        self._known[guild_id] = (time.monotonic(), found)
        return found

    async def read(self, guild_id: int) -> GuildSettings:
        """Settings of a server, as they are stored.

        :raises ClientError: if the API doesn't answer.
        """
        try:
            document = await self._client.document(COLLECTION, str(guild_id))
        except NotFound:
            return GuildSettings()
        return GuildSettings.model_validate(document.body)

    async def change(self, guild_id: int, settings: GuildSettings) -> None:
        """Store settings.

        :raises ClientError: if the API doesn't take them.
        """
        await self._client.put_document(COLLECTION, str(guild_id), settings.model_dump(mode="json"))
        self._known[guild_id] = (time.monotonic(), settings)
