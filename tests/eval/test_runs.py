import socket
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.app import create_app
from api.settings import ApiSettings
from eval.errors import UnreachableApi
from eval.measures import measure
from eval.query_sets import Query
from eval.runs import RANKED_CAUSES, answer_queries, in_process, over_http, trec_run
from indexer.artifact import Index
from retrieval import Diagnoser, DiagnosisRequest, Evidence
from tests.serving import serving


@pytest.fixture(scope="module")
def api_url(diagnoser: Diagnoser) -> Iterator[str]:
    """The running API over the small index."""
    with serving(create_app(diagnoser, ApiSettings())) as url:
        yield url


@pytest.fixture(scope="module")
def queries(small_index: Index) -> list[Query]:
    """What a user says about each entry, one with evidence, and one that nothing answers."""
    about_entries = [
        Query(id=entry.id, question=entry.symptoms[1], labels={entry.id: 2}) for entry in small_index.entries.values()
    ]
    log = Evidence(name="log", text="warning: No space left on device")
    return [
        *about_entries,
        Query(id="log", question="what is this?", labels={"disk-full-stops-queue": 2}, evidence=(log,)),
        Query(id="none", question="which colour goes well with green?", labels={}),
    ]


async def nonsense(scope: Scope, receive: Receive, send: Send) -> None:
    """Another service than the one that is meant."""
    if scope["type"] == "http":
        await Request(scope, receive).body()
        await PlainTextResponse("welcome to nginx")(scope, receive, send)


def test_every_query_is_answered_in_order(diagnoser: Diagnoser, queries: list[Query]) -> None:
    assert [answered.query for answered in answer_queries(queries, in_process(diagnoser))] == queries


def test_in_process_and_over_http_give_the_same_answers(
    diagnoser: Diagnoser, api_url: str, queries: list[Query]
) -> None:
    in_process_answers = answer_queries(queries, in_process(diagnoser))
    with over_http(api_url) as ask:
        http_answers = answer_queries(queries, ask)

    assert [answered.diagnosis.model_dump(exclude={"id"}) for answered in http_answers] == [
        answered.diagnosis.model_dump(exclude={"id"}) for answered in in_process_answers
    ]
    assert measure(http_answers) == measure(in_process_answers)


def test_a_run_ranks_every_entry_of_a_small_index(
    diagnoser: Diagnoser, small_index: Index, queries: list[Query]
) -> None:
    run = trec_run(answer_queries(queries, in_process(diagnoser)))

    assert len(small_index.entries) <= RANKED_CAUSES
    assert run.keys() == {query.id for query in queries}
    assert all(ranking.keys() == small_index.entries.keys() for ranking in run.values())
    assert max(run["log"], key=run["log"].__getitem__) == "disk-full-stops-queue"


def test_an_api_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"

        expected = rf"^{url} can't be reached .*: is the service running\?$"
        with over_http(url) as ask, pytest.raises(UnreachableApi, match=expected):
            ask(DiagnosisRequest(symptom="mail stopped"))


def test_a_refusal_of_the_api_is_told_with_its_reason(api_url: str) -> None:
    expected = rf"^{api_url} answered 422: .*there is nothing to read in this symptom"
    with over_http(api_url) as ask, pytest.raises(UnreachableApi, match=expected):
        ask(DiagnosisRequest(symptom="😀"))


def test_another_service_at_the_address_is_told() -> None:
    with (
        serving(nonsense) as url,
        over_http(url) as ask,
        pytest.raises(UnreachableApi, match=f"^{url} doesn't answer as this version of Causeway does$"),
    ):
        ask(DiagnosisRequest(symptom="mail stopped"))
