import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from api.app import create_app
from api.client import (
    ClientError,
    Conflict,
    DiagnosisRequest,
    InvalidRequest,
    NotAllowed,
    NotFound,
    Overloaded,
    ServiceFailed,
    UnexpectedAnswer,
    Unreachable,
)
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.api.client.conftest import Connect
from tests.api.client.scripted_service import HANGS_UP, Reply, problem, scripted

SYMPTOM = "nothing arrives anywhere, port 25 timed out"


@pytest.fixture(scope="module")
def diagnosed(diagnoser: Diagnoser) -> Reply:
    """The service's answer to the symptom."""
    return Reply(201, diagnoser.diagnose(DiagnosisRequest(symptom=SYMPTOM)).model_dump_json())


@pytest.fixture
def reserved() -> Iterator[socket.socket]:
    """An address where nothing listens, and nothing else can meanwhile."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    "trouble",
    [problem(429), problem(503), problem(503, Retry_After="0"), Reply(503, "<html>busy proxy</html>"), HANGS_UP],
    ids=["too many requests", "busy", "busy for a moment", "busy proxy", "hangs up"],
)
def test_request_is_sent_again_as_it_was_until_it_is_answered(
    connect: Connect, trouble: Reply | None, diagnosed: Reply
) -> None:
    with scripted(trouble, trouble, diagnosed) as service, connect(service.url) as causeway:
        assert causeway.diagnose(SYMPTOM).causes[0].entry_id == "port-25-blocked-by-provider"

    first, second, third = service.asked
    assert first.body == second.body == third.body
    keys = {asked.headers["idempotency-key"] for asked in service.asked}
    assert len(keys) == 1


def test_every_request_that_stores_something_has_a_key_of_its_own(connect: Connect, diagnosed: Reply) -> None:
    with scripted(diagnosed) as service, connect(service.url) as causeway:
        causeway.diagnose(SYMPTOM)
        causeway.diagnose(SYMPTOM)

    first, second = service.asked
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_client_waits_as_long_as_the_service_asks(connect: Connect, diagnosed: Reply) -> None:
    with scripted(problem(429, Retry_After="1"), diagnosed) as service, connect(service.url) as causeway:
        causeway.diagnose(SYMPTOM)

    first, second = service.asked
    assert second.at - first.at >= 1


def test_service_that_starts_meanwhile_is_found(
    connect: Connect, reserved: socket.socket, diagnoser: Diagnoser
) -> None:
    server = uvicorn.Server(uvicorn.Config(create_app(diagnoser, ApiSettings()), log_level="critical"))
    # The first try is refused: the server needs longer to begin to listen than the client to ask.
    thread = threading.Timer(0.1, server.run, kwargs={"sockets": [reserved]})
    thread.start()
    try:
        with connect(url_of(reserved)) as causeway:
            assert causeway.diagnose(SYMPTOM).causes[0].entry_id == "port-25-blocked-by-provider"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("status", [429, 503])
def test_service_that_stays_busy_is_told_after_the_last_retry(connect: Connect, status: int) -> None:
    with (
        scripted(problem(status, "come back later", Retry_After="0")) as service,
        connect(service.url, retries=2) as causeway,
        pytest.raises(Overloaded, match=r"^come back later$"),
    ):
        causeway.diagnose(SYMPTOM)

    assert len(service.asked) == 3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidRequest),
        (401, NotAllowed),
        (403, NotAllowed),
        (404, NotFound),
        (409, Conflict),
        (412, Conflict),
        (413, InvalidRequest),
        (422, InvalidRequest),
        (500, ServiceFailed),
    ],
)
def test_refusal_is_told_at_once_in_the_words_of_the_service(
    connect: Connect, status: int, error: type[ClientError]
) -> None:
    with (
        scripted(problem(status, "this is why")) as service,
        connect(service.url) as causeway,
        pytest.raises(error, match=r"^this is why$"),
    ):
        causeway.diagnose(SYMPTOM)

    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200, "<html>Welcome to nginx!</html>"), id="a page"),
        pytest.param(Reply(201), id="nothing"),
        pytest.param(Reply(201, "[]"), id="a list"),
        pytest.param(Reply(201, '{"id": "1", "causes": []}'), id="half a diagnosis"),
        pytest.param(Reply(307), id="a redirect without target"),
        pytest.param(Reply(401, '{"detail": "Not authenticated"}'), id="a login of somebody's proxy"),
        pytest.param(Reply(404, '{"detail": "Not Found"}'), id="another service"),
        pytest.param(Reply(500, "Internal Server Error"), id="a server error of somebody else"),
        pytest.param(Reply(422, "[]", {"Content-Type": "application/problem+json"}), id="a problem that can't be read"),
    ],
)
def test_answer_of_something_else_is_told(connect: Connect, reply: Reply) -> None:
    with (
        scripted(reply) as service,
        connect(service.url) as causeway,
        pytest.raises(UnexpectedAnswer, match=rf"^{service.url} doesn't answer .*\(POST /v1/diagnoses: {reply.status}"),
    ):
        causeway.diagnose(SYMPTOM)


def test_service_that_is_down_is_unreachable_and_named(connect: Connect, reserved: socket.socket) -> None:
    url = url_of(reserved)
    with (
        connect(url, retries=1) as causeway,
        pytest.raises(Unreachable, match=rf"^{url} can't be reached \(.+\): is the service running\?$"),
    ):
        causeway.diagnose(SYMPTOM)


def test_service_that_keeps_silent_is_unreachable_and_not_asked_again(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = url_of(silent)
        with (
            connect(url, timeout_seconds=0.1) as causeway,
            pytest.raises(Unreachable, match=rf"^{url} can't be reached \((timed out|ReadTimeout)\)"),
        ):
            causeway.diagnose(SYMPTOM)

        silent.accept()[0].close()
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://127.0.0.1:port", ""])
def test_address_that_is_none_is_unreachable(connect: Connect, url: str) -> None:
    with (
        pytest.raises(Unreachable, match=f"^{url} can't be reached"),
        connect(url) as causeway,
    ):
        causeway.index()
