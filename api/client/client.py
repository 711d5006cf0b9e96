"""A client that waits for each answer."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self, TypeVar

import httpx
from httpx_retries import RetryTransport

from api.client import calls, connection
from api.client.calls import Call
from api.shapes.entries import EntrySummary
from api.shapes.index import IndexDescription
from kb.schema import Entry
from retrieval.diagnosis import Diagnosis, DiagnosisRequest

T = TypeVar("T")


class CausewayClient:
    """Asks a running service; a context manager that closes its connections. Safe to use from several threads.

    Every method raises `ClientError`: see `api.client.errors`.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout_seconds: float = connection.TIMEOUT_SECONDS,
        retries: int = connection.RETRIES,
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        :param api_key: as `causeway keys create` printed it; None for a service without keys.
        :param timeout_seconds: of each try.
        :param retries: how often to try again where the service is busy or the connection fails.
        :raises Unreachable: if the base URL can't be one.
        """
        self._base_url = base_url
        with connection.connection_errors(base_url):
            self._http = httpx.Client(
                **connection.options(base_url, api_key, timeout_seconds),
                transport=RetryTransport(httpx.HTTPTransport(), connection.retry_policy(retries)),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def diagnose(self, request: DiagnosisRequest | str) -> Diagnosis:
        """The likely causes of a symptom: a mere text, or a request with evidence, answers and filters."""
        return self._send(calls.diagnose(request))

    def entries(self, *, section: str | None = None) -> Iterator[EntrySummary]:
        """All entries, or those of a section."""
        yield from self._send(calls.list_entries(section)).entries

    def entry(self, entry_id: str) -> Entry:
        """One entry with everything it says."""
        return self._send(calls.get_entry(entry_id))

    def index(self) -> IndexDescription:
        """The index that answers."""
        return self._send(calls.get_index())

    def _send(self, call: Call[T]) -> T:
        with connection.connection_errors(self._base_url):
            response = self._http.request(**connection.request(call))
        return connection.answer(call, response)
