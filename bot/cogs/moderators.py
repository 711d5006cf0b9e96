"""`/causeway`: for those who may manage the server, or whom its settings let (Discord checks that)."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from api.client import (
    Abstention,
    Confidence,
    Drift,
    EntryOutcomes,
    FeedbackRequest,
    InvalidRequest,
    Role,
    Unanswered,
    Verdict,
    Volume,
)
from bot.cogs.entries import entry_choices
from bot.errors import Trouble
from bot.forum_tags import add_tag
from bot.naming import named
from bot.posts import read_post
from bot.replies.card import note
from bot.replies.moderation import setup_card, stats_card, unanswered_card
from bot.replies.text import prose, quoted
from bot.reply import Reply
from bot.state.guilds import GuildSettings
from bot.state.threads import Mark, Stage
from bot.words import LANGUAGES, Words

if TYPE_CHECKING:
    from bot.bot import CausewayBot

CausewayInteraction = discord.Interaction["CausewayBot"]

MAX_TAG_NAME = 20
TagName = app_commands.Range[str, 1, MAX_TAG_NAME]

_CONFIDENCES = [
    app_commands.Choice(name=named(f"confidence_{confidence}"), value=confidence.value) for confidence in Confidence
]
_LANGUAGES = [app_commands.Choice(name=title, value=language) for language, title in LANGUAGES.items()]


class Moderators(commands.Cog):
    """Settings of a server, what was asked, and what solved it."""

    causeway = app_commands.Group(
        name=named("command_causeway"),
        description=named("command_causeway_does"),
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, bot: "CausewayBot") -> None:
        self.bot = bot

    @causeway.command(name=named("command_setup"), description=named("command_setup_does"))
    @app_commands.rename(
        forum=named("option_forum"),
        answer=named("option_answer"),
        confidence=named("option_confidence"),
        helpers=named("option_helpers"),
        solved_tag=named("option_solved_tag"),
        human_tag=named("option_human_tag"),
        language=named("option_language"),
    )
    @app_commands.describe(
        forum=named("option_forum_is"),
        answer=named("option_answer_is"),
        confidence=named("option_confidence_is"),
        helpers=named("option_helpers_is"),
        solved_tag=named("option_solved_tag_is"),
        human_tag=named("option_human_tag_is"),
        language=named("option_language_is"),
    )
    @app_commands.choices(confidence=_CONFIDENCES, language=_LANGUAGES)
    async def setup(
        self,
        interaction: CausewayInteraction,
        forum: discord.ForumChannel | None = None,
        answer: bool = True,
        confidence: str | None = None,
        helpers: discord.Role | None = None,
        solved_tag: TagName | None = None,
        human_tag: TagName | None = None,
        language: str | None = None,
    ) -> None:
        """Change what is given, and show everything."""
        async with Reply(interaction, private=True) as reply:
            guild_id = interaction.guild_id
            assert guild_id is not None, "the command exists in servers only"
            given = {
                "confidence": confidence,
                "helper_role": helpers and helpers.id,
                "solved_tag": solved_tag,
                "human_tag": human_tag,
                "language": language,
            }
            async with self.bot.knowledge.asking():
                before = await self.bot.guilds_settings.read(guild_id)
                changes = {name: value for name, value in given.items() if value is not None}
                settings = GuildSettings.model_validate(before.model_dump() | changes)
                if forum:
                    others = [known for known in settings.forums if known != forum.id]
                    settings.forums = [*others, forum.id] if answer else others
                if settings != before:
                    await self.bot.guilds_settings.change(guild_id, settings)
            await reply.show(setup_card(settings, reply.words, self._warnings(interaction, settings, reply.words)))

    def _warnings(self, interaction: CausewayInteraction, settings: GuildSettings, words: Words) -> list[str]:
        """What keeps the bot from answering in forums."""
        if not settings.forums or interaction.guild is None:
            return []
        warnings = [] if self.bot.settings.discord_message_content else [words("setup_no_content")]
        for forum_id in settings.forums:
            forum = interaction.guild.get_channel(forum_id)
            if forum is None:
                continue
            held = forum.permissions_for(interaction.guild.me)
            needed = ("view_channel", "read_message_history", "send_messages_in_threads", "manage_threads")
            missing = [name.replace("_", " ").title() for name in needed if not getattr(held, name)]
            if missing:
                warnings.append(words("setup_missing_permissions", forum=forum.mention, permissions=", ".join(missing)))
        return warnings

    @causeway.command(name=named("command_stats"), description=named("command_stats_does"))
    async def stats(self, interaction: CausewayInteraction) -> None:
        """Count."""
        async with Reply(interaction, private=True) as reply:
            async with self.bot.knowledge.asking() as api:
                volume = await api.insight(Volume)
                abstention = await api.insight(Abstention)
                drift = await api.insight(Drift)
                outcomes = await api.insight(EntryOutcomes)
            await reply.show(stats_card(volume, abstention, drift, outcomes, reply.words))

    @causeway.command(name=named("command_unanswered"), description=named("command_unanswered_does"))
    async def unanswered(self, interaction: CausewayInteraction) -> None:
        """List."""
        async with Reply(interaction, private=True) as reply:
            async with self.bot.knowledge.asking() as api:
                unanswered = await api.insight(Unanswered)
            await reply.show(unanswered_card(unanswered, reply.words))

    @causeway.command(name=named("command_resolve"), description=named("command_resolve_does"))
    @app_commands.rename(entry=named("option_entry"))
    @app_commands.describe(entry=named("option_entry_is"))
    async def resolve(self, interaction: CausewayInteraction, entry: str) -> None:
        """Keep what solved a thread, as staff says it."""
        async with Reply(interaction, private=True) as reply:
            thread = interaction.channel
            if not isinstance(thread, discord.Thread):
                raise Trouble("no_answer_here")
            mark = await self._mark_of(thread, reply)
            assert mark.diagnosis_id is not None, "a mark that is given has one"
            said = FeedbackRequest(
                entry_id=entry,
                verdict=Verdict.SOLVED,
                role=Role.STAFF,
                actor=f"discord:{interaction.user.id}",
            )
            async with self.bot.knowledge.asking() as api:
                try:
                    await api.feedback(mark.diagnosis_id, said)
                except InvalidRequest as error:
                    raise Trouble("no_such_entry", entry_id=quoted(entry, 100)) from error
                title = (await api.entry(entry)).title
                await self.bot.threads.keep(thread.id, mark.model_copy(update={"stage": Stage.CLOSED}))
                settings = await self.bot.guilds_settings.settings(thread.guild.id)
            await reply.show(note(reply.words("resolved", title=prose(title))))
            await add_tag(thread, settings.solved_tag)

    @resolve.autocomplete("entry")
    async def _entries(self, interaction: CausewayInteraction, current: str) -> list[app_commands.Choice[str]]:
        return await entry_choices(interaction, current)

    async def _mark_of(self, thread: discord.Thread, reply: Reply) -> Mark:
        """The mark of a thread with its diagnosis; where the bot was silent, it diagnoses now.

        :raises Trouble: if there is nothing to diagnose.
        """
        async with self.bot.knowledge.asking():
            marked = await self.bot.threads.mark(thread.id)
        if marked and marked[0].diagnosis_id:
            return marked[0]
        try:
            post = await read_post(thread, helper_role=None)
        except discord.Forbidden as error:
            raise Trouble("no_answer_here") from error
        if not post.is_readable:
            raise Trouble("no_answer_here")
        answered = await self.bot.answering.answer(post.text, post.evidence, thread.owner_id, reply.words)
        return Mark(stage=Stage.CLOSED, claimed_at=datetime.now(UTC), diagnosis_id=answered.diagnosis.id)
