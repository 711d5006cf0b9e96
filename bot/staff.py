"""Who answers for the product in a server: its helpers and its moderators."""

from typing import TYPE_CHECKING

import discord

if TYPE_CHECKING:
    from bot.bot import CausewayBot


def acts_as_staff(interaction: "discord.Interaction[CausewayBot]") -> bool:
    """Whether who acts may moderate here, or has the helper role."""
    settings = interaction.client.guilds_settings.remembered(interaction.guild_id)
    member = interaction.user
    return interaction.permissions.manage_messages or (
        isinstance(member, discord.Member) and has_role(member, settings.helper_role)
    )


def has_role(member: discord.Member, role: int | None) -> bool:
    """Whether a member has a role."""
    return role is not None and member.get_role(role) is not None


async def is_staff(thread: discord.Thread, person: int, helper_role: int | None) -> bool:
    """Whether somebody who wrote in a thread is a helper or moderator there; not if they left.

    :raises discord.HTTPException: if Discord doesn't say.
    """
    try:
        member = await thread.guild.fetch_member(person)
    except discord.NotFound:
        return False
    return has_role(member, helper_role) or thread.permissions_for(member).manage_messages
