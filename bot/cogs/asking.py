"""Ways to ask: `/diagnose`, the form of `/report`, and the menu of a message; and `/help`."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands

from api.client import Evidence
from bot.attachments import evidence_in, readable_evidence_in
from bot.naming import named
from bot.replies.notes import help_card
from bot.reply import Reply, log_failure
from bot.staff import acts_as_staff
from bot.words import Words, language_of, words

if TYPE_CHECKING:
    from bot.bot import CausewayBot

CausewayInteraction = discord.Interaction["CausewayBot"]

FORM_CHARACTERS = 4000
FORM_FILES = 5


class Asking(commands.Cog):
    """People ask, and get an answer."""

    def __init__(self, bot: "CausewayBot") -> None:
        self.bot = bot
        self._menu = app_commands.ContextMenu(name=named("menu_find_cause"), callback=self.find_cause)
        bot.tree.add_command(self._menu)

    @app_commands.command(name=named("command_diagnose"), description=named("command_diagnose_does"))
    @app_commands.rename(symptom=named("option_symptom"), file=named("option_file"), private=named("option_private"))
    @app_commands.describe(
        symptom=named("option_symptom_is"), file=named("option_file_is"), private=named("option_private_is")
    )
    async def diagnose(
        self,
        interaction: CausewayInteraction,
        symptom: app_commands.Range[str, 1, FORM_CHARACTERS],
        file: discord.Attachment | None = None,
        private: bool = False,
    ) -> None:
        """Answer a symptom."""
        async with Reply(interaction, private=private) as reply:
            self.bot.cooldowns.ask(interaction.user.id, interaction.channel_id)
            evidence = await evidence_in([file] if file else [])
            await answer(reply, symptom, evidence, interaction.user.id)

    @app_commands.command(name=named("command_report"), description=named("command_report_does"))
    async def report(self, interaction: CausewayInteraction) -> None:
        """Open the form."""
        await interaction.response.send_modal(ReportForm(words(language_of(interaction.locale.value))))

    async def find_cause(self, interaction: CausewayInteraction, message: discord.Message) -> None:
        """Answer a message: publicly for its author and staff, only for themselves to others."""
        speaks_for_all = interaction.user.id == message.author.id or acts_as_staff(interaction)
        owner = message.author if speaks_for_all and not message.author.bot else interaction.user
        async with Reply(interaction, private=not speaks_for_all) as reply:
            self.bot.cooldowns.ask(interaction.user.id, interaction.channel_id)
            evidence = await readable_evidence_in(message.attachments)
            await answer(reply, message.content, evidence, owner.id)

    @app_commands.command(name=named("command_help"), description=named("command_help_does"))
    async def help(self, interaction: CausewayInteraction) -> None:
        """Say what the bot does."""
        async with Reply(interaction, private=True) as reply:
            await reply.show(help_card(reply.words))


class ReportForm(ui.Modal):
    """A long text, and files."""

    def __init__(self, words: Words) -> None:
        super().__init__(title=words("form_title"), custom_id="causeway-report")
        self.symptom: ui.TextInput[ReportForm] = ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=FORM_CHARACTERS
        )
        self.files: ui.FileUpload[ReportForm] = ui.FileUpload(required=False, min_values=0, max_values=FORM_FILES)
        self.add_item(
            ui.Label(text=words("form_symptom"), description=words("form_symptom_hint"), component=self.symptom)
        )
        self.add_item(ui.Label(text=words("form_files"), description=words("form_files_hint"), component=self.files))

    async def on_submit(self, interaction: CausewayInteraction) -> None:  # type: ignore[override]  # any client
        """Answer what was written."""
        async with Reply(interaction) as reply:
            interaction.client.cooldowns.ask(interaction.user.id, interaction.channel_id)
            evidence = await evidence_in(self.files.values)
            await answer(reply, self.symptom.value, evidence, interaction.user.id)

    async def on_error(self, interaction: CausewayInteraction, error: Exception) -> None:  # type: ignore[override]
        """Log what kept the form from being answered."""
        log_failure(interaction, error)


async def answer(reply: Reply, symptom: str, evidence: tuple[Evidence, ...], owner: int) -> None:
    """Show the answer to a symptom.

    :raises Trouble: if there is none.
    """
    answered = await reply.interaction.client.answering.answer(symptom, evidence, owner, reply.words)
    await reply.show(answered.card)
