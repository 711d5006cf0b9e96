"""`causeway mcp`: the Model Context Protocol over standard input and output."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api.mcp.server import Connect


def mcp(
    api: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this running service; without it, the index of this machine.")
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(envvar="CAUSEWAY_API_KEY", show_envvar=False, help="Its API key; CAUSEWAY_API_KEY.")
    ] = None,
) -> None:
    """Serve the Model Context Protocol to the agent that starts this command (extra `mcp`)."""
    import asyncio

    asyncio.run(_serve_service(api, api_key) if api else _serve_index(api_key))


async def _serve_service(url: str, api_key: str | None) -> None:
    from api.client import AsyncCausewayClient

    await _serve(lambda: AsyncCausewayClient(url, api_key))


async def _serve_index(api_key: str | None) -> None:
    from api.app import create_app
    from api.in_process import client_inside
    from api.settings import ApiSettings
    from indexer import open_index
    from retrieval import Diagnoser

    app = create_app(Diagnoser(open_index()), ApiSettings())
    async with app.router.lifespan_context(app):
        await _serve(lambda: client_inside(app, api_key))


async def _serve(connect: "Connect") -> None:
    from api.mcp.server import CausewayServer

    async with connect() as causeway:
        product = (await causeway.index()).product
    await CausewayServer(product, connect).run_stdio_async()
