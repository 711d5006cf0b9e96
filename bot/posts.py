"""A forum post as Discord has it right now: what the poster wrote, and whether anybody of the staff replied."""

import hashlib
from dataclasses import dataclass

import discord

from api.client import Evidence
from bot.attachments import readable_evidence_in
from bot.staff import is_staff

READ_MESSAGES = 50
MIN_CHARACTERS = 12
"""Less than that describes nothing."""


@dataclass(frozen=True)
class Post:
    """What there is to answer."""

    text: str
    evidence: tuple[Evidence, ...]
    staff_replied: bool

    @property
    def digest(self) -> str:
        """Changes when the poster writes more or edits."""
        names = "".join(f"\0{item.name}\0{len(item.text)}" for item in self.evidence)
        return hashlib.sha256((self.text + names).encode()).hexdigest()[:16]

    @property
    def is_readable(self) -> bool:
        """Whether there is enough to go by."""
        return len(self.text) >= MIN_CHARACTERS or bool(self.evidence)


async def read_post(thread: discord.Thread, helper_role: int | None) -> Post:
    """Read a thread: its title, and the poster's messages as one text.

    :raises discord.HTTPException: if Discord doesn't let the bot, or the thread is gone.
    """
    messages = [message async for message in thread.history(limit=READ_MESSAGES, oldest_first=True)]
    own = [
        message
        for message in messages
        # Where the poster addresses the bot itself, it answers that message.
        if message.author.id == thread.owner_id and (message.id == thread.id or thread.guild.me not in message.mentions)
    ]
    others = {message.author.id for message in messages if message.author.id != thread.owner_id}
    people = others - {message.author.id for message in messages if message.author.bot}
    staff_replied = any([await is_staff(thread, person, helper_role) for person in people])
    evidence = [item for message in own for item in await readable_evidence_in(message.attachments)]
    texts = [message.content.strip() for message in own]
    body = "\n\n".join(text for text in texts if text)
    return Post(f"{thread.name}\n\n{body}" if body else "", tuple(evidence), staff_replied)
