"""`/entry`: one known cause."""

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from api.client import NotFound
from bot.answering import entry_titles
from bot.errors import Trouble
from bot.naming import named
from bot.replies.card import MAX_OPTION, MAX_OPTIONS
from bot.replies.entry import entry_card
from bot.replies.text import cut, quoted
from bot.reply import Reply

if TYPE_CHECKING:
    from bot.bot import CausewayBot

CausewayInteraction = discord.Interaction["CausewayBot"]

AUTOCOMPLETE_SECONDS = 2.0
"""Discord waits for three, and there is nothing to tell who only types."""


class Entries(commands.Cog):
    """People look something up."""

    def __init__(self, bot: "CausewayBot") -> None:
        self.bot = bot

    @app_commands.command(name=named("command_entry"), description=named("command_entry_does"))
    @app_commands.rename(entry_id=named("option_id"), private=named("option_private"))
    @app_commands.describe(entry_id=named("option_id_is"), private=named("option_private_is"))
    async def entry(self, interaction: CausewayInteraction, entry_id: str, private: bool = False) -> None:
        """Show an entry."""
        async with Reply(interaction, private=private) as reply:
            async with self.bot.knowledge.asking() as api:
                try:
                    entry = await api.entry(entry_id)
                except NotFound as error:
                    raise Trouble("no_such_entry", entry_id=quoted(entry_id, MAX_OPTION)) from error
                reader = await self.bot.answering.reader(interaction.user.id, reply.words)
            await reply.show(entry_card(entry, reader))

    @entry.autocomplete("entry_id")
    async def _entries(self, interaction: CausewayInteraction, current: str) -> list[app_commands.Choice[str]]:
        return await entry_choices(interaction, current)


async def entry_choices(interaction: CausewayInteraction, current: str) -> list[app_commands.Choice[str]]:
    """Entries that hold what is typed so far; none while the API doesn't answer."""
    try:
        async with asyncio.timeout(AUTOCOMPLETE_SECONDS), interaction.client.knowledge.asking() as api:
            found = await entry_titles(api, current, MAX_OPTIONS)
    except (Trouble, TimeoutError):
        return []
    return [app_commands.Choice(name=cut(title, MAX_OPTION), value=entry_id) for entry_id, title in found]
