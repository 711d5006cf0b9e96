from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from api.app import create_app
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from api.store import api_keys
from api.store.schema import open_database
from retrieval import Diagnoser
from tests.serving import serving

pytestmark = pytest.mark.anyio


async def test_agents_ask_with_the_key_that_the_service_demands(diagnoser: Diagnoser, tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/causeway.db"
    database = open_database(database_url)
    handed_out = {}
    for scope in (Scope.READ, Scope.FEEDBACK):
        key, handed_out[scope] = make_key("agent", frozenset({scope}))
        database.write(partial(api_keys.add, key=key))
    database.close()

    @asynccontextmanager
    async def asking(key: str) -> AsyncIterator[Client]:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as agent,
        ):
            yield agent

    with serving(create_app(diagnoser, ApiSettings(database_url=database_url))) as url:
        async with asking(handed_out[Scope.READ]) as agent:
            answered = await agent.call_tool("diagnose", {"symptom": "mail stopped overnight"})
        async with asking(handed_out[Scope.FEEDBACK]) as agent:
            refused = await agent.call_tool("diagnose", {"symptom": "mail stopped overnight"})
        without_key = httpx.post(f"{url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})

    assert not answered.is_error
    assert refused.is_error
    assert "this needs a key with the scope 'read'" in str(refused.content)
    assert without_key.status_code == 401
