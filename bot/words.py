"""The bot's own words, in several languages; what entries say stays as their maintainers wrote it."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

ENGLISH = "en"
LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
    "pt-BR": "Português do Brasil",
}


class Words:
    """Texts of one language by their keys."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """The text with its `{places}` filled in."""
        return self.texts[key].format(**values)


@cache
def words(language: str) -> Words:
    """Words of a language of `LANGUAGES`."""
    file = resources.files("bot") / "locales" / f"{language}.yaml"
    return Words(language, yaml.safe_load(file.read_text(encoding="utf-8")))


def language_of(locale: str | None) -> str:
    """The language for a locale of Discord, such as es-419; English where there is none."""
    for language in LANGUAGES:
        if locale and (locale == language or locale.partition("-")[0] == language):
            return language
    return ENGLISH
