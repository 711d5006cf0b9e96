"""Run the real service in this process, for tests of what speaks HTTP to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from api.listening import listen


@contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on a port of this machine, a free one if 0, while the block runs; gives its base URL."""
    # As `causeway serve` has it: the application itself knows which proxies to trust.
    config = uvicorn.Config(app, port=port, log_level="critical", proxy_headers=False)
    listener = listen(config)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
