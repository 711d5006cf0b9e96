import asyncio
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.limits.bodies import LARGEST_BODIES_AT_ONCE, BodyLimit
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


@pytest.fixture
def impatient(diagnoser: Diagnoser) -> Iterator[httpx.Client]:
    """A client of a service that doesn't wait long for a body."""
    with (
        serving(create_app(diagnoser, ApiSettings(body_timeout_seconds=0.3))) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


@contextmanager
def sending(client: httpx.Client, announced_bytes: int) -> Iterator[socket.socket]:
    """A connection that has begun a request; its body is to follow."""
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=10) as connection:
        head = f"POST /v1/diagnoses HTTP/1.1\r\nHost: localhost\r\nContent-Length: {announced_bytes}"
        connection.sendall(f"{head}\r\nContent-Type: application/json\r\n\r\n".encode())
        yield connection


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
    with sending(client, announced_bytes=len(BODY)) as connection:
        connection.sendall(BODY[:10])

        assert client.get("/healthz").status_code == 200

        connection.sendall(BODY[10:])
        assert connection.recv(1_000).startswith(b"HTTP/1.1 201 ")


def test_a_body_that_takes_too_long_is_given_up(impatient: httpx.Client) -> None:
    with sending(impatient, announced_bytes=len(BODY)) as connection:
        connection.sendall(BODY[:10])

        answer = b"".join(iter(lambda: connection.recv(1_000), b""))

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the request body took longer than 0.3 seconds" in answer


def test_bodies_that_are_held_at_the_same_time_have_a_limit_together(narrow: httpx.Client) -> None:
    with ExitStack() as all_senders:
        senders = [
            all_senders.enter_context(sending(narrow, announced_bytes=LIMIT_BYTES))
            for _ in range(LARGEST_BODIES_AT_ONCE + 1)
        ]
        for sender in senders:
            sender.sendall(b" " * (LIMIT_BYTES - 1))

        refused, _, _ = select.select(senders, [], [], 20)

        answer = refused[0].recv(1_000)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 1\r\n" in answer
        assert narrow.get("/healthz").status_code == 200
        for sender in senders:
            if sender not in refused:
                sender.sendall(b"}")
                assert sender.recv(100).startswith(b"HTTP/1.1 422 ")
    assert narrow.post("/v1/diagnoses", content=BODY).status_code == 201


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
    with sending(client, announced_bytes=100) as connection:
        connection.sendall(b"{")

    assert client.get("/healthz").status_code == 200
