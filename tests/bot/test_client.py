import json
from collections.abc import AsyncIterator

import pytest

from bot.client import ApiClient, Diagnosis
from bot.errors import ApiRefused, ApiUnreachable
from retrieval import Diagnoser, DiagnosisRequest
from tests.bot.other_apis import api_that_answers, api_that_waits

pytestmark = pytest.mark.anyio

SYMPTOM = "nothing arrives anywhere, port 25 timed out"


@pytest.fixture
async def client(api_url: str) -> AsyncIterator[ApiClient]:
    async with ApiClient(api_url) as client:
        yield client


async def test_diagnosis_has_what_the_api_says(client: ApiClient, diagnoser: Diagnoser) -> None:
    diagnosis = await client.diagnose(SYMPTOM, top_k=3)

    said = diagnoser.diagnose(DiagnosisRequest(symptom=SYMPTOM, top_k=3)).model_dump_json()
    assert diagnosis.model_copy(update={"id": ""}) == Diagnosis.model_validate(json.loads(said) | {"id": ""})
    assert diagnosis.causes[0].entry_id == "port-25-blocked-by-provider"
    assert [snippet.sdk for snippet in diagnosis.causes[0].fix[0].code] == ["shell", "python"]


async def test_number_of_causes_is_what_was_asked_for(client: ApiClient) -> None:
    assert len((await client.diagnose(SYMPTOM, top_k=1)).causes) == 1


async def test_base_url_may_have_a_path(api_url: str) -> None:
    async with ApiClient(f"{api_url}/behind/a/proxy/") as client:
        with pytest.raises(ApiUnreachable, match=r"404 Not Found.*/behind/a/proxy/v1/diagnoses"):
            await client.diagnose(SYMPTOM)


async def test_refusal_is_the_explanation_of_the_api(client: ApiClient) -> None:
    with pytest.raises(ApiRefused, match=r"^there is nothing to read in this symptom: describe in words what you see"):
        await client.diagnose("🙂")


async def test_too_large_a_symptom_is_refused_with_the_limit(client: ApiClient) -> None:
    with pytest.raises(ApiRefused, match=r"^the request body has more than 2000000 bytes"):
        await client.diagnose("x" * 2_000_000)


async def test_api_that_is_down_is_unreachable_and_named(dead_url: str) -> None:
    async with ApiClient(dead_url) as client:
        with pytest.raises(ApiUnreachable, match=f"^no answer from {dead_url}: "):
            await client.diagnose(SYMPTOM)


async def test_api_that_keeps_silent_is_unreachable() -> None:
    async with api_that_waits() as (url, _), ApiClient(url, timeout_seconds=0.05) as client:
        with pytest.raises(ApiUnreachable):
            await client.diagnose(SYMPTOM)


async def test_api_that_hangs_up_is_unreachable() -> None:
    async with api_that_waits() as (url, released), ApiClient(url) as client:
        released.set()
        with pytest.raises(ApiUnreachable):
            await client.diagnose(SYMPTOM)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, "<html>Welcome to nginx!</html>", id="a page"),
        pytest.param(201, "", id="nothing"),
        pytest.param(201, "[]", id="a list"),
        pytest.param(201, '{"id": "1", "causes": []}', id="half a diagnosis"),
        pytest.param(307, "", id="a redirect without target"),
        pytest.param(401, '{"detail": "Not authenticated"}', id="a login of somebody's proxy"),
        pytest.param(404, '{"detail": "Not Found"}', id="another service"),
        pytest.param(422, "<html>Unprocessable</html>", id="a refusal that is a page"),
        pytest.param(422, "[]", id="a refusal that is a list"),
        pytest.param(422, '{"detail": [{"msg": "Field required"}]}', id="a refusal that is no sentence"),
        pytest.param(429, '{"detail": "Slow down"}', id="a rate limit"),
        pytest.param(500, '{"detail": "Something went wrong here"}', id="a server error"),
        pytest.param(503, "", id="an overloaded proxy"),
    ],
)
async def test_answer_that_is_neither_diagnosis_nor_refusal_counts_as_none(status: int, body: str) -> None:
    async with api_that_answers(status, body) as url, ApiClient(url) as client:
        with pytest.raises(ApiUnreachable, match=f"^no answer from {url}: "):
            await client.diagnose(SYMPTOM)


async def test_fields_that_the_bot_does_not_know_are_ignored() -> None:
    answer = (
        '{"id": "1", "confidence": "unsure", "message": "I don\'t know.", "causes": [], "follow_up": null, "new": 1}'
    )
    async with api_that_answers(201, answer) as url, ApiClient(url) as client:
        assert (await client.diagnose(SYMPTOM)).message == "I don't know."
