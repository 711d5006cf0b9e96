"""What can go wrong in the bot.

BotError
├── ApiUnreachable   the API doesn't answer
├── ApiRefused       the API says why it won't answer this
└── BotSetupError    the bot can't start
"""


class BotError(Exception):
    """Base of everything this package raises."""


class ApiUnreachable(BotError):
    """The API can't be reached, or answers with something that isn't an answer."""


class ApiRefused(BotError):
    """The API refused a request; the message is its explanation, fit for the user."""


class BotSetupError(BotError):
    """The bot can't start; the message says what to set or install."""
