import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.limits.bodies import BodyLimit
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.api.problem import problem_of
from tests.serving import serving

LIMIT_BYTES = 1_000
BODY = b'{"symptom": "mail stopped overnight"}'


@pytest.fixture(scope="module")
def narrow(diagnoser: Diagnoser) -> Iterator[httpx.Client]:
    """A client of a service that takes no more than `LIMIT_BYTES`."""
    app = create_app(diagnoser, ApiSettings(max_body_bytes=LIMIT_BYTES))
    with serving(app) as url, httpx.Client(base_url=url, headers={"content-type": "application/json"}) as client:
        yield client


def in_pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 100):
        yield body[start : start + 100]


def test_a_body_up_to_the_limit_is_read(narrow: httpx.Client) -> None:
    assert narrow.post("/v1/diagnoses", content=BODY.ljust(LIMIT_BYTES)).status_code == 201


def test_a_body_in_pieces_up_to_the_limit_is_read_whole(narrow: httpx.Client) -> None:
    assert narrow.post("/v1/diagnoses", content=in_pieces(BODY.rjust(LIMIT_BYTES))).status_code == 201


def test_a_body_one_byte_over_the_limit_is_too_large(narrow: httpx.Client) -> None:
    problem = problem_of(narrow.post("/v1/diagnoses", content=BODY.ljust(LIMIT_BYTES + 1)), 413)

    assert problem["detail"] == "the request body has more than 1000 bytes: send the part that shows the problem"


def test_a_body_in_pieces_over_the_limit_is_too_large(narrow: httpx.Client) -> None:
    problem_of(narrow.post("/v1/diagnoses", content=in_pieces(BODY.ljust(LIMIT_BYTES + 1))), 413)


@pytest.mark.parametrize("path", ["/healthz", "/nowhere"])
def test_the_limit_holds_wherever_the_body_is_sent(narrow: httpx.Client, path: str) -> None:
    problem_of(narrow.post(path, content=BODY.ljust(LIMIT_BYTES + 1)), 413)


def test_a_huge_body_is_too_large_by_default(client: httpx.Client) -> None:
    problem_of(client.post("/v1/diagnoses", content=b" " * 20_000_000), 413)


def test_a_huge_body_in_pieces_is_too_large_by_default(client: httpx.Client) -> None:
    problem_of(client.post("/v1/diagnoses", content=(b" " * 100_000 for _ in range(200))), 413)


def test_a_body_that_arrives_slowly_holds_nobody_else_up(client: httpx.Client) -> None:
    address = (client.base_url.host, client.base_url.port)
    with socket.create_connection(address, timeout=10) as connection:
        head = f"POST /v1/diagnoses HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}"
        connection.sendall(f"{head}\r\nContent-Type: application/json\r\n\r\n".encode() + BODY[:10])

        assert client.get("/healthz").status_code == 200

        connection.sendall(BODY[10:])
        assert connection.recv(1_000).startswith(b"HTTP/1.1 201 ")


def test_a_body_that_breaks_off_never_reaches_the_application() -> None:
    reached = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(await receive())

    async def receive_half() -> Message:
        return next(half)

    async def send(message: Message) -> None:
        reached.append(message)

    half: Iterator[Message] = iter(
        [{"type": "http.request", "body": BODY[:10], "more_body": True}, {"type": "http.disconnect"}]
    )
    asyncio.run(BodyLimit(application, LIMIT_BYTES, timeout_seconds=10)({"type": "http"}, receive_half, send))

    assert reached == []


def test_a_client_that_leaves_before_its_body_ends_disturbs_nobody(client: httpx.Client) -> None:
    address = (client.base_url.host, client.base_url.port)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(b"POST /v1/diagnoses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")

    assert client.get("/healthz").status_code == 200
