"""A message as the bot composes it, apart from how Discord is told; every part keeps to Discord's limits.

Limits: discord/discord-api-docs, components/reference (components V2).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from bot.replies.text import cut

MAX_TEXT = 4000
"""Of all texts of a message together, in UTF-16 code units."""
MAX_BUTTONS, MAX_OPTIONS = 5, 25
MAX_BUTTON_LABEL, MAX_OPTION, MAX_PLACEHOLDER, MAX_URL = 80, 100, 150, 512


class Style(Enum):
    """How a button looks."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5


class Colour(Enum):
    """Of the bar beside a card."""

    CONFIDENT = 0x2E7D32
    LIKELY = 0xF9A825
    UNSURE = 0x757575
    SOLVED = 0x1B5E20
    PLAIN = 0x3949AB


@dataclass(frozen=True)
class Text:
    """Markdown."""

    content: str


@dataclass(frozen=True)
class Button:
    """Something to press; `target` is an address if the style is LINK, otherwise a custom id."""

    label: str
    target: str
    style: Style = Style.SECONDARY
    disabled: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", cut(self.label, MAX_BUTTON_LABEL))


@dataclass(frozen=True)
class Buttons:
    """A row of buttons."""

    buttons: tuple[Button, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "buttons", self.buttons[:MAX_BUTTONS])


@dataclass(frozen=True)
class Option:
    """Something to choose."""

    label: str
    value: str
    description: str = ""
    chosen: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", cut(self.label, MAX_OPTION))
        object.__setattr__(self, "description", cut(self.description, MAX_OPTION))


@dataclass(frozen=True)
class Select:
    """A list to choose one option from."""

    custom_id: str
    placeholder: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "placeholder", cut(self.placeholder, MAX_PLACEHOLDER))
        object.__setattr__(self, "options", self.options[:MAX_OPTIONS])


@dataclass(frozen=True)
class Line:
    """Between parts."""


Block = Text | Buttons | Select | Line


@dataclass(frozen=True)
class Card:
    """A message."""

    blocks: tuple[Block, ...]
    colour: Colour = Colour.PLAIN
    pinged_role: int | None = field(default=None, kw_only=True)
    """The only thing that a card may notify."""

    @property
    def texts(self) -> Iterator[str]:
        """All texts, in their order."""
        for block in self.blocks:
            if isinstance(block, Text):
                yield block.content


def note(text: str, colour: Colour = Colour.PLAIN) -> Card:
    """A card that only says something."""
    return Card((Text(cut(text, MAX_TEXT)),), colour)
