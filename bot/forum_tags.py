"""Tags of forum posts, by their names."""

import logging

import discord

logger = logging.getLogger(__name__)

MAX_TAGS = 5


def has_tag(thread: discord.Thread, *names: str) -> bool:
    """Whether a post has a tag with one of these names, in whatever case."""
    wanted = {name.casefold() for name in names}
    return any(tag.name.casefold() in wanted for tag in thread.applied_tags)


async def add_tag(thread: discord.Thread, name: str) -> None:
    """Tag a post, where the forum has that tag and lets the bot set it."""
    if not isinstance(thread.parent, discord.ForumChannel) or has_tag(thread, name):
        return
    tag = next((tag for tag in thread.parent.available_tags if tag.name.casefold() == name.casefold()), None)
    if tag is None or len(thread.applied_tags) >= MAX_TAGS:
        return
    try:
        await thread.add_tags(tag)
    except discord.Forbidden:
        logger.info("the bot may not tag posts in %s: it lacks Manage Threads", thread.parent)
    except discord.NotFound:
        logger.info("post %s is gone", thread.id)
