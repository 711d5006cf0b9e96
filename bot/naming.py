"""Names and descriptions of commands, in every language that the bot speaks."""

from discord import Locale, app_commands

from bot.words import ENGLISH, language_of, words


def named(key: str) -> app_commands.locale_str:
    """A text of a command, by its key in `bot/locales`."""
    return app_commands.locale_str(words(ENGLISH)(key), key=key)


class CommandTranslator(app_commands.Translator):
    """Gives Discord the texts of commands in other languages."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """A text in the language of a locale; None where Discord is to show the English one."""
        language = language_of(locale.value)
        key = string.extras.get("key")
        return None if language == ENGLISH or key is None else words(language)(key)
