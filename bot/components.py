"""Cards as Discord's components (V2)."""

import discord
from discord import ui

from bot.replies.card import Block, Button, Buttons, Card, Line, Select, Style, Text


def layout(card: Card) -> ui.LayoutView:
    """A card, ready to be sent. What is pressed on it comes back to `bot.cogs.buttons` by its custom id."""
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=card.colour.value)
    for block in card.blocks:
        container.add_item(_component(block))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    # Stopped, it is not kept in memory to wait for presses.
    view.stop()
    return view


def mentions(card: Card) -> discord.AllowedMentions:
    """Whom a card notifies: nobody, or one role."""
    if card.pinged_role is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(card.pinged_role)])


def _component(block: Block) -> ui.Item[ui.LayoutView]:
    match block:
        case Text(content):
            return ui.TextDisplay(content)
        case Line():
            return ui.Separator()
        case Buttons(buttons):
            return ui.ActionRow(*map(_button, buttons))
        case Select(custom_id, placeholder, options):
            choices = [
                discord.SelectOption(
                    label=option.label,
                    value=option.value,
                    description=option.description or None,
                    default=option.chosen,
                )
                for option in options
            ]
            return ui.ActionRow(ui.Select(custom_id=custom_id, placeholder=placeholder, options=choices))


def _button(button: Button) -> ui.Button[ui.LayoutView]:
    if button.style is Style.LINK:
        return ui.Button(label=button.label, url=button.target)
    style = discord.ButtonStyle(button.style.value)
    return ui.Button(label=button.label, custom_id=button.target, style=style, disabled=button.disabled)
