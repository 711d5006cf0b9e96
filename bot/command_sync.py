"""Registers commands at Discord when they changed, and only then: Discord allows 200 new ones a day."""

import hashlib
import json
import logging

import discord
from discord import app_commands

from bot.state_file import StateFile

logger = logging.getLogger(__name__)


async def sync_commands(
    tree: app_commands.CommandTree[discord.Client], state: StateFile, guild: discord.Object | None
) -> None:
    """Register the commands in one server, or, without one, everywhere.

    :raises discord.HTTPException: if Discord doesn't take them.
    """
    scope = f"{tree.client.application_id}:{guild.id if guild else 'everywhere'}"
    translator = tree.translator
    assert translator is not None, "the bot sets one before"
    payload = [await command.get_translated_payload(tree, translator) for command in tree.get_commands(guild=guild)]
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    if state.registered_digest(scope) == digest:
        return
    await tree.sync(guild=guild)
    state.registered(scope, digest)
    logger.info("registered %d commands", len(payload))
