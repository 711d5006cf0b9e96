"""What can go wrong in the bot.

BotError
└── BotSetupError    the bot can't start
"""


class BotError(Exception):
    """Base of everything this package raises."""


class BotSetupError(BotError):
    """The bot can't start; the message says what to set or install."""
