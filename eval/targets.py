"""What can be asked: this process's index, or any running API."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from eval.errors import UnreachableApi
from retrieval import Diagnoser, Diagnosis, DiagnosisRequest, UnreadableSymptom

TIMEOUT_SECONDS = 30.0

T = TypeVar("T", bound=BaseModel)
Ask = Callable[[DiagnosisRequest], Diagnosis]


@dataclass(frozen=True)
class Target:
    """Something that answers symptoms. `sections`: the section of each of its entries, by entry id."""

    name: str
    index_id: str
    sections: Mapping[str, str]
    ask: Ask


def in_process(diagnoser: Diagnoser) -> Target:
    """Ask a loaded index."""
    index = diagnoser.index
    return Target(
        name="in process",
        index_id=index.manifest.id,
        sections={entry.id: entry.section for entry in index.entries.values()},
        ask=diagnoser.diagnose,
    )


class _Entry(BaseModel):
    id: str
    section: str


class _Entries(BaseModel):
    entries: list[_Entry]


class _Index(BaseModel):
    id: str


@contextmanager
def over_http(base_url: str) -> Iterator[Target]:
    """Ask a running API, over one connection for as long as the context lasts.

    :raises UnreachableApi: at once or when asked, if the service can't be reached, refuses a request, or isn't
        Causeway.
    """
    try:
        connection = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS)
    except httpx.InvalidURL as error:
        raise UnreachableApi(f"{base_url} can't be reached ({error}): it is no address") from error
    with connection as client:

        def send(method: str, path: str, shape: type[T], body: object = None) -> T:
            try:
                response = client.request(method, path, json=body)
                if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and _says_unreadable(response):
                    raise UnreadableSymptom
                response.raise_for_status()
                return shape.model_validate_json(response.content)
            except httpx.HTTPStatusError as error:
                answer = error.response
                raise UnreachableApi(f"{base_url} answered {answer.status_code}: {answer.text}") from error
            except httpx.HTTPError as error:
                raise UnreachableApi(f"{base_url} can't be reached ({error}): is the service running?") from error
            except ValidationError as error:
                raise UnreachableApi(f"{base_url} doesn't answer as this version of Causeway does") from error

        yield Target(
            name=base_url,
            index_id=send("GET", "/v1/index", _Index).id,
            sections={entry.id: entry.section for entry in send("GET", "/v1/entries", _Entries).entries},
            ask=lambda request: send("POST", "/v1/diagnoses", Diagnosis, request.model_dump(mode="json")),
        )


def _says_unreadable(response: httpx.Response) -> bool:
    return str(UnreadableSymptom()) in response.text
