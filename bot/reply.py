"""How an interaction is answered: acknowledged at once, worked on, and told in words if that fails.

    async with Reply(interaction, private=True) as reply:
        await reply.show(card)

Discord waits three seconds for the acknowledgement and then fifteen minutes for the answer, so the acknowledgement
comes before any work.
"""

import logging
from contextlib import ExitStack
from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.components import layout, mentions
from bot.errors import StalePress, Trouble
from bot.replies.card import Card, note
from bot.request_ids import current_request
from bot.words import Words, language_of, words

if TYPE_CHECKING:
    from bot.bot import CausewayBot

logger = logging.getLogger(__name__)

ALREADY_ACKNOWLEDGED = 40060


class Reply:
    """The answer to one interaction; an async context manager that tells who acts what goes wrong within.

    :param private: whether only who acts sees the answer.
    :param in_place: whether the answer replaces the message that was pressed on.
    :raises discord.HTTPException: on entry, if Discord takes no answer (any more).
    :raises Trouble: on entry, if the bot is about to stop; who acts was told.
    """

    def __init__(
        self, interaction: "discord.Interaction[CausewayBot]", *, private: bool = False, in_place: bool = False
    ) -> None:
        self.interaction = interaction
        self._private = private
        self._in_place = in_place
        self._work = ExitStack()
        self._request: Token[str] | None = None

    @property
    def words(self) -> Words:
        """Those of the server, if it has a language and sees the answer; else those of who acts."""
        chosen = self.interaction.client.guilds_settings.remembered(self.interaction.guild_id).language
        if chosen and not self._private:
            return words(chosen)
        return words(language_of(self.interaction.locale.value))

    async def __aenter__(self) -> Self:
        self._request = current_request.set(str(self.interaction.id))
        try:
            self._work.enter_context(self.interaction.client.in_flight.work())
        except Trouble as trouble:
            await self._send_first(trouble)
            raise
        try:
            if self._in_place:
                await self.interaction.response.defer()
            else:
                await self.interaction.response.defer(thinking=True, ephemeral=self._private)
        except BaseException:
            self._work.close()
            raise
        await self.interaction.client.guilds_settings.settings(self.interaction.guild_id)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        try:
            return error is None or (isinstance(error, Exception) and await self._told(error))
        finally:
            self._work.close()
            if self._request:
                current_request.reset(self._request)

    async def show(self, card: Card) -> None:
        """Give the answer, or replace the one given."""
        await self.interaction.edit_original_response(view=layout(card), allowed_mentions=mentions(card))

    async def whisper(self, card: Card) -> None:
        """Tell something that only who acts sees; a public answer stays as it is."""
        if self._in_place:
            await self.interaction.followup.send(view=layout(card), ephemeral=True, allowed_mentions=mentions(card))
        else:
            await self.show(card)

    async def _told(self, error: Exception) -> bool:
        """Whether who acts could be told what went wrong."""
        if is_gone(error):
            logger.info("what was to be answered is gone: %s", error)
            return True
        if not isinstance(error, Trouble):
            logger.error("answering failed", exc_info=error)
        try:
            await self.whisper(note(trouble_text(error, self.words)))
        except discord.HTTPException as failure:
            logger.warning("nobody could be told: %s", failure)
        return True

    async def _send_first(self, trouble: Trouble) -> None:
        card = note(trouble_text(trouble, self.words))
        await self.interaction.response.send_message(view=layout(card), ephemeral=True, allowed_mentions=mentions(card))


def log_failure(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Log why an interaction wasn't even acknowledged; most reasons are nobody's fault."""
    if is_gone(error) or isinstance(error, Trouble):
        logger.info("interaction %s goes unanswered: %s", interaction.id, error)
    else:
        logger.error("interaction %s failed", interaction.id, exc_info=error)


def trouble_text(error: Exception, words: Words) -> str:
    """What went wrong, for people."""
    match error:
        case Trouble(key=key, values=values):
            return words(key, **values)
        case StalePress():
            return words("stale_press")
        case _:
            return words("failed", reference=current_request.get())


def is_gone(error: BaseException) -> bool:
    """Whether Discord no longer knows what was to be answered: it was deleted, or another replica was faster."""
    if isinstance(error, discord.HTTPException) and error.code == ALREADY_ACKNOWLEDGED:
        return True
    return isinstance(error, discord.NotFound)
