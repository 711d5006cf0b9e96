import re

import pytest

from bot.words import ENGLISH, LANGUAGES, language_of, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_places(language: str) -> None:
    english, texts = words(ENGLISH).texts, words(language).texts

    assert texts.keys() == english.keys()
    for key, text in texts.items():
        assert sorted(set(re.findall(r"{\w+}", text))) == sorted(set(re.findall(r"{\w+}", english[key]))), key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != ENGLISH])
def test_translations_are_translated(language: str) -> None:
    english, texts = words(ENGLISH).texts, words(language).texts

    same = [key for key, text in texts.items() if text == english[key] and len(text.split()) > 2]
    assert same == []


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("es-419", "es"), ("es-ES", "es"), ("pt-BR", "pt-BR"), ("en-GB", "en"), ("ko", "en"), (None, "en")],
)
def test_locale_of_discord_has_a_language(locale: str | None, language: str) -> None:
    assert language_of(locale) == language
