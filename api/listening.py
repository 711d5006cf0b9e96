"""The socket that the service listens on."""

import socket

import uvicorn


def listen(config: uvicorn.Config) -> socket.socket:
    """Bind and listen: from now on requests wait in the queue of the socket until the server accepts them."""
    listener = config.bind_socket()
    # An answer goes out in two packets. Without this the kernel holds the second one back, for 40 ms, until the first
    # is acknowledged. Connections inherit it; asyncio sets it only where it made the listening socket itself.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.listen()
    return listener
