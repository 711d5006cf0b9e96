"""What can go wrong in the bot.

BotError
├── BotSetupError    the bot can't start
├── StalePress       a button of an earlier version of the bot
└── Trouble          no answer now; says which words tell people why
"""


class BotError(Exception):
    """Base of everything this package raises."""


class BotSetupError(BotError):
    """The bot can't start; the message says what to set or install."""


class StalePress(BotError):
    """Somebody pressed what this version of the bot doesn't know."""


class Trouble(BotError):
    """Something can't be answered; `key` and `values` are the words (see `bot.words`) for who asked."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
