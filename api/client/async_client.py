"""A client for asyncio."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import httpx
from httpx_retries import RetryTransport

from api.client import calls, connection
from api.client.calls import Call
from api.shapes.diagnoses import BatchResult, StoredDiagnosis
from api.shapes.documents import Document, DocumentBody
from api.shapes.entries import EntrySummary
from api.shapes.feedback import FeedbackRequest, StoredFeedback
from api.shapes.findings import FindingQuestion
from api.shapes.index import IndexDescription
from api.shapes.insights import Insight
from api.shapes.probes import Readiness
from kb.schema import Entry
from retrieval.diagnosis import Answer, Diagnosis, DiagnosisRequest, Filters

T = TypeVar("T")
P = TypeVar("P", bound=connection.Page)
InsightT = TypeVar("InsightT", bound=Insight)


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
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare to ask, as `CausewayClient` does.

        :param transport: how to reach the service if not over the network, as `httpx.ASGITransport` in one process.
        """
        self._base_url = base_url
        with connection.connection_errors(base_url):
            self._http = httpx.AsyncClient(
                **connection.options(base_url, api_key, timeout_seconds),
                transport=RetryTransport(transport or httpx.AsyncHTTPTransport(), connection.retry_policy(retries)),
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

    async def batch(self, requests: Iterable[DiagnosisRequest | str]) -> tuple[BatchResult, ...]:
        """A diagnosis for each of up to 100 symptoms, or the problem with it, in their order."""
        return (await self._send(calls.batch(requests))).results

    async def get_diagnosis(self, diagnosis_id: str) -> StoredDiagnosis:
        """A diagnosis as it is kept: with what was asked, and what was said about its causes."""
        return await self._send(calls.get_diagnosis(diagnosis_id))

    async def answer(self, diagnosis_id: str, answers: Mapping[str, Answer]) -> Diagnosis:
        """The same diagnosis after answers to follow-up questions, given by finding id."""
        return await self._send(calls.answer(diagnosis_id, answers))

    async def feedback(
        self, diagnosis_id: str, feedback: FeedbackRequest, *, idempotency_key: str | None = None
    ) -> StoredFeedback:
        """Say whether a cause was it.

        :param idempotency_key: for those who send the same again later, as after a restart; each call has its own if
            left out.
        """
        return await self._send(calls.give_feedback(diagnosis_id, feedback, idempotency_key))

    async def list_feedback(self, diagnosis_id: str | None = None) -> AsyncIterator[StoredFeedback]:
        """What was said about the causes of all diagnoses, or of one; newest first."""
        async for page in self._pages(lambda cursor: calls.list_feedback(diagnosis_id, cursor)):
            for one in page.feedback:
                yield one

    async def entries(
        self, query: str = "", *, error: str = "", filters: Filters = calls.ALL
    ) -> AsyncIterator[EntrySummary]:
        """Entries, all or those asked for.

        :param query: words, or parts of words.
        :param error: an error message, or a part of one.
        """
        async for page in self._pages(lambda cursor: calls.list_entries(query, error, filters, cursor)):
            for entry in page.entries:
                yield entry

    async def entry(self, entry_id: str) -> Entry:
        """One entry with everything it says."""
        return await self._send(calls.get_entry(entry_id))

    async def findings(self) -> list[FindingQuestion]:
        """What the ids of findings stand for, in the order of the knowledge base."""
        return (await self._send(calls.get_findings())).findings

    async def index(self) -> IndexDescription:
        """The index that answers."""
        return await self._send(calls.get_index())

    async def readiness(self) -> Readiness:
        """Whether the service can answer, from which index, and why not from a newer one; `Overloaded` if not."""
        return await self._send(calls.get_readiness())

    async def insight(
        self, kind: type[InsightT], since: datetime | None = None, until: datetime | None = None
    ) -> InsightT:
        """What a maintainer learns from what was asked; of the last 30 days, if not told otherwise.

        :param kind: `Volume`, `Abstention`, `Drift`, `Solved`, `EntryOutcomes`, `Unanswered` or `Confusions`.
        :param since: with its time zone, as `until`.
        """
        return await self._send(calls.get_insight(kind, since, until))

    async def documents(self, collection: str) -> AsyncIterator[Document]:
        """The documents of a collection, by their keys."""
        async for page in self._pages(lambda cursor: calls.list_documents(collection, cursor)):
            for document in page.documents:
                yield document

    async def document(self, collection: str, key: str) -> Document:
        """One document."""
        return await self._send(calls.get_document(collection, key))

    async def put_document(
        self, collection: str, key: str, body: DocumentBody, *, create_only: bool = False, etag: str | None = None
    ) -> Document:
        """Store a document.

        :param create_only: raise `Conflict` if it exists: of several clients that try, one succeeds.
        :param etag: raise `Conflict` if it isn't this version any more.
        """
        return await self._send(calls.put_document(collection, key, body, create_only=create_only, etag=etag))

    async def delete_document(self, collection: str, key: str, *, etag: str | None = None) -> None:
        """Remove a document; raises `Conflict` if it isn't this version any more."""
        await self._send(calls.delete_document(collection, key, etag))

    async def _pages(self, call: Callable[[str | None], Call[P]]) -> AsyncIterator[P]:
        cursor = None
        while True:
            page = await self._send(call(cursor))
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _send(self, call: Call[T]) -> T:
        with connection.connection_errors(self._base_url):
            response = await self._http.request(**connection.request(call))
        return connection.answer(call, response)
