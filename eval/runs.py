"""Ask every query, in process or over HTTP."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from eval.errors import UnreachableApi
from eval.query_sets import Query
from retrieval import Diagnoser, Diagnosis, DiagnosisRequest

RANKED_CAUSES = 20
"""How deep a run goes: as many causes as the API gives."""
TIMEOUT_SECONDS = 30.0

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


@contextmanager
def over_http(base_url: str) -> Iterator[Ask]:
    """Ask a running API, over one connection for as long as the context lasts.

    The function raises `UnreachableApi` if the service can't be reached, refuses a request, or isn't Causeway.
    """
    with httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS) as client:

        def ask(request: DiagnosisRequest) -> Diagnosis:
            try:
                response = client.post("/v1/diagnoses", json=request.model_dump(mode="json"))
                response.raise_for_status()
                return Diagnosis.model_validate_json(response.content)
            except httpx.HTTPStatusError as error:
                answer = error.response
                raise UnreachableApi(f"{base_url} answered {answer.status_code}: {answer.text}") from error
            except httpx.HTTPError as error:
                raise UnreachableApi(f"{base_url} can't be reached ({error}): is the service running?") from error
            except ValidationError as error:
                raise UnreachableApi(f"{base_url} doesn't answer as this version of Causeway does") from error

        yield ask


def trec_run(answers: Iterable[Answered]) -> Mapping[str, Mapping[str, float]]:
    """Query id to entry id to score, as ir-measures reads a run.

    Scores count down from the first cause: probabilities can be equal, and then the order shown is what counts.
    """
    return {
        answered.query.id: {
            cause.entry_id: float(RANKED_CAUSES - rank) for rank, cause in enumerate(answered.diagnosis.causes)
        }
        for answered in answers
    }
