from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from api.store import api_keys
from api.store.schema import open_database
from bot.words import words
from retrieval import Diagnoser
from tests.bot.conftest import running_bot
from tests.bot.discord_standin import DiscordStandIn
from tests.bot.discord_world import FORUM_ID, MODERATOR
from tests.serving import serving
from tests.symptoms import PORT, PORT_TITLE

pytestmark = pytest.mark.anyio
en = words("en")


@pytest.fixture
def guarded_api(diagnoser: Diagnoser, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A service that demands keys, and one with the scopes that answers, feedback and settings need."""
    settings = ApiSettings(database_url=f"sqlite:///{tmp_path}/causeway.db")
    database = open_database(settings.database_url)
    key, handed_out = make_key("bot", frozenset({Scope.READ, Scope.FEEDBACK, Scope.DOCUMENTS}))
    database.write(lambda connection: api_keys.add(connection, key))
    database.close()
    with serving(create_app(diagnoser, settings)) as url:
        yield url, handed_out


async def test_bot_works_with_a_key_of_three_scopes_but_for_insights(
    discord: DiscordStandIn, guarded_api: tuple[str, str]
) -> None:
    url, key = guarded_api
    async with running_bot(discord, url, api_key=key):
        setup = await (await discord.slash("causeway setup", by=MODERATOR, forum=FORUM_ID)).answer()
        answer = await (await discord.slash("diagnose", symptom=PORT)).answer()
        assert f"<#{FORUM_ID}>" in setup.content
        assert f"### {PORT_TITLE}" in answer.content

        for command in ("causeway stats", "causeway unanswered"):
            refused = await discord.slash(command, by=MODERATOR)
            assert (await refused.answer()).content == en("not_allowed", reference=refused.id)


async def test_wrong_key_is_told_to_who_asks_and_named_in_the_log(
    discord: DiscordStandIn, guarded_api: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(discord, guarded_api[0], api_key="cw_wrong"):
        refused = await discord.slash("diagnose", symptom=PORT)

        assert (await refused.answer()).content == en("not_allowed", reference=refused.id)
    assert "CAUSEWAY_API_KEY doesn't allow this" in caplog.text
