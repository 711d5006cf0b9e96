"""What happens when somebody presses on an answer."""

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakValueDictionary

import discord
from discord import ui
from discord.ext import commands

from api.client import Answer, Diagnosis, Role, Verdict
from bot.answering import entry_of, rejected_in
from bot.components import layout, mentions
from bot.errors import Trouble
from bot.forum_tags import add_tag
from bot.presses import PREFIX, Action, Press, short
from bot.replies.answer import Progress, answer_card
from bot.replies.card import Card, note
from bot.replies.notes import human_card
from bot.reply import Reply, log_failure
from bot.staff import acts_as_staff

if TYPE_CHECKING:
    from bot.bot import CausewayBot

CausewayInteraction = discord.Interaction["CausewayBot"]

_ANSWERS = {Action.YES: Answer.YES, Action.NO: Answer.NO, Action.UNKNOWN: Answer.UNKNOWN}
_VERDICTS = {Action.SOLVED: Verdict.SOLVED, Action.NOT_IT: Verdict.NOT_IT}
_LOOKS = {Action.SHOW, Action.CODE}


class PressedItem(ui.DynamicItem[ui.Item[Any]], template=PREFIX + ".*"):
    """Any button or select of an answer, also of one from before a restart."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], _match: re.Match[str], /
    ) -> "PressedItem":
        """Recognise a press."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand it on."""
        try:
            await interaction.client.get_cog(Buttons.__cog_name__).pressed(interaction, self.custom_id)
        except (discord.HTTPException, Trouble) as error:
            log_failure(interaction, error)


class Buttons(commands.Cog):
    """Who asked, and staff, may do everything; others look at a copy of their own."""

    def __init__(self, bot: "CausewayBot") -> None:
        self.bot = bot
        # Two presses on one message come one after the other, so the second sees what the first did.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def pressed(self, interaction: CausewayInteraction, custom_id: str) -> None:
        """Do what was pressed."""
        assert interaction.message is not None, "components are on messages"
        lock = self._locks.setdefault(interaction.message.id, asyncio.Lock())
        async with Reply(interaction, in_place=True) as reply:
            press = Press.parse(custom_id)
            async with lock:
                await self._do(reply, press)

    async def _do(self, reply: Reply, press: Press) -> None:
        interaction = reply.interaction
        may_change = interaction.user.id == press.owner or acts_as_staff(interaction)
        if not may_change and press.action not in _LOOKS:
            raise Trouble("not_yours")
        if press.action in _VERDICTS:
            await self._judge(reply, press)
        elif press.action in _ANSWERS:
            await self._answer(reply, press)
        elif press.action is Action.HUMAN:
            await self._call_human(reply, press)
        else:
            await self._look(reply, press, may_change)

    async def _judge(self, reply: Reply, press: Press) -> None:
        """Keep what was said about a cause, then show what follows from it."""
        person = reply.interaction.user.id
        role = Role.USER if person == press.owner else Role.STAFF
        # Kept before anything is asked: the API may be down.
        self.bot.outbox.put(press, _VERDICTS[press.action], role, person)
        try:
            diagnosis = await self.bot.answering.stored(press.diagnosis_id)
        except Trouble:
            await reply.whisper(note(reply.words("noted")))
            return
        entry_id = entry_of(diagnosis, press.subject)
        if press.action is Action.SOLVED:
            await self._show(reply, press, diagnosis, Progress(solved_by=entry_id))
            await self._settle(reply, solved=True)
        else:
            rejected = rejected_in(diagnosis) | {entry_id or ""}
            await self._show(reply, press, diagnosis, Progress(rejected=rejected, human_called=_called(reply)))

    async def _answer(self, reply: Reply, press: Press) -> None:
        """Refine the diagnosis, unless the question was answered already."""
        stored = await self.bot.answering.stored(press.diagnosis_id)
        progress = Progress(rejected=rejected_in(stored), human_called=_called(reply))
        question = stored.follow_up
        if question is None or short(question.finding_id) != press.subject:
            await self._show(reply, press, stored, progress)
            await reply.whisper(note(reply.words("already_answered")))
            return
        async with self.bot.knowledge.asking() as api:
            diagnosis = await api.answer(press.diagnosis_id, {question.finding_id: _ANSWERS[press.action]})
        await self._show(reply, press, diagnosis, progress)

    async def _look(self, reply: Reply, press: Press, may_change: bool) -> None:
        """Show another cause, or the code of another SDK."""
        interaction = reply.interaction
        diagnosis = await self.bot.answering.stored(press.diagnosis_id)
        (value,) = cast(dict[str, list[str]], interaction.data)["values"]
        shown: str | None = value
        if press.action is Action.CODE:
            shown = entry_of(diagnosis, press.subject)
            async with self.bot.knowledge.asking():
                await self.bot.answering.people.choose(interaction.user.id, value)
        progress = Progress(shown=shown, rejected=rejected_in(diagnosis), human_called=_called(reply))
        if may_change:
            await self._show(reply, press, diagnosis, progress)
            return
        card = await self._card(reply, press, diagnosis, replace(progress, onlooker=True))
        if interaction.message and interaction.message.flags.ephemeral:
            await reply.show(card)
        else:
            await reply.whisper(card)

    async def _call_human(self, reply: Reply, press: Press) -> None:
        """Tell the helpers, and notify them unless they were notified a moment ago."""
        interaction = reply.interaction
        channel, message = interaction.channel, interaction.message
        if interaction.guild_id is None or not isinstance(channel, discord.abc.Messageable) or message is None:
            raise Trouble("no_human_here")
        diagnosis = await self.bot.answering.stored(press.diagnosis_id)
        settings = await self.bot.guilds_settings.settings(interaction.guild_id)
        may_ping = self.bot.cooldowns.may_ping(interaction.user.id, interaction.guild_id)
        card = human_card(
            diagnosis, press.owner, reply.words, settings.helper_role if may_ping else None, rejected_in(diagnosis)
        )
        try:
            # The same nonce for the same answer: a second press doesn't call twice.
            await channel.send(view=layout(card), allowed_mentions=mentions(card), nonce=f"h{message.id}")
        except discord.Forbidden:
            # Where the bot may not write, it may still respond.
            await interaction.followup.send(view=layout(card), allowed_mentions=mentions(card))
        shown = entry_of(diagnosis, press.subject)
        progress = Progress(shown=shown, rejected=rejected_in(diagnosis), human_called=True)
        await self._show(reply, press, diagnosis, progress)
        await self._settle(reply, solved=False)

    async def _show(self, reply: Reply, press: Press, diagnosis: Diagnosis, progress: Progress) -> None:
        await reply.show(await self._card(reply, press, diagnosis, progress))

    async def _card(self, reply: Reply, press: Press, diagnosis: Diagnosis, progress: Progress) -> Card:
        looks_themselves = progress.onlooker or press.action is Action.CODE
        looking = reply.interaction.user.id if looks_themselves else press.owner
        async with self.bot.knowledge.asking():
            reader = await self.bot.answering.reader(press.owner, reply.words, looking)
        return answer_card(diagnosis, reader, progress)

    async def _settle(self, reply: Reply, *, solved: bool) -> None:
        """Say nothing more in a thread that is solved, or that people take care of."""
        channel = reply.interaction.channel
        if isinstance(channel, discord.Thread):
            async with self.bot.knowledge.asking():
                await self.bot.threads.close(channel.id)
            settings = await self.bot.guilds_settings.settings(channel.guild.id)
            await add_tag(channel, settings.solved_tag if solved else settings.human_tag)


def _called(reply: Reply) -> bool:
    """Whether a human was already asked: the button says so."""
    message = reply.interaction.message
    view = ui.LayoutView.from_message(message) if message and message.flags.components_v2 else None
    return any(
        isinstance(item, ui.Button) and item.disabled and (item.custom_id or "").startswith(f"{PREFIX}{Action.HUMAN}")
        for item in (view.walk_children() if view else ())
    )
