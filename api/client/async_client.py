"""A client for asyncio."""

from collections.abc import AsyncIterator
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


class AsyncCausewayClient:
    """Asks a running service; an async context manager that closes its connections.

    Its methods are those of `CausewayClient`, and raise the same errors.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout_seconds: float = connection.TIMEOUT_SECONDS,
        retries: int = connection.RETRIES,
    ) -> None:
        """Prepare to ask, as `CausewayClient` does."""
        self._base_url = base_url
        with connection.connection_errors(base_url):
            self._http = httpx.AsyncClient(
                **connection.options(base_url, api_key, timeout_seconds),
                transport=RetryTransport(httpx.AsyncHTTPTransport(), connection.retry_policy(retries)),
            )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def diagnose(self, request: DiagnosisRequest | str) -> Diagnosis:
        """The likely causes of a symptom: a mere text, or a request with evidence, answers and filters."""
        return await self._send(calls.diagnose(request))

    async def entries(self, *, section: str | None = None) -> AsyncIterator[EntrySummary]:
        """All entries, or those of a section."""
        page = await self._send(calls.list_entries(section))
        for entry in page.entries:
            yield entry

    async def entry(self, entry_id: str) -> Entry:
        """One entry with everything it says."""
        return await self._send(calls.get_entry(entry_id))

    async def index(self) -> IndexDescription:
        """The index that answers."""
        return await self._send(calls.get_index())

    async def _send(self, call: Call[T]) -> T:
        with connection.connection_errors(self._base_url):
            response = await self._http.request(**connection.request(call))
        return connection.answer(call, response)
