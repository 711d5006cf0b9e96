import socket
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from api.app import create_app
from api.settings import ApiSettings
from eval.errors import UnreachableApi
from eval.targets import Target, in_process, over_http
from indexer.artifact import Index
from retrieval import Diagnoser, DiagnosisRequest, Evidence, Filters, UnreadableSymptom
from tests.serving import serving

SMALL_BODIES = 1_000


@pytest.fixture(scope="module")
def api_url(diagnoser: Diagnoser) -> Iterator[str]:
    """The running API over the small index, for bodies of up to a thousand bytes."""
    with serving(create_app(diagnoser, ApiSettings(max_body_bytes=SMALL_BODIES))) as url:
        yield url


@pytest.fixture(scope="module", params=["in process", "over HTTP"])
def target(request: pytest.FixtureRequest, diagnoser: Diagnoser, api_url: str) -> Iterator[Target]:
    if request.param == "in process":
        yield in_process(diagnoser)
    else:
        with over_http(api_url) as served:
            yield served


class Service:
    """Another service: answers every path alike."""

    def __init__(self, response: Response) -> None:
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await Request(scope, receive).body()
            await self._response(scope, receive, send)


def test_target_knows_its_index_and_the_section_of_each_entry(target: Target, small_index: Index) -> None:
    assert target.index_id == small_index.manifest.id
    assert target.sections == {
        "disk-full-stops-queue": "delivery",
        "port-25-blocked-by-provider": "delivery",
        "certificate-expired-on-server": "login",
        "password-hash-outdated": "login",
    }


def test_target_answers_with_evidence(target: Target) -> None:
    log = Evidence(name="log", text="write failed: No space left on device")

    diagnosis = target.ask(DiagnosisRequest(symptom="what is this?", evidence=(log,)))

    assert diagnosis.causes[0].entry_id == "disk-full-stops-queue"
    assert [(finding.id, finding.where) for finding in diagnosis.findings] == [("disk-full", "log")]


@pytest.mark.parametrize("symptom", ["", "😀", "https://pigeon.example/"], ids=["blank", "emoji", "only an address"])
def test_what_can_not_be_read_is_told_alike(target: Target, symptom: str) -> None:
    with pytest.raises(UnreadableSymptom):
        target.ask(DiagnosisRequest(symptom=symptom))


def test_address_that_nobody_listens_on_is_unreachable() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"

        with (
            pytest.raises(UnreachableApi, match=rf"^{url} can't be reached .*: is the service running\?$"),
            over_http(url),
        ):
            pass


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "ftp://127.0.0.1",
        "http://127.0.0.1:port",
    ],
)
def test_address_that_is_none_is_unreachable(url: str) -> None:
    with pytest.raises(UnreachableApi, match=f"^{url} can't be reached"), over_http(url):
        pass


def test_service_that_goes_away_while_it_is_asked_is_unreachable(diagnoser: Diagnoser) -> None:
    with serving(create_app(diagnoser, ApiSettings())) as url:
        connection = over_http(url)
        target = connection.__enter__()

    with pytest.raises(UnreachableApi, match=f"^{url} can't be reached"):
        target.ask(DiagnosisRequest(symptom="mail stopped"))
    connection.__exit__(None, None, None)


def test_refusal_is_told_with_its_reason(api_url: str) -> None:
    with (
        over_http(api_url) as target,
        pytest.raises(UnreachableApi, match=rf"^{api_url} refuses a request: .*more than 1000 bytes"),
    ):
        target.ask(DiagnosisRequest(symptom="mail stopped " * SMALL_BODIES))


@pytest.mark.parametrize(
    "response",
    [PlainTextResponse("welcome to nginx"), JSONResponse({"id": 1}), JSONResponse([]), Response(b"\xff\xfe")],
    ids=["text", "other JSON", "a list", "no text"],
)
def test_another_service_at_the_address_is_told(response: Response) -> None:
    with (
        serving(Service(response)) as url,
        pytest.raises(UnreachableApi, match=f"^{url} doesn't answer as this version of Causeway does"),
        over_http(url),
    ):
        pass


def test_other_refusal_of_the_same_status_is_not_taken_for_an_unreadable_symptom(api_url: str) -> None:
    with over_http(api_url) as target, pytest.raises(UnreachableApi, match=r"refuses a request: unknown section moon"):
        target.ask(DiagnosisRequest(symptom="mail stopped", filters=Filters(section=("moon",))))
