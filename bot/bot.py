"""The Discord side: commands in, messages out."""

import logging

import discord
from discord import app_commands

from api.client import AsyncCausewayClient, ClientError, DiagnosisRequest, InvalidRequest
from bot.messages import MESSAGE_CHARACTERS, answer, cut
from bot.settings import BotSettings

logger = logging.getLogger(__name__)

SHOWN_CAUSES = 3
UNREACHABLE = "I can't reach my knowledge base right now. Please try again in a few minutes."


class CausewayBot(discord.Client):
    """Answers `/diagnose`. Needs no privileged intent."""

    def __init__(self, api: AsyncCausewayClient, settings: BotSettings) -> None:
        # What users write comes back in answers, so no answer may mention anybody.
        super().__init__(intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none())
        self.api = api
        self.tree = app_commands.CommandTree(self)
        self._guild = discord.Object(settings.discord_guild) if settings.discord_guild else None
        self.tree.add_command(diagnose)

    async def setup_hook(self) -> None:
        """Register the commands."""
        if self._guild:
            self.tree.copy_global_to(guild=self._guild)
        await self.tree.sync(guild=self._guild)

    async def on_ready(self) -> None:
        """Say so in the log."""
        logger.info("ready as %s in %d servers", self.user, len(self.guilds))


@app_commands.command(description="Find the likely cause of what you see, and its fix")
@app_commands.describe(symptom="What you see, in your words; paste error messages as they are")
async def diagnose(interaction: discord.Interaction[CausewayBot], symptom: app_commands.Range[str, 1, 4000]) -> None:
    """Answer a symptom."""
    # Discord waits three seconds for the first response, so it comes before any work.
    await interaction.response.defer(thinking=True)
    try:
        request = DiagnosisRequest(symptom=symptom, top_k=SHOWN_CAUSES)
        text = answer(await interaction.client.api.diagnose(request))
    except InvalidRequest as refusal:
        text = cut(str(refusal), MESSAGE_CHARACTERS)
    except ClientError:
        logger.exception("diagnosis failed")
        text = UNREACHABLE
    await interaction.edit_original_response(content=text)


async def run(settings: BotSettings) -> None:
    """Connect and answer until cancelled.

    :raises discord.LoginFailure: if Discord refuses the token.
    :raises discord.Forbidden: if Discord refuses to register commands in the set server.
    """
    if settings.discord_api_url:
        discord.http.Route.BASE = str(settings.discord_api_url).rstrip("/")
    if settings.discord_gateway_url:
        import yarl

        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    api_key = settings.api_key.get_secret_value() if settings.api_key else None
    async with AsyncCausewayClient(str(settings.api_url), api_key) as api, CausewayBot(api, settings) as bot:
        await bot.start(settings.discord_token.get_secret_value())
