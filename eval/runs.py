"""Ask every query, in process or over HTTP."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import httpx

from eval.errors import UnreachableApi
from eval.queries import Query
from retrieval import Diagnoser, Diagnosis, DiagnosisRequest

RANKED_CAUSES = 20
"""How deep a run goes: as many causes as the API gives."""

Ask = Callable[[DiagnosisRequest], Diagnosis]


@dataclass(frozen=True)
class Answered:
    """One query with its diagnosis."""

    query: Query
    diagnosis: Diagnosis


def answer_queries(queries: Iterable[Query], ask: Ask) -> list[Answered]:
    """Ask each query in turn."""
    return [Answered(query, ask(query.request(RANKED_CAUSES))) for query in queries]


def in_process(diagnoser: Diagnoser) -> Ask:
    """Ask a loaded index."""
    return diagnoser.diagnose


def over_http(base_url: str) -> Ask:
    """Ask a running API.

    The returned function raises `UnreachableApi` if the service can't be reached or refuses a request.
    """
    client = httpx.Client(base_url=base_url, timeout=30.0)

    def ask(request: DiagnosisRequest) -> Diagnosis:
        try:
            response = client.post("/v1/diagnoses", content=request.model_dump_json())
            response.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise UnreachableApi(f"{base_url} answered {error.response.status_code}: {error.response.text}") from error
        except httpx.HTTPError as error:
            raise UnreachableApi(f"{base_url} can't be reached ({error}): is the service running?") from error
        return Diagnosis.model_validate_json(response.content)

    return ask


def trec_run(answers: Iterable[Answered]) -> Mapping[str, Mapping[str, float]]:
    """Query id to entry id to probability, as ir-measures reads a run."""
    return {
        answered.query.id: {cause.entry_id: cause.probability for cause in answered.diagnosis.causes}
        for answered in answers
    }
