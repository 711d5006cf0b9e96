"""A mention of the bot is a question."""

import logging
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.attachments import readable_evidence_in
from bot.components import layout, mentions
from bot.errors import Trouble
from bot.replies.card import Card, note
from bot.reply import trouble_text
from bot.request_ids import current_request
from bot.words import ENGLISH, Words, words

if TYPE_CHECKING:
    from bot.bot import CausewayBot

logger = logging.getLogger(__name__)


class Mentions(commands.Cog):
    """Discord gives the text of messages that mention the bot, and of direct messages, without a privileged intent."""

    def __init__(self, bot: "CausewayBot") -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that addresses the bot."""
        me = self.bot.user
        if message.author.bot or me is None or not (message.guild is None or me in message.mentions):
            return
        if await self._belongs_to_forums(message):
            return
        current_request.set(str(message.id))
        settings = await self.bot.guilds_settings.settings(message.guild.id if message.guild else None)
        language = words(settings.language or ENGLISH)
        try:
            with self.bot.in_flight.work():
                await self._reply(message, await self._card(message, me, language))
        except (discord.NotFound, discord.Forbidden) as error:
            logger.info("message %s can't be answered: %s", message.id, error)

    async def _belongs_to_forums(self, message: discord.Message) -> bool:
        """Whether this is a post that is answered anyway."""
        if message.guild is None or message.id != message.channel.id:
            return False
        settings = await self.bot.guilds_settings.settings(message.guild.id)
        return isinstance(message.channel, discord.Thread) and message.channel.parent_id in settings.forums

    async def _card(self, message: discord.Message, me: discord.ClientUser, language: Words) -> Card:
        text = message.content.replace(f"<@{me.id}>", " ").replace(f"<@!{me.id}>", " ").strip()
        try:
            self.bot.cooldowns.ask(message.author.id, message.channel.id)
            evidence = await readable_evidence_in(message.attachments)
            if not text and not evidence:
                return note(language("mention_help"))
            return (await self.bot.answering.answer(text, evidence, message.author.id, language)).card
        except Trouble as trouble:
            return note(trouble_text(trouble, language))

    async def _reply(self, message: discord.Message, card: Card) -> None:
        # Another replica that answers the same message sends the same nonce, and Discord keeps one.
        await message.reply(
            view=layout(card), mention_author=False, allowed_mentions=mentions(card), nonce=str(message.id)
        )
