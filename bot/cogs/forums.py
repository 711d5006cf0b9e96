"""Answers posts in the forums that moderators chose: once, when sure enough, and never where people already help.

Events only say when to look: what counts is read from Discord and from the API at that moment, so neither a restart nor
a second replica makes the bot speak twice.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord.ext import commands, tasks

from api.client import ClientError
from bot.components import layout, mentions
from bot.errors import Trouble
from bot.forum_tags import has_tag
from bot.posts import Post, read_post
from bot.replies.notes import check_in_card
from bot.request_ids import current_request
from bot.state.guilds import GuildSettings
from bot.state.threads import CheckIn, Mark, Stage
from bot.words import ENGLISH, words

if TYPE_CHECKING:
    from bot.bot import CausewayBot

logger = logging.getLogger(__name__)

MAX_ANSWERS = 3
"""In one thread: to the post, and to what the poster adds."""
CHECK_IN_LOOKS = 20
"""How often the bot looks for due check-ins within the time until one is due; one comes that much late at most."""
LOOK_BACK = timedelta(hours=1)
"""Posts older than this are not answered any more after the bot was away."""


class Forums(commands.Cog):
    """Speaks unasked, so everything here leans to silence."""

    def __init__(self, bot: "CausewayBot") -> None:
        self.bot = bot
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._working: dict[int, asyncio.Task[None]] = {}
        self._seen: set[int] = set()
        self._check_ins = tasks.loop(seconds=bot.settings.discord_check_in_seconds / CHECK_IN_LOOKS)(
            self._ask_whether_it_helped
        )

    async def cog_load(self) -> None:
        """Start to ask, later, whether answers helped."""
        _ = self._check_ins.start()

    async def cog_unload(self) -> None:
        """Forget what was to be done."""
        self._check_ins.cancel()
        self._catch_up.cancel()
        for timer in self._timers.values():
            timer.cancel()
        for task in self._working.values():
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    # When to look at a post.

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Look for posts of the time when the bot was away."""
        if self.bot.settings.discord_message_content and not self._catch_up.is_running():
            _ = self._catch_up.start()

    @tasks.loop(minutes=5)
    async def _catch_up(self) -> None:
        """Look at recent posts that no event told of, or whose answer failed."""
        for guild in self.bot.guilds:
            settings = await self.bot.guilds_settings.settings(guild.id)
            for thread in guild.threads:
                created_at = thread.created_at or datetime.min.replace(tzinfo=UTC)
                if (
                    thread.parent_id in settings.forums
                    and thread.id not in self._seen
                    and datetime.now(UTC) - created_at < LOOK_BACK
                ):
                    self._look_when_quiet(thread)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """The poster wrote."""
        thread = message.channel
        is_answered_anyway = self.bot.user in message.mentions and message.id != thread.id
        if (
            isinstance(thread, discord.Thread)
            and message.author.id == thread.owner_id
            and not (message.author.bot or is_answered_anyway)
        ):
            await self._poster_wrote(thread)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """The poster may have changed what they wrote."""
        guild = self.bot.get_guild(payload.guild_id or 0)
        thread = guild.get_thread(payload.channel_id) if guild else None
        if thread and payload.message.author.id == thread.owner_id and not payload.message.author.bot:
            await self._poster_wrote(thread)

    async def _poster_wrote(self, thread: discord.Thread) -> None:
        settings = await self.bot.guilds_settings.settings(thread.guild.id)
        if thread.parent_id in settings.forums and self.bot.settings.discord_message_content:
            self._look_when_quiet(thread)

    def _look_when_quiet(self, thread: discord.Thread) -> None:
        """Look at a post once its poster has written nothing for a while."""
        if timer := self._timers.pop(thread.id, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[thread.id] = loop.call_later(self.bot.settings.discord_quiet_seconds, self._start, thread)

    def _start(self, thread: discord.Thread) -> None:
        self._timers.pop(thread.id, None)
        if thread.id in self._working:
            self._look_when_quiet(thread)
            return
        task = asyncio.create_task(self._look(thread))
        self._working[thread.id] = task
        task.add_done_callback(lambda _: self._working.pop(thread.id, None))

    # What to do with it.

    async def _look(self, thread: discord.Thread) -> None:
        current_request.set(str(thread.id))
        async with self._quietly(thread):
            with self.bot.in_flight.work():
                if await self._consider(thread):
                    self._seen.add(thread.id)

    @asynccontextmanager
    async def _quietly(self, thread: discord.Thread) -> AsyncIterator[None]:
        """Nobody asked, so nobody is told what went wrong."""
        try:
            yield
        except discord.NotFound:
            logger.info("thread %s is gone", thread.id)
            self._seen.add(thread.id)
        except discord.Forbidden:
            logger.warning("the bot may not read or write in thread %s of %s", thread.id, thread.parent)
            self._seen.add(thread.id)
        except (Trouble, ClientError, discord.DiscordException) as error:
            logger.warning("thread %s goes unanswered for now: %s", thread.id, error)

    async def _consider(self, thread: discord.Thread) -> bool:
        """Answer a post if that is due; whether there is nothing to come back for."""
        settings = await self.bot.guilds_settings.settings(thread.guild.id)
        mark, etag = await self.bot.threads.mark(thread.id) or (None, None)
        if mark and mark.stage is Stage.CLAIMED and not mark.is_abandoned:
            return False
        if _is_settled(thread, settings) or (mark and (mark.stage is Stage.CLOSED or mark.answers >= MAX_ANSWERS)):
            return True
        post = await read_post(thread, settings.helper_role)
        if post.staff_replied:
            await self.bot.threads.close(thread.id)
        elif post.is_readable and not (mark and mark.stage is not Stage.CLAIMED and mark.read == post.digest):
            mark = mark or Mark(stage=Stage.CLAIMED, claimed_at=datetime.now(UTC))
            claim = {"stage": Stage.CLAIMED, "claimed_at": datetime.now(UTC), "read": post.digest}
            mark = mark.model_copy(update=claim)
            # Of several replicas that come here, one goes on.
            if not await self.bot.threads.claim(thread.id, mark, etag):
                return False
            await self._answer(thread, post, mark, settings)
        return True

    async def _answer(self, thread: discord.Thread, post: Post, mark: Mark, settings: GuildSettings) -> None:
        language = words(settings.language or ENGLISH)
        try:
            answered = await self.bot.answering.answer(post.text, post.evidence, thread.owner_id, language)
        except Trouble:
            # Not read after all: the next look tries again.
            await self.bot.threads.keep(thread.id, mark.model_copy(update={"stage": Stage.SILENT, "read": ""}))
            raise
        diagnosis = answered.diagnosis
        first = diagnosis.causes[0] if diagnosis.causes else None
        mark = mark.model_copy(update={"diagnosis_id": diagnosis.id, "stage": Stage.SILENT})
        if first is None or not settings.allows(diagnosis.confidence) or first.entry_id in mark.shown:
            await self.bot.threads.keep(thread.id, mark)
            return
        # Should the mark not hold, Discord keeps one message of a nonce.
        nonce = f"{thread.id}-{mark.answers}"
        await thread.send(view=layout(answered.card), allowed_mentions=mentions(answered.card), nonce=nonce)
        mark = mark.model_copy(
            update={"stage": Stage.ANSWERED, "answers": mark.answers + 1, "shown": [*mark.shown, first.entry_id]}
        )
        await self.bot.threads.keep(thread.id, mark)
        await self.bot.threads.check_in_later(
            thread.id,
            CheckIn(
                guild_id=thread.guild.id,
                owner=thread.owner_id,
                diagnosis_id=diagnosis.id,
                entry_id=first.entry_id,
                title=first.title,
                due_at=datetime.now(UTC) + timedelta(seconds=self.bot.settings.discord_check_in_seconds),
            ),
        )

    # Afterwards.

    async def _ask_whether_it_helped(self) -> None:
        """Ask, once, in threads where nothing happened since the answer."""
        try:
            due = [found async for found in self.bot.threads.due_check_ins()]
        except ClientError as error:
            logger.warning("nobody is asked whether it helped for now: %s", error)
            return
        for thread_id, check_in in due:
            guild = self.bot.get_guild(check_in.guild_id)
            thread = guild.get_thread(thread_id) if guild else None
            # Threads that were archived are not known any more.
            if thread:
                async with self._quietly(thread):
                    await self._check_in(thread, check_in)

    async def _check_in(self, thread: discord.Thread, check_in: CheckIn) -> None:
        settings = await self.bot.guilds_settings.settings(thread.guild.id)
        diagnosis = await self.bot.answering.stored(check_in.diagnosis_id)
        if _is_settled(thread, settings) or diagnosis.feedback or diagnosis.answers:
            return
        mark, _ = await self.bot.threads.mark(thread.id) or (None, None)
        if (mark and mark.stage is Stage.CLOSED) or (await read_post(thread, settings.helper_role)).staff_replied:
            return
        reader = await self.bot.answering.reader(check_in.owner, words(settings.language or ENGLISH))
        card = check_in_card(check_in.diagnosis_id, check_in.entry_id, check_in.title, reader)
        await thread.send(view=layout(card), allowed_mentions=mentions(card), nonce=f"{thread.id}-help")


def _is_settled(thread: discord.Thread, settings: GuildSettings) -> bool:
    """Whether people are done with a thread, or want to be among themselves."""
    return thread.archived or thread.locked or has_tag(thread, settings.solved_tag, settings.human_tag)
