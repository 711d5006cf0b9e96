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
    from api.settings import ApiSettings

    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    settings = ApiSettings().model_copy(update=given)

    # Imported only now, as it takes a second: what is wrong with the settings is said at once.
    import uvicorn

    from api.app import create_app
    from api.listening import listen
    from api.telemetry.logs import configure_logging
    from indexer import open_index
    from retrieval import Diagnoser

    configure_logging(settings.log_level, settings.log_format)
    app = create_app(Diagnoser(open_index()), settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,  # its lines go where ours go
        access_log=False,
        proxy_headers=False,  # the application knows which proxies to trust
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    listener = listen(config)
    listening_host, listening_port = listener.getsockname()[:2]
    address = f"[{listening_host}]" if ":" in listening_host else listening_host
    typer.echo(f"Causeway answers at http://{address}:{listening_port} (API documentation: /docs)")
    if app.state.keys.is_empty:
        typer.echo("Only programs on this machine are answered: there are no API keys (`causeway keys create NAME`)")
    uvicorn.Server(config).run(sockets=[listener])
