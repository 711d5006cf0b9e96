"""`causeway serve`: run the REST service."""

from typing import Annotated

import typer


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; CAUSEWAY_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, 0 for a free one; CAUSEWAY_PORT.")
    ] = None,
) -> None:
    """Serve the current index over HTTP until interrupted; prints its address once it is listening."""
    import uvicorn

    from api.app import create_app
    from api.settings import ApiSettings
    from indexer import open_index
    from retrieval import Diagnoser

    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    settings = ApiSettings().model_copy(update=given)
    app = create_app(Diagnoser(open_index()), settings)
    config = uvicorn.Config(app, host=settings.host, port=settings.port, log_level="warning")
    socket = config.bind_socket()
    socket.listen()  # so that who reads the address can connect at once
    listening_host, listening_port = socket.getsockname()[:2]
    typer.echo(f"Causeway answers at http://{listening_host}:{listening_port} (API documentation: /docs)")
    uvicorn.Server(config).run(sockets=[socket])
