import pytest

from indexer.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("Mail is stuck", ["mail", "is", "stuck"], id="words"),
        pytest.param("front-token", ["front-token", "front", "token"], id="header"),
        pytest.param("sFrontToken", ["sfronttoken", "s", "front", "token"], id="camel case"),
        pytest.param("XMLHttpRequest", ["xmlhttprequest", "xml", "http", "request"], id="abbreviation in camel case"),
        pytest.param("queue_max_age", ["queue_max_age", "queue", "max", "age"], id="snake case"),
        pytest.param("server.initRelay()", ["server.initrelay", "server", "init", "relay"], id="call"),
        pytest.param("POST /auth/signin", ["post", "auth/signin", "auth", "signin"], id="path"),
        pytest.param("127.0.0.1:25", ["127.0.0.1:25", "127", "0", "0", "1", "25"], id="address"),
        pytest.param("status 452 4.3.1", ["status", "452", "4.3.1", "4", "3", "1"], id="status"),
        pytest.param("Refused. Why?", ["refused", "why"], id="punctuation at the end of a word"),
        pytest.param("", [], id="empty"),
        pytest.param("?! ...", [], id="no word"),
    ],
)
def test_compound_word_is_kept_whole_and_in_parts(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


def test_example_in_the_documentation_is_right() -> None:
    assert tokenize("sFrontToken of front-token") == [
        *("sfronttoken", "s", "front", "token"),
        "of",
        *("front-token", "front", "token"),
    ]
    assert '`tokenize("sFrontToken of front-token")`' in (tokenize.__doc__ or "")


def test_identifier_and_header_of_the_same_words_share_them() -> None:
    assert {"front", "token"} <= set(tokenize("frontToken")) & set(tokenize("front-token"))
