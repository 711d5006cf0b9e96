"""The Discord side: what the bot is made of, and its life from start to stop."""

import asyncio
import logging
import signal

import discord
import httpx
import yarl
from discord import app_commands
from discord.ext import commands

from api.client import AsyncCausewayClient
from bot.answering import Answering
from bot.cogs.asking import Asking
from bot.cogs.buttons import Buttons, PressedItem
from bot.cogs.entries import Entries
from bot.cogs.forums import Forums
from bot.cogs.mentions import Mentions
from bot.cogs.moderators import Moderators
from bot.command_sync import sync_commands
from bot.cooldowns import Cooldowns
from bot.in_flight import InFlight
from bot.knowledge import Knowledge
from bot.naming import CommandTranslator
from bot.outbox import Outbox
from bot.reply import log_failure
from bot.request_ids import RequestIdTransport
from bot.settings import BotSettings
from bot.state.guilds import Guilds
from bot.state.people import People
from bot.state.threads import Threads
from bot.state_file import StateFile

logger = logging.getLogger(__name__)

TRY_SECONDS, TRIES_AGAIN = 10.0, 2
HEARTBEAT_TIMEOUT_SECONDS = 60.0
"""How long Discord may be silent until the bot connects anew."""


class CausewayBot(commands.AutoShardedBot):
    """Everything that the cogs share. Needs no privileged intent but for forums."""

    def __init__(self, api: AsyncCausewayClient, state: StateFile, settings: BotSettings) -> None:
        intents = discord.Intents.default()
        intents.typing = False
        intents.message_content = settings.discord_message_content
        # It says nothing aloud, so the libraries for that are not missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            # What users write comes back in answers, so no answer may mention anybody.
            allowed_mentions=discord.AllowedMentions.none(),
            # Nothing is read from these caches.
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            heartbeat_timeout=HEARTBEAT_TIMEOUT_SECONDS,
        )
        self.settings = settings
        self.api = api
        self.knowledge = Knowledge(api, settings.discord_answer_seconds)
        self.answering = Answering(self.knowledge, People(api))
        self.guilds_settings = Guilds(api)
        self.threads = Threads(api)
        self.outbox = Outbox(api, state)
        self.cooldowns = Cooldowns()
        self.in_flight = InFlight()
        self._state = state
        self.tree.error(self._command_failed)

    async def setup_hook(self) -> None:
        """Prepare everything that doesn't need the gateway."""
        for cog in (Asking, Buttons, Entries, Mentions, Moderators, Forums):
            await self.add_cog(cog(self))
        self.add_dynamic_items(PressedItem)
        await self.tree.set_translator(CommandTranslator())
        guild = discord.Object(self.settings.discord_guild) if self.settings.discord_guild else None
        if guild:
            self.tree.copy_global_to(guild=guild)
        await sync_commands(self.tree, self._state, guild)

    async def on_ready(self) -> None:
        """Say so in the log."""
        logger.info("ready as %s in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message) -> None:
        """Cogs listen to messages; there are no commands in them."""

    async def _command_failed(
        self, interaction: discord.Interaction[discord.Client], error: app_commands.AppCommandError
    ) -> None:
        log_failure(interaction, error.original if isinstance(error, app_commands.CommandInvokeError) else error)


async def run(settings: BotSettings) -> None:
    """Connect and answer until cancelled or told to stop by SIGTERM; then finish what is being answered.

    :raises discord.LoginFailure: if Discord refuses the token.
    :raises discord.Forbidden: if Discord refuses to register commands in the set server.
    :raises discord.PrivilegedIntentsRequired: if Discord refuses the message content intent.
    """
    if settings.discord_api_url:
        discord.http.Route.BASE = str(settings.discord_api_url).rstrip("/")
    if settings.discord_gateway_url:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    api_key = settings.api_key.get_secret_value() if settings.api_key else None
    transport = RequestIdTransport(httpx.AsyncHTTPTransport())
    state = StateFile(settings.discord_state)
    try:
        async with (
            AsyncCausewayClient(
                str(settings.api_url),
                api_key,
                timeout_seconds=TRY_SECONDS,
                retries=TRIES_AGAIN,
                transport=transport,
            ) as api,
            CausewayBot(api, state, settings) as bot,
        ):
            await _run_until_told_to_stop(bot, settings)
    finally:
        state.close()


async def _run_until_told_to_stop(bot: CausewayBot, settings: BotSettings) -> None:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, told_to_stop.set)
    connection = asyncio.create_task(bot.start(settings.discord_token.get_secret_value()))
    deliveries = asyncio.create_task(bot.outbox.run())
    stop = asyncio.create_task(told_to_stop.wait())
    try:
        done, _ = await asyncio.wait({connection, stop, deliveries}, return_when=asyncio.FIRST_COMPLETED)
        if stop in done:
            logger.info("told to stop: finishing what is being answered")
            if not await bot.in_flight.drain(settings.discord_drain_seconds):
                logger.warning("stopped before everything was answered")
        else:
            for task in done:
                task.result()
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        for task in (connection, deliveries, stop):
            task.cancel()
        await asyncio.gather(connection, deliveries, stop, return_exceptions=True)
