"""What can be asked: this process's index, or any running API."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from api.client import CausewayClient, ClientError, InvalidRequest
from eval.errors import UnreachableApi
from retrieval import Diagnoser, Diagnosis, DiagnosisRequest, UnreadableSymptom

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


@contextmanager
def over_http(base_url: str, api_key: str | None = None) -> Iterator[Target]:
    """Ask a running API, over one connection for as long as the context lasts.

    :raises UnreachableApi: at once or when asked, if the service can't be reached, refuses a request, or isn't
        Causeway.
    """
    with _client_errors(base_url):
        client = CausewayClient(base_url, api_key)
    with client:

        def ask(request: DiagnosisRequest) -> Diagnosis:
            with _client_errors(base_url):
                return client.diagnose(request)

        with _client_errors(base_url):
            index_id = client.index().id
            sections = {entry.id: entry.section for entry in client.entries()}
        yield Target(base_url, index_id, sections, ask)


@contextmanager
def _client_errors(base_url: str) -> Iterator[None]:
    try:
        yield
    except InvalidRequest as error:
        if str(error) == str(UnreadableSymptom()):
            raise UnreadableSymptom from error
        raise UnreachableApi(f"{base_url} refuses a request: {error}") from error
    except ClientError as error:
        raise UnreachableApi(str(error)) from error
